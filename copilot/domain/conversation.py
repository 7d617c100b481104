"""Conversations and messages: what was said, where, by whom."""

from collections.abc import Sequence
from typing import Literal

from copilot.domain.base import Frozen, Instant
from copilot.domain.people import Assurance

Channel = Literal["chat", "email", "phone", "social", "letter", "sms"]
Author = Literal["customer", "agent", "bot", "system"]
Visibility = Literal["public", "private"]
Status = Literal["open", "pending", "closed"]
Party = Literal["company", "customer", "third", "none"]
DEFAULT_CONNECTION = "api"
"""The chat tool account of a sender who names none."""
FILE_CONNECTION = "file"
"""Where conversations belong that were imported from files."""
BUILT_IN = (DEFAULT_CONNECTION, FILE_CONNECTION)
"""Kinds of connections whose conversations have no chat tool of their own: they are answered in the built-in view."""


class Attachment(Frozen):
    """A file that came with a message: its name and type; the content stays in the chat tool."""

    name: str = ""
    type: str = ""
    url: str = ""


class Message(Frozen):
    """One thing said. Private: a note between colleagues that the customer never sees."""

    id: str
    author: Author
    text: str
    sent_at: Instant
    author_id: str = ""
    author_name: str = ""
    visibility: Visibility = "public"
    attachments: tuple[Attachment, ...] = ()
    edited_at: Instant | None = None
    deleted_at: Instant | None = None
    external_id: str = ""

    @property
    def is_answer(self) -> bool:
        """Only a public agent message answers a customer; bots and notes do not."""
        return self.author == "agent" and self.visibility == "public" and not self.deleted_at


class Outcome(Frozen):
    """How an earlier interaction ended, and whose fault it was where the record says so."""

    text: str
    resolved: bool | None = None
    fault: Party | None = None


class Conversation(Frozen):
    """One thread in one channel. Messages are in the order they were sent."""

    id: str
    external_id: str
    channel: Channel
    status: Status = "open"
    language: str = ""
    assignee: str = ""
    team: str = ""
    customer_id: str | None = None
    assurance: Assurance = Assurance.NONE
    messages: tuple[Message, ...] = ()
    outcome: Outcome | None = None
    csat: int | None = None

    def until(self, moment: Instant) -> "Conversation":
        """The conversation as it stood at `moment`: what was said later does not exist."""
        seen = tuple(m for m in self.messages if m.sent_at <= moment)
        return self.model_copy(update={"messages": seen})


def unanswered(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The customer's messages since the last public agent message, oldest first."""
    waiting: list[Message] = []
    for message in reversed(messages):
        if message.is_answer:
            break
        if message.author == "customer" and not message.deleted_at:
            waiting.append(message)
    return tuple(reversed(waiting))
