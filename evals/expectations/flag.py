"""flag: a check found something in a draft."""

from typing import Any

from evals.expectations.base import Expectation, Seen, listed
from evals.outcome import Outcome


class Flag(Expectation):
    """A check of this name flagged or withheld a suggestion."""

    name = "flag"
    takes = "Write the name of a check, such as unsupported, or a list of which one is enough."
    value = str | list[str]

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        found = [
            f"{check.name} in {suggestion.kind}: {check.detail}"
            for suggestion in outcome.suggestions
            if kind is None or suggestion.kind == kind
            for check in suggestion.checks
            if check.outcome != "pass" and check.name in listed(value)
        ]
        return Seen(bool(found), " | ".join(found) or "it passed")
