"""know: a detail is on record, so nobody needs to ask."""

from typing import Any

from copilot.memory.fields import standard_name
from evals.expectations.base import Expectation, Seen, listed
from evals.outcome import Outcome


class Know(Expectation):
    """Whether the field is among the known details, whatever its state."""

    name = "know"
    takes = "Write the name of a field, such as booking_reference, or a list of which one is enough."
    value = str | list[str]

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        known = {standard_name(detail.field): detail.value for detail in outcome.turn.evidence.known_details}
        for field in listed(value):
            if standard_name(field) in known:
                return Seen(True, f"{field}: {known[standard_name(field)]}")
        return Seen(False, "known: " + (", ".join(known) or "nothing"))
