"""What tests of many rooms share: a quick place for files, and a database at head, on SQLite and on PostgreSQL."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest

from copilot.adapters.database import SqlDatabase, open_database
from copilot.testing.postgres import PostgresServer

SHARED = "copilot"
ROOMS = ("e2e", "web", "evals", "services", "commands", "api", "adapters")
"""Those whose tests take longest, in that order."""
HERE = Path(__file__).parent
MEMORY, ROOM = Path("/dev/shm"), 4 << 30  # noqa: S108 - a place for tests' own files

if (
    "TMPDIR" not in os.environ
    and os.access(MEMORY, os.W_OK)
    and min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available) > ROOM
):
    # Each commit waits for its disk, here thousands of them. What a passed test wrote goes with it: 160 MB were the most seen there.
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Rooms with long tests first (within a room the order stays any): of two processes none then waits in the end for one long file."""
    items.sort(key=lambda item: ROOMS.index(room) if (room := item.path.relative_to(HERE).parts[0]) in ROOMS else len(ROOMS))


def _at_head(url: str) -> None:
    async def migrate() -> None:
        database = open_database(url)
        await database.migrate()
        await database.close()

    asyncio.run(migrate())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file at head, to be copied: faster than running the revisions for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _at_head(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for the session, with a database at head. Without one, tests are skipped, but never under CI."""
    try:
        server = PostgresServer()
    except Exception as error:  # whatever hinders it, the reader of the skip is told
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no PostgreSQL here: {error}")
    _at_head(server.create(SHARED))
    server.keep(SHARED)
    yield server
    server.close()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A SQLite database of its own, at head, with tenant `default`."""
    return f"sqlite+aiosqlite:///{shutil.copy(sqlite_template, tmp_path / 'copilot.db')}"


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A PostgreSQL database at head, with tenant `default` and nothing else; emptied after the test."""
    yield postgres_server.url(SHARED)
    postgres_server.reset(SHARED)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a database of its own, on each of the two."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[SqlDatabase]:
    """A database of its own, at head, with tenant `default`; every test that takes it runs on both."""
    opened = open_database(database_url)
    yield opened
    await opened.close()
