"""The brief of a handover before it is offered: the copilot's where one was drafted and still holds, else made from the record at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.base import Frozen, Instant
from copilot.domain.case import Handover
from copilot.domain.conversation import Conversation, Message
from copilot.domain.memory import Promise
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.domain.suggestion import HandoverPayload
from copilot.domain.turn import Agent, Turn
from copilot.kinds.handover import Handover as HandoverKind
from copilot.services.conversations.reading import conversation
from copilot.services.conversations.standing import stand

SECTIONS = tuple(HandoverPayload.model_fields)
LISTS = ("story", "tried", "promises", "known", "if_then", "risks")


class Brief(Frozen):
    """What would be handed over. `suggestion_id`: the draft it comes from; None: it was made from the record just now."""

    payload: HandoverPayload
    suggestion_id: str | None
    made_at: Instant


class Settled(Frozen):
    """A promise that was made, kept, withdrawn or fell due meanwhile."""

    promise: Promise
    how: str


class News(Frozen):
    """What happened since a brief was offered. `sections`: the parts of the brief that it touches."""

    messages: tuple[Message, ...] = ()
    promises: tuple[Settled, ...] = ()
    corrected: tuple[str, ...] = ()
    sections: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.messages or self.promises or self.corrected)


@dataclass(frozen=True)
class Briefs:
    """Reads; stores nothing."""

    database: Database
    clock: Callable[[], datetime]

    async def proposal(self, caller: Caller, ref: str) -> Brief:
        """For whoever wants to hand the conversation over. Raises NotFound."""
        now = self.clock()
        async with self.database.read(caller.tenant_id) as records:
            found = await conversation(records, ref)
            if drafted := await _drafted(records, found.id):
                return drafted
            me = await records.admin.user(caller.user_id) if caller.user_id else None
            turn = await stand(records, found, now, Agent(id=caller.user_id or "", name=me.name if me else caller.name))
        return Brief(payload=from_record(turn), suggestion_id=None, made_at=now)

    async def news(self, caller: Caller, handover: Handover) -> News:
        """What changed since it was offered: who wrote, what became of promises, which parts were corrected."""
        now = self.clock()
        async with self.database.read(caller.tenant_id) as records:
            found = await conversation(records, handover.conversation_id)
            held = await records.memories.promises_of(found.customer_id, now) if found.customer_id else []
        return since(handover, found, held, now)


def from_record(turn: Turn, reason: str = "") -> HandoverPayload:
    """Without a model. `reason`: why it changes hands, where the record itself gives no better one."""
    payload = getattr(HandoverKind().fallback(turn), "payload", None)
    if not isinstance(payload, HandoverPayload):
        nothing: dict[str, tuple[str, ...]] = dict.fromkeys((*LISTS, "actions"), ())
        payload = HandoverPayload(urgency="Low: nothing was said yet.", reason="", emotion="", introduction="", **nothing)
    if reason and (not payload.reason or payload.reason.startswith("Handed over by")):
        return payload.model_copy(update={"reason": reason})
    return payload


def since(handover: Handover, found: Conversation, held: list[Promise], now: datetime) -> News:
    """As `Briefs.news`, from what was read."""
    then = handover.offered_at
    messages = tuple(m for m in found.messages if m.sent_at > then and not m.deleted_at and m.text.strip())
    promises = tuple(Settled(promise=p, how=how) for p in held if (how := _became(p, then, now)))
    touched = set(handover.corrected)
    if any(m.author == "customer" for m in messages):
        touched |= {"story", "emotion", "urgency"}
    if any(m.is_answer for m in messages):
        touched |= {"story", "tried"}
    if promises:
        touched |= {"promises", "actions"}
    return News(
        messages=messages,
        promises=promises,
        corrected=tuple(name for name in SECTIONS if name in handover.corrected),
        sections=frozenset(touched),
    )


def _became(promise: Promise, then: datetime, now: datetime) -> str:
    """Empty when nothing happened to it since `then`."""
    if promise.settled_at is not None and promise.settled_at > then:
        return "kept" if promise.state == "kept" else "withdrawn"
    if promise.settled_at is None and promise.made_at > then:
        return "made"
    if promise.settled_at is None and promise.due is not None and then < promise.due <= now:
        return "fell due"
    return ""


async def _drafted(records: Records, conversation_id: str) -> Brief | None:
    """The copilot's brief, unless somebody wrote since it was made: then the record knows more."""
    for one in await records.suggestions.of_conversation(conversation_id):
        if one.kind != "handover" or one.state != "proposed" or one.stale:
            continue
        stored = await records.turns.get(one.turn_id)
        if stored is not None and stored.turn is not None:
            payload = HandoverPayload.model_validate(one.payload)
            return Brief(payload=payload, suggestion_id=one.id, made_at=stored.turn.as_of)
    return None
