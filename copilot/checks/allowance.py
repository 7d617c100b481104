"""Which levers stand behind an offer, and what each forbids."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from copilot.checks.claims import Claim
from copilot.checks.ledger import of_limit
from copilot.checks.offers import sorts_of
from copilot.checks.sources import aimed_at_us
from copilot.domain.knowledge import Limit
from copilot.domain.suggestion import Verdict
from copilot.domain.turn import Turn, TurnLever

_ALIKE = frozenset({"credit", "compensation", "gift", "discount"})
"""Sorts that people use for one another: a goodwill credit is called a compensation."""
_WHICH_FEE = re.compile(r"\b([a-z]{3,})[ -](?:fee|charge|interest)s?\b", re.IGNORECASE)
_ANY_FEE = frozenset(
    {"the", "this", "that", "your", "our", "any", "all", "these", "those", "full", "whole", "entire", "one", "free", "extra", "same"}
)
_SEVERITY: dict[Verdict, int] = {"pass": 0, "flag": 1, "withhold": 2}


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a lever does not allow it."""

    outcome: Verdict
    detail: str


def levers_for(turn: Turn, sorts: frozenset[str], text: str = "") -> list[TurnLever]:
    """The Turn's levers that give such things: those of the very sort, else those of a sort that is called the same.

    `text`: the offer's words; a lever on the late fee says nothing about the annual fee.
    """
    return levers_among(turn.evidence.levers, sorts, text)


def levers_among(levers: Sequence[TurnLever], sorts: frozenset[str], text: str = "") -> list[TurnLever]:
    """As levers_for, of these levers."""
    own = [(lever, _gives(lever)) for lever in levers if not aimed_at_us(lever.offer) and _same_fee(lever, text)]
    exact = [lever for lever, gives in own if gives & sorts]
    alike = [lever for lever, gives in own if gives & _ALIKE and sorts & _ALIKE and lever not in exact]
    # A supervisor's yes is to the gesture, whatever the articles call theirs.
    return [*exact, *(lever for lever in alike if lever.grant_id)] if exact else alike


def _gives(lever: TurnLever) -> frozenset[str]:
    """The id is read too: `hotel-night-waiver` may say `Refund the first night`."""
    return sorts_of(f"{lever.offer}\n{lever.id.replace('-', ' ')}")


def _same_fee(lever: TurnLever, text: str) -> bool:
    asked = {word.lower() for word in _WHICH_FEE.findall(text)} - _ANY_FEE
    known = f"{lever.offer} {lever.id} {lever.article_id} {lever.when.text}".lower()
    return not asked or any(word in known for word in asked)


def covers(turn: Turn, sorts: frozenset[str], claim: Claim) -> bool:
    """Whether a lever that is not excluded allows this much."""
    return any(
        lever.applies != "no"
        and (lever.until is None or lever.until >= turn.as_of)
        and lever.limit is not None
        and not exceeds(lever.limit, claim)
        for lever in levers_for(turn, sorts)
        if lever.limit is not None and comparable(lever.limit, claim)
    )


def comparable(limit: Limit, claim: Claim) -> bool:
    """Whether a claim measures what the limit limits. Another currency is comparable, and too much."""
    kind, unit, _ = of_limit(limit)
    return claim.kind == kind and (kind != "number" or claim.unit == unit)


def exceeds(limit: Limit, claim: Claim) -> bool:
    """Whether even the smallest reading of the claim is more than the limit, or is in another currency."""
    _, unit, value = of_limit(limit)
    return claim.unit != unit or min(Decimal(reading) for reading in claim.values) > Decimal(value)


def objections(turn: Turn, lever: TurnLever, figures: Sequence[Claim], *, asks_others: bool, confirms: bool) -> Iterator[Objection]:
    """Everything that speaks against giving these figures under this lever, here and now, by this agent."""
    if lever.until is not None and lever.until < turn.as_of:
        yield Objection("withhold", f"“{lever.offer}” ended on {lever.until:%d %B %Y}")
    elif lever.applies == "no":
        yield Objection("withhold", f"“{lever.offer}” does not apply: {lever.reason}")
    if lever.limit:
        for claim in figures:
            if comparable(lever.limit, claim) and exceeds(lever.limit, claim):
                yield Objection("withhold", f"“{claim.text}” is more than “{lever.offer}” allows ({_told(lever.limit)})")
    if lever.authority == "supervisor" and turn.agent.role != "supervisor" and not asks_others:
        yield Objection("withhold", f"“{lever.offer}” needs a supervisor's yes: offer to ask for it")
    if lever.applies == "unknown" and not confirms and not asks_others:
        yield Objection("flag", f"before “{lever.offer}”: {lever.reason or 'confirm that it applies'}")


def least(choices: Sequence[Sequence[Objection]]) -> Sequence[Objection]:
    """Of several levers, the objections of the one that fits best."""
    return min(choices, key=lambda found: (max((_SEVERITY[o.outcome] for o in found), default=0), len(found)))


def _told(limit: Limit) -> str:
    kind, unit, value = of_limit(limit)
    return f"{value} %" if kind == "percent" else f"{value} {unit}{'s' if kind == 'number' else ''}"
