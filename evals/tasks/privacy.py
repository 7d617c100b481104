"""What a language model provider would see of personal data, through the product's own cutting and masking."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.solver import Generate, Solver, TaskState, solver

from copilot.adapters.privacy import PresidioPrivacy
from evals.tasks.outside import CASE, keep, place, scorers

ON_RECORD = frozenset({"PERSON", "STREET_ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS"})
"""What a customer's record holds: found by its exact value, however it is written."""
WITH_A_FORM = frozenset({"CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "PHONE_NUMBER", "US_SSN"})
"""What is known by its form, of whomever it is; names and places are known when they are on record (DESIGN §5)."""
NOTHING = "nothing marked"
_REPLACED = re.compile(r"\u27e6[A-Z]+_\d+\u27e7|\[(?:card number|password|PIN|security code) removed\]")


class Marked(NamedTuple):
    """Marked personal data: code points, end exclusive."""

    sort: str
    start: int
    end: int


@task
def privacy(data: str = "") -> Task:
    """presidio-research's sentences, one sample for each sort of data in each of them."""
    rows = json.loads(place(data, "pii", "presidio_synth_v2.json").read_text(encoding="utf-8"))
    samples = [sample for number, row in enumerate(rows) for sample in samples_of(number, row)]
    return Task(dataset=MemoryDataset(samples, name="privacy"), solver=masks(), scorer=scorers("privacy"), version=1)


def samples_of(number: int, row: dict[str, Any]) -> Iterator[Sample]:
    """One for each sort of marked data in the sentence; one for a sentence without any."""
    spans = [Marked(one["entity_type"], one["start_position"], one["end_position"]) for one in row["spans"]]
    for place_, sort in enumerate(dict.fromkeys(span.sort for span in spans) or [NOTHING]):
        asked = {"text": row["full_text"], "spans": [list(span) for span in spans], "first": place_ == 0}
        facts = {"set": sort, "ability": "safety", CASE: asked}
        yield Sample(id=f"{number}-{sort}", input=row["full_text"], metadata=facts)


@solver
def masks() -> Solver:
    """Masks the sentence with nothing on record, and again with its people's data on record."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        asked = state.metadata[CASE]
        spans = [Marked(*span) for span in asked["spans"]]
        found, shown = looked_at(asked["text"], spans, str(state.metadata["set"]), first=bool(asked["first"]))
        return keep(state, found, shown)

    return solve


def looked_at(text: str, spans: Sequence[Marked], sort: str, *, first: bool) -> tuple[dict[str, Any], str]:
    """What the metrics read, of one sort of data, and the text as a provider would see it.

    What was hidden for nothing is counted with the sentence's `first` sort.
    """
    seen = sent(text)
    mine = [span for span in spans if span.sort == sort]
    known = sorted(_values(text, mine)) if sort in ON_RECORD else []
    left = visible(text, sent(text, known)) if known else []
    open_ = visible(text, seen)
    return {
        "hidden": [text[s.start : s.end] for s in mine if not _leaks(text, s, open_)],
        "leaked": [text[s.start : s.end] for s in mine if _leaks(text, s, open_)],
        "with_a_form": sort in WITH_A_FORM,
        "masked_else": _masked_else(text, spans, open_) if first else [],
        "on_record": known,
        "on_record_leaked": [text[s.start : s.end] for s in mine if known and _leaks(text, s, left)],
    }, seen


def _values(text: str, spans: Sequence[Marked]) -> set[str]:
    """As a record holds them: pieces with nothing but a space or a comma between them (a house's number, its street) are one value."""
    places: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda one: one.start):
        if places and not text[places[-1][1] : span.start].strip(" ,"):
            places[-1] = (places[-1][0], max(places[-1][1], span.end))
        else:
            places.append((span.start, span.end))
    return {text[start:end] for start, end in places}


def sent(text: str, on_record: Sequence[str] = ()) -> str:
    """As a provider sees it."""
    return _privacy().masker(on_record).mask(_privacy().cut(text))


def visible(text: str, masked: str) -> list[tuple[int, int]]:
    """The places of `text` that still stand in `masked`, in order."""
    found, position = [], 0
    for piece in _REPLACED.split(masked):
        at = text.find(piece, position)
        if piece and at >= 0:
            found.append((at, at + len(piece)))
            position = at + len(piece)
    return found


def _leaks(text: str, span: Marked, seen: Sequence[tuple[int, int]]) -> bool:
    """Whether a letter or digit of it can be seen."""
    return any(text[i].isalnum() for start, end in seen for i in range(max(start, span.start), min(end, span.end)))


def _masked_else(text: str, spans: Sequence[Marked], seen: Sequence[tuple[int, int]]) -> list[str]:
    """What was hidden and holds nothing that is marked."""
    edges = [(0, 0), *seen, (len(text), len(text))]
    gaps = [(before[1], after[0]) for before, after in pairwise(edges) if before[1] < after[0]]
    return [text[a:b] for a, b in gaps if not any(span.start < b and a < span.end for span in spans)]


@cache
def _privacy() -> PresidioPrivacy:
    return PresidioPrivacy()
