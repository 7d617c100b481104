"""Memories of customers, and promises made to them."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from copilot.adapters.database.persons import of_person
from copilot.adapters.database.tables.remembered import memories, promises
from copilot.adapters.database.tables.work import events
from copilot.adapters.database.transaction import Group, among, batches, fields, mine
from copilot.domain.memory import Memory, MemoryState, Promise, PromiseState

_MEMORY = sa.select(*fields(memories, Memory)).where(mine(memories))
_CANDIDATES = (
    _MEMORY.where(of_person(memories.c.customer_id), memories.c.state == "active")
    .where(memories.c.at <= sa.bindparam("at"), sa.or_(memories.c.expires_at.is_(None), memories.c.expires_at > sa.bindparam("at")))
    .order_by(memories.c.importance.desc(), memories.c.at.desc())
    .limit(sa.bindparam("limit"))
)
_PROMISE = sa.select(*fields(promises, Promise)).where(mine(promises))
_PROMISES_OF = _PROMISE.where(of_person(promises.c.customer_id), promises.c.made_at <= sa.bindparam("until")).order_by(
    promises.c.made_at, promises.c.id
)
_ACTIVE = sa.select(memories.c.id).where(mine(memories), memories.c.state == "active")
_ACTIVE_AMONG = _ACTIVE.where(among(memories.c.id))
_OPEN = ("open", "overdue")
_MEMORIES = memories


class SqlMemories(Group):
    """The `Memories` port."""

    async def put(self, memories: Sequence[Memory]) -> None:
        """Upsert by id."""
        await self._db.put(_MEMORIES, [{name: getattr(memory, name) for name in Memory.model_fields} for memory in memories])

    async def get(self, memory_id: str) -> Memory | None:
        row = await self._db.row(_MEMORY.where(memories.c.id == memory_id))
        return Memory(**row) if row else None

    async def candidates(self, customer_id: str, at: datetime, limit: int) -> list[Memory]:
        """Active, not expired and not later than `at`; most important first, then most recent."""
        return [Memory(**row) for row in await self._db.rows(_CANDIDATES, customer_id=customer_id, at=at, limit=limit)]

    async def of_customer(self, customer_id: str, states: Sequence[MemoryState] = ("active",)) -> list[Memory]:
        """Newest first."""
        theirs = _MEMORY.where(of_person(memories.c.customer_id), memories.c.state.in_(states))
        newest = theirs.order_by(memories.c.at.desc(), memories.c.id.desc())
        return [Memory(**row) for row in await self._db.rows(newest, customer_id=customer_id)]

    async def set_state(self, memory_id: str, state: MemoryState) -> None:
        await self._db.one(_MEMORY.where(memories.c.id == memory_id), f"There is no memory {memory_id}.")
        await self._db.run(sa.update(memories).where(mine(memories), memories.c.id == memory_id).values(state=state))

    async def count(self) -> int:
        """Active memories."""
        return int(await self._db.value(sa.select(sa.func.count()).where(mine(memories), memories.c.state == "active")))

    async def active(self, ids: Sequence[str] | None = None) -> set[str]:
        """Ids of the active memories: all of them, or those among `ids`."""
        if ids is None:
            return set(await self._db.column(_ACTIVE))
        found: set[str] = set()
        for some in batches(ids):
            found |= set(await self._db.column(_ACTIVE_AMONG, ids=list(some)))
        return found

    async def every(self, batch: int = 500) -> AsyncIterator[list[Memory]]:
        """All active memories, by id."""
        after = ""
        active = _MEMORY.where(memories.c.state == "active").order_by(memories.c.id).limit(batch)
        while rows := await self._db.rows(active.where(memories.c.id > after)):
            yield [Memory(**row) for row in rows]
            after = rows[-1]["id"]

    async def put_promise(self, promise: Promise) -> None:
        row = {name: getattr(promise, name) for name in Promise.model_fields}
        await self._db.put(promises, [row])

    async def promise(self, promise_id: str) -> Promise | None:
        row = await self._db.row(_PROMISE.where(promises.c.id == promise_id))
        return Promise(**row) if row else None

    async def promises_of(self, customer_id: str, until: datetime) -> list[Promise]:
        """Made no later than `until`, oldest first, with their stored state."""
        return [Promise(**row) for row in await self._db.rows(_PROMISES_OF, customer_id=customer_id, until=until)]

    async def promises_due(self, since: datetime, until: datetime) -> list[Promise]:
        due = _PROMISE.where(promises.c.state.in_(_OPEN), promises.c.due > since, promises.c.due <= until)
        return [Promise(**row) for row in await self._db.rows(due.order_by(promises.c.due, promises.c.id))]

    async def promises_late(self, after: int, since: datetime, until: datetime) -> list[Promise]:
        made = sa.select(events.c.subject_id).where(mine(events), events.c.id > after, events.c.type == "promise.made")
        due = promises.c.due > since, promises.c.due <= until
        late = _PROMISE.where(promises.c.state.in_(_OPEN), *due, promises.c.id.in_(made))
        return [Promise(**row) for row in await self._db.rows(late.order_by(promises.c.due, promises.c.id))]

    async def promises_open(self, owner: str = "") -> list[Promise]:
        """Neither kept nor withdrawn, the most urgent first, those without a date last; of one owner if named."""
        statement = _PROMISE.where(promises.c.state.in_(_OPEN))
        if owner:
            statement = statement.where(promises.c.owner == owner)
        urgent_first = promises.c.due.is_(None), promises.c.due, promises.c.made_at
        return [Promise(**row) for row in await self._db.rows(statement.order_by(*urgent_first))]

    async def set_promise_state(self, promise_id: str, state: PromiseState, at: datetime) -> None:
        """`at` is when it was settled: kept or withdrawn. An open one is not settled."""
        await self._db.one(_PROMISE.where(promises.c.id == promise_id), f"There is no promise {promise_id}.")
        settled = None if state in _OPEN else at
        await self._db.run(sa.update(promises).where(mine(promises), promises.c.id == promise_id).values(state=state, settled_at=settled))
