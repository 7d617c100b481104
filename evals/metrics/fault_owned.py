"""fault owned: where the record shows our mistake, the reply owns it."""

from typing import ClassVar

from evals.casebook.format import Case
from evals.expectations.own import Own
from evals.metrics.base import About, CaseMetric, Reading
from evals.outcome import Outcome
from evals.reading.record import may_be_told


class FaultOwned(CaseMetric):
    """The first half of an apology that follows the record; `fault invented` is the other."""

    name = "fault owned"
    ability: ClassVar[About] = "empathy"
    source = "CRAFT, Replies 4 (Lewicki, Polin & Lount 2016): responsibility weighs most."
    says = "The share of replies that take responsibility where the record shows our mistake. Regret without it reads as an excuse."

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None without a mistake of ours on record that is not settled, a reply, or somebody it may be told to."""
        fault = outcome.turn.evidence.fault
        settled = {f"memory:{memory.id}" for memory in outcome.turn.evidence.memories if memory.resolved}
        if (
            fault is None
            or fault.source in settled
            or fault.party != "company"
            or not may_be_told(outcome.turn)
            or not list(outcome.shown("reply"))
        ):
            return None
        seen = Own().look(outcome, "company", "reply")
        return Reading(float(seen.happened), "" if seen.happened else f"{seen.what}; on record: {fault.text}")
