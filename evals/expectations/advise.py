"""advise: how many questions an advisor asks, each with what its answer decides."""

from typing import Any

from evals.expectations.base import Expectation, Range, Seen
from evals.outcome import Outcome


class Advise(Expectation):
    """The number of questions that say what they decide, no question twice; one that decides nothing does not count."""

    name = "advise"
    takes = "Write {least: 2}, {most: 4} or both."
    value = Range
    kinds = ("questions",)

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        asked = [question for s in outcome.shown("questions") for question in s.payload.get("questions", [])]
        telling = {str(q["question"]) for q in asked if str(q["decides"]).strip() and str(q["why"]).strip()}
        return Seen(value.least <= len(telling) <= value.most, f"{len(telling)}: {' | '.join(sorted(telling))}")
