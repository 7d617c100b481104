"""fault owned: where the record shows our mistake, somebody owns it."""

from copilot.checks.apology import owns
from copilot.domain.people import Assurance
from copilot.domain.scorecards import Measured, Seen
from copilot.measures.base import LiveRecord, Measure


class FaultOwned(Measure):
    """Once in a conversation is enough; in public, and to somebody whose identity is not proven, it may not be told."""

    name = "fault owned"
    source = "CRAFT, Replies 4 (Lewicki, Polin & Lount 2016): responsibility weighs most."
    says = "Whether an answer takes responsibility, where the record shows that the mistake was ours."

    def read(self, record: LiveRecord) -> Measured | None:
        """None without a mistake of ours on record, or nobody it may be told to."""
        ours = [
            (message, turn)
            for message, turn in record.read()
            if turn.evidence.fault and turn.evidence.fault.party == "company" and turn.assurance == Assurance.PROVEN
        ]
        if not ours or record.conversation.channel == "social":
            return None
        for message, _ in ours:
            place = owns(message.text)
            if place:
                return self.measured(1.0, [Seen(message_id=message.id, start=place[0], end=place[1], what="owns it", good=True)])
        message, turn = ours[0]
        told = turn.evidence.fault.text if turn.evidence.fault else ""
        return self.measured(0.0, [Seen(message_id=message.id, end=len(message.text), what=f"does not own it; on record: {told}")])
