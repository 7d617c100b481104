import asyncio
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from copilot.adapters.database import SqlDatabase, open_database, sqlite, stores
from copilot.domain.base import new_id
from copilot.domain.errors import Conflict, Invalid, Unavailable
from copilot.domain.ports.records import Database
from copilot.domain.tenant import TenantSettings
from tests.adapters.database.samples import minutes, person, said, talking, thread


def as_port(database: SqlDatabase) -> Database:
    """Mypy holds the adapter to the port here."""
    return database


async def test_an_error_takes_everything_back(database: SqlDatabase) -> None:
    async def failing() -> None:
        async with as_port(database).write("default") as records:
            await talking(records)
            await records.log.event("message.stored")
            await records.log.enqueue("turn", "t-1")
            raise KeyError

    with pytest.raises(KeyError):
        await failing()
    async with database.read("default") as records:
        assert await records.customers.all() == []
        assert await records.conversations.find("t1") is None
        assert await records.log.events(0) == []
    assert await database.outbox() == []


async def test_a_cancelled_write_takes_everything_back_and_blocks_nobody(database: SqlDatabase) -> None:
    inside = asyncio.Event()

    async def stuck() -> None:
        async with database.write("default") as records:
            await records.customers.upsert(person())
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(stuck())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.write("default") as records:
        assert await records.customers.all() == []
        await records.customers.upsert(person())


async def test_closing_waits_for_a_transaction_that_is_under_way(database_url: str) -> None:
    """A connection that came back to a pool already closed stayed open, with its thread, until the process ended."""
    database = open_database(database_url)
    inside, leave = asyncio.Event(), asyncio.Event()

    async def reading() -> str:
        async with database.read("default") as records:
            inside.set()
            await leave.wait()
            return await records.admin.state("a")

    task = asyncio.create_task(reading())
    await inside.wait()
    closing = asyncio.create_task(database.close())
    await asyncio.wait([closing], timeout=0.05)
    assert not closing.done()
    leave.set()
    found, _ = await asyncio.gather(task, closing)
    assert found == ""


async def test_many_small_writes_at_once_all_succeed(database: SqlDatabase, database_url: str) -> None:
    """RELIABILITY: of 480 that read first, 421 failed without BEGIN IMMEDIATE."""
    count = 480 if database_url.startswith("sqlite") else 60

    async def one(number: int) -> None:
        async with database.write("default") as records:
            before = int(await records.admin.state("count") or 0)
            await records.admin.put_state("count", str(before + 1))
            await records.log.event("counted", data={"number": number})

    results = await asyncio.gather(*(one(n) for n in range(count)), return_exceptions=True)
    assert [result for result in results if result is not None] == []
    async with database.read("default") as records:
        assert await records.admin.state("count") == str(count)
        assert len({event.data["number"] for event in await records.log.events(0, limit=1000)}) == count


async def test_a_read_sees_one_moment(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.admin.put_state("a", "1")
    async with database.read("default") as reader:
        assert await reader.admin.state("a") == "1"
        async with database.write("default") as writer:
            await writer.admin.put_state("a", "2")
            assert await reader.admin.state("a") == "1"
        assert await reader.admin.state("a") == "1"
    async with database.read("default") as reader:
        assert await reader.admin.state("a") == "2"


async def test_a_read_cannot_write(database: SqlDatabase) -> None:
    with pytest.raises(Unavailable):
        async with database.read("default") as records:
            await records.admin.put_state("a", "1")


async def test_a_write_inside_a_write_is_an_error_rather_than_a_standstill(database: SqlDatabase) -> None:
    async with database.write("default"):
        with pytest.raises(RuntimeError):
            await database.heartbeat("r", minutes(0))
        with pytest.raises(RuntimeError):
            async with database.write("default"):
                pass


async def test_tenants_do_not_wait_for_each_other(postgres_url: str) -> None:
    database = open_database(postgres_url)
    await database.create_tenant("acme", TenantSettings())

    async def other() -> None:
        async with database.write("acme") as records:
            await records.log.event("theirs")

    async with database.write("default") as records:
        await records.log.event("ours")
        await asyncio.create_task(other())
    await database.close()


async def test_two_replicas_minting_at_once_leave_one_current_turn(database_url: str) -> None:
    databases = [open_database(database_url) for _ in range(2 if "postgres" in database_url else 1)]
    async with databases[0].write("default") as records:
        _, conversation = await talking(records)

    async def mint(number: int) -> str:
        async with databases[number % len(databases)].write("default") as records:
            return (await records.turns.mint(new_id(), conversation.id, [], minutes(number))).id

    minted = await asyncio.gather(*(mint(n) for n in range(12)))
    async with databases[0].read("default") as records:
        turns = [turn for id_ in minted if (turn := await records.turns.get(id_))]
    assert len([turn for turn in turns if turn.current]) == 1
    assert len([turn for turn in turns if turn.state == "superseded"]) == 11
    for database in databases:
        await database.close()


_STEP = st.tuples(st.sampled_from(["message", "edit", "mint", "fail"]), st.integers(0, 3))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(_STEP, max_size=5), max_size=5))
async def test_whatever_fails_each_write_happens_whole_or_not_at_all(sqlite_url: str, blocks: list[list[tuple[str, int]]]) -> None:
    """Messages, turns and events are written together: after any blocks, failed ones included, their numbers agree."""
    database = open_database(sqlite_url)
    ref = new_id()
    async with database.write("default") as records:
        conversation = await records.conversations.upsert(thread(ref))
    stored: set[str] = set()
    for block in blocks:
        added: set[str] = set()
        try:
            async with database.write("default") as records:
                for what, number in block:
                    if what == "fail":
                        raise Conflict("as asked")
                    if what == "mint":
                        await records.turns.mint(new_id(), conversation.id, [], minutes(number))
                    else:
                        message = said(str(number), what, at=number)
                        _, new = await records.conversations.add_message(conversation.id, message)
                        assert new is (str(number) not in stored | added)
                        await records.log.event("message.stored", conversation_id=conversation.id, data={"ref": str(number)})
                        added.add(str(number))
        except Conflict:
            continue
        stored |= added
    async with database.read("default") as records:
        found = await records.conversations.find(ref)
        events = await records.log.events(0, conversation_id=conversation.id)
    await database.close()
    assert found is not None
    assert {m.external_id for m in found.messages} == stored == {event.data["ref"] for event in events}


