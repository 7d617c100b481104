"""abstain: the kind stays silent, and says why."""

from typing import Any

from copilot.domain.suggestion import KindName
from evals.expectations.base import Expectation, Seen
from evals.outcome import Outcome


class Abstain(Expectation):
    """Nothing is offered: it abstained, or what was drafted was withheld."""

    name = "abstain"
    takes = "Write a kind: reply, acknowledge, cue, questions, options or handover."
    value = KindName

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        made = outcome.of(value)
        if made is None:
            return Seen(False, "it was not asked for")
        return Seen(made.state in ("abstained", "withheld"), f"{made.state}: {made.reason or made.text[:200]}")
