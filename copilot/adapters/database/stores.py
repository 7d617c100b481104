"""How each database opens transactions: the only place where the two differ beyond a column's type."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

from copilot.adapters.database import postgres, sqlite
from copilot.adapters.database.failures import sqlite_failure
from copilot.adapters.database.tables import METADATA
from copilot.adapters.database.transaction import Transaction, failing_well
from copilot.domain.errors import Unavailable

T = TypeVar("T")
GRACE_S = 3.0
"""Seconds a close waits for transactions that are under way, or whose task was cancelled and is giving back its connection."""


class Store(Protocol):
    """One database. `tenant` may be EVERY_TENANT for the system's own questions."""

    def reading(self, tenant: str) -> AbstractAsyncContextManager[Transaction]: ...

    def writing(self, tenant: str) -> AbstractAsyncContextManager[Transaction]: ...

    def changing_schema(self) -> AbstractAsyncContextManager[Transaction]: ...

    async def exists(self) -> bool: ...

    async def vacuum(self) -> None: ...

    async def close(self) -> None: ...


class _Closing:
    """A store that, once closed, opens nothing: a connection opened then would be nobody's to close."""

    _closed = False

    def _still_open(self) -> None:
        """Raises Unavailable once it is closed."""
        if self._closed:
            raise Unavailable("The database is closed.", todo="Try again once the service has started again.")

    async def _close(self, *engines: AsyncEngine) -> None:
        self._closed = True
        for engine in engines:
            await given_back(engine)
            sa.event.listen(engine.sync_engine.pool, "checkin", _hang_up)
            await engine.dispose()


class SqliteStore(_Closing):
    """One writing connection behind a lock, and a pool of reading ones; see `sqlite` for why."""

    def __init__(self, path: Path) -> None:
        sqlite.check_version()
        self._path = path
        self._writer = sqlite.engine(path, writes=True)
        self._readers = sqlite.engine(path, writes=False)
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def reading(self, tenant: str) -> AsyncIterator[Transaction]:
        """A snapshot: everything read in the block is of one moment."""
        self._still_open()
        with failing_well():
            async with self._readers.begin() as connection:
                yield Transaction(connection, tenant)

    @asynccontextmanager
    async def writing(self, tenant: str) -> AsyncIterator[Transaction]:
        """The one write transaction; others wait in the order they came."""
        async with self._turn:
            self._still_open()
            with failing_well():
                async with self._writer.begin() as connection:
                    yield Transaction(connection, tenant)

    @asynccontextmanager
    async def changing_schema(self) -> AsyncIterator[Transaction]:
        """A write transaction that makes the file when there is none."""
        sqlite.prepare(self._path)
        async with self.writing(postgres.EVERY_TENANT) as transaction:
            yield transaction

    async def exists(self) -> bool:
        """Whether there is anything to read."""
        return self._path.exists() and self._path.stat().st_size > 0

    async def vacuum(self) -> None:
        """Rewrite the file without what was deleted, and empty the journal."""
        async with self._turn:
            self._still_open()
            with failing_well():
                async with self._writer.connect() as connection:
                    driver = (await connection.get_raw_connection()).driver_connection
                    if not isinstance(driver, sqlite.Connection):
                        raise TypeError("the writer is not a connection of ours")
                    try:
                        await driver.in_thread(_rewrite, driver.plain)
                    except sqlite3.Error as error:
                        raise sqlite_failure(error) from error

    async def close(self) -> None:
        """Readers first: the last connection to leave empties the journal, and that has to be the writer."""
        await self._close(self._readers, self._writer)


def _rewrite(connection: sqlite3.Connection) -> None:
    connection.execute("VACUUM")
    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise Unavailable("Readers keep the journal from being emptied.", todo="Try again in a moment.", retry_after=5.0)


class PostgresStore(_Closing):
    """A pool; each transaction sets its role and tenant, and a write takes the tenant's lock."""

    def __init__(self, url: URL) -> None:
        self._engine = postgres.engine(url)
        self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._role: str | None = None

    @asynccontextmanager
    async def reading(self, tenant: str) -> AsyncIterator[Transaction]:
        """A snapshot: everything read in the block is of one moment."""
        async with self._begin(self._snapshots, tenant, lock=False) as connection:
            yield Transaction(connection, tenant)

    @asynccontextmanager
    async def writing(self, tenant: str) -> AsyncIterator[Transaction]:
        """The tenant's one write transaction; the system's own (EVERY_TENANT) wait for nobody."""
        async with self._begin(self._engine, tenant, lock=tenant != postgres.EVERY_TENANT) as connection:
            yield Transaction(connection, tenant)

    @asynccontextmanager
    async def _begin(self, engine: AsyncEngine, tenant: str, *, lock: bool) -> AsyncIterator[AsyncConnection]:
        self._still_open()
        with failing_well():
            async with engine.begin() as connection:
                if self._role is None:
                    self._role = await postgres.role_to_take(connection)
                await postgres.enter(connection, tenant, self._role, lock=lock)
                yield connection

    @asynccontextmanager
    async def changing_schema(self) -> AsyncIterator[Transaction]:
        """A transaction of the login itself; two programs that migrate at once do so one after the other."""
        self._still_open()
        with failing_well():
            async with self._engine.begin() as connection:
                await postgres.enter(connection, postgres.EVERY_TENANT, "none", lock=True)
                yield Transaction(connection, postgres.EVERY_TENANT)
        self._role = None

    async def exists(self) -> bool:
        """Whether there is anything to read: the database itself is made by whoever runs the server."""
        return True

    async def vacuum(self) -> None:
        """Free what was deleted, and renew the planner's statistics."""
        self._still_open()
        with failing_well():
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                for name in METADATA.tables:
                    await connection.execute(sa.text(f'VACUUM (ANALYZE) "{name}"'))

    async def close(self) -> None:
        """After the connections that are still under way came back."""
        await self._close(self._engine)


async def given_back(engine: AsyncEngine) -> None:
    """Wait until nobody holds a connection, but not longer than GRACE_S: whoever holds one for so long may be waiting for us."""
    pool = engine.pool
    if not isinstance(pool, sa.QueuePool):
        return
    until = asyncio.get_running_loop().time() + GRACE_S
    while pool.checkedout() and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110 - the pool tells nobody when one comes back
        await asyncio.sleep(0.005)


def _hang_up(_: object, record: ConnectionPoolEntry) -> None:
    """What comes back to a pool that was closed is closed: the pool itself would keep it for nobody."""
    record.close()


async def run_sync(transaction: Transaction, work: Callable[[sa.Connection], T]) -> T:
    """Run what knows only blocking connections (Alembic) on this transaction."""
    with failing_well():
        return await transaction.connection.run_sync(work)
