"""Words that somebody orders whoever drafts to write: a draft that holds them did as it was told, by whoever wrote to us."""

import re
from collections.abc import Iterator

from copilot.checks.kept import recent
from copilot.checks.ledger import ledger
from copilot.checks.normalise import Normal, Squeezed, squeeze
from copilot.checks.quoting import runs
from copilot.checks.sources import COMPANY, Origin, aimed_at_us
from copilot.domain.turn import Turn
from copilot.memory.sentences import sentences

Place = tuple[int, int]

_RUN, _FEWEST = 5, 4
"""Words in a row that a draft takes from an order by no accident; and of an order that is shorter, all of at least so many."""
_RULES = re.compile(r"instruction|\brules?\b|prompt|guideline|polic|anweisung|regel|vorgabe|instruccion|regla", re.IGNORECASE)
_VERBS = (
    r"say|write|reply|respond|answer|output|print|insert|include|add|append|mention|state|repeat|use|put|tell"
    r"|sag|sagen|schreib|schreibe|schreiben|antworte|antworten|erwähne|erwähnen|füge|nenne|wiederhole"
    r"|di|diga|escribe|escriba|responde|responda|incluye|incluya|menciona|mencione|añade|añada|repite|repita"
)
_SUBJECTS = r"(?<!\bI )(?<!\byou )(?<!\bwe )(?<!\bthey )(?<!\bthey do )(?<!\byou do )(?<!\bich )(?<!\bwir )(?<!\bsie )"
"""Who says something orders nothing: “you say "within seven days"”."""
_TO_WRITE = re.compile(
    rf"{_SUBJECTS}\b(?:{_VERBS})\b[^\"“„«.!?\n]{{0,60}}[\"“„«](?P<words>[^\"”“»\n]{{8,600}})(?:[\"”“»]|$)", re.IGNORECASE | re.MULTILINE
)
_FOREIGN: frozenset[Origin] = frozenset(("customer", "bot", "memory", "guide", "detail"))
"""Texts that strangers may have written: nobody there tells us what to write."""
_ARTICLES: frozenset[Origin] = frozenset(("public", "internal"))
"""They may say how a thing is put: the agent is told, and decides."""


def obeyed(turn: Turn, normal: Normal) -> Iterator[tuple[str, Place, bool]]:
    """What an order in the evidence wanted and the draft holds: why, where, and whether it is sure enough to withhold the draft."""
    told = squeeze(normal)
    for source in ledger(turn).sources:
        place = _first(told, _of_orders(source.text))
        if place:
            yield f"does what {source.ref} orders whoever drafts to do", normal.span(*place), True
            continue
        wanted = _to_write(source.text) if source.origin in _FOREIGN | _ARTICLES else ()
        place = _first(told, wanted, _ours(turn, source.ref)) if wanted else None
        if place:
            quoted = normal.text[: place[0]].endswith(('"', "“", "„", "«"))  # told of, not done
            yield f"writes what {source.ref} asks to be written", normal.span(*place), source.origin in _FOREIGN and not quoted


@recent(4096)
def _of_orders(text: str) -> tuple[str, ...]:
    """Every run of sentences that speak of our instructions."""
    if not aimed_at_us(text):
        return ()
    orders = (one.text for one in sentences(text) if aimed_at_us(one.text) and _RULES.search(one.text))
    return tuple(run for order in orders for run in runs(order, _RUN))


@recent(4096)
def _to_write(text: str) -> tuple[str, ...]:
    """Every run of the words, in quotation marks, that a sentence orders to be written."""
    orders = (match["words"] for match in _TO_WRITE.finditer(text))
    return tuple(run for order in orders for run in (runs(order, _RUN) or runs(order, _FEWEST)))


def _ours(turn: Turn, but: str) -> str:
    """What the company says itself, in other places: whoever asks for that asks for nothing new."""
    ours = (source for source in ledger(turn).sources if source.origin in COMPANY and source.trusted)
    return "\n".join(source.squeezed for source in ours if source.ref != but)


def _first(told: Squeezed, wanted: tuple[str, ...], free: str = "") -> Place | None:
    """Where the first of these runs stands, in the normalised text."""
    run = next((run for run in wanted if run in told.text and run not in free), None)
    if run is None:
        return None
    at = told.text.find(run)
    return told.places[at], told.places[at + len(run) - 1] + 1
