"""I, not we: a person says what they do next."""

from typing import ClassVar

from evals.casebook.format import Case
from evals.metrics.base import About, CaseMetric, Reading
from evals.outcome import Outcome
from evals.reading.words import next_steps, speakers


class INotWe(CaseMetric):
    """Only where the next step is told: policy and the company's fault are `we`."""

    name = "I, not we"
    ability: ClassVar[About] = "empathy"
    source = "CRAFT, Replies 2 (Packard, Moore & McFerran, JMR 2018)."
    says = "Of those who speak in sentences that tell the next step, the share that is “I”. “We will look into it” is nobody."

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where no draft for the customer tells a next step in the first person."""
        steps = [step for suggestion in outcome.told() for step in next_steps(suggestion.text)]
        counts = [speakers(step) for step in steps]
        first, company = sum(i for i, _ in counts), sum(we for _, we in counts)
        if not first + company:
            return None
        return Reading(first / (first + company), "\n".join(step for step, (i, we) in zip(steps, counts, strict=True) if we > i))
