"""re-asked: a detail that is on record is asked for again."""

from typing import ClassVar

from copilot.domain.people import Assurance
from evals.casebook.format import Case
from evals.expectations.ask import Ask
from evals.metrics.base import About, Better, CaseMetric, Reading
from evals.outcome import FOR_CUSTOMER, Outcome

_WORDS = {"name": ["your name", "your full name", "Ihren Namen", "Ihr Name", "su nombre"]}
"""What asks for a field whose own word stands in other questions: "the name on the door" is not the customer's."""


class Reasked(CaseMetric):
    """Read from the words of each known detail, not by the product's own check."""

    name = "re-asked"
    ability: ClassVar[About] = "memory"
    better: ClassVar[Better] = "lower"
    source = "DESIGN §1, memory; CRAFT, Questions: a question whose answer is on record goes."
    says = "The share of cases with a proven person and details on record in which a draft asks for one of them. One is too many."

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where nothing is on record, the person is not proven, or no draft is for the customer."""
        turn = outcome.turn
        fields = [detail.field for detail in turn.evidence.known_details if detail.state == "fresh" and detail.value.strip()]
        drafted = any(suggestion.kind in FOR_CUSTOMER for suggestion in outcome.shown())
        if not fields or not drafted or turn.assurance != Assurance.PROVEN:
            return None
        asked = [field for field in fields if Ask().look(outcome, _WORDS.get(field, field), None).happened]
        return Reading(float(bool(asked)), f"asks for {', '.join(asked)}" if asked else "")
