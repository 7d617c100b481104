"""owe: a promise of ours stands, in this state."""

from typing import Any

from copilot.domain.memory import PromiseState
from evals.expectations.base import Expectation, Seen
from evals.outcome import Outcome


class Owe(Expectation):
    """Whether a promise on record is open, overdue, kept or withdrawn."""

    name = "owe"
    takes = "Write open, overdue, kept or withdrawn."
    value = PromiseState

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        promises = outcome.turn.evidence.promises
        wanted = [promise for promise in promises if promise.state == value]
        return Seen(bool(wanted), " | ".join(f"{p.state}: {p.text}" for p in wanted or promises) or "no promise is on record")
