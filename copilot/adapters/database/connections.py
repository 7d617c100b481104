"""Where records come from: a row per configured chat tool account, and one per file or caller that brought some."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database.tables.connected import inbox
from copilot.adapters.database.tables.connected import outgoing as sends
from copilot.adapters.database.tables.talk import conversations
from copilot.adapters.database.tables.tenancy import connections, teams
from copilot.adapters.database.transaction import Group, Row, Transaction, fields, mine, same
from copilot.domain.base import new_id, now
from copilot.domain.channels import Arrival
from copilot.domain.connections import EARLIER, POLLED, Action, Connection, Delivered, Kept, Outgoing, Traffic, Written
from copilot.domain.triage import Click


async def ensure_connection(transaction: Transaction, name: str) -> None:
    """The connection exists afterwards; one that nobody configured is made with its name as kind."""
    await transaction.add_new(connections, {"id": name, "kind": name, "name": name, "settings": {}, "active": True, "created_at": now()})


async def ensure_team(transaction: Transaction, name: str) -> None:
    """The team exists afterwards. An empty name is no team."""
    if name:
        await transaction.add_new(teams, {"id": new_id(), "name": name, "created_at": now()})


_CONNECTION = sa.select(*fields(connections, Connection)).where(mine(connections))
_OF = (
    sa.select(*fields(connections, Connection))
    .select_from(conversations.join(connections, same(conversations, "connection_id", connections)))
    .where(mine(conversations), conversations.c.id == sa.bindparam("conversation_id"))
)
_SECRETS = sa.select(connections.c.secrets).where(mine(connections), connections.c.id == sa.bindparam("ident"))
_KEPT = sa.select(*fields(inbox, Kept)).where(mine(inbox))
_EARLIER = inbox.c.delivery_id.startswith(EARLIER)
_BY_TOOL = sa.not_(sa.or_(_EARLIER, inbox.c.delivery_id.startswith(POLLED)))
_WAITING = (
    sa.select(inbox.c.id)
    .where(mine(inbox), inbox.c.state == "waiting", inbox.c.received_at < sa.bindparam("before"))
    .order_by(sa.case((_EARLIER, 1), else_=0), inbox.c.received_at)
    .limit(sa.bindparam("limit"))
)
_SEND = sa.select(*fields(sends, Outgoing)).where(mine(sends))
_ABOUT = _SEND.where(sends.c.connection_id == sa.bindparam("connection_id"), sends.c.conversation_id == sa.bindparam("conversation_id"))
_DUE = (
    sa.select(sends.c.id)
    .where(mine(sends), sends.c.state.in_(("waiting", "unsure")), sends.c.due_at <= sa.bindparam("at"))
    .order_by(sends.c.due_at)
    .limit(sa.bindparam("limit"))
)


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


_HELD = (
    sa.select(
        inbox.c.connection_id,
        _count(inbox.c.state == "waiting").label("waiting"),
        sa.func.min(sa.case((sa.and_(inbox.c.state == "waiting", sa.not_(_EARLIER)), inbox.c.received_at))).label("oldest_waiting"),
        _count(inbox.c.state == "failed").label("failed"),
    )
    .where(mine(inbox), inbox.c.state.in_(("waiting", "failed")))
    .group_by(inbox.c.connection_id)
)
_OPEN = (
    sa.select(
        sends.c.connection_id,
        sa.func.count().label("unsent"),
        _count(sends.c.state == "unsure").label("unsure"),
        _count(sends.c.state == "failed").label("given_up"),
    )
    .where(mine(sends), sends.c.state.in_(("waiting", "unsure", "failed")))
    .group_by(sends.c.connection_id)
)
_OF_TOOL = sa.and_(same(inbox, "connection_id", connections), _BY_TOOL)
_LAST = sa.select(
    connections.c.id.label("connection_id"),
    sa.select(sa.func.max(inbox.c.received_at)).where(_OF_TOOL).scalar_subquery().label("last_delivery"),
).where(mine(connections), sa.exists().where(_OF_TOOL))
_GONE = (
    sa.select(sends.c.connection_id, _count(sends.c.state == "sent").label("sent"), _count(sends.c.state == "shadow").label("shadowed"))
    .where(mine(sends), sends.c.state.in_(("sent", "shadow")))
    .group_by(sends.c.connection_id)
)
_DELIVERIES = (
    sa.select(*fields(inbox, Delivered))
    .where(mine(inbox), inbox.c.connection_id == sa.bindparam("ident"), sa.or_(_BY_TOOL, inbox.c.state != "done"))
    .order_by(inbox.c.id.desc())
    .limit(sa.bindparam("limit"))
)
_NEWEST = sa.select(sa.func.coalesce(sa.func.max(inbox.c.id), 0)).where(
    mine(inbox), inbox.c.connection_id == sa.bindparam("ident"), _BY_TOOL
)
_WRITES = (
    sa.select(*fields(sends, Written))
    .where(mine(sends), sends.c.connection_id == sa.bindparam("ident"))
    .order_by(sa.case((sends.c.state.in_(("unsure", "failed")), 0), (sends.c.state == "waiting", 1), else_=2), sends.c.made_at.desc())
    .limit(sa.bindparam("limit"))
)


class SqlConnections(Group):
    """The `Connections` port."""

    async def all(self) -> list[Connection]:
        return [Connection(**row) for row in await self._db.rows(_CONNECTION.order_by(connections.c.created_at, connections.c.id))]

    async def find(self, ident: str) -> Connection | None:
        row = await self._db.row(_CONNECTION.where(connections.c.id == sa.bindparam("ident")), ident=ident)
        return None if row is None else Connection(**row)

    async def of(self, conversation_id: str) -> Connection | None:
        row = await self._db.row(_OF, conversation_id=conversation_id)
        return None if row is None else Connection(**row)

    async def put(self, connection: Connection, sealed: str | None = None) -> None:
        row: Row = connection.model_dump()
        if sealed is None:
            await self._db.put(connections, [row], keep=("created_at",))
        else:
            await self._db.put(connections, [row | {"secrets": {"sealed": sealed}}], keep=("created_at",))

    async def sealed(self, ident: str) -> str:
        found = await self._db.value(_SECRETS, ident=ident)
        return str((found or {}).get("sealed") or "")

    async def change(self, ident: str, **values: Any) -> None:
        await self._db.run(sa.update(connections).where(mine(connections), connections.c.id == ident).values(**values))

    async def receive(self, connection_id: str, delivery_id: str, arrivals: Sequence[Arrival | Click], at: datetime) -> int | None:
        # What is not set stays out: an arrival says only what its tool told.
        told = [one.model_dump(mode="json", exclude_unset=True) for one in arrivals]
        row = {"connection_id": connection_id, "delivery_id": delivery_id, "state": "waiting", "received_at": at, "problem": ""}
        made = self._db.insert(inbox).on_conflict_do_nothing().returning(inbox.c.id)
        found = await self._db.value(made, tenant_id=self._db.tenant, arrivals=told, **row)
        return None if found is None else int(found)

    async def kept(self, ident: int) -> Kept | None:
        row = await self._db.row(_KEPT.where(inbox.c.id == sa.bindparam("ident")), ident=ident)
        return None if row is None else Kept(**row)

    async def worked(self, ident: int, at: datetime, problem: str = "") -> None:
        values = {"state": "failed" if problem else "done", "done_at": at, "problem": problem, "arrivals": None}
        await self._db.run(sa.update(inbox).where(mine(inbox), inbox.c.id == ident).values(**values))

    async def waiting(self, before: datetime, limit: int = 100) -> list[int]:
        return await self._db.column(_WAITING, before=before, limit=limit)

    async def want(self, outgoing: Outgoing) -> bool:
        return await self._db.add_new(sends, outgoing.model_dump())

    async def outgoing(self, ident: str) -> Outgoing | None:
        row = await self._db.row(_SEND.where(sends.c.id == sa.bindparam("ident")), ident=ident)
        return None if row is None else Outgoing(**row)

    async def wanted(self, key: str) -> Outgoing | None:
        row = await self._db.row(_SEND.where(sends.c.key == sa.bindparam("key")), key=key)
        return None if row is None else Outgoing(**row)

    async def latest(self, connection_id: str, conversation_id: str, action: Action) -> Outgoing | None:
        newest = _ABOUT.where(sends.c.action == sa.bindparam("action")).order_by(sends.c.made_at.desc(), sends.c.id.desc()).limit(1)
        row = await self._db.row(newest, connection_id=connection_id, conversation_id=conversation_id, action=action)
        return None if row is None else Outgoing(**row)

    async def held(self, connection_id: str, conversation_id: str) -> list[Outgoing]:
        waiting = _ABOUT.where(sends.c.state == "waiting").order_by(sends.c.made_at, sends.c.id)
        rows = await self._db.rows(waiting, connection_id=connection_id, conversation_id=conversation_id)
        return [Outgoing(**row) for row in rows]

    async def moved(self, outgoing: Outgoing) -> None:
        values = outgoing.model_dump(include={"state", "attempts", "due_at", "external_id", "problem"})
        await self._db.run(sa.update(sends).where(mine(sends), sends.c.id == outgoing.id).values(**values))

    async def due(self, at: datetime, limit: int = 100) -> list[str]:
        return await self._db.column(_DUE, at=at, limit=limit)

    async def refuse(self, ident: str, count: int, at: datetime, why: str) -> None:
        values = {"refused": connections.c.refused + count, "refused_at": at, "refused_why": why}
        await self._db.run(sa.update(connections).where(mine(connections), connections.c.id == ident).values(**values))

    async def traffic(self, *, history: bool = True) -> dict[str, Traffic]:
        found: dict[str, Row] = {}
        for statement in (_HELD, _OPEN, *((_LAST, _GONE) if history else ())):
            for row in await self._db.rows(statement):
                found.setdefault(row.pop("connection_id"), {}).update(row)
        return {ident: Traffic(**{name: value for name, value in row.items() if value is not None}) for ident, row in found.items()}

    async def deliveries(self, ident: str, limit: int) -> list[Delivered]:
        return [Delivered(**row) for row in await self._db.rows(_DELIVERIES, ident=ident, limit=limit)]

    async def newest(self, ident: str) -> int:
        return int(await self._db.value(_NEWEST, ident=ident))

    async def writes(self, ident: str, limit: int) -> list[Written]:
        return [Written(**row) for row in await self._db.rows(_WRITES, ident=ident, limit=limit)]
