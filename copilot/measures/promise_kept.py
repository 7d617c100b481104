"""promise kept: what was promised in the conversation came, and in time."""

from copilot.domain.scorecards import Measured, Seen
from copilot.measures.base import LiveRecord, Measure


class PromiseKept(Measure):
    """Of the ledger, not of words. What is not due yet says nothing."""

    name = "promise kept"
    source = "CRAFT, Replies 5; Maister 1985: uncertain waits feel longer."
    says = "The share of dated promises made in the conversation that were kept by their date."

    def read(self, record: LiveRecord) -> Measured | None:
        """None where nothing that was promised has been due."""
        due = [one for one in record.promises if one.due is not None and one.state in ("kept", "overdue")]
        late = [one for one in due if one.state == "overdue" or (one.settled_at and one.due and one.settled_at > one.due)]
        theirs = {message.id for message in record.conversation.messages}
        sources = (one.source.removeprefix("message:") for one in late)
        seen = [Seen(message_id=source, what="not kept by its date") for source in sources if source in theirs]
        return self.measured(1 - len(late) / len(due), seen) if due else None
