"""What agents do with suggestions: shown, copied, used, edited, dismissed, sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from copilot.domain.base import Frozen, Instant, new_id
from copilot.domain.case import SentText
from copilot.domain.conversation import Message
from copilot.domain.errors import Conflict, Invalid, NotFound, Refused
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.domain.suggestion import Decision, Suggestion
from copilot.services.conversations import answers
from copilot.services.conversations.ingest import in_order
from copilot.services.conversations.minting import mint
from copilot.services.gaps import opening as gap_opening

REASONS = ("knowledge_wrong", "knowledge_missing", "wrong_fact", "tone", "too_long", "not_needed", "other")
"""Reasons offered for a dismissal; none is forced."""
GAPS: dict[str, Literal["knowledge_wrong", "knowledge_missing"]] = {
    "knowledge_wrong": "knowledge_wrong",
    "knowledge_missing": "knowledge_missing",
}


class DecisionIn(Frozen):
    """An agent's decision as it comes in."""

    id: str
    action: Literal["used", "edited", "dismissed"]
    text: str = ""
    reason: str = ""
    part: int | None = None
    displayed_at: Instant | None = None
    copied_at: Instant | None = None


@dataclass(frozen=True)
class Decisions:
    """Records decisions and what was sent."""

    database: Database
    privacy: Privacy
    clock: Callable[[], datetime]
    wake: Callable[[str], None]
    """Tells the dispatcher and the tenant's streams that there is something new."""

    async def decide(self, caller: Caller, suggestion_id: str, given: DecisionIn) -> tuple[Decision, bool]:
        """(the stored decision, whether it is new). The same id again returns the same answer; for something else it is a Conflict."""
        user = _person(caller)
        if given.action == "edited" and not given.text.strip():
            raise Invalid("An edited suggestion needs its text.", todo="Send `text`, or use the action `used`.")
        if given.reason and given.reason not in REASONS:
            raise Invalid(f"There is no reason {given.reason!r}.", todo=f"Choose from {', '.join(REASONS)}, or leave it out.")
        async with self.database.write(caller.tenant_id) as records:
            suggestion = await _suggestion(records, suggestion_id)
            if suggestion.state != "proposed":
                raise Conflict(
                    f"This suggestion is {suggestion.state}: there is no draft to decide on.", todo="Ask for it again if you need one."
                )
            answers.check_part(suggestion, given.part)
            decision = Decision(
                suggestion_id=suggestion.id,
                user_id=user,
                decided_at=self.clock(),
                stale=suggestion.stale,
                **given.model_dump() | {"text": self.privacy.cut(given.text)},
            )
            stored, new = await records.suggestions.decide(decision)
            if new:
                await self._follow(records, suggestion, stored)
        self.wake(caller.tenant_id)
        return stored, new

    async def seen(self, caller: Caller, suggestion_id: str, what: Literal["displayed", "copied"]) -> None:
        """The draft was shown, or its text copied; the first time counts."""
        async with self.database.write(caller.tenant_id) as records:
            await _suggestion(records, suggestion_id)
            await records.suggestions.seen(suggestion_id, what, _person(caller), self.clock())

    async def sent(self, caller: Caller, suggestion_id: str, text: str, message_id: str = "", sent_at: datetime | None = None) -> SentText:
        """The text that left for the customer. Idempotent by message id; stored as the agent's public message."""
        if not text.strip():
            raise Invalid("The sent text is empty.", todo="Send the words the customer received.")
        user = _person(caller)
        async with self.database.write(caller.tenant_id) as records:
            suggestion = await _suggestion(records, suggestion_id)
            turn = await records.turns.status(suggestion.turn_id)
            if turn is None:
                raise NotFound("The suggestion's turn is gone.", todo="Store the message through the conversation instead.")
            person = await records.admin.user(user)
            message = Message(
                id=new_id(),
                external_id=message_id or f"sent-{suggestion_id}",
                author="agent",
                author_id=user,
                author_name=person.name if person else caller.name,
                text=self.privacy.cut(text),
                sent_at=sent_at or self.clock(),
            )
            conversation = await records.conversations.find(turn.conversation_id)
            if conversation is None:
                raise NotFound("The conversation is gone.", todo="Nothing is left to do.")
            before = next((m for m in conversation.messages if m.external_id == message.external_id), None)
            if before is not None:
                return await _sent_before(records, turn.conversation_id, before, message)
            stored, _ = await records.conversations.add_message(conversation.id, message)
            conversation = conversation.model_copy(update={"messages": in_order((*conversation.messages, stored))})
            (sent,) = await answers.given(records, conversation, [stored], suggestion_id, user)
            # They may have written again while this answer was on its way.
            await mint(records, conversation, self.clock())
        self.wake(caller.tenant_id)
        return sent

    async def _follow(self, records: Records, suggestion: Suggestion, decision: Decision) -> None:
        turn = await records.turns.get(suggestion.turn_id)
        conversation_id = turn.conversation_id if turn else ""
        data = {
            "action": decision.action,
            "reason": decision.reason,
            "kind": suggestion.kind,
            "stale": decision.stale,
            "part": decision.part,
        }
        await records.log.event(
            "suggestion.decided", conversation_id=conversation_id, subject_id=suggestion.id, actor=f"user:{decision.user_id}", data=data
        )
        cause = GAPS.get(decision.reason) if decision.action == "dismissed" else None
        if cause and turn and turn.turn:
            await gap_opening.by_agent(records, turn.turn, suggestion, cause, self.clock())


def _person(caller: Caller) -> str:
    if caller.user_id is None:
        raise Refused("A decision belongs to a person.", todo="Use a key that was created for a user (keys create --user).")
    return caller.user_id


async def _suggestion(records: Records, suggestion_id: str) -> Suggestion:
    suggestion = await records.suggestions.get(suggestion_id)
    if suggestion is None:
        raise NotFound(f"There is no suggestion {suggestion_id!r}.", todo="Read the conversation's suggestions again.")
    return suggestion


async def _sent_before(records: Records, conversation_id: str, stored: Message, given: Message) -> SentText:
    if stored.text != given.text:
        raise Conflict("This message id was sent with another text.", todo="Give each message its own id.")
    for sent in await records.suggestions.sent_of(conversation_id):
        if sent.message_id == stored.id:
            return sent
    raise NotFound("The message is stored, but was not sent by an agent.", todo="Check the message id.")
