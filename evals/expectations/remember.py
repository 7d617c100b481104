"""remember: something of the customer's history is brought up."""

from typing import Any

from evals.expectations.base import Expectation, Seen, any_of, listed
from evals.outcome import Outcome

FIRST = 5
"""Memories that are looked at: what an agent sees without scrolling."""


class Remember(Expectation):
    """Words of one of the first memories, or of a promise."""

    name = "remember"
    takes = "Write words of the memory, or a list of which one is enough."
    value = str | list[str]

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        evidence = outcome.turn.evidence
        texts = [memory.text for memory in evidence.memories[:FIRST]] + [promise.text for promise in evidence.promises]
        return any_of(texts, listed(value))
