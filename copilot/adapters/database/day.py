"""What was read, who is absent, what is owed and by whom, how conversations ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database import figures
from copilot.adapters.database.columns import Moment
from copilot.adapters.database.tables.day import absences, promise_moves, read_marks, wrap_ups
from copilot.adapters.database.tables.talk import conversations, messages
from copilot.adapters.database.tables.tenancy import connections
from copilot.adapters.database.transaction import Group, among, equals, fields, mine, same
from copilot.domain.day import Absence, OwedRow, PromiseMove, TeamFigures, WrapUp
from copilot.domain.memory import Promise

_PLACE = sa.select(messages.c.sent_at, messages.c.position).where(*equals(messages, "conversation_id", "id"))
_MARK = sa.select(read_marks.c.read_until, read_marks.c.position).where(*equals(read_marks, "user_id", "conversation_id"))
_KIND = (
    sa.select(connections.c.kind)
    .select_from(conversations.join(connections, same(conversations, "connection_id", connections)))
    .where(*equals(conversations, "id"))
)
_OPEN_OF = (
    sa.select(conversations.c.id)
    .where(mine(conversations), conversations.c.status != "closed", among(conversations.c.assignee, "assignees"))
    .order_by(conversations.c.last_at, conversations.c.id)
)
_ABSENT = sa.select(*fields(absences, Absence)).where(
    mine(absences), absences.c.since <= sa.bindparam("at"), absences.c.until > sa.bindparam("at")
)
_WRAP_UPS = sa.select(*fields(wrap_ups, WrapUp)).where(*equals(wrap_ups, "conversation_id")).order_by(wrap_ups.c.closed_at, wrap_ups.c.id)
_OWED = sa.text("""
SELECT o.id, o.customer_id, COALESCE(o.conversation_id, '') AS conversation_id, o.text, o.owner, o.due, o.state, o.source, o.made_at,
  o.settled_at, COALESCE(c.external_id, '') AS conversation_ref, c.channel, p.external_id AS customer_ref, p.name AS customer_name,
  v.to_user AS moved_to, COALESCE(v.from_owner, '') AS moved_from
FROM promises o
JOIN customers p ON p.tenant_id = o.tenant_id AND p.id = o.customer_id
LEFT JOIN conversations c ON c.tenant_id = o.tenant_id AND c.id = o.conversation_id
LEFT JOIN promise_moves v ON v.tenant_id = o.tenant_id AND v.id = (
  SELECT w.id FROM promise_moves w WHERE w.tenant_id = o.tenant_id AND w.promise_id = o.id ORDER BY w.moved_at DESC, w.id DESC LIMIT 1)
WHERE o.tenant_id = :tenant AND o.state IN ('open', 'overdue')
ORDER BY CASE WHEN o.due IS NULL THEN 1 ELSE 0 END, o.due, o.made_at, o.id
""").columns(due=Moment(), made_at=Moment(), settled_at=Moment())


class SqlDay(Group):
    """The `Day` port."""

    async def read_until(self, user_id: str, conversation_id: str, message_id: str, at: datetime) -> None:
        """The later mark stays."""
        missing = f"There is no message {message_id} in this conversation."
        place = await self._db.one(_PLACE, missing, conversation_id=conversation_id, id=message_id)
        before = await self._db.row(_MARK, user_id=user_id, conversation_id=conversation_id)
        if before is not None and (before["read_until"], before["position"]) >= (place["sent_at"], place["position"]):
            return
        row = {"user_id": user_id, "conversation_id": conversation_id, "read_until": place["sent_at"], "position": place["position"]}
        await self._db.put(read_marks, [row | {"at": at}])

    async def connection_kind(self, conversation_id: str) -> str:
        """The kind of the chat tool account. Raises NotFound."""
        return str((await self._db.one(_KIND, f"There is no conversation {conversation_id}.", id=conversation_id))["kind"])

    async def open_of(self, assignees: Sequence[str]) -> list[str]:
        """Whose last message is oldest comes first."""
        return list(await self._db.column(_OPEN_OF, assignees=list(assignees)))

    async def owed(self) -> list[OwedRow]:
        """Open and overdue promises, the most urgent first, those without a date last."""
        return [_owed(row) for row in await self._db.rows(_OWED)]

    async def move(self, move: PromiseMove) -> None:
        await self._db.add(promise_moves, [move.model_dump()])

    async def absent(self, at: datetime) -> list[Absence]:
        return [Absence(**row) for row in await self._db.rows(_ABSENT, at=at)]

    async def put_absence(self, absence: Absence) -> None:
        await self._db.put(absences, [absence.model_dump()])

    async def end_absence(self, user_id: str) -> bool:
        return await self._db.run(sa.delete(absences).where(mine(absences), absences.c.user_id == user_id)) == 1

    async def put_wrap_up(self, wrap_up: WrapUp) -> None:
        await self._db.add(wrap_ups, [wrap_up.model_dump()])

    async def wrap_ups_of(self, conversation_id: str) -> list[WrapUp]:
        """Oldest first."""
        return [WrapUp(**row) for row in await self._db.rows(_WRAP_UPS, conversation_id=conversation_id)]

    async def figures(self, since: datetime, until: datetime) -> list[TeamFigures]:
        """Per team with an active person, by name."""
        found: dict[str, dict[str, Any]] = {row["team"]: figures.NOTHING | row for row in await self._db.rows(figures.MEMBERS)}
        for statement in figures.STATEMENTS:
            for row in await self._db.rows(statement, since=since, until=until):
                if row["team"] in found:
                    found[row["team"]] |= {name: value for name, value in row.items() if value is not None}
        return [TeamFigures(**row) for row in found.values()]


def _owed(row: dict[str, Any]) -> OwedRow:
    promise = Promise(**{name: row.pop(name) for name in Promise.model_fields})
    return OwedRow(promise=promise, **row)
