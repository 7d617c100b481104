"""A conversation as it stands now, as a Turn made from the record alone: no model, no encoder, nothing stored.

The newest turn's evidence with everything that can be read again cheaply read again: the transcript, who waits since when, the promises.
What the desk says at a switch, at the wrap-up and at the end of a shift is made from it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from copilot.domain.conversation import Conversation, Message, unanswered
from copilot.domain.emotion import Emotion
from copilot.domain.memory import Promise
from copilot.domain.people import Customer
from copilot.domain.ports.records import Records
from copilot.domain.tenant import TenantSettings
from copilot.domain.turn import Agent, Coverage, Evidence, Person, Turn
from copilot.sensing.heat import heat
from copilot.sensing.hours import business_seconds

WINDOW = 60
"""Messages of the transcript, the last ones."""
CALM = 30.0
"""Heat of a calm person with a question, where no evidence was ever frozen."""
LOOKED_AT = 3
"""Newest turns that are tried for frozen evidence."""


async def stand(records: Records, conversation: Conversation, now: datetime, agent: Agent | None = None) -> Turn:
    """The conversation at `now`. `agent`: for whom; the one of the evidence when left out."""
    settings = await records.admin.settings()
    customer = await records.customers.find(conversation.customer_id) if conversation.customer_id else None
    held = await records.memories.promises_of(customer.id, now) if customer else []
    frozen = await _newest(records, conversation.id) or bare(conversation, settings, now)
    return renewed(frozen, conversation, now, settings, customer=customer, promises=held, agent=agent)


def renewed(
    turn: Turn,
    conversation: Conversation,
    now: datetime,
    settings: TenantSettings,
    *,
    customer: Customer | None = None,
    promises: Sequence[Promise] = (),
    agent: Agent | None = None,
) -> Turn:
    """`turn` with the transcript, the wait and the promises of now."""
    window = tuple(m for m in conversation.messages if not m.deleted_at)[-WINDOW:]
    waiting = unanswered(window)
    since = waiting[0].sent_at if waiting else None
    emotion = turn.evidence.emotion
    felt = {
        "since": since,
        "waiting_seconds": business_seconds(since, now, settings) if since else 0.0,
        "heat": heat(emotion.base, since, conversation.channel, now, settings),
    }
    live = tuple(p for p in (p.at(now) for p in promises) if p.state in ("open", "overdue"))
    evidence = turn.evidence.model_copy(update={"emotion": emotion.model_copy(update=felt), "promises": live})
    return turn.model_copy(
        update={
            "window": window,
            "unanswered": tuple(m.id for m in waiting),
            "as_of": now,
            "settings": settings,
            "assurance": conversation.assurance,
            "person": person(customer) or turn.person,
            "agent": agent or turn.agent,
            "evidence": evidence,
        }
    )


def bare(conversation: Conversation, settings: TenantSettings, now: datetime) -> Turn:
    """A turn without evidence: of a conversation that came with its answers, or whose evidence is not frozen yet."""
    calm = Emotion(
        label=None,
        intensity=0.0,
        trend="steady",
        heat=CALM,
        waiting_seconds=0.0,
        contacts_7d=0,
        contacts_30d=0,
        trigger_message_id=None,
        why="",
        measured=False,
        base=CALM,
    )
    return Turn(
        id=conversation.id,
        tenant_id="",
        conversation_id=conversation.id,
        conversation_ref=conversation.external_id,
        channel=conversation.channel,
        language=conversation.language or settings.languages[0],
        person=None,
        assurance=conversation.assurance,
        agent=Agent(),
        window=(),
        unanswered=(),
        as_of=now,
        settings=settings,
        # Nothing was searched, so nothing can be said to be missing.
        evidence=Evidence(emotion=calm, coverage=Coverage(covered=True, score=0.0, threshold=0.0, query="")),
    )


def person(customer: Customer | None) -> Person | None:
    """The customer as a turn knows them."""
    if customer is None:
        return None
    return Person(id=customer.id, name=customer.name, since=customer.since, tier=customer.tier, locale=customer.locale)


def name_of(message: Message, names: Mapping[str, str]) -> str:
    """Who wrote it, as a colleague calls them; `names`: of users, by every id they go by."""
    return message.author_name or names.get(message.author_id, "") or message.author_id


async def _newest(records: Records, conversation_id: str) -> Turn | None:
    for turn_id in reversed((await records.turns.ids(conversation_id))[-LOOKED_AT:]):
        stored = await records.turns.get(turn_id)
        if stored is not None and stored.turn is not None:
            return stored.turn
    return None
