"""A conversation is closed, goes on, or is somebody else's: what follows from it, wherever it was said.

Here, in a chat tool, by a program.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from copilot.domain.conversation import Conversation
from copilot.domain.ports.records import Records
from copilot.services.conversations.minting import mint

CLOSED: Final = "closed"
"""The durable job that begins the wrap-up of a conversation; its subject is the conversation's id."""
TOLD: Final = ("status", "assurance")
"""What the record says the value of; of others, that they changed."""


async def change(records: Records, before: Conversation, fields: Mapping[str, Any], actor: str, at: datetime) -> Conversation:
    """The conversation, all of whose messages `before` holds, with these fields; one act, noted once. What is so already is no change.

    Closed: nobody waits there any more, and its wrap-up is left to be begun. It goes on: whoever waits there gets a turn.
    """
    changed = {name: value for name, value in fields.items() if getattr(before, name) != value}
    if not changed:
        return before
    await records.conversations.change(before.id, **changed)
    data: dict[str, Any] = {"changed": sorted(changed), **{name: str(changed[name]) for name in TOLD if name in changed}}
    after, name = before.model_copy(update=changed), "conversation.changed"
    if "status" in changed and after.status == "closed":
        name = "conversation.closed"
        await records.turns.retire(before.id)
        await records.log.enqueue(CLOSED, before.id)
    elif "status" in changed and before.status == "closed":
        name = "conversation.reopened"
        await mint(records, after, at)
    await records.log.event(name, conversation_id=before.id, actor=actor, data=data)
    return after
