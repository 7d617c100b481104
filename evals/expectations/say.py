"""say: words (or one of several) stand in what may reach the customer; with `in:`, in what that kind shows."""

from typing import Any

from evals.expectations.base import Expectation, Seen, any_of, listed
from evals.outcome import Outcome, everything_in


class Say(Expectation):
    """The text of replies, acknowledgements and questions; of another kind (`in: handover`), everything it shows."""

    name = "say"
    takes = "Write the words, /a pattern/, or a list of which one is enough."
    value = str | list[str]

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        return any_of(map(everything_in if kind else _text, outcome.told(kind)), listed(value))


def _text(suggestion: Any) -> str:
    return str(suggestion.text)
