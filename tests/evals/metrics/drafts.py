"""Outcomes made by hand: a Turn of `copilot.testing.turns` with the drafts a test says."""

from typing import Any

from copilot.domain.suggestion import Citation, KindName, Suggestion
from copilot.domain.turn import Turn
from evals.casebook.format import Case
from evals.metrics import CATALOGUE
from evals.metrics.base import CaseMetric, Reading
from evals.outcome import Outcome

BRIEF: dict[str, Any] = {
    "urgency": "", "reason": "", "story": [], "tried": [], "promises": [], "emotion": "", "known": [], "actions": [], "if_then": [],
    "risks": [], "introduction": "",
}  # fmt: skip


def case(**more: Any) -> Case:
    """A case that expects as little as one may."""
    given = {"case": "a case", "ability": "empathy", "conversation": [{"customer": "Hello"}], "must_not": [{"say": "nothing of the kind"}]}
    return Case.model_validate(given | more)


def draft(kind: KindName, text: str, *cited: tuple[str, str], **more: Any) -> Suggestion:
    """A shown draft; `cited`: words of its text, and the source they stand on."""
    citations = tuple(Citation(span=(text.index(said), text.index(said) + len(said)), source=source) for said, source in cited)
    given: dict[str, Any] = {"id": f"s-{kind}", "turn_id": "t", "state": "proposed", "producer": "model"}
    return Suggestion(kind=kind, text=text, citations=citations, **(given | more))


def brief(text: str, **parts: Any) -> Suggestion:
    """A handover whose text stands in its payload, too."""
    return draft("handover", text, payload=BRIEF | parts)


def options(*made: dict[str, Any]) -> Suggestion:
    """Ways out: of each what a test says, the rest as it has to be."""
    base = {"title": "", "gain": "", "lever_id": None, "basis": "", "authority": "agent", "value": "", "cost": "", "confirm_first": ""}
    return draft("options", "\n".join(one["title"] for one in made), payload={"options": [base | one for one in made]})


def questions(*made: tuple[str, str]) -> Suggestion:
    """(question, what it decides)."""
    asked = [{"question": question, "why": "It matters here.", "decides": decides} for question, decides in made]
    return draft("questions", "\n".join(question for question, _ in made), payload={"questions": asked})


def read(metric: str, turn: Turn, *drafts: Suggestion, given: Case | None = None) -> Reading | None:
    """What a metric reads."""
    measured = CATALOGUE[metric]
    assert isinstance(measured, CaseMetric)
    return measured.read(given or case(), Outcome(turn=turn, suggestions=drafts))


def value(metric: str, turn: Turn, *drafts: Suggestion, given: Case | None = None) -> float:
    """The figure; fails where there was nothing to count."""
    found = read(metric, turn, *drafts, given=given)
    assert found is not None, f"{metric} found nothing to count"
    return found.value
