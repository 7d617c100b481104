"""nothing re-asked: what is on record is not asked for again."""

from typing import ClassVar

from copilot.checks.base import Check
from copilot.checks.reask import Reask
from copilot.domain.conversation import Message
from copilot.domain.turn import Turn
from copilot.measures.base import CheckedMeasure


class NothingReasked(CheckedMeasure):
    """With the eyes of the check that drafts are held to."""

    name = "nothing re-asked"
    source = "DESIGN §1, memory: never ask what is known."
    says = "The share of answers, with details on record, that ask for none of them."
    check: ClassVar[Check] = Reask()

    def counts(self, message: Message, turn: Turn) -> bool:
        """Only where something is on record."""
        return any(detail.value.strip() for detail in turn.evidence.known_details)
