"""heat: how hot the case is, 0–100, its waiting included."""

from typing import Any

from evals.expectations.base import Expectation, Range, Seen
from evals.outcome import Outcome


class Heat(Expectation):
    """Between two values, the ends included."""

    name = "heat"
    takes = "Write {least: 60}, {most: 45} or both."
    value = Range

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        emotion = outcome.turn.evidence.emotion
        return Seen(value.least <= emotion.heat <= value.most, f"{emotion.heat:.0f}: {emotion.why}")
