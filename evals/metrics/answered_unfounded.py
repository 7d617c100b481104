"""answered unfounded: an answer where there is none."""

from typing import ClassVar

from evals.casebook.format import Case
from evals.metrics.answered_right import wanted_ways, ways_taken
from evals.metrics.base import About, Better, CaseMetric, Reading
from evals.outcome import Outcome


class AnsweredUnfounded(CaseMetric):
    """The dear one of the two mistakes that `answered right` counts alike."""

    name = "answered unfounded"
    ability: ClassVar[About] = "abstention"
    better: ClassVar[Better] = "lower"
    source = "CRAFT, Silence: an airline was held to what its bot invented (Moffatt v. Air Canada, 2024)."
    says = "Of the cases that want silence, the share in which a reply answers all the same."

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where silence is not wanted, or no reply was made."""
        done = ways_taken(outcome)
        if wanted_ways(case) != ("decline",) or not done:
            return None
        reply = outcome.of("reply")
        answers = "answer" in done
        return Reading(float(answers), reply.text if answers and reply else "")
