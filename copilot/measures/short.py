"""short: two to five sentences in a chat, one question at most."""

from typing import Final

from copilot.domain.scorecards import Measured, Seen
from copilot.measures.base import LiveRecord, Measure
from copilot.memory.sentences import sentences

MOST: Final = 5
QUICK: Final = ("chat", "sms", "social")


class Short(Measure):
    """In channels in which people write back and forth."""

    name = "short"
    source = "CRAFT, Replies 8: a chat reply is two to five sentences; one question at most."
    says = f"The share of answers in chat, SMS and social media of at most {MOST} sentences with at most one question."

    def read(self, record: LiveRecord) -> Measured | None:
        """None in other channels, or without answers."""
        if record.conversation.channel not in QUICK or not record.answers:
            return None
        seen = []
        for message in record.answers:
            said = sentences(message.text)
            asked = sum(one.asks for one in said)
            if len(said) > MOST or asked > 1:
                what = f"{len(said)} sentences" if len(said) > MOST else f"{asked} questions at once"
                seen.append(Seen(message_id=message.id, end=len(message.text), what=what))
        return self.measured(1 - len(seen) / len(record.answers), seen)
