"""Who is served next: heat counts, with a cap, so that the queue never rewards shouting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.base import Frozen, Instant
from copilot.domain.case import QueueEntry
from copilot.domain.ports.records import Database
from copilot.domain.tenant import TenantSettings
from copilot.sensing.heat import boils_at, heat
from copilot.sensing.queue import QueueRow, order


class QueueLine(Frozen):
    """A row of the queue as people see it: heat and wait are as of now."""

    conversation_id: str
    customer: str
    channel: str
    status: str
    assignee: str
    team: str
    waiting_seconds: float
    since: Instant | None
    heat: float
    label: str | None
    trend: str
    contacts_30d: int
    boils_at: Instant | None
    promise_due: Instant | None
    last_text: str
    turn_id: str | None


SAME = ("channel", "status", "assignee", "team", "since", "label", "trend", "contacts_30d", "promise_due", "last_text", "turn_id")
"""Fields of an entry that a line shows as they are."""


@dataclass(frozen=True)
class Queue:
    """The open conversations of a tenant in the order of service."""

    database: Database
    clock: Callable[[], datetime]

    async def lines(self, tenant: str, assignee: str = "") -> list[QueueLine]:
        """Those who wait first, in order; then those who do not, newest last."""
        now = self.clock()
        async with self.database.read(tenant) as records:
            settings = await records.admin.settings()
            entries = {e.conversation_id: e for e in await records.conversations.queue()}
        rows = [
            QueueRow(conversation_id=e.conversation_id, channel=e.channel, since=e.since, base=e.base) for e in entries.values() if e.since
        ]
        served = [entries[row.conversation_id] for row in order(rows, now, settings)]
        rest = [e for e in entries.values() if not e.since]
        return [self._line(e, now, settings) for e in self._mine([*served, *rest], assignee)]

    def _mine(self, entries: Sequence[QueueEntry], assignee: str) -> list[QueueEntry]:
        return [e for e in entries if not assignee or e.assignee == assignee]

    def _line(self, entry: QueueEntry, now: datetime, settings: TenantSettings) -> QueueLine:
        return QueueLine(
            conversation_id=entry.conversation_ref,
            customer=entry.customer_name,
            waiting_seconds=(now - entry.since).total_seconds() if entry.since else 0.0,
            heat=round(heat(entry.base, entry.since, entry.channel, now, settings), 1),
            boils_at=boils_at(entry.base, entry.since, entry.channel, now, settings),
            **{name: getattr(entry, name) for name in SAME},
        )
