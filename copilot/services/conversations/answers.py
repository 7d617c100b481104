"""An agent's public message went out: drafts become stale, promises are made and kept, the sent text closes the loop."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import partial_ratio

from copilot.checks.base import Checked
from copilot.checks.reask import Reask
from copilot.domain.base import new_id
from copilot.domain.case import SentText
from copilot.domain.conversation import Conversation, Message
from copilot.domain.errors import Invalid
from copilot.domain.ports.records import Records
from copilot.domain.suggestion import Decision, Suggestion
from copilot.memory.episodes import propose
from copilot.services.conversations import promises
from copilot.services.conversations.spending import spend
from copilot.services.handovers.offering import introduced
from copilot.services.knowledge.corrections import told_right

ALIKE = 0.6
"""Normalised edit distance up to which a sent text counts as coming from a suggestion that nobody said was used."""
REASK = Reask()
"""Counts, for groups only, how often customers are asked for what is on record."""
SENDABLE = ("reply", "acknowledge", "handover", "questions", "options")


async def given(
    records: Records,
    conversation: Conversation,
    said: Sequence[Message],
    suggestion_id: str | None = None,
    user_id: str | None = None,
    part: int | None = None,
) -> list[SentText]:
    """Everything that follows from public agent messages that were just stored; `conversation` is as it stands with them.

    `part`: which question or option of the suggestion named was inserted; what was changed is counted from its words.
    """
    current = await records.turns.current(conversation.id)
    drafts = [d for d in await _drafts(records, conversation.id) if suggestion_id in (None, d.suggestion.id)]
    sent = []
    for message in said:
        text = _match(drafts, conversation, message, named=suggestion_id is not None, user_id=user_id)
        if text.suggestion_id is not None and part is not None:
            text = text.model_copy(update={"edit_distance": _from_part(drafts, text, part)})
        reasks = len(REASK.run(current.turn, Checked(kind="own", text=message.text))) if current and current.turn else None
        sent.append((await records.suggestions.put_sent(text, reasks))[0])
        await records.log.event(
            "message.sent",
            conversation_id=conversation.id,
            subject_id=text.suggestion_id or "",
            actor=f"user:{user_id or message.author_id or ''}",
            data={"message": message.external_id, "edit_distance": text.edit_distance},
        )
    await told_right(records, conversation, said, max(message.sent_at for message in said))
    if conversation.customer_id is not None:
        await _promises(records, conversation, conversation.customer_id, said)
        await _memories(records, conversation, conversation.customer_id, max(message.sent_at for message in said))
    await spend(records, conversation, said, user_id)
    await introduced(records, conversation.id, said, user_id)
    await records.turns.retire(conversation.id)
    return sent


class _Draft(NamedTuple):
    """A suggestion that may have become a sent text, and what agents did with it."""

    suggestion: Suggestion
    decisions: list[Decision]

    @property
    def chosen(self) -> bool:
        return any(d.action in ("used", "edited") for d in self.decisions)

    def distance(self, text: str) -> float:
        """How much was changed, 0–1, from the draft or from an agent's edit of it."""
        known = (_words(self.suggestion), *(d.text for d in self.decisions if d.text))
        return min(Levenshtein.normalized_distance(one, text) for one in known)


def _words(suggestion: Suggestion) -> str:
    """What of a suggestion is meant for the customer: of a handover only the introduction, the brief is for colleagues."""
    return str(suggestion.payload.get("introduction", "")) if suggestion.kind == "handover" else suggestion.text


def check_part(suggestion: Suggestion, part: int | None) -> None:
    """Raises Invalid when the suggestion has no such question or option."""
    if part is None:
        return
    parts = suggestion.payload.get("questions") or suggestion.payload.get("options") or []
    if not 0 <= part < len(parts):
        raise Invalid(f"This {suggestion.kind} has {len(parts)} parts; there is no part {part}.", todo="Count from 0.")


def _from_part(drafts: Sequence[_Draft], sent: SentText, part: int) -> float:
    """How much of the question, or of the option's title, was changed: what was written around it does not count."""
    (suggestion,) = (d.suggestion for d in drafts if d.suggestion.id == sent.suggestion_id)
    payload = suggestion.payload
    words = str(payload["questions"][part]["question"] if "questions" in payload else payload["options"][part]["title"])
    return round(1 - partial_ratio(words, sent.text) / 100, 4)


async def _drafts(records: Records, conversation_id: str) -> list[_Draft]:
    found = await records.suggestions.of_conversation(conversation_id)
    sendable = [s for s in found if s.state == "proposed" and s.kind in SENDABLE]
    return [_Draft(s, await records.suggestions.decisions(s.id)) for s in sendable]


def _match(drafts: Sequence[_Draft], conversation: Conversation, message: Message, *, named: bool, user_id: str | None) -> SentText:
    """Which suggestion the text came from: the one named, else the one used or edited, else the one it still resembles."""
    best: tuple[float, Suggestion] | None = None
    for draft in drafts:
        distance = draft.distance(message.text)
        near = named or distance <= (0.9 if draft.chosen else ALIKE)
        rank = distance - (1.0 if draft.chosen else 0.0)
        if near and (best is None or rank < best[0]):
            best = (rank, draft.suggestion)
    changed = Levenshtein.normalized_distance(_words(best[1]), message.text) if best else None
    return SentText(
        id=new_id(),
        conversation_id=conversation.id,
        message_id=message.id,
        suggestion_id=best[1].id if best else None,
        text=message.text,
        edit_distance=round(changed, 4) if changed is not None else None,
        sent_at=message.sent_at,
        user_id=user_id,
    )


async def _promises(records: Records, conversation: Conversation, customer_id: str, said: Sequence[Message]) -> None:
    """Earlier promises that these words kept or withdrew, then the promises they make: message by message, as they were said."""
    settings = await records.admin.settings()
    held = {p.id: p for p in await records.memories.promises_of(customer_id, max(message.sent_at for message in said))}
    for message in said:
        for promise in promises.settle(conversation.model_copy(update={"messages": (message,)}), list(held.values())):
            if promise != held[promise.id]:
                held[promise.id] = promise
                await records.memories.put_promise(promise)
                await records.log.event(f"promise.{promise.state}", conversation_id=conversation.id, subject_id=promise.id)
        for promise in promises.read_message(conversation, message, customer_id, settings):
            held[promise.id] = promise
            await records.memories.put_promise(promise)
            await records.log.event("promise.made", conversation_id=conversation.id, subject_id=promise.id)


async def _memories(records: Records, conversation: Conversation, customer_id: str, until: datetime) -> None:
    """What the customer said in this exchange and is worth keeping: pending, until a person approves it."""
    proposed = []
    for said in conversation.messages:
        if said.author != "customer" or said.sent_at > until:
            continue
        for number, memory in enumerate(propose(said, customer_id)):
            ident = promises.derived_id("proposal", conversation.external_id, said.external_id or said.id, str(number))
            if await records.memories.get(ident) is None:
                proposed.append(memory.model_copy(update={"id": ident, "state": "pending", "conversation_id": conversation.id}))
    if proposed:
        await records.memories.put(proposed)
        for memory in proposed:
            await records.log.event("memory.proposed", conversation_id=conversation.id, subject_id=memory.id)
