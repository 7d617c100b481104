"""re-asked: a detail that is on record is asked for again."""

import re
from collections.abc import Iterator
from typing import ClassVar

from copilot.domain.people import Assurance
from evals.casebook.format import Case
from evals.metrics.base import About, Better, CaseMetric, Reading
from evals.outcome import FOR_CUSTOMER, Outcome
from evals.reading.words import sentences

_ASKS = re.compile(
    r"\?|\b(?:please|could you|can you|would you|tell (?:me|us)|let (?:me|us) (?:know|have)|send (?:me|us)|give (?:me|us)|provide|need|"
    r"bitte|können Sie|könnten Sie|nennen|schicken|brauche|por favor|puede|podría|indíqueme|díganos|necesito)\b",
    re.IGNORECASE,
)
_WHOSE = (
    r"(?:your|ihre?\w{0,2}|deine?\w{0,2}|su|tu|what(?:['’]s| is| was)(?: the)?|which|welche\w?|"
    r"(?:need|have|give \w+|send \w+|tell \w+) the)"
)


class Reasked(CaseMetric):
    """Read from the words of each known detail, not by the product's own check: `your address?`, never `your delivery address?`."""

    name = "re-asked"
    ability: ClassVar[About] = "memory"
    version: ClassVar[int] = 2
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
        asking = list(_asking(outcome))
        asked = [f"{field}: {said}" for field in fields for said in asking if _asks_for(field, said)]
        return Reading(float(bool(asked)), "\n".join(asked))


def _asking(outcome: Outcome) -> Iterator[str]:
    for suggestion in outcome.told():
        yield from (one.text for one in sentences(suggestion.text) if _ASKS.search(one.text))


def _asks_for(field: str, said: str) -> bool:
    words = r"\s+".join(map(re.escape, field.split("_")))
    return bool(re.search(rf"\b{_WHOSE}\s+{words}\b(?!\s+of\b)", said, re.IGNORECASE))
