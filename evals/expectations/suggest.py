"""suggest: a suggestion of this kind is offered to the agent."""

from typing import Any

from copilot.domain.suggestion import KindName
from evals.expectations.base import Expectation, Seen
from evals.outcome import Outcome


class Suggest(Expectation):
    """Offered by itself: a kind that only the case asked for does not count."""

    name = "suggest"
    takes = "Write a kind: reply, acknowledge, cue, questions, options or handover."
    value = KindName

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        made = None if value in outcome.asked else outcome.of(value)
        return Seen(
            made is not None and made.state == "proposed",
            f"{made.state}: {made.reason or made.text[:200]}" if made else "it was not wanted",
        )
