"""The record on SQLite or PostgreSQL."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from copilot.adapters.database import schema
from copilot.adapters.database.access import SqlDoors
from copilot.adapters.database.postgres import EVERY_TENANT
from copilot.adapters.database.records import SqlRecords
from copilot.adapters.database.stores import PostgresStore, SqliteStore, Store, run_sync
from copilot.adapters.database.tables.drafts import turns
from copilot.adapters.database.tables.tenancy import api_keys, replicas, tenant_settings, tenants
from copilot.adapters.database.tables.work import outbox
from copilot.adapters.database.transaction import Transaction, fields
from copilot.domain.base import now
from copilot.domain.errors import Conflict, Invalid
from copilot.domain.ports.records import OutboxRow
from copilot.domain.staff import Key
from copilot.domain.tenant import TenantSettings

FIRST_TENANT: Final = "default"
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


def open_database(url: str) -> "SqlDatabase":
    """`sqlite+aiosqlite:///path` or `postgresql+psycopg://…`. Connects at the first use; raises Invalid for any other address."""
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError as error:
        raise Invalid("The database's address cannot be read.", todo="Write COPILOT_DATABASE_URL as scheme://…") from error
    if parsed.drivername in ("sqlite", "sqlite+aiosqlite"):
        if not parsed.database or ":memory:" in parsed.database:
            raise Invalid("The database has to be a file.", todo="Write sqlite+aiosqlite:///path/to/file.")
        return SqlDatabase(SqliteStore(Path(parsed.database)))
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        return SqlDatabase(PostgresStore(parsed.set(drivername="postgresql+psycopg")))
    raise Invalid(f"There is no support for {parsed.drivername}.", todo="Use sqlite+aiosqlite:///… or postgresql+psycopg://…")


class SqlDatabase:
    """All tenants' records (the `Database` port). Safe to use from many tasks of one event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._writers: set[asyncio.Task[object] | None] = set()
        self.doors = SqlDoors(store)

    @asynccontextmanager
    async def read(self, tenant: str) -> AsyncIterator[SqlRecords]:
        """A snapshot of one tenant's records. Raises Unavailable when the database cannot answer."""
        async with self._store.reading(_checked(tenant)) as transaction:
            yield SqlRecords(transaction)

    @asynccontextmanager
    async def write(self, tenant: str) -> AsyncIterator[SqlRecords]:
        """One transaction. Writes of a tenant happen one after the other: keep the block short, and never wait for a model in it."""
        async with self._writing(_checked(tenant)) as transaction:
            yield SqlRecords(transaction)

    @asynccontextmanager
    async def _writing(self, tenant: str) -> AsyncIterator[Transaction]:
        task = asyncio.current_task()
        if task in self._writers:
            raise RuntimeError("a write inside a write of the same task would wait for itself")
        self._writers.add(task)
        try:
            async with self._store.writing(tenant) as transaction:
                yield transaction
        finally:
            self._writers.discard(task)

    async def create_tenant(self, tenant: str, settings: TenantSettings) -> None:
        async with self.write(tenant) as records:
            await _create_tenant(records.transaction, settings)

    async def tenants(self) -> list[str]:
        async with self._store.reading(EVERY_TENANT) as transaction:
            return await transaction.column(sa.select(tenants.c.tenant_id).order_by(tenants.c.tenant_id))

    async def key_by_digest(self, digest: str) -> Key | None:
        statement = sa.select(*fields(api_keys, Key)).where(api_keys.c.digest == digest, api_keys.c.revoked_at.is_(None))
        async with self._store.reading(EVERY_TENANT) as transaction:
            row = await transaction.row(statement)
        return Key(**row) if row else None

    async def outbox(self, limit: int = 100) -> list[OutboxRow]:
        async with self._store.reading(EVERY_TENANT) as transaction:
            rows = await transaction.rows(sa.select(*fields(outbox, OutboxRow)).order_by(outbox.c.id).limit(limit))
        return [OutboxRow(**row) for row in rows]

    async def outbox_done(self, ids: Sequence[int]) -> None:
        if not ids:
            return
        async with self._writing(EVERY_TENANT) as transaction:
            await transaction.run(sa.delete(outbox).where(outbox.c.id.in_(ids)))

    async def unfinished_turns(self, before: datetime) -> list[tuple[str, str]]:
        statement = (
            sa.select(turns.c.tenant_id, turns.c.id)
            .where(turns.c.state.in_(("minted", "frozen")), turns.c.minted_at < before, turns.c.is_current)
            .order_by(turns.c.minted_at)
        )
        async with self._store.reading(EVERY_TENANT) as transaction:
            return [(row["tenant_id"], row["id"]) for row in await transaction.rows(statement)]

    async def heartbeat(self, replica: str, at: datetime) -> None:
        async with self._writing(EVERY_TENANT) as transaction:
            statement = transaction.insert(replicas).values(id=replica, seen_at=at)
            await transaction.run(statement.on_conflict_do_update(index_elements=["id"], set_={"seen_at": statement.excluded.seen_at}))

    async def silent_replicas(self, since: datetime) -> list[str]:
        async with self._store.reading(EVERY_TENANT) as transaction:
            return await transaction.column(sa.select(replicas.c.id).where(replicas.c.seen_at < since).order_by(replicas.c.id))

    async def migrate(self) -> str:
        async with self._store.changing_schema() as transaction:
            before, newest = await run_sync(transaction, schema.upgrade)
            if not before:
                await _create_tenant(Transaction(transaction.connection, FIRST_TENANT), TenantSettings())
        return newest

    async def revision(self) -> tuple[str, str]:
        if not await self._store.exists():
            return "", schema.head()
        async with self._store.reading(EVERY_TENANT) as transaction:
            return await run_sync(transaction, schema.revision), schema.head()

    async def vacuum(self) -> None:
        await self._store.vacuum()

    async def close(self) -> None:
        await self._store.close()


def _checked(tenant: str) -> str:
    """A tenant's name is checked before it becomes the value that row-level security compares with."""
    if not _TENANT.fullmatch(tenant):
        raise Invalid(f"{tenant!r} is not a tenant's name.", todo="Use letters, digits, '.', '_' and '-'; at most 63.")
    return tenant


async def _create_tenant(transaction: Transaction, settings: TenantSettings) -> None:
    if not await transaction.add_new(tenants, {"created_at": now()}):
        raise Conflict(f"There is a tenant {transaction.tenant} already.", todo="Choose another name, or use the one that exists.")
    version = settings.model_copy(update={"version": 1})
    await transaction.add(tenant_settings, [{"version": 1, "body": version, "created_at": now()}])