async def test_a_full_disk_is_said_and_loses_nothing(sqlite_url: str) -> None:
    database = open_database(sqlite_url)

    async def store(pages: int) -> None:
        async with database.write("default") as records:
            await records.transaction.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            await records.conversations.upsert(thread("t1", said("m1", "x" * 2_000_000)))

    with pytest.raises(Unavailable, match="full"):
        await store(pages=1)
    async with database.read("default") as records:
        assert await records.conversations.find("t1") is None
    await store(pages=1_000_000)
    await database.close()


async def test_a_lock_of_another_program_is_said(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    async with database.write("default") as records:
        await records.transaction.connection.exec_driver_sql("PRAGMA busy_timeout = 0")

    async def store() -> None:
        async with database.write("default") as records:
            await records.admin.put_state("a", "1")

    other = sqlite3.connect(make_url(sqlite_url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked") as said_:
        await store()
    other.execute("ROLLBACK")
    other.close()
    assert said_.value.retry_after
    await store()
    await database.close()


async def test_a_closed_database_opens_nothing_more(database_url: str) -> None:
    database = open_database(database_url)
    assert "default" in await database.tenants()
    await database.close()
    for asked in (database.tenants(), database.outbox_done([1]), database.vacuum(), database.migrate()):
        with pytest.raises(Unavailable, match="closed"):
            await asked
    await database.close()


async def test_who_outlives_the_close_hangs_up_itself(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "GRACE_S", 0.0)
    database = open_database(sqlite_url)
    async with database.read("default") as reader, database.write("default") as writer:
        held = [(await records.transaction.connection.get_raw_connection()).driver_connection for records in (reader, writer)]
        await database.close()
        assert await reader.admin.settings() == await writer.admin.settings()
    for connection in held:
        assert isinstance(connection, sqlite.Connection)
        with pytest.raises(ValueError, match="no active connection"):
            _ = connection.plain


async def test_a_server_that_does_not_answer_is_said() -> None:
    database = open_database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable, match="cannot be reached"):
        await database.tenants()
    await database.close()


async def test_a_file_that_is_missing_foreign_or_without_schema_is_said(tmp_path: Path) -> None:
    (tmp_path / "foreign.db").write_text("a letter, not a database" * 100)
    (tmp_path / "empty.db").touch()
    for name in ("missing.db", "foreign.db", "empty.db", "nowhere/missing.db"):
        database = open_database(f"sqlite+aiosqlite:///{tmp_path / name}")
        with pytest.raises(Unavailable) as said_:
            await database.tenants()
        assert said_.value.todo
        await database.close()


async def test_messages_of_errors_hold_no_values(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        first = await records.customers.upsert(person("secret-ref", name="Zebedee"))

    async def again() -> None:
        async with database.write("default") as records:
            await records.customers.upsert(person("other-ref").model_copy(update={"id": first.id}))

    with pytest.raises(Conflict) as raised:
        await again()
    chain = repr((raised.value, raised.value.__cause__))
    assert first.id not in chain
    assert "other-ref" not in chain


async def test_numbers_out_of_range_are_invalid(postgres_url: str) -> None:
    database = open_database(postgres_url)
    with pytest.raises(Invalid):
        async with database.write("default") as records:
            await records.admin.spend(minutes(0).date(), 10**30, 0, 0)
    await database.close()


async def test_sqlite_is_set_up_to_lose_and_leak_nothing(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    async with database.write("default") as writer, database.read("default") as reader:

        async def pragma(records: object, name: str) -> object:
            return (await records.transaction.connection.exec_driver_sql(f"PRAGMA {name}")).scalar()  # type: ignore[attr-defined]  # SqlRecords

        expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "temp_store": 2}
        assert {name: await pragma(writer, name) for name in expected} == expected
        assert (await pragma(reader, "query_only"), await pragma(reader, "wal_autocheckpoint")) == (1, 0)
    await database.close()


def test_a_sqlite_too_old_is_refused() -> None:
    with pytest.raises(Unavailable, match="too old"):
        sqlite.check_version((3, 31, 1))


async def test_a_statement_takes_one_trip_to_the_connections_thread(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pins our cursor to the drivers' insides: without it a statement takes four."""
    database = open_database(sqlite_url)
    trips: list[str] = []
    plain = sqlite.Connection._execute

    async def counted(self: sqlite.Connection, work: object, *arguments: object) -> object:
        trips.append(str(arguments))
        return await plain(self, work, *arguments)  # type: ignore[no-untyped-call]  # aiosqlite leaves it untyped

    async with database.read("default") as records:
        monkeypatch.setattr(sqlite.Connection, "_execute", counted)
        await records.transaction.rows(sa.text("SELECT 1"))
        assert len(trips) == 1
    monkeypatch.undo()
    await database.close()
