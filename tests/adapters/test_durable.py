"""The durable engine and its double: one behaviour. The real one on SQLite and on PostgreSQL."""

import asyncio
import base64
import pickle
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from copilot.adapters import durable
from copilot.adapters.durable import DbosEngine
from copilot.domain.errors import Refused, Unavailable
from copilot.domain.ports.work import DurableEngine
from copilot.testing.engine import InlineEngine, Work
from copilot.testing.postgres import PostgresServer
from tests.patience import eventually

Make = Callable[[], DurableEngine]
WITHIN_S = 60
_COLUMNS = {
    "workflow_status": "SELECT inputs, output, error FROM {}",
    "workflow_input": "SELECT inputs, NULL AS output, NULL AS error FROM {}",
    "workflow_output": "SELECT NULL AS inputs, output, error FROM {}",
    "operation_outputs": "SELECT NULL AS inputs, output, error FROM {}",
}


@pytest.fixture(scope="module")
def work_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine's own SQLite file with its schema, made once."""
    path = tmp_path_factory.mktemp("work") / "work.db"

    async def launched() -> None:
        engine = DbosEngine(f"sqlite:///{path}", "template")
        engine.register("job", _nothing)
        await engine.launch()
        await engine.close()

    asyncio.run(launched())
    return path


@pytest.fixture(scope="module")
def work_postgres(postgres_server: PostgresServer) -> Iterator[str]:
    yield postgres_server.create("work")
    postgres_server.drop("work")


