"""handover coverage: what the next person has to know stands in the brief."""

from collections.abc import Iterator
from typing import ClassVar

from copilot.domain.turn import Turn
from evals.casebook.format import Case
from evals.metrics.base import About, CaseMetric, Reading
from evals.outcome import Outcome, everything_in
from evals.reading.record import may_be_told
from evals.reading.words import sentences, shared, squeezed, stems

ENOUGH = 0.6
"""The share of a sentence's matter that has to come back."""
BEGINNING = 160
"""Characters of what somebody said that count: a brief may break off a long message."""


class HandoverCoverage(CaseMetric):
    """Promises, answers given before, the feeling, known details, and what the customer asks for."""

    name = "handover coverage"
    ability: ClassVar[About] = "handover"
    source = "CRAFT, Handovers (I-PASS, Starmer et al. 2014; Geneva 2024: half of what matters is handed over)."
    says = (
        "The share of open promises, answers tried, the feeling, details on record and the customer's own questions that a brief holds. "
        "What is missing the customer has to tell again; what is too much `handover compression` counts."
    )

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where no brief is shown."""
        brief = next(outcome.shown("handover"), None)
        if brief is None:
            return None
        text = everything_in(brief)
        items = list(_items(outcome.turn))
        missing = [what for what, wanted in items if not _told(wanted, text)]
        return Reading(1 - len(missing) / len(items), "\n".join(missing)) if items else None


def _items(turn: Turn) -> Iterator[tuple[str, str]]:
    """(what it is, the words that have to come back)."""
    seen = turn.evidence
    for promise in seen.promises:
        if promise.state in ("open", "overdue"):
            yield f"promise: {promise.text}", promise.text
    for message in turn.window:
        if message.is_answer and stems(message.text):
            yield f"tried: {message.text[:BEGINNING]}", message.text[:BEGINNING]
    if seen.bot_failed:
        yield "tried: an assistant that did not help", "assistant"
    if seen.emotion.label:
        yield f"feeling: {seen.emotion.label}", seen.emotion.label
    for detail in seen.known_details if may_be_told(turn) else ():
        # A brief for somebody who is not proven keeps what is on record out of sight: it would be read out.
        if detail.state != "disputed":
            yield f"known: {detail.field} {detail.value}", detail.value
    yield from ((f"wanted: {text}", text) for text in _wanted(turn))


def _wanted(turn: Turn) -> list[str]:
    """What the waiting messages ask; where none asks, how the last one begins."""
    found = [sentence for message in turn.waiting for sentence in sentences(message.text)]
    asked = [sentence.text for sentence in found if sentence.asks and stems(sentence.text)]
    return asked or [message.text[:BEGINNING] for message in turn.waiting[-1:]]


def _told(wanted: str, brief: str) -> bool:
    return squeezed(wanted) in squeezed(brief) or (bool(stems(wanted)) and shared(wanted, brief) >= ENOUGH)
