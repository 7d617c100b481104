"""Whoever is left waiting gets a turn of their own, with its work in the outbox."""

from datetime import datetime

from copilot.domain.base import new_id
from copilot.domain.conversation import Conversation, unanswered
from copilot.domain.ports.records import Records
from copilot.services.conversations.drafting import TURN


async def mint(records: Records, conversation: Conversation, at: datetime) -> None:
    """Nobody gets the same turn twice. `conversation` is as it stands, with all its messages."""
    waiting = [message.id for message in unanswered(conversation.messages)]
    current = await records.turns.current_status(conversation.id)
    if not waiting or (current is not None and list(current.unanswered) == waiting):
        return
    turn = await records.turns.mint(new_id(), conversation.id, waiting, at)
    await records.log.event("turn.minted", conversation_id=conversation.id, subject_id=turn.id)
    await records.log.enqueue(TURN, turn.id)
