"""SQLite: one connection that writes, a few that only read.

Journal mode. SQLite 3.7.0–3.51.2 can corrupt a database in WAL mode when several connections write or checkpoint at the same
moment. Here exactly one connection writes and checkpoints: readers are `query_only` with automatic checkpoints off, services hold
the data folder's lock, and commands beside a service only read. So WAL is safe on every version, and readers never wait for the
writer. `synchronous=FULL`: a commit that returned survives a power cut. `secure_delete`: erased text is overwritten, not only
unlinked. Temporary tables stay in memory, because they hold people's data too.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import aiosqlite
import sqlalchemy as sa
from pydantic_core import from_json
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from copilot.adapters.database import compiled
from copilot.adapters.database.columns import encode_json
from copilot.domain.errors import Unavailable

OLDEST: Final = (3, 35, 0)
"""RETURNING and the upserts we use."""
READERS: Final = 4
BUSY_MS: Final = 10_000
_COMMON = ("foreign_keys=ON", f"busy_timeout={BUSY_MS}", "temp_store=MEMORY", "cache_size=-16000")
_WRITER = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "journal_size_limit=67108864", *_COMMON)
_READER = ("query_only=ON", "wal_autocheckpoint=0", *_COMMON)


class _Cursor:
    """A cursor whose execute also fetches, in one trip to the connection's thread instead of four."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> "_Cursor":
        return self

    async def execute(self, operation: str, parameters: Any = ()) -> "_Cursor":
        await self._connection.in_thread(self._work, "execute", operation, parameters)
        return self

    async def executemany(self, operation: str, parameters: Any) -> "_Cursor":
        await self._connection.in_thread(self._work, "executemany", operation, parameters)
        return self

    def _work(self, how: str, operation: str, parameters: Any) -> None:
        self._connection.begin_now()
        cursor = getattr(self._connection.plain, how)(operation, parameters)
        self._rows = cursor.fetchall() if cursor.description else []
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
        cursor.close()

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        self._rows = []


class Connection(aiosqlite.Connection):
    """aiosqlite's connection with the cursor above. A transaction begins on the way of its first statement, not on a trip of its own."""

    pending = ""
    """The BEGIN that the next statement has to run first; stays when it failed, so that nothing ever runs outside a transaction."""
    _told_to_stop = False

    def begin_now(self) -> None:
        if self.pending:
            self.plain.execute(self.pending)
            self.pending = ""

    async def commit(self) -> None:
        self.pending = ""
        if self.plain.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        self.pending = ""
        if self.plain.in_transaction:
            await super().rollback()

    def cursor(self) -> Any:
        return _Cursor(self)

    def stop(self) -> asyncio.Future[Any] | None:
        self._told_to_stop = True
        self._stopping: asyncio.Future[Any] | None = super().stop()
        return self._stopping

    def __del__(self) -> None:
        # A request that was cancelled in the middle of a statement has its connection stopped; its thread closes it, soon. Only one that
        # nobody stopped is forgotten.
        if not self._told_to_stop:
            super().__del__()  # type: ignore[no-untyped-call]  # aiosqlite leaves it untyped

    async def _connect(self) -> "Connection":
        try:
            await super()._connect()
        except BaseException:
            # aiosqlite does not wait for its thread here; the thread would report to an event loop that may be closed by then.
            if self._stopping is not None:
                await self._stopping
            raise
        return self

    @property
    def plain(self) -> sqlite3.Connection:
        return self._conn

    async def in_thread(self, work: Callable[..., None], *arguments: Any) -> None:
        await self._execute(work, *arguments)  # type: ignore[no-untyped-call]  # aiosqlite leaves it untyped


def _connecting(path: Path, pragmas: tuple[str, ...], mode: str) -> Callable[..., Any]:
    address = f"file:{quote(str(path))}?mode={mode}"

    def opened() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, cached_statements=512)
        try:
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def connect(*_: Any, **__: Any) -> Any:
        connection = Connection(opened, iter_chunk_size=64)
        connection._thread.daemon = True  # noqa: SLF001  # as SQLAlchemy does, so that a forgotten close cannot hang the exit
        return connection

    return connect


def engine(path: Path, *, writes: bool) -> AsyncEngine:
    """Connections to the file: one that may write and creates it, or READERS that may not."""
    made = create_async_engine(
        f"{compiled.SQLITE}:///{path}",
        execution_options={"compiled_cache": compiled.COMPILED},
        connect_args={"async_creator_fn": _connecting(path, _WRITER if writes else _READER, "rwc" if writes else "rw")},
        pool_size=1 if writes else READERS,
        max_overflow=0,
        pool_timeout=60,
        hide_parameters=True,
        json_serializer=encode_json,
        json_deserializer=from_json,
    )
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    def begins(connection: sa.Connection) -> None:
        driver = connection.connection.driver_connection
        if isinstance(driver, Connection):
            driver.pending = begin

    sa.event.listen(made.sync_engine, "begin", begins)
    return made


def check_version(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Raises Unavailable when the SQLite that Python was built with is too old."""
    if version < OLDEST:
        raise Unavailable(f"SQLite {'.'.join(map(str, version))} is too old.", todo="Use a Python that links SQLite 3.35 or newer.")


def prepare(path: Path) -> None:
    """Make the file, readable by its owner only (its journals inherit that), before SQLite would make it readable by all."""
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"The database file cannot be made: {error.strerror}.", todo="Check the data folder and the disk.") from error
