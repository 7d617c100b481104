"""introduce: the handover's introduction names both people."""

from typing import Any

from evals.expectations.base import Expectation, Seen, found_in, listed
from evals.outcome import Outcome

NEXT = "{next agent}"
"""Where the name of whoever accepts is filled in."""


class Introduce(Expectation):
    """All of the words stand in the introduction, beside the place for the next agent's name."""

    name = "introduce"
    takes = "Write how the customer is called, or a list of words that all have to stand there."
    value = str | list[str]
    kinds = ("handover",)

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        said = [str(s.payload.get("introduction", "")) for s in outcome.shown("handover")]
        if not said:
            return Seen(False, "there is no handover")
        lacking = [word for word in (*listed(value), NEXT) if found_in(said[0], word) is None]
        return Seen(not lacking, f"{'without ' + ', '.join(lacking) + ': ' if lacking else ''}“{said[0]}”")
