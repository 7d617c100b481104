"""What a customer's history keeps of a conversation: one memory, however often it is told and whatever makes it."""

from copilot.domain.conversation import BUILT_IN, Conversation
from copilot.domain.memory import Memory
from copilot.memory.episodes import episode
from copilot.services.conversations.promises import derived_id


def account(talk: Conversation, customer_id: str, kind: str) -> Memory:
    """Its account. `kind`: of the connection that it came by.

    Imported conversations are known by the sender's id. Two chat tools may use the same one: there it is ours.
    """
    ident = derived_id("episode", talk.external_id if kind in BUILT_IN else talk.id)
    return episode(talk, customer_id).model_copy(update={"id": ident})
