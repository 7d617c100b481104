"""The promise ledger: promises read from agents' messages, kept or withdrawn by later ones."""

import uuid
from collections.abc import Sequence

from copilot.domain.conversation import Conversation, Message
from copilot.domain.memory import Promise
from copilot.domain.tenant import TenantSettings
from copilot.memory.promises import kept_by, read_promises, withdrawn_by

NAMESPACE = uuid.UUID("6f0c6e0e-5a0f-4f4e-9d53-6f1f7f1c2b10")
"""Ids of what is derived from a message are made from the message's own id, so that reading it again changes nothing."""


def derived_id(*parts: str) -> str:
    """A stable id for something that follows from named records."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))


def read(conversation: Conversation, customer_id: str, settings: TenantSettings) -> list[Promise]:
    """Every promise the conversation's public agent messages make."""
    return [p for m in conversation.messages for p in read_message(conversation, m, customer_id, settings)]


def read_message(conversation: Conversation, message: Message, customer_id: str, settings: TenantSettings) -> list[Promise]:
    """The promises of one message; none unless an agent said it to the customer."""
    if not message.is_answer:
        return []
    found = read_promises(message, settings=settings, channel=conversation.channel)
    return [
        Promise(
            id=derived_id(conversation.external_id, message.external_id or message.id, str(number)),
            customer_id=customer_id,
            conversation_id=conversation.id,
            text=one.text,
            owner=message.author_name or message.author_id,
            due=one.due,
            state="open",
            source=f"message:{message.id}",
            made_at=message.sent_at,
        )
        for number, one in enumerate(found)
    ]


def settle(conversation: Conversation, promises: Sequence[Promise]) -> list[Promise]:
    """The promises after every agent message of the conversation has spoken: kept, withdrawn or still open."""
    state = {p.id: p for p in promises}
    for message in conversation.messages:
        if not message.is_answer:
            continue
        earlier = [p for p in state.values() if p.made_at < message.sent_at and p.state in ("open", "overdue")]
        for ident in kept_by(message, earlier):
            state[ident] = state[ident].model_copy(update={"state": "kept", "settled_at": message.sent_at})
        for ident in withdrawn_by(message, earlier):
            state[ident] = state[ident].model_copy(update={"state": "withdrawn", "settled_at": message.sent_at})
    return list(state.values())