@pytest.fixture(params=["double", "sqlite", "postgres"])
def make(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes an engine over one and the same store: the next one it makes is the one before, started again."""
    if request.param == "double":
        work = Work()
        return lambda: InlineEngine(work, attempts=2)
    monkeypatch.setattr(durable, "ATTEMPTS", 2)
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("work_template"), tmp_path / "work.db")
        return lambda: DbosEngine(f"sqlite:///{path}", "one")
    url = request.getfixturevalue("work_postgres")
    return lambda: DbosEngine(url, "one")


class Desk:
    """Jobs that count how often they ran, and fail or wait as they are told."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.ran: list[str] = []
        self.given_up: list[str] = []
        self.failing = 0
        self.error: Exception = Refused("not now")
        self.begun, self.go, self.told = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.go.set()

    async def job(self, tenant: str, subject: str) -> None:
        self.ran.append(f"{tenant}/{subject}")
        self.begun.set()
        await self.go.wait()
        if self.failing > 0:
            self.failing -= 1
            raise self.error
        self.told.set()

    async def failed(self, tenant: str, subject: str) -> None:
        self.given_up.append(f"{tenant}/{subject}")
        self.told.set()

    async def hears(self) -> None:
        async with asyncio.timeout(WITHIN_S):
            await self.told.wait()
        self.told.clear()

    def at(self, engine: DurableEngine) -> DurableEngine:
        engine.register("job", self.job)
        engine.register("other", self.job)
        engine.on_failure(self.failed)
        return engine


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> Desk:
    """Its subject is the test's own: one PostgreSQL database serves them all."""
    return Desk(request.node.name)


@pytest.fixture
async def engine(make: Make, desk: Desk) -> AsyncIterator[DurableEngine]:
    running = desk.at(make())
    await running.launch()
    yield running
    await running.close()


async def test_a_run_is_one_however_often_it_is_started(engine: DurableEngine, desk: Desk) -> None:
    desk.go.clear()
    await engine.start("job", "default", desk.subject)
    await engine.start("job", "default", desk.subject)
    desk.go.set()
    await desk.hears()
    await engine.start("job", "default", desk.subject)
    # Another job or another tenant is another run.
    await engine.start("other", "default", desk.subject)
    await desk.hears()
    await engine.start("job", "elsewhere", desk.subject)
    await desk.hears()
    assert desk.ran == [f"default/{desk.subject}", f"default/{desk.subject}", f"elsewhere/{desk.subject}"]


async def test_a_failure_that_passes_is_tried_again(engine: DurableEngine, desk: Desk) -> None:
    desk.failing = 1
    await engine.start("job", "default", desk.subject)
    await desk.hears()
    assert (len(desk.ran), desk.given_up) == (2, [])


async def test_a_failure_that_stays_is_told(engine: DurableEngine, desk: Desk) -> None:
    desk.failing = 100
    await engine.start("job", "default", desk.subject)
    await desk.hears()
    assert (len(desk.ran), desk.given_up) == (2, [f"default/{desk.subject}"])


async def test_what_was_given_up_is_renewed_and_starting_it_alone_is_not_enough(engine: DurableEngine, desk: Desk) -> None:
    desk.failing = 2
    await engine.start("job", "default", desk.subject)
    await desk.hears()
    await _settled(engine)
    await engine.start("job", "default", desk.subject)
    await _settled(engine)
    assert len(desk.ran) == 2
    assert await engine.renew("job", "default", desk.subject)
    await desk.hears()
    assert len(desk.ran) == 3
    assert len(desk.given_up) == 1


async def test_a_run_whose_needs_are_out_of_reach_is_not_told_as_failed(engine: DurableEngine, desk: Desk) -> None:
    """A disk that is full for longer than all retries: nothing is told, so that whoever sweeps takes the run up again."""
    desk.failing, desk.error = 2, Unavailable("The disk is full.")
    await engine.start("job", "default", desk.subject)

    async def ended() -> bool:
        return len(desk.ran) == 2 and await engine.renew("job", "default", desk.subject)

    await eventually(ended, "the run to be given up and taken up again")
    await desk.hears()
    assert (len(desk.ran), desk.given_up) == (3, [])


async def test_a_run_that_nobody_started_is_renewed_too(engine: DurableEngine, desk: Desk) -> None:
    assert await engine.renew("job", "default", desk.subject)
    await desk.hears()
    assert len(desk.ran) == 1


async def test_what_is_under_way_is_not_renewed(engine: DurableEngine, desk: Desk) -> None:
    desk.go.clear()
    await engine.start("job", "default", desk.subject)
    async with asyncio.timeout(WITHIN_S):
        await desk.begun.wait()
    assert not await engine.renew("job", "default", desk.subject)
    desk.go.set()
    await desk.hears()
    assert len(desk.ran) == 1


async def test_what_a_stop_interrupts_is_neither_failed_nor_lost(make: Make, desk: Desk) -> None:
    first = desk.at(make())
    await first.launch()
    desk.go.clear()
    await first.start("job", "default", desk.subject)
    async with asyncio.timeout(WITHIN_S):
        await desk.begun.wait()
    await first.close()
    assert (desk.given_up, desk.told.is_set()) == ([], False)

    desk.go.set()
    second = desk.at(make())
    await second.launch()
    await desk.hears()
    await second.close()
    assert (len(desk.ran), desk.given_up) == (2, [])

    third = desk.at(make())
    await third.launch()
    await third.close()
    assert len(desk.ran) == 2


async def test_forgetting_leaves_nothing_and_others_their_own(engine: DurableEngine, desk: Desk) -> None:
    await engine.start("job", "default", desk.subject)
    await desk.hears()
    await engine.start("other", "default", f"{desk.subject}:reply")
    await desk.hears()
    await engine.start("job", "default", "someone-else" + desk.subject)
    await desk.hears()
    await _settled(engine)
    await engine.forget("default", [desk.subject])
    # Known runs would not start again; forgotten ones do.
    for name, subject in (("job", desk.subject), ("other", f"{desk.subject}:reply")):
        await engine.start(name, "default", subject)
        await desk.hears()
    await engine.start("job", "default", "someone-else" + desk.subject)
    await _settled(engine)
    assert len(desk.ran) == 5


async def test_an_engine_that_does_not_run_refuses_work(make: Make, desk: Desk) -> None:
    engine = desk.at(make())
    with pytest.raises(Unavailable):
        await engine.start("job", "default", desk.subject)
    await engine.close()
    assert desk.ran == []


async def test_only_ids_are_kept(work_template: Path, tmp_path: Path, desk: Desk) -> None:
    path = shutil.copy(work_template, tmp_path / "work.db")
    engine = desk.at(DbosEngine(f"sqlite:///{path}", "one"))
    await engine.launch()
    await engine.start("job", "default", desk.subject)
    await desk.hears()
    await _settled(engine)
    await engine.close()
    with closing(sqlite3.connect(path)) as connection:
        stored = [
            value
            for table in ("workflow_status", "workflow_input", "workflow_output", "operation_outputs")
            for row in connection.execute(f"SELECT inputs, output, error FROM ({_COLUMNS[table].format(table)})")
            for value in row
            if value is not None
        ]
    decoded = [pickle.loads(base64.b64decode(value)) for value in stored]  # noqa: S301 - our own file
    assert decoded == [{"args": ("job", "default", desk.subject), "kwargs": {}}, None, None]


async def test_an_address_that_does_not_answer_is_unavailable(tmp_path: Path, desk: Desk) -> None:
    engine = desk.at(DbosEngine(f"sqlite:///{tmp_path / 'nowhere' / 'work.db'}", "one"))
    with pytest.raises(Unavailable, match="does not start"):
        await engine.launch()
    await engine.close()


async def _nothing(tenant: str, subject: str) -> None:
    """A job."""


async def _settled(engine: DurableEngine) -> None:
    """Let the engine note how its runs ended."""
    if isinstance(engine, InlineEngine):
        await engine.idle()
        return
    assert isinstance(engine, DbosEngine)

    async def at_rest() -> bool:
        return not await engine.unfinished()

    await eventually(at_rest, "the engine to note how its runs ended")
