"""An agent's public message went out: drafts become stale, promises are made and kept, the sent text closes the loop."""

from rapidfuzz.distance import Levenshtein

from copilot.domain.base import new_id
from copilot.domain.case import SentText
from copilot.domain.conversation import Conversation, Message
from copilot.domain.ports.records import Records
from copilot.domain.suggestion import Suggestion
from copilot.memory.episodes import propose
from copilot.services import promises

ALIKE = 0.6
"""Normalised edit distance up to which a sent text counts as coming from a suggestion that nobody said was used."""
SENDABLE = ("reply", "acknowledge", "handover", "questions", "options")


async def given(
    records: Records, conversation_id: str, message: Message, suggestion_id: str | None = None, user_id: str | None = None
) -> SentText:
    """Everything that follows from a public agent message that was just stored."""
    conversation = await records.conversations.find(conversation_id)
    assert conversation is not None, "the message's own conversation"  # noqa: S101 - the caller stored into it in this transaction
    sent = await _match(records, conversation, message, suggestion_id, user_id)
    await _promises(records, conversation, message)
    await _memories(records, conversation, message)
    await records.turns.retire(conversation_id)
    await records.log.event(
        "message.sent",
        conversation_id=conversation_id,
        subject_id=sent.suggestion_id or "",
        actor=f"user:{user_id or message.author_id or ''}",
        data={"message": message.external_id, "edit_distance": sent.edit_distance},
    )
    return sent


async def _match(
    records: Records, conversation: Conversation, message: Message, suggestion_id: str | None, user_id: str | None
) -> SentText:
    """Which suggestion the text came from: the one named, else the one used or edited, else the one it still resembles."""
    best: tuple[float, Suggestion] | None = None
    for suggestion in await records.suggestions.of_conversation(conversation.id):
        if suggestion_id is not None and suggestion.id != suggestion_id:
            continue
        if suggestion.state != "proposed" or suggestion.kind not in SENDABLE:
            continue
        decisions = await records.suggestions.decisions(suggestion.id)
        chosen = any(d.action in ("used", "edited") for d in decisions)
        distance = min(
            Levenshtein.normalized_distance(text, message.text) for text in (suggestion.text, *(d.text for d in decisions if d.text))
        )
        near = suggestion_id is not None or distance <= (0.9 if chosen else ALIKE)
        rank = distance - (1.0 if chosen else 0.0)
        if near and (best is None or rank < best[0]):
            best = (rank, suggestion)
    changed = Levenshtein.normalized_distance(best[1].text, message.text) if best else None
    sent = SentText(
        id=new_id(),
        conversation_id=conversation.id,
        message_id=message.id,
        suggestion_id=best[1].id if best else None,
        text=message.text,
        edit_distance=round(changed, 4) if changed is not None else None,
        sent_at=message.sent_at,
        user_id=user_id,
    )
    return (await records.suggestions.put_sent(sent))[0]


async def _promises(records: Records, conversation: Conversation, message: Message) -> None:
    if conversation.customer_id is None:
        return
    settings = await records.admin.settings()
    held = await records.memories.promises_of(conversation.customer_id, message.sent_at)
    for promise in promises.settle(conversation.model_copy(update={"messages": (message,)}), held):
        if promise not in held:
            await records.memories.put_promise(promise)
            await records.log.event(f"promise.{promise.state}", conversation_id=conversation.id, subject_id=promise.id)
    for promise in promises.read_message(conversation, message, conversation.customer_id, settings):
        await records.memories.put_promise(promise)
        await records.log.event("promise.made", conversation_id=conversation.id, subject_id=promise.id)


async def _memories(records: Records, conversation: Conversation, message: Message) -> None:
    """What the customer said in this exchange and is worth keeping: pending, until a person approves it."""
    if conversation.customer_id is None:
        return
    proposed = []
    for said in conversation.messages:
        if said.author != "customer" or said.sent_at > message.sent_at:
            continue
        for number, memory in enumerate(propose(said, conversation.customer_id)):
            ident = promises.derived_id("proposal", conversation.external_id, said.external_id or said.id, str(number))
            if await records.memories.get(ident) is None:
                proposed.append(memory.model_copy(update={"id": ident, "state": "pending", "conversation_id": conversation.id}))
    if proposed:
        await records.memories.put(proposed)
        for memory in proposed:
            await records.log.event("memory.proposed", conversation_id=conversation.id, subject_id=memory.id)
