import pytest

from copilot.adapters.database import SqlDatabase
from copilot.domain.conversation import Outcome
from copilot.domain.errors import NotFound
from tests.adapters.database.samples import memory, minutes, person, promise, talking


async def test_a_memory_comes_back_as_given_and_can_be_replaced(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer, conversation = await talking(records)
        episode = memory(customer.id, kind="episode", conversation_id=conversation.id, outcome=Outcome(text="lost"), channel="chat")
        await records.memories.put([episode, memory(customer.id)])
        assert await records.memories.get(episode.id) == episode
        newer = episode.model_copy(update={"text": "found", "confidence": 0.5, "outcome": None})
        await records.memories.put([newer])
        assert await records.memories.get(episode.id) == newer


async def test_candidates_are_what_may_be_recalled_now(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer = await records.customers.upsert(person())
        other = await records.customers.upsert(person("c2"))
        usual = memory(customer.id, "usual", at=minutes(-5))
        newer = memory(customer.id, "newer", at=minutes(-1))
        weighty = memory(customer.id, "weighty", at=minutes(-9), importance=0.9, expires_at=minutes(1))
        hidden = [
            memory(customer.id, state="pending"),
            memory(customer.id, state="forgotten"),
            memory(customer.id, at=minutes(1)),
            memory(customer.id, at=minutes(-2), expires_at=minutes(0)),
            memory(other.id),
        ]
        await records.memories.put([usual, newer, weighty, *hidden])
        assert await records.memories.candidates(customer.id, minutes(0), 10) == [weighty, newer, usual]
        assert await records.memories.candidates(customer.id, minutes(0), 1) == [weighty]
        assert {m.state for m in await records.memories.of_customer(customer.id, ["pending", "forgotten"])} == {"pending", "forgotten"}


async def test_the_active_ones_are_told_by_id(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer = await records.customers.upsert(person())
        one, two, waiting = memory(customer.id), memory(customer.id), memory(customer.id, state="pending")
        await records.memories.put([one, two, waiting])
        assert await records.memories.active() == {one.id, two.id}
        assert await records.memories.active([two.id, waiting.id, "unknown"]) == {two.id}
        assert await records.memories.active([]) == set()


async def test_states_change(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer = await records.customers.upsert(person())
        pending = memory(customer.id, state="pending")
        await records.memories.put([pending])
        await records.memories.set_state(pending.id, "active")
        assert [m.id for m in await records.memories.of_customer(customer.id)] == [pending.id]
        with pytest.raises(NotFound):
            await records.memories.set_state("none", "active")


async def test_every_active_memory_is_visited_once(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer = await records.customers.upsert(person())
        some = [memory(customer.id) for _ in range(7)]
        await records.memories.put([*some, memory(customer.id, state="pending")])
        visited = [m.id async for batch in records.memories.every(batch=3) for m in batch]
    assert visited == sorted(m.id for m in some)


async def test_promises_that_came_on_record_late_are_told_apart(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer, conversation = await talking(records)
        ids = {}
        for name, due in (("before", 3), ("late", 4), ("kept", 4), ("long ago", -9), ("to come", 20)):
            made = promise(customer.id, conversation.id, due=minutes(due))
            ids[name] = made.id
            await records.memories.put_promise(made)
            await records.log.event("promise.made", subject_id=made.id)
            if name == "before":
                behind = await records.log.last_event()
        await records.memories.set_promise_state(ids["kept"], "kept", minutes(5))
        assert [one.id for one in await records.memories.promises_late(behind, minutes(0), minutes(10))] == [ids["late"]]
        assert [one.id for one in await records.memories.promises_due(minutes(0), minutes(10))] == [ids["before"], ids["late"]]


async def test_promises_are_kept_apart_by_state_owner_and_time(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer, conversation = await talking(records)
        later = promise(customer.id, conversation.id, made_at=minutes(5), owner="Lee", due=None)
        first = promise(customer.id, conversation.id)
        await records.memories.put_promise(later)
        await records.memories.put_promise(first)
        assert await records.memories.promise(first.id) == first
        assert await records.memories.promises_of(customer.id, minutes(4)) == [first]
        assert await records.memories.promises_open() == [first, later]
        assert await records.memories.promises_open("Lee") == [later]
        await records.memories.set_promise_state(first.id, "kept", minutes(6))
        assert [p.state for p in await records.memories.promises_of(customer.id, minutes(9))] == ["kept", "open"]
        assert await records.memories.promises_open() == [later]
