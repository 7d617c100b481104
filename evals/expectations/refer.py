"""refer: a way out is shown as one that somebody else has to grant."""

from typing import Any

from evals.expectations.base import Expectation, Seen, listed
from evals.outcome import Outcome


class Refer(Expectation):
    """An option on this lever that needs a supervisor's yes."""

    name = "refer"
    takes = "Write the id of a lever, or a list of which one is enough."
    value = str | list[str]
    kinds = ("options",)

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        options = [option for s in outcome.shown("options") for option in s.payload.get("options", [])]
        theirs = {str(option["lever_id"]) for option in options if option["authority"] == "supervisor"}
        wanted = theirs & set(listed(value))
        return Seen(bool(wanted), ", ".join(sorted(wanted)) or f"a supervisor is asked for: {', '.join(sorted(theirs)) or 'nothing'}")
