"""A conversation is closed, or goes on: what follows from it, wherever it was said – here, in a chat tool, by a program."""

from typing import Final

from copilot.domain.conversation import Conversation, Status
from copilot.domain.ports.records import Records

CLOSED: Final = "closed"
"""The durable job that begins the wrap-up of a conversation; its subject is the conversation's id."""


async def move(records: Records, before: Conversation, status: Status, actor: str) -> Conversation:
    """The conversation with that status. Closed: nobody waits there any more, and its wrap-up is left to be begun."""
    if status == before.status:
        return before
    await records.conversations.change(before.id, status=status)
    name = "conversation.changed"
    if status == "closed":
        name = "conversation.closed"
        await records.turns.retire(before.id)
        await records.log.enqueue(CLOSED, before.id)
    elif before.status == "closed":
        name = "conversation.reopened"
    await records.log.event(name, conversation_id=before.id, actor=actor, data={"status": status})
    return before.model_copy(update={"status": status})
