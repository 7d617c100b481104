"""notice: a sign in what the customer wrote is seen, such as a threat to leave or words of law."""

from typing import Any

from evals.expectations.base import Expectation, Seen, listed
from evals.outcome import Outcome


class Notice(Expectation):
    """Among the signs that heat was read from."""

    name = "notice"
    takes = "Write a sign, such as repeats, capitals, threat_leave, threat_public, legal, sarcasm or asks_human; or a list."
    value = str | list[str]

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        signs = outcome.turn.evidence.emotion.signs
        found = set(signs) & set(listed(value))
        return Seen(bool(found), ", ".join(sorted(found)) or f"signs: {', '.join(signs) or 'none'}")
