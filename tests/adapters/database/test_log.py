import asyncio
from contextlib import suppress

import pytest
import sqlalchemy as sa

from copilot.adapters.database import SqlDatabase, open_database
from copilot.domain.case import Gap
from tests.adapters.database.samples import handover, minutes, talking


async def test_events_rise_and_can_be_resumed(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        first = await records.log.event("message.stored", conversation_id="t-1", subject_id="m-1", actor="key:k1", data={"n": 1})
        second = await records.log.event("turn.minted", conversation_id="t-2")
    async with database.read("default") as records:
        assert first.id < second.id == await records.log.last_event()
        assert await records.log.events(0) == [first, second]
        assert await records.log.events(first.id) == [second]
        assert await records.log.events(0, conversation_id="t-1") == [first]
        assert await records.log.events(0, limit=1) == [first]


async def test_no_events_is_zero(database: SqlDatabase) -> None:
    async with database.read("default") as records:
        assert await records.log.last_event() == 0


async def test_an_event_number_is_never_used_twice(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        lost = await records.log.event("a")
        await records.transaction.run(sa.text("DELETE FROM events WHERE tenant_id = :tenant"))
    async with database.write("default") as records:
        assert (await records.log.event("b")).id > lost.id


async def test_a_reader_never_misses_an_event_that_commits_late(postgres_url: str) -> None:
    """The second append waits for the first transaction, so it cannot become visible before it, and its id is higher."""
    database, other = open_database(postgres_url), open_database(postgres_url)
    seen: list[int] = []

    async def read() -> None:
        async with database.read("default") as records:
            seen.extend(event.id for event in await records.log.events(max(seen, default=0)))

    async def second() -> int:
        async with other.write("default") as records:
            return (await records.log.event("second")).id

    try:
        async with database.write("default") as records:
            first = (await records.log.event("first")).id
            waiting = asyncio.create_task(second())
            while not waiting.done() and not await _waits(database):
                await read()
            assert not waiting.done()
            await read()
        await waiting
        await read()
        assert seen == [first, waiting.result()]
        assert seen == sorted(seen)
    finally:
        await database.close()
        await other.close()


async def _waits(database: SqlDatabase) -> bool:
    """Whether a transaction waits for a tenant's lock."""
    async with database.read("default") as records:
        waiting = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(await records.transaction.value(waiting))


async def test_gaps_are_listed_open_and_new_first(database: SqlDatabase) -> None:
    def gap(ref: str, at: float, **values: object) -> Gap:
        plain = {"id": ref, "question": "Pets?", "conversation_id": conversation.id, "turn_id": "turn-1", "cause": "abstained"}
        return Gap.model_validate(plain | {"opened_at": minutes(at), "article_ids": ("a",)} | values)

    async with database.write("default") as records:
        _, conversation = await talking(records)
        await records.turns.mint("turn-1", conversation.id, [], minutes(0))
        old, closed, new = gap("g1", 1), gap("g2", 9, closed_at=minutes(10)), gap("g3", 5)
        for one in (old, closed, new):
            await records.gaps.put(one)
        assert await records.gaps.all() == [new, old, closed]
        await records.gaps.put(old.model_copy(update={"closed_at": minutes(11)}))
        assert [g.id for g in await records.gaps.all(limit=2)] == ["g3", "g2"]


async def test_the_outbox_is_read_over_all_tenants_and_emptied(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.log.enqueue("turn", "t-1")
        await records.log.enqueue("turn", "t-2")
    with suppress(RuntimeError):
        async with database.write("default") as records:
            await records.log.enqueue("turn", "never")
            raise RuntimeError
    rows = await database.outbox()
    assert [(row.tenant_id, row.job, row.subject_id) for row in rows] == [("default", "turn", "t-1"), ("default", "turn", "t-2")]
    await database.outbox_done([rows[0].id])
    assert [row.subject_id for row in await database.outbox(limit=1)] == ["t-2"]


async def test_a_handover_comes_back_as_it_stands(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        _, conversation = await talking(records)
        await records.turns.mint("turn-1", conversation.id, [], minutes(0))
        offered = handover(conversation.id, "turn-1", to_channel="phone")
        await records.handovers.put(offered)
        accepted = offered.model_copy(update={"state": "accepted", "read_back": "I take it", "changed_at": minutes(1)})
        await records.handovers.put(accepted)
        assert await records.handovers.get(offered.id) == accepted
        assert await records.handovers.of_conversation(conversation.id) == [accepted]
        assert await records.handovers.get("none") is None


@pytest.mark.parametrize("count", [3])
async def test_senses_are_stored_with_their_vectors(database: SqlDatabase, count: int) -> None:
    from tests.adapters.database.samples import said, sensed, thread

    async with database.write("default") as records:
        messages = (await records.conversations.upsert(thread("t1", *(said(str(n), at=n) for n in range(count))))).messages
        some = [sensed(m.id, signs=("capitals",)) for m in messages]
        await records.senses.put(some, {messages[0].id: b"\x00\xff"}, "v1")
        calmer = sensed(messages[0].id, label=None, measured=False)
        await records.senses.put([calmer], {}, "v2")
        assert await records.senses.get([m.id for m in messages] + ["none"]) == {s.message_id: s for s in [calmer, *some[1:]]}
        assert await records.senses.get([]) == {}
