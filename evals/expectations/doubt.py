"""doubt: a detail is on record, but has to be confirmed: it is old, or what is known differs."""

from typing import Any

from copilot.memory.fields import standard_name
from evals.expectations.base import Expectation, Seen, listed
from evals.outcome import Outcome


class Doubt(Expectation):
    """Whether the field is among the known details and not to be relied on as it stands."""

    name = "doubt"
    takes = "Write the name of a field, such as address, or a list of which one is enough."
    value = str | list[str]

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        details = {standard_name(detail.field): detail for detail in outcome.turn.evidence.known_details}
        named = [details[field] for field in map(standard_name, listed(value)) if field in details]
        doubted = [detail for detail in named if detail.state != "fresh"]
        return Seen(bool(doubted), ", ".join(f"{d.field}: {d.state}" for d in doubted or named) or "it is not on record")
