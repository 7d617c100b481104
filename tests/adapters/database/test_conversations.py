from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.adapters.database import SqlDatabase, open_database
from copilot.domain.base import new_id
from copilot.domain.conversation import Attachment, Message, Outcome, unanswered
from copilot.domain.errors import Conflict, Invalid, NotFound
from copilot.domain.people import Assurance
from tests.adapters.database.samples import emotion, frozen, minutes, person, promise, said, sensed, talking, thread


async def test_a_conversation_comes_back_as_given(database: SqlDatabase) -> None:
    outcome = Outcome(text="refunded", resolved=True, fault="company")
    note = said("m2", "call him", author="agent", at=1, visibility="private", attachments=(Attachment(name="a.pdf"),), edited_at=minutes(3))
    first = said("m1", "مرحبا 👋")
    conversation = thread(
        "t1", first, note, status="closed", outcome=outcome, csat=4, assurance=Assurance.PROVEN, assignee="kim", team="desk"
    )
    async with database.write("default") as records:
        assert await records.conversations.upsert(conversation) == conversation
    async with database.read("default") as records:
        assert await records.conversations.find(conversation.id) == conversation
        assert await records.conversations.find("t1") == conversation
        assert await records.conversations.find("t2") is None


async def test_an_update_adds_edits_and_deletes_by_the_senders_id(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        stored = await records.conversations.upsert(thread("t1", said("m1"), said("m2", "wrong", at=1), language="de", assignee="kim"))
        changed = thread("t1", said("m2", "right", at=1), said("m1", deleted_at=minutes(2)), said("m0", at=-1), status="pending")
        again = await records.conversations.upsert(changed)
    assert (again.id, again.language, again.assignee, again.status) == (stored.id, "de", "kim", "pending")
    assert [m.external_id for m in again.messages] == ["m0", "m1", "m2"]
    assert again.messages[1].deleted_at == minutes(2)
    assert again.messages[2].text == "right"
    assert again.messages[2].edited_at is not None
    assert again.messages[2].id == stored.messages[1].id


async def test_a_message_that_comes_again_is_not_new(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        _, conversation = await talking(records)
        stored, new = await records.conversations.add_message(conversation.id, said("m9", "Hello", at=3))
        again, second = await records.conversations.add_message(conversation.id, said("m9", "Hello", at=3))
    assert (new, second) == (True, False)
    assert again == stored


async def test_messages_of_two_conversations_may_have_the_same_id(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.conversations.upsert(thread("t1", said("m1", "one")))
        await records.conversations.upsert(thread("t2", said("m1", "two")))
        texts = [found.messages[0].text for ref in ("t1", "t2") if (found := await records.conversations.find(ref))]
    assert texts == ["one", "two"]


async def test_two_connections_may_use_the_same_id(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        east = await records.conversations.upsert(thread("t1", said("m1", "east")), "east")
        assert await records.conversations.find("t1") == east, "the only one"
        west = await records.conversations.upsert(thread("t1", said("m1", "west")), "west")
        assert (await records.conversations.find("t1", "east"), await records.conversations.find("t1", "west")) == (east, west)
        assert await records.conversations.find(east.id, "west") == east, "our id is nobody else's"
        assert await records.conversations.find("t1", "north") is None
        with pytest.raises(Conflict, match="Name the connection"):
            await records.conversations.find("t1")
        imported = await records.conversations.upsert(thread("t1", said("m1", "from a file")))
        assert await records.conversations.find("t1") == imported
        plain = await records.conversations.upsert(thread("t1", said("m1", "over the API")), "api")
        assert await records.conversations.find("t1") == plain


async def test_an_edit_forgets_what_was_sensed(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        _, conversation = await talking(records)
        message = conversation.messages[0]
        await records.senses.put([sensed(message.id)], {message.id: b"\x01\x02"}, "v1")
        assert await records.senses.get([message.id]) == {message.id: sensed(message.id)}
        await records.conversations.add_message(conversation.id, said("m1", "Found it, thanks"))
        assert await records.senses.get([message.id]) == {}


async def test_an_older_edit_that_comes_late_changes_nothing(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        _, conversation = await talking(records)
        await records.conversations.add_message(conversation.id, said("m1", "second", edited_at=minutes(2)))
        stored, _ = await records.conversations.add_message(conversation.id, said("m1", "first", edited_at=minutes(1)))
    assert stored.text == "second"


async def test_a_message_needs_its_conversation(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        with pytest.raises(NotFound):
            await records.conversations.add_message("none", said("m1"))


async def test_change_sets_and_empties(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer, conversation = await talking(records)
        await records.conversations.change(conversation.id, status="pending", assignee="kim", team="desk", assurance=Assurance.CLAIMED)
        await records.conversations.change(conversation.id, assignee=None, customer_id=None)
        found = await records.conversations.find(conversation.id)
        with pytest.raises(Invalid):
            await records.conversations.change(conversation.id, channel="chat")
    assert found is not None
    assert (found.status, found.assignee, found.team, found.assurance, found.customer_id) == (
        "pending",
        "",
        "desk",
        Assurance.CLAIMED,
        None,
    )
    assert customer.id


async def test_a_conversation_of_nobody_known_is_refused(database: SqlDatabase) -> None:
    with pytest.raises(NotFound):
        async with database.write("default") as records:
            await records.conversations.upsert(thread("t1", customer_id=new_id()))


async def test_a_customers_conversations_come_newest_first(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer = await records.customers.upsert(person())
        for n, start in enumerate((10, 30, 20)):
            await records.conversations.upsert(thread(f"t{n}", said("m1", at=start), customer_id=customer.id))
        await records.conversations.add_message((await _id(records, "t0")), said("m2", at=40))
        found = await records.conversations.of_customer(customer.id, limit=2)
    assert [c.external_id for c in found] == ["t0", "t1"]
    assert len(found[0].messages) == 2


async def test_contacts_are_the_persons_first_messages_in_the_range(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer = await records.customers.upsert(person())
        await records.conversations.upsert(thread("old", said("m1", at=-100), customer_id=customer.id))
        await records.conversations.upsert(thread("both", said("m1", at=-100), said("m2", at=5), said("m3", at=6), customer_id=customer.id))
        await records.conversations.upsert(thread("agent", said("m1", at=5, author="agent"), customer_id=customer.id))
        await records.conversations.upsert(thread("last", said("m1", at=10), customer_id=customer.id))
        await records.conversations.upsert(thread("later", said("m1", at=11), customer_id=customer.id))
        found = await records.conversations.contacts(customer.id, minutes(0), minutes(10))
        expected = [(await _id(records, "both"), minutes(5)), (await _id(records, "last"), minutes(10))]
    assert found == expected


async def _id(records: Any, ref: str) -> str:
    found = await records.conversations.find(ref)
    return str(found.id)


async def test_the_queue_shows_what_it_needs(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer, conversation = await talking(records)
        await records.memories.put_promise(promise(customer.id, due=minutes(90)))
        await records.memories.put_promise(promise(customer.id, due=minutes(60)))
        await records.memories.put_promise(promise(customer.id, due=minutes(1), state="kept"))
        before = (await records.conversations.queue())[0]
        await records.turns.mint("turn-1", conversation.id, [conversation.messages[0].id], minutes(0))
        await records.turns.freeze(frozen("turn-1", conversation, customer))
        await records.conversations.add_message(conversation.id, said("m2", "x" * 500, at=1))
        await records.conversations.upsert(thread("done", said("m1"), status="closed"))
        queue = await records.conversations.queue()
    assert (before.turn_id, before.label, before.trend, before.since) == (None, None, "steady", minutes(0))
    assert before.base <= 45
    assert len(queue) == 1
    entry = queue[0]
    assert (entry.base, entry.trend, entry.label, entry.contacts_30d, entry.turn_id) == (emotion().base, "rising", "worried", 3, "turn-1")
    assert (entry.conversation_ref, entry.customer_name, entry.since, entry.promise_due) == ("t1", "Ann Bee", minutes(0), minutes(60))
    assert entry.last_text == "x" * 160


_MESSAGE = st.tuples(
    st.integers(0, 4), st.sampled_from(["customer", "agent", "bot"]), st.sampled_from(["public", "private"]), st.booleans()
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(_MESSAGE, max_size=6), max_size=4))
async def test_the_queue_and_the_domain_agree_on_who_waits(sqlite_url: str, threads: list[list[tuple[int, str, str, bool]]]) -> None:
    database = open_database(sqlite_url)
    expected: dict[str, Any] = {}
    try:
        async with database.write("default") as records:
            for parts in threads:
                messages = [_message(n, *part) for n, part in enumerate(parts)]
                stored = await records.conversations.upsert(thread(new_id(), *messages))
                waiting = unanswered(stored.messages)
                expected[stored.id] = waiting[0].sent_at if waiting else None
            queue = {entry.conversation_id: entry.since for entry in await records.conversations.queue()}
    finally:
        await database.close()
    assert {id_: queue[id_] for id_ in expected} == expected


def _message(number: int, at: int, author: str, visibility: str, deleted: bool) -> Message:
    return said(str(number), at=at, author=author, visibility=visibility, deleted_at=minutes(9) if deleted else None)
