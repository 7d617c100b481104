"""handover compression: how much shorter a brief is than what it stands for."""

from typing import ClassVar

from evals.casebook.format import Case
from evals.metrics.base import About, Better, CaseMetric, Reading, Unit
from evals.outcome import Outcome
from evals.reading.record import sources
from evals.reading.words import words

_READ = ("message:", "memory:", "promise:", "detail:")


class HandoverCompression(CaseMetric):
    """Beside `handover coverage`: short is good only while nothing is missing."""

    name = "handover compression"
    ability: ClassVar[About] = "handover"
    better: ClassVar[Better] = "lower"
    unit: ClassVar[Unit] = "score"
    source = "Compression ratio of summaries (Grusky et al. 2018, turned round); I-PASS takes no longer."
    says = (
        "Words of the brief for each word of the conversation and of the customer's record that the next person would have to read. "
        "Above 1, reading it all is quicker; too little shows in the coverage."
    )

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where no brief is shown."""
        brief = next(outcome.shown("handover"), None)
        if brief is None:
            return None
        whole = sum(len(words(text)) for name, text in sources(outcome.turn) if name.startswith(_READ))
        length = len(words(brief.text))
        return Reading(length / max(1, whole), f"{length} of {whole} words")
