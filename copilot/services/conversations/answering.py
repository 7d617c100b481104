"""An agent's own words in the built-in view: an answer to the customer, or a note. A person's act; nothing here sends by itself."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.base import Frozen, new_id
from copilot.domain.conversation import BUILT_IN, Conversation, Message, Visibility
from copilot.domain.errors import Conflict, Invalid, NotFound, Refused
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.domain.suggestion import Suggestion
from copilot.services.conversations import answers
from copilot.services.conversations.ingest import in_order
from copilot.services.conversations.minting import mint
from copilot.services.conversations.reading import actor, conversation


class OwnAnswer(Frozen):
    """What the agent wrote. `suggestion_id`: the draft it came from, if any; `part`: which of its questions or options."""

    text: str
    suggestion_id: str | None = None
    part: int | None = None
    visibility: Visibility = "public"


class Answered(Frozen):
    """The message as it was stored. `turn_id`: the turn that waits now, if they wrote again meanwhile."""

    message: Message
    turn_id: str | None


@dataclass(frozen=True)
class Answering:
    """Stores what agents write here."""

    database: Database
    privacy: Privacy
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def answer(self, caller: Caller, ref: str, given: OwnAnswer, key: str = "") -> Answered:
        """Store it, once per `key` (the caller's Idempotency-Key), with everything that follows from an answer.

        Raises NotFound; Refused for a caller who is no person and for a conversation that belongs to a chat tool.
        """
        if not given.text.strip():
            raise Invalid("The answer is empty.", todo="Write what the customer shall read.")
        if given.visibility == "private" and (given.suggestion_id or given.part is not None):
            raise Invalid("A note was not sent to the customer.", todo="Leave suggestion_id and part out, or make it public.")
        async with self.database.write(caller.tenant_id) as records:
            found = await conversation(records, ref)
            user = person(caller)
            await _answered_here(records, found)
            suggestion = await of_conversation(records, found.id, given)
            message = await self._message(records, caller, user, given, key)
            before = next((m for m in found.messages if m.external_id == message.external_id), None)
            if before is None:
                before = await self._store(records, caller, found, message, suggestion, given.part)
            elif before.text != message.text:
                raise Conflict("This key was used for another answer.", todo="Use a new Idempotency-Key.")
            turn = await records.turns.current_status(found.id)
        self.wake(caller.tenant_id)
        return Answered(message=before, turn_id=turn.id if turn else None)

    async def _message(self, records: Records, caller: Caller, user: str, given: OwnAnswer, key: str) -> Message:
        known = await records.admin.user(user)
        ident = hashlib.sha256(f"{user}\n{key}".encode()).hexdigest()[:32] if key else new_id()
        return Message(
            id=new_id(),
            external_id=f"answer-{ident}",
            author="agent",
            author_id=user,
            author_name=known.name if known else caller.name,
            visibility=given.visibility,
            text=self.privacy.cut(given.text.strip()),
            sent_at=self.clock(),
        )

    async def _store(
        self, records: Records, caller: Caller, found: Conversation, message: Message, suggestion: Suggestion | None, part: int | None
    ) -> Message:
        stored, _ = await records.conversations.add_message(found.id, message)
        await records.log.event(
            "message.stored", conversation_id=found.id, subject_id=stored.id, actor=actor(caller), data={"author": "agent"}
        )
        # Whoever answers has read what was there before.
        await records.day.read_until(message.author_id, found.id, stored.id, self.clock())
        if stored.is_answer:
            if not found.assignee:
                await records.conversations.change(found.id, assignee=message.author_id)
            whole = found.model_copy(update={"messages": in_order((*found.messages, stored))})
            await answers.given(records, whole, [stored], suggestion.id if suggestion else None, message.author_id, part)
            # They may have written again while this answer was on its way.
            await mint(records, whole, self.clock())
        return stored


def person(caller: Caller) -> str:
    """Our id of the person who calls. Raises Refused for a program."""
    if caller.user_id is None:
        raise Refused("This is done by a person.", todo="Use a key that was created for a user (keys create --user).")
    return caller.user_id


async def _answered_here(records: Records, found: Conversation) -> None:
    kind = await records.day.connection_kind(found.id)
    if kind not in BUILT_IN:
        raise Refused(
            f"This conversation belongs to the chat tool {kind!r}.",
            todo="Answer there; what you send is matched with the suggestion when the tool reports it (or POST …/suggestions/{id}/sent).",
        )


async def of_conversation(records: Records, conversation_id: str, given: OwnAnswer) -> Suggestion | None:
    """The suggestion named, which has to be one of this conversation: another's speaks of another customer."""
    if given.suggestion_id is None:
        return None
    suggestion = await records.suggestions.get(given.suggestion_id)
    turn = await records.turns.status(suggestion.turn_id) if suggestion else None
    if suggestion is None or turn is None or turn.conversation_id != conversation_id:
        raise NotFound(f"This conversation has no suggestion {given.suggestion_id!r}.", todo="Read its suggestions again.")
    answers.check_part(suggestion, given.part)
    return suggestion
