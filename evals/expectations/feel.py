"""feel: how the customer is read."""

from typing import Any

from copilot.domain.emotion import Label
from evals.expectations.base import Expectation, Seen
from evals.outcome import Outcome


class Feel(Expectation):
    """The label of the case as a whole; several may be right."""

    name = "feel"
    takes = "Write neutral, grateful, confused, worried, disappointed, frustrated or angry; or a list of which one is enough."
    value = Label | list[Label]

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        emotion = outcome.turn.evidence.emotion
        return Seen(emotion.label in ([value] if isinstance(value, str) else value), f"{emotion.label}: {emotion.why}")
