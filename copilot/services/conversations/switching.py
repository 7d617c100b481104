"""Somebody turns up in another channel: what was said in the one before is known, to the agent first and to the drafts.

The same person, as the record knows them (`records.customers.same`); nobody else's conversation is ever looked at. What stands in a
conversation in which it was less sure who spoke is shown with that, and no draft learns from it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from copilot.domain.base import Frozen, Instant
from copilot.domain.case import Handover
from copilot.domain.conversation import Channel, Conversation, Message, Outcome
from copilot.domain.memory import KnownDetail, Memory
from copilot.domain.people import Assurance
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.domain.suggestion import HandoverPayload
from copilot.domain.turn import Turn
from copilot.kinds.composing import inert, shortened
from copilot.memory.details import ledger, mentions_value
from copilot.services.conversations.reading import conversation
from copilot.services.conversations.standing import stand
from copilot.services.customers.remembering import account
from copilot.services.handovers.briefs import from_record

RECENT: Final = timedelta(days=5)
"""For so long after its last word a conversation goes on in another one."""
LOOKED_AT: Final = 10
"""Of the person's conversations, the latest."""
LOOKED_BACK: Final = timedelta(days=30)
"""A conversation in which they have said nothing for so long is not gone on with, open or not."""
LAST: Final = 60
"""Messages of each of them."""
QUOTED: Final = 3
"""Of what was said since a handover was offered, so many messages, each of so many characters."""
LONGEST: Final = 200
SURE: Final = (Assurance.NONE, Assurance.CLAIMED, Assurance.PROVEN)


class Story(Frozen):
    """What somebody who takes up a conversation has to know of the one before it."""

    conversation_id: str
    conversation_ref: str
    channel: Channel
    open: bool
    last_at: Instant
    told: bool
    """A colleague's handover tells it; else it is made of the record."""
    less_sure: bool
    """It is less sure here who speaks than it was there: nothing of it may be said."""
    brief: HandoverPayload
    details: tuple[KnownDetail, ...] = ()
    """What they said there, not to be asked again."""


@dataclass(frozen=True)
class Switching:
    """Reads; stores nothing."""

    database: Database
    clock: Callable[[], datetime]

    async def story(self, caller: Caller, ref: str) -> Story | None:
        """None when they were in no other channel lately. Raises NotFound."""
        async with self.database.read(caller.tenant_id) as records:
            return await story(records, await conversation(records, ref), self.clock())


async def before(records: Records, talk: Conversation, at: datetime) -> list[Conversation]:
    """The person's conversations in other channels that began before this one and go on in it, as they stood at `at`; the latest first."""
    if talk.customer_id is None or not talk.messages:
        return []
    began = talk.messages[0].sent_at
    contacts = await records.conversations.contacts(talk.customer_id, began - LOOKED_BACK, at)
    ids = [ident for ident, _ in contacts if ident != talk.id][-LOOKED_AT:]
    held = (await records.conversations.several(ids)).values() if ids else ()
    others = [one.until(at) for one in held if one.channel != talk.channel]
    found = [one for one in others if one.messages and one.messages[0].sent_at < began and _goes_on(one, began)]
    return sorted(found, key=lambda one: (one.status != "closed", one.messages[-1].sent_at), reverse=True)


async def story(records: Records, talk: Conversation, now: datetime) -> Story | None:
    """As `Switching.story`, of a conversation that was read."""
    found = await before(records, talk, now)
    if not found:
        return None
    other = found[0]
    less = not at_least(talk.assurance, other.assurance)
    # Made as for somebody of whom it is as sure as it is here: what may not be said here is not quoted.
    turn = await stand(records, other.model_copy(update={"assurance": talk.assurance if less else other.assurance}), now)
    handover = None if less else _last(await records.handovers.of_conversation(other.id))
    customer = await records.customers.find(other.customer_id) if other.customer_id else None
    theirs = ledger(customer, _heard(other), (), now)
    brief = _brief(turn, handover, other)
    known = [one for one in theirs if one.source.startswith("message:")] if at_least(other.assurance, talk.assurance) else []
    return Story(
        conversation_id=other.id,
        conversation_ref=other.external_id,
        channel=other.channel,
        open=other.status != "closed",
        last_at=other.messages[-1].sent_at,
        told=handover is not None,
        less_sure=less,
        brief=_without(brief, theirs) if less else brief,
        details=tuple(known),
    )


