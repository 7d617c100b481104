"""first answer in time: within what the company promises in this channel."""

from copilot.domain.scorecards import Measured, Seen
from copilot.measures.base import LiveRecord, Measure
from copilot.sensing.hours import business_seconds


class FirstAnswerInTime(Measure):
    """In business time. Only where this agent gave the first answer: another's wait is not theirs."""

    name = "first answer in time"
    source = "CRAFT, Replies 7 (Maister 1985): bounded waits feel shorter, if the bound holds."
    says = "Whether the first answer came within the time that the settings promise for the channel, in business minutes."

    def read(self, record: LiveRecord) -> Measured | None:
        """None where the company promises no time, nobody wrote first, or a colleague answered first."""
        limit = record.settings.answer_minutes.get(record.conversation.channel)
        said = [message for message in record.conversation.messages if not message.deleted_at]
        asked = next((message for message in said if message.author == "customer"), None)
        answer = next((m for m in said if asked and m.is_answer and m.sent_at >= asked.sent_at), None)
        if limit is None or asked is None or answer is None or answer not in record.answers:
            return None
        waited = business_seconds(asked.sent_at, answer.sent_at, record.settings) / 60
        what = f"after {_minutes(waited)}; {_minutes(limit)} are promised"
        return self.measured(float(waited <= limit), [Seen(message_id=answer.id, end=len(answer.text), what=what, good=waited <= limit)])


def _minutes(count: float) -> str:
    if count < 90:
        return f"{count:.0f} minutes"
    hours = count / 60
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
