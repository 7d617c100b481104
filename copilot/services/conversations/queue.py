"""Who is served next: heat counts, with a cap, so that the queue never rewards shouting."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from copilot.domain.base import Frozen, Instant
from copilot.domain.case import QueueEntry, QueuePoint
from copilot.domain.conversation import Channel
from copilot.domain.ports.records import Database
from copilot.domain.staff import Caller
from copilot.domain.tenant import TenantSettings
from copilot.sensing.heat import boils_at, heat, told
from copilot.sensing.hours import business_seconds
from copilot.sensing.queue import QueueRow, order
from copilot.services.conversations.reading import own_names

REPEAT = 2
"""Contacts within 30 days, this one counted, from which someone comes again."""


class QueueLine(Frozen):
    """A row of the queue as people see it: heat and wait are as of now."""

    conversation_id: str
    """The sender's own id."""
    id: str = ""
    """Our id: addresses the conversation even when two chat tool accounts use the same one."""
    customer: str
    channel: str
    status: str
    assignee: str
    mine: bool = False
    """Whether the reader takes care of it."""
    team: str
    waiting_seconds: float
    since: Instant | None
    heat: float
    label: str | None
    trend: str
    trajectory: tuple[QueuePoint, ...] = ()
    """Heat at the last customer messages, oldest first; at most 8."""
    contacts_30d: int
    repeat: bool = False
    """They had come before within 30 days."""
    boils_at: Instant | None
    promise_due: Instant | None
    """When the next open promise to this customer falls due (or fell)."""
    promises_open: int = 0
    promise_soon: bool = False
    """It is overdue, or due within the tenant's notice time."""
    needs_human: bool = False
    """They asked for a person, or only an assistant (bot) has answered, beside the question."""
    acknowledge_id: str | None = None
    """The draft that can go out at once."""
    unread: int = 0
    """Customer messages the reader has not seen."""
    last_text: str
    turn_id: str | None


SAME = (
    "channel",
    "status",
    "assignee",
    "team",
    "since",
    "label",
    "trend",
    "trajectory",
    "contacts_30d",
    "promise_due",
    "promises_open",
    "needs_human",
    "acknowledge_id",
    "unread",
    "last_text",
    "turn_id",
)
"""Fields of an entry that a line shows as they are."""


class QueueFilter(Frozen):
    """Which rows; all of the conditions given."""

    mine: bool = False
    channel: Channel | None = None
    needs_human: bool = False
    promise_due: bool = False


class QueueCounts(Frozen):
    """How many rows each filter alone would show."""

    all: int
    mine: int
    needs_human: int
    promise_due: int
    unread: int
    channels: dict[str, int]


class QueuePage(Frozen):
    """Rows in the order of service from `offset` on, of `total` that the filter lets through. `next`: the offset of the next page."""

    lines: tuple[QueueLine, ...]
    total: int
    next: int | None
    counts: QueueCounts


@dataclass(frozen=True)
class Queue:
    """The open conversations of a tenant in the order of service."""

    database: Database
    clock: Callable[[], datetime]

    async def page(self, caller: Caller, wanted: QueueFilter, offset: int = 0, limit: int = 200) -> QueuePage:
        """Those who wait first, in order; then those who do not, newest last. One question to the record, whatever the page."""
        now = self.clock()
        async with self.database.read(caller.tenant_id) as records:
            settings = await records.admin.settings()
            own = await own_names(records, caller)
            entries = await records.conversations.queue(caller.user_id or "")
        every = marked(entries, now, settings, own)
        shown, end = in_order([row for row in every if row.passes(wanted)], now, settings), offset + limit
        return QueuePage(
            lines=tuple(row.line(now, settings) for row in shown[offset:end]),
            total=len(shown),
            next=end if end < len(shown) else None,
            counts=_counts(every),
        )


class Marked(NamedTuple):
    """An entry with what the filters ask of it. A line is made of it only when it is shown: heat and forecast cost more than all else."""

    entry: QueueEntry
    mine: bool
    promise_soon: bool

    def passes(self, wanted: QueueFilter) -> bool:
        """Whether the filter lets it through."""
        return (
            (not wanted.mine or self.mine)
            and wanted.channel in (None, self.entry.channel)
            and (not wanted.needs_human or self.entry.needs_human)
            and (not wanted.promise_due or self.promise_soon)
        )

    def line(self, now: datetime, settings: TenantSettings) -> QueueLine:
        """The row as people see it."""
        entry = self.entry
        return QueueLine(
            conversation_id=entry.conversation_ref,
            id=entry.conversation_id,
            customer=entry.customer_name,
            mine=self.mine,
            waiting_seconds=(now - entry.since).total_seconds() if entry.since else 0.0,
            heat=told(heat(entry.base, entry.since, entry.channel, now, settings)),
            boils_at=boils_at(entry.base, entry.since, entry.channel, now, settings),
            repeat=entry.contacts_30d >= REPEAT,
            promise_soon=self.promise_soon,
            **{name: getattr(entry, name) for name in SAME},
        )


def marked(entries: Sequence[QueueEntry], now: datetime, settings: TenantSettings, own: Collection[str]) -> list[Marked]:
    """`own`: the names under which the reader takes care of conversations."""
    return [Marked(e, e.assignee in own, soon(e.promise_due, now, settings)) for e in entries]


def in_order(rows: Sequence[Marked], now: datetime, settings: TenantSettings) -> list[Marked]:
    """Whoever waits in the order of service, then the rest as they came."""
    by_id = {row.entry.conversation_id: row for row in rows}
    waiting = [
        QueueRow(conversation_id=e.conversation_id, channel=e.channel, since=e.since, base=e.base) for e, *_ in rows if e.since is not None
    ]
    return [*(by_id[row.conversation_id] for row in order(waiting, now, settings)), *(row for row in rows if row.entry.since is None)]


def soon(due: datetime | None, now: datetime, settings: TenantSettings) -> bool:
    """Whether what is due then is overdue, or due within the tenant's notice time (business time: tomorrow at nine is soon at five)."""
    return due is not None and (due <= now or business_seconds(now, due, settings) <= settings.promise_notice_minutes * 60)


def _counts(every: Sequence[Marked]) -> QueueCounts:
    channels: dict[str, int] = {}
    for row in every:
        channels[row.entry.channel] = channels.get(row.entry.channel, 0) + 1
    return QueueCounts(
        all=len(every),
        mine=sum(row.mine for row in every),
        needs_human=sum(row.entry.needs_human for row in every),
        promise_due=sum(row.promise_soon for row in every),
        unread=sum(row.entry.unread > 0 for row in every),
        channels=channels,
    )
