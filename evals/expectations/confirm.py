"""confirm: an option says what has to be true first."""

from typing import Any

from evals.expectations.base import Expectation, Seen, any_of, listed
from evals.outcome import Outcome


class Confirm(Expectation):
    """Words of what the agent has to confirm before an option may be offered."""

    name = "confirm"
    takes = "Write words of the condition, or a list of which one is enough."
    value = str | list[str]
    kinds = ("options",)

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        options = [option for s in outcome.shown("options") for option in s.payload.get("options", [])]
        return any_of([str(option["confirm_first"]) for option in options], listed(value))
