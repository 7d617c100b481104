"""What the copilot made of one case: the turn with its evidence, and the suggestions. What every expectation and metric looks at."""

from collections.abc import Iterator
from typing import Any

from inspect_ai.solver import TaskState
from pydantic import BaseModel, ConfigDict

from copilot.domain.suggestion import Suggestion
from copilot.domain.turn import Turn

OUTCOME = "outcome"
"""Where a sample's store holds it."""
FOR_CUSTOMER = ("reply", "acknowledge", "questions")
"""Kinds whose text goes to the customer; the others are read by colleagues."""


class Outcome(BaseModel):
    """One run of the whole graph."""

    model_config = ConfigDict(frozen=True)

    turn: Turn
    suggestions: tuple[Suggestion, ...]
    asked: tuple[str, ...] = ()
    """Kinds that the turn did not want by itself: the case asked for them."""

    def shown(self, kind: str | None = None) -> Iterator[Suggestion]:
        """What an agent is offered; with `kind`, only that. Withheld and abstained drafts are not among it."""
        for suggestion in self.suggestions:
            if suggestion.state == "proposed" and (kind is None or suggestion.kind == kind):
                yield suggestion

    def told(self, kind: str | None = None) -> Iterator[Suggestion]:
        """What may reach the customer: the text of these kinds; with `kind`, only of that one, whoever reads it."""
        for suggestion in self.shown(kind):
            if kind is not None or suggestion.kind in FOR_CUSTOMER:
                yield suggestion

    def of(self, kind: str) -> Suggestion | None:
        """The suggestion of a kind in whatever state; None when the turn did not want it."""
        return next((s for s in self.suggestions if s.kind == kind), None)


def words_of(value: Any) -> str:
    """All text of a payload, a line each."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n".join(words_of(one) for one in value.values())
    if isinstance(value, list | tuple):
        return "\n".join(words_of(one) for one in value)
    return "" if value is None else str(value)


def everything_in(suggestion: Suggestion) -> str:
    """Its text and what stands in its structure."""
    return f"{suggestion.text}\n{words_of(suggestion.payload)}"


def outcome_of(state: TaskState) -> Outcome:
    """What the solver left."""
    return Outcome.model_validate(state.store.get(OUTCOME))
