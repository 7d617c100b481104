"""offer: a way out is offered that stands on this lever."""

from typing import Any

from evals.expectations.base import Expectation, Seen, listed
from evals.outcome import Outcome


class Offer(Expectation):
    """Among the options, or cited in a reply."""

    name = "offer"
    takes = "Write the id of a lever, or a list of which one is enough."
    value = str | list[str]
    kinds = ("options",)

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        offered = {str(option.get("lever_id")) for s in outcome.shown("options") for option in s.payload.get("options", [])}
        offered |= {c.source.removeprefix("lever:") for s in outcome.shown("reply") for c in s.citations if c.source.startswith("lever:")}
        offered -= {"None", ""}
        wanted = offered & set(listed(value))
        return Seen(bool(wanted), ", ".join(sorted(wanted or offered)) or "nothing is offered")
