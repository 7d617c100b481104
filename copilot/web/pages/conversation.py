"""The thread, and the agent's own words."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import Query, Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.domain.base import Frozen, Instant
from copilot.domain.conversation import Attachment, Conversation, Message, unanswered
from copilot.domain.errors import NotFound
from copilot.domain.ports.records import Records
from copilot.domain.staff import Caller
from copilot.memory.episodes import gist, wish
from copilot.services.conversations.reading import Thread, own_names
from copilot.services.conversations.whereabouts import names_of
from copilot.web.pages.queue import CHANNELS
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()
Who = Literal["customer", "agent", "bot", "note", "system"]
TOGETHER_S: Final = 300
"""Seconds within which messages of the same person stand under one name."""
EARLIER: Final = 30
"""Earlier conversations that are listed."""
AT_ONCE: Final = 3
"""Of them, the last ones that are seen without unfolding."""
ASSURED: Final = {"proven": "identity proven", "claimed": "identity not proven yet", "none": "identity not known"}


class Said(Frozen):
    """One message as it is shown. `outside`: its id over the API; `first`: it stands under a name of its own."""

    id: str
    outside: str
    who: Who
    name: str
    at: Instant
    text: str
    attachments: tuple[Attachment, ...] = ()
    edited_at: Instant | None = None
    deleted: bool = False
    first: bool = True
    waits: bool = False
    """The first message that nobody has answered."""


class Day(Frozen):
    """What was said on one day. `label`: "Today", else empty."""

    key: str
    label: str
    at: Instant
    said: tuple[Said, ...]


class Earlier(Frozen):
    """Another conversation of the same person, in a line."""

    id: str
    channel: str
    at: Instant
    line: str
    ended: str
    open: bool


async def shown(request: Request, app: App, me: Me, ref: str) -> dict[str, Any]:
    """What `fragments/conversation.html` shows, as its variable `conversation`. Without a `thread` none is open, or it is gone."""
    nothing: dict[str, Any] = {"thread": None, "missing": ref}
    if not ref:
        return nothing
    try:
        thread = await app.reading.thread(me.tenant_id, ref)
        where = await app.day.whereabouts.line(me.tenant_id, thread.conversation.id)
    except NotFound:
        return nothing
    talk = thread.conversation
    async with app.database.read(me.tenant_id) as records:
        names = names_of(await records.admin.users())
        own = await own_names(records, me)
        earlier = await _earlier(records, talk)
        acknowledgement = await _acknowledgement(records, thread)
    zone = ZoneInfo(request.state.settings.time_zone)
    waiting = unanswered(talk.messages)
    return {
        "thread": talk,
        "missing": "",
        "name": _customer(thread),
        "assured": ASSURED[str(talk.assurance)],
        "channel": CHANNELS[talk.channel],
        "mine": talk.assignee in own,
        "owner": names.get(talk.assignee, talk.assignee),
        "where": where,
        "since": waiting[0].sent_at if waiting else None,
        "acknowledgement": acknowledgement,
        "days": days(talk.messages, zone, app.clock(), names | {"": _customer(thread)}),
        "last": next((_outside(m) for m in reversed(talk.messages)), ""),
        "earlier": earlier[:-AT_ONCE],
        "latest": earlier[-AT_ONCE:],
        "here": thread.answered_here,
        "closed_there": talk.status == "closed" and await app.day.wrapping.waits(me.tenant_id, talk.id),
    }


def days(messages: tuple[Message, ...], zone: ZoneInfo, now: datetime, names: dict[str, str]) -> list[Day]:
    """Messages by day, in the tenant's zone. `names`: of colleagues by their ids; of the customer under no id."""
    waiting = unanswered(messages)
    found: list[Day] = []
    before: Said | None = None
    for message in messages:
        local = message.sent_at.astimezone(zone).date()
        if not found or found[-1].key != local.isoformat():
            away = (now.astimezone(zone).date() - local).days
            found.append(Day(key=local.isoformat(), label={0: "Today", 1: "Yesterday"}.get(away, ""), at=message.sent_at, said=()))
            before = None
        said = _said(message, names, before, waits=bool(waiting) and message.id == waiting[0].id)
        found[-1] = found[-1].model_copy(update={"said": (*found[-1].said, said)})
        before = said
    return found


