"""no fault invented: nothing is admitted that the record does not show."""

from typing import ClassVar

from copilot.checks.apology import Apology
from copilot.checks.base import Check
from copilot.domain.conversation import Message
from copilot.domain.turn import Turn
from copilot.measures.base import CheckedMeasure


class NoFaultInvented(CheckedMeasure):
    """The other half of an apology that follows the record."""

    name = "no fault invented"
    source = "CRAFT, Replies 4: only with evidence of fault; DESIGN §1, honesty."
    says = "The share of answers, where no mistake of ours is on record, that admit none."
    check: ClassVar[Check] = Apology()

    def counts(self, message: Message, turn: Turn) -> bool:
        """Where the mistake was ours, `fault owned` looks."""
        return turn.evidence.fault is None or turn.evidence.fault.party != "company"
