"""cover: whether knowledge is said to answer the question."""

from typing import Any

from evals.expectations.base import Expectation, Seen
from evals.outcome import Outcome


class Cover(Expectation):
    """`cover: true` or `cover: false`."""

    name = "cover"
    takes = "Write true or false."
    value = bool

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        said = outcome.turn.evidence.coverage
        return Seen(
            said.covered == value,
            f"{'covered' if said.covered else 'not covered'} ({said.score:.2f} of {said.threshold:g}) {said.reason}".strip(),
        )