def _said(message: Message, names: dict[str, str], before: Said | None, *, waits: bool) -> Said:
    who: Who = "note" if message.visibility == "private" else message.author
    known = names.get("" if message.author == "customer" else message.author_id or "-", "")
    name = message.author_name or known or {"bot": "Assistant", "agent": "Colleague"}.get(message.author, "")
    alike = before is not None and (before.who, before.name) == (who, name) and not waits
    return Said(
        id=message.id,
        outside=_outside(message),
        who=who,
        name=name,
        at=message.sent_at,
        text="" if message.deleted_at else message.text.strip(),
        attachments=() if message.deleted_at else message.attachments,
        edited_at=message.edited_at,
        deleted=message.deleted_at is not None,
        first=not (alike and before is not None and (message.sent_at - before.at).total_seconds() <= TOGETHER_S),
        waits=waits,
    )


def _outside(message: Message) -> str:
    return message.external_id or message.id


def _customer(thread: Thread) -> str:
    if thread.customer is not None and thread.customer.name:
        return thread.customer.name
    return next((m.author_name for m in thread.conversation.messages if m.author == "customer" and m.author_name), "Somebody new")


async def _acknowledgement(records: Records, thread: Thread) -> str:
    """The id of the draft that can go out at once; empty when there is none, or nobody waits."""
    if thread.turn_id is None:
        return ""
    drafts = await records.suggestions.of_turn(thread.turn_id)
    return next((d.id for d in drafts if d.kind == "acknowledge" and d.state == "proposed" and not d.stale), "")


async def _earlier(records: Records, talk: Conversation) -> list[Earlier]:
    """The person's other conversations, oldest first."""
    if talk.customer_id is None:
        return []
    found = await records.conversations.of_customer(talk.customer_id, EARLIER + 1)
    others = [one for one in found if one.id != talk.id and one.messages]
    return sorted((_listed(one) for one in others), key=lambda one: one.at)


def _listed(talk: Conversation) -> Earlier:
    told = "\n".join(m.text for m in talk.messages if m.author == "customer" and not m.deleted_at)
    return Earlier(
        id=talk.id,
        channel=CHANNELS[talk.channel],
        at=talk.messages[0].sent_at,
        line=wish(told) if told.strip() else gist(talk.messages[0].text),
        ended=talk.outcome.text if talk.outcome else "",
        open=talk.status != "closed",
    )


@router.get("/desk/f/conversation")
async def fragment(request: Request, app: App, me: Me, ref: Annotated[str, Query(max_length=200, alias="conversation")] = "") -> Response:
    """The region alone."""
    return page(request, "fragments/conversation.html", conversation=await shown(request, app, me, ref), ref=ref)


@router.get("/desk/f/earlier")
async def earlier(request: Request, app: App, me: Me, ref: Annotated[str, Query(max_length=200, alias="conversation")]) -> Response:
    """What was said in an earlier conversation, read when it is unfolded. Raises NotFound."""
    talk, names = await _read(app, me, ref)
    zone = ZoneInfo(request.state.settings.time_zone)
    found = days(talk.messages, zone, app.clock(), names)
    return page(request, "fragments/earlier.html", days=found, ended=talk.outcome.text if talk.outcome else "")


async def _read(app: App, me: Caller, ref: str) -> tuple[Conversation, dict[str, str]]:
    thread = await app.reading.thread(me.tenant_id, ref)
    async with app.database.read(me.tenant_id) as records:
        return thread.conversation, names_of(await records.admin.users()) | {"": _customer(thread)}
