"""Events, and the outbox of work to start."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database.listening import CHANNEL
from copilot.adapters.database.tables.work import events, outbox
from copilot.adapters.database.transaction import Group, fields, mine
from copilot.domain.base import now
from copilot.domain.case import Event

_EVENT = sa.select(*fields(events, Event)).where(mine(events))
_AFTER = _EVENT.where(events.c.id > sa.bindparam("after")).order_by(events.c.id).limit(sa.bindparam("limit"))
_AFTER_IN = _AFTER.where(events.c.conversation_id == sa.bindparam("conversation_id"))
_APPEND = sa.insert(events).returning(events.c.id)
_LAST = sa.select(sa.func.max(events.c.id)).where(mine(events))


class SqlLog(Group):
    """The `Log` port."""

    async def event(
        self, type_: str, *, conversation_id: str = "", subject_id: str = "", actor: str = "system", data: Mapping[str, Any] | None = None
    ) -> Event:
        """Append. A tenant's events become visible in the order of their ids (see `postgres`)."""
        about = {"conversation_id": conversation_id, "subject_id": subject_id, "actor": actor}
        row = {"type": type_, "at": now(), **about, "data": dict(data or {})}
        given = await self._db.value(_APPEND, tenant_id=self._db.tenant, **row)
        if self._db.connection.dialect.name == "postgresql":
            # Delivered at commit, once however often it is said; other replicas read the events themselves.
            await self._db.run(sa.select(sa.func.pg_notify(CHANNEL, self._db.tenant)))
        return Event(id=given, **row)

    async def events(self, after: int, *, conversation_id: str = "", limit: int = 500) -> list[Event]:
        """Those behind `after`, in order; of one conversation if named."""
        named = {"conversation_id": conversation_id} if conversation_id else {}
        return [Event(**row) for row in await self._db.rows(_AFTER_IN if named else _AFTER, after=after, limit=limit, **named)]

    async def last_event(self) -> int:
        """The tenant's highest id; 0 without events."""
        return int(await self._db.value(_LAST) or 0)

    async def enqueue(self, job: str, subject_id: str) -> None:
        """A row of the outbox: the dispatcher starts the durable job after commit."""
        await self._db.add(outbox, [{"job": job, "subject_id": subject_id, "created_at": now()}])
