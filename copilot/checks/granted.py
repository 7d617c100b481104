"""Grants are used once: which of them a text that was sent has used up, and whether a text gives again what was given."""

import re
from collections.abc import Iterator, Sequence

from copilot.checks.allowance import comparable, exceeds, levers_among, levers_for, objections
from copilot.checks.claims import Claim
from copilot.checks.normalise import normalise
from copilot.checks.offers import Offer, offers
from copilot.checks.spoken import Spoken
from copilot.domain.suggestion import Verdict
from copilot.domain.turn import Turn, TurnLever
from copilot.memory.sentences import LONGEST

MEASURED = ("money", "percent", "number")
_ONCE_MORE = re.compile(
    r"\b(?:another|one more|once more|second|further|additional(?:ly)?|extra|on top|weiter(?:e[nrms]?)|noch (?:ein\w*|mal)|"
    r"zusätzlich\w*|zweite\w*|otr[oa]s?|adicional(?:es)?|segund[oa])\b",
    re.IGNORECASE,
)
_NEW = re.compile(r"\b(?:an?|some|eine?[nrms]?|una?)\s", re.IGNORECASE)
"""The indefinite article gives something; `the 40 EUR credit` and `your credit` speak of what was given."""


def spent(levers: Sequence[TurnLever], text: str, language: str, turn: Turn | None = None) -> tuple[str, ...]:
    """Ids of the grants among `levers` that the offers of a text stand on, each once: of those that allow it, the one of the least sum.

    An offer that another lever of the `turn` allows by itself needs no grant and uses none; nor does one that somebody else must agree to.
    """
    words = text[:LONGEST]
    found: list[str] = []
    for offer in offers(Spoken(words, normalise(words), 0), language):
        if offer.asks_others or (turn is not None and _needs_no_grant(turn, offer)):
            continue
        granted = [
            lever
            for lever in levers_among(levers, offer.sorts, offer.sentence.text)
            if lever.grant_id not in (None, *found) and lever.applies == "yes" and _within(lever, offer.figures)
        ]
        if granted:
            nearest = min(granted, key=lambda lever: (lever.limit is None, lever.limit.amount_minor or 0 if lever.limit else 0, lever.id))
            found.append(nearest.grant_id or "")
    return tuple(found)


def given_again(turn: Turn, offer: Offer) -> Iterator[tuple[Verdict, str]]:
    """An offer of what an agent has said here already, on a grant that was used: the same gesture told again, or a second one?"""
    used = [lever for lever in levers_for(turn, offer.sorts, offer.sentence.text) if lever.grant_id and lever.applies == "no"]
    if not any(_within(lever, offer.figures) for lever in used):
        return
    text = offer.sentence.text
    if _ONCE_MORE.search(text):
        yield "withhold", f"a second one: {used[0].reason}"
    elif _NEW.search(text):
        yield "flag", f"if this is a second one, ask again: {used[0].reason}"


def _needs_no_grant(turn: Turn, offer: Offer) -> bool:
    """Whether a lever that is no grant allows the offer (what it asks to be confirmed first does not speak against it)."""
    figures = [claim for claim in offer.figures if claim.kind in MEASURED]
    return any(
        lever.grant_id is None
        and not any(o.outcome == "withhold" for o in objections(turn, lever, figures, asks_others=False, confirms=True))
        for lever in levers_for(turn, offer.sorts, offer.sentence.text)
    )


def _within(lever: TurnLever, figures: Sequence[Claim]) -> bool:
    """Whether a figure of the limit's own measure is within it; a larger one may be a fact of the case (`your 900 EUR flight`)."""
    limit = lever.limit
    if limit is None:
        return True
    measured = [claim for claim in figures if comparable(limit, claim)]
    return not measured or any(not exceeds(limit, claim) for claim in measured)