def unremembered(found: Sequence[Conversation], talk: Conversation, known: Sequence[Memory]) -> list[Conversation]:
    """Those that the drafts for `talk` may learn from: nothing is remembered of them yet, and it was at least as sure there who spoke."""
    remembered = {memory.conversation_id for memory in known}
    return [one for one in found if one.id not in remembered and at_least(one.assurance, talk.assurance)]


def said_in(found: Sequence[Conversation]) -> tuple[Message, ...]:
    """What was said to each other in them, in order."""
    return tuple(sorted((message for one in found for message in _heard(one)), key=lambda message: message.sent_at))


async def accounts(records: Records, found: Sequence[Conversation]) -> list[Memory]:
    """What will be remembered of them."""
    made = []
    for one in found:
        if one.customer_id is None or not any(message.text.strip() and not message.deleted_at for message in one.messages):
            continue
        # A conversation that is still open has not settled it.
        ended = one if one.status == "closed" or one.outcome else one.model_copy(update={"outcome": Outcome(text="", resolved=False)})
        made.append(account(ended, one.customer_id, await records.day.connection_kind(one.id)))
    return made


def at_least(one: Assurance, other: Assurance) -> bool:
    """Whether it is as sure who speaks by the one as by the other."""
    return SURE.index(one) >= SURE.index(other)


def _without(brief: HandoverPayload, details: Sequence[KnownDetail]) -> HandoverPayload:
    """Without the values of these: who speaks now may not be told them, and so they are not laid before the agent's eyes."""
    hidden = [one for one in details if one.value.strip()]

    def cut(value: object) -> object:
        if isinstance(value, str):
            for detail in hidden:
                for start, end in reversed(mentions_value(value, detail)):
                    value = f"{value[:start]}[{detail.field.replace('_', ' ')} on record]{value[end:]}"
            return value
        if isinstance(value, dict):
            return {name: cut(one) for name, one in value.items()}
        return [cut(one) for one in value] if isinstance(value, list) else value

    return HandoverPayload.model_validate(cut(brief.model_dump(mode="json")))


def _goes_on(other: Conversation, began: datetime) -> bool:
    return other.status != "closed" or began - other.messages[-1].sent_at <= RECENT


def _heard(other: Conversation) -> list[Message]:
    return [one for one in other.messages[-LAST:] if not one.deleted_at and one.visibility == "public"]


def _last(all_: Sequence[Handover]) -> Handover | None:
    """The last one that told somebody something: not one that was refused."""
    return next((one for one in reversed(all_) if one.state != "declined"), None)


def _brief(turn: Turn, handover: Handover | None, other: Conversation) -> HandoverPayload:
    """A colleague's words for how it came about; the record's for what stands now. Nobody is introduced by it."""
    made = from_record(turn, "They come back by another channel.").model_copy(update={"introduction": ""})
    if handover is None:
        return made
    told = handover.brief
    since = [one for one in other.messages if one.sent_at > handover.offered_at and not one.deleted_at and one.text.strip()]
    return made.model_copy(
        update={
            "reason": told.reason,
            "story": (*told.story, *(_quoted(one) for one in since[-QUOTED:])),
            "tried": told.tried or made.tried,
            "emotion": told.emotion,
            "if_then": told.if_then,
            "risks": told.risks or made.risks,
        }
    )


def _quoted(message: Message) -> str:
    who = "customer" if message.author == "customer" else message.author_name or message.author
    return f"Since then, {who}: “{shortened(inert(message.text), LONGEST)}”"
