import pytest

from copilot.adapters.database import SqlDatabase
from copilot.domain.case import TurnStatus
from copilot.domain.errors import NotFound
from tests.adapters.database.samples import decision, draft, frozen, minutes, talking


async def test_minting_supersedes_the_turn_before_and_its_open_drafts(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer, conversation = await talking(records)
        await records.turns.mint("t-1", conversation.id, ["m-1"], minutes(0))
        await records.turns.freeze(frozen("t-1", conversation, customer))
        open_ = await records.suggestions.put(draft("t-1", "reply"))
        decided = await records.suggestions.put(draft("t-1", "cue"))
        await records.suggestions.decide(decision(decided.id))
        second = await records.turns.mint("t-2", conversation.id, ["m-1", "m-2"], minutes(1))
    async with database.read("default") as records:
        first = await records.turns.get("t-1")
        assert first is not None
        assert (first.state, first.current) == ("superseded", False)
        assert await records.turns.current(conversation.id) == second
        assert {s.id: s.stale for s in await records.suggestions.of_turn("t-1")} == {open_.id: True, decided.id: False}


async def test_minting_the_same_turn_again_changes_nothing(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        _, conversation = await talking(records)
        first = await records.turns.mint("t-1", conversation.id, ["m-1"], minutes(0))
        assert await records.turns.mint("t-1", conversation.id, ["m-1"], minutes(0)) == first
        with pytest.raises(NotFound):
            await records.turns.mint("t-2", "nowhere", [], minutes(0))


async def test_evidence_is_stored_whole_and_once(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer, conversation = await talking(records)
        await records.turns.mint("t-1", conversation.id, ["m-1"], minutes(0))
        turn = frozen("t-1", conversation, customer)
        await records.turns.freeze(turn)
        await records.turns.freeze(frozen("t-1", conversation, customer, base=99.0))
        stored = await records.turns.get("t-1")
        with pytest.raises(NotFound):
            await records.turns.freeze(frozen("t-9", conversation))
    assert stored is not None
    assert stored.turn == turn
    assert stored.state == "frozen"


async def test_a_superseded_turn_keeps_its_state(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        _, conversation = await talking(records)
        await records.turns.mint("t-1", conversation.id, [], minutes(0))
        await records.turns.mint("t-2", conversation.id, [], minutes(1))
        await records.turns.freeze(frozen("t-1", conversation))
        await records.turns.set_state("t-1", "done")
        first = await records.turns.get("t-1")
    assert first is not None
    assert first.state == "superseded"
    assert first.turn is not None


async def test_an_answer_retires_the_turn(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        _, conversation = await talking(records)
        await records.turns.mint("t-1", conversation.id, [], minutes(0))
        await records.turns.set_state("t-1", "done")
        before = await records.suggestions.put(draft("t-1"))
        await records.turns.retire(conversation.id)
        late = await records.suggestions.put(draft("t-1", "cue"))
        assert await records.turns.current(conversation.id) is None
        stored = await records.suggestions.get(before.id)
        turn = await records.turns.get("t-1")
    assert stored is not None
    assert turn is not None
    assert (stored.stale, late.stale, turn.state) == (True, True, "done")


async def test_asking_for_more_reopens_a_turn_that_was_done(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        _, conversation = await talking(records)
        await records.turns.mint("t-1", conversation.id, [], minutes(0))
        await records.turns.freeze(frozen("t-1", conversation))
        await records.turns.set_state("t-1", "done")
        await records.turns.request("t-1", ["options"])
        await records.turns.request("t-1", ["handover", "options"])
        turn = await records.turns.get("t-1")
    assert turn is not None
    assert (turn.state, turn.requested) == ("frozen", ("options", "handover"))


async def test_unfinished_turns_are_found_over_all_tenants(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        for ref, state in (("1", "minted"), ("2", "frozen"), ("3", "done"), ("4", "failed")):
            _, conversation = await talking(records, ref)
            await records.turns.mint(f"turn-{ref}", conversation.id, [], minutes(int(ref)))
            await records.turns.set_state(f"turn-{ref}", state)  # type: ignore[arg-type]  # each is a TurnState
    assert await database.unfinished_turns(minutes(2)) == [("default", "turn-1")]
    assert await database.unfinished_turns(minutes(9)) == [("default", "turn-1"), ("default", "turn-2")]


async def test_where_a_turn_stands_is_told_as_it_is_stored(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        _, conversation = await talking(records)
        await records.turns.mint("t-1", conversation.id, ["m-1"], minutes(0))
        await records.turns.freeze(frozen("t-1", conversation))
        await records.turns.request("t-1", ["options"])
        whole, status = await records.turns.get("t-1"), await records.turns.status("t-1")
        assert status == await records.turns.current_status(conversation.id)
        assert await records.turns.status("t-9") is None
        await records.turns.retire(conversation.id)
        assert await records.turns.current_status(conversation.id) is None
    assert whole is not None
    assert status == TurnStatus(**whole.model_dump(exclude={"turn"}))
    assert (status.state, status.requested) == ("frozen", ("options",))
