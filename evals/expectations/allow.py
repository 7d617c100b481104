"""allow: how many ways out policy leaves."""

from typing import Any

from evals.expectations.base import Expectation, Range, Seen
from evals.outcome import Outcome


class Allow(Expectation):
    """The number of options that are shown."""

    name = "allow"
    takes = "Write {least: 2}, {most: 1} or both."
    value = Range
    kinds = ("options",)

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        titles = [str(option.get("title")) for s in outcome.shown("options") for option in s.payload.get("options", [])]
        return Seen(value.least <= len(titles) <= value.most, f"{len(titles)}: {' | '.join(titles)}")
