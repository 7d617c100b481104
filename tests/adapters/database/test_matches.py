"""One person, several records: what is asked of one is answered for all, and a pair taken back leaves each what was its own."""

from itertools import permutations

import pytest

from copilot.adapters.database import SqlDatabase
from copilot.domain.people import Customer, Field, Identity, Match, MatchState
from copilot.domain.ports.records import Records
from tests.adapters.database import samples
from tests.adapters.database.samples import NOON, minutes, person

MAIL = Identity(type="email", value="ann@example.com", verified=True)


def pair(one: Customer, other: Customer, state: MatchState = "same") -> Match:
    low, high = sorted((one.id, other.id))
    return Match(id=f"{low}+{high}", one=low, other=high, state=state, keys=(MAIL,), found_at=NOON)


async def people(records: Records, *names: str) -> list[Customer]:
    """Each with a conversation, a memory and a promise."""
    made = []
    for name in names:
        customer = await records.customers.upsert(person(name, name=name.title()))
        thread = await records.conversations.upsert(samples.thread(f"t-{name}", samples.said(f"m-{name}"), customer_id=customer.id))
        await records.memories.put([samples.memory(customer.id, id=f"memory-{name}", conversation_id=thread.id)])
        await records.memories.put_promise(samples.promise(customer.id, thread.id, id=f"promise-{name}"))
        made.append(customer)
    return made


async def known(records: Records, customer: Customer) -> set[str]:
    """Names of the records whose conversations, memories, promises and contacts are found by this one; all four say the same."""
    found = [
        {one.external_id.removeprefix("t-") for one in await records.conversations.of_customer(customer.id)},
        {one.id.removeprefix("memory-") for one in await records.memories.candidates(customer.id, minutes(60), 10)},
        {one.id.removeprefix("memory-") for one in await records.memories.of_customer(customer.id)},
        {one.id.removeprefix("promise-") for one in await records.memories.promises_of(customer.id, minutes(60))},
    ]
    contacts = await records.conversations.contacts(customer.id, minutes(-5), minutes(5))
    assert all(one == found[0] for one in found), found
    assert len(contacts) == len(found[0]) == await records.conversations.count_of(customer.id)
    return found[0]


async def test_what_is_asked_of_one_record_is_answered_for_the_person(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        ann, chat, other = await people(records, "ann", "chat", "other")
        assert await known(records, ann) == {"ann"}
        assert set(await records.matches.put(pair(ann, chat))) == {ann.id, chat.id}
        assert await known(records, ann) == await known(records, chat) == {"ann", "chat"}
        assert await known(records, other) == {"other"}
        assert await records.customers.same(chat.id, ann.id)
        assert not await records.customers.same(chat.id, other.id)
        assert not await records.customers.same(None, None)


async def test_taken_back_each_has_what_was_its_own(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        ann, chat = await people(records, "ann", "chat")
        before = await records.customers.find(chat.id)
        await records.matches.put(pair(ann, chat))
        await records.customers.upsert(person("chat", name="Chat", tier="gold", identities=(MAIL,)))
        await records.matches.put(pair(ann, chat, "parted"))
        assert (await known(records, ann), await known(records, chat)) == ({"ann"}, {"chat"})
        assert before is not None
        assert await records.customers.find(chat.id) == before.model_copy(update={"tier": "gold", "identities": (MAIL,)})
        found = await records.customers.find(ann.id)
        assert found is not None
        assert (found.tier, found.identities) == ("", ())


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_pairs_hang_together_in_any_order_and_part_in_any(database: SqlDatabase, order: tuple[int, ...]) -> None:
    async with database.write("default") as records:
        a, b, c, d = await people(records, "a", "b", "c", "d")
        pairs = [(a, b), (b, c), (c, d)]
        for place in order:
            await records.matches.put(pair(*pairs[place]))
        assert await known(records, d) == {"a", "b", "c", "d"}
        assert {one.one for one in await records.matches.of(a.id)} | {one.other for one in await records.matches.of(a.id)} == {
            one.id for one in (a, b, c, d)
        }
        await records.matches.put(pair(*pairs[order[0]], "parted"))
        groups = [{"a", "b", "c", "d"}]
        cut = pairs[order[0]][1].external_id
        parted = [{name for name in groups[0] if name < cut}, {name for name in groups[0] if name >= cut}]
        for one in (a, b, c, d):
            assert await known(records, one) == next(group for group in parted if one.external_id in group)


async def test_who_we_know_longest_leads_and_the_others_fill_in(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        chat = await records.customers.upsert(person("chat", name="marta88", identities=(MAIL,), preferences=("short",)))
        field = Field(name="booking", value="K7QX2", source="file", as_of=NOON)
        on_file = await records.customers.upsert(person("crm", name="Marta Lindqvist", since=minutes(-9), tier="gold", fields=(field,)))
        await records.matches.put(pair(chat, on_file))
        found = await records.customers.find("chat")
        assert found is not None
        assert (found.id, found.external_id, found.name, found.tier) == (on_file.id, "crm", "Marta Lindqvist", "gold")
        assert (found.identities, found.fields, found.preferences) == ((MAIL,), (field,), ("short",))
        assert await records.customers.record("chat") == chat
        assert [one.id for one in await records.customers.records_of(chat.id)] == [on_file.id, chat.id]


async def test_the_queue_names_the_person_and_what_was_promised_to_any_record(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        _, chat = await people(records, "ann", "chat")
        crm = await records.customers.upsert(person("crm", name="Ann Bee", since=minutes(-9)))
        await records.memories.put_promise(samples.promise(crm.id, "", id="promise-crm", due=minutes(9)))
        await records.matches.put(pair(crm, chat))
        entries = {one.conversation_ref: one for one in await records.conversations.queue()}
    assert (entries["t-chat"].customer_name, entries["t-chat"].promises_open) == ("Ann Bee", 2)
    assert (entries["t-ann"].customer_name, entries["t-ann"].promises_open) == ("Ann", 1)


async def test_a_suggestion_changes_nobody(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        ann, chat = await people(records, "ann", "chat")
        await records.matches.put(pair(ann, chat, "suggested"))
        assert await known(records, ann) == {"ann"}
        assert await records.matches.between(chat.id, ann.id) == pair(ann, chat, "suggested")


async def test_erasing_one_record_leaves_the_persons_others_whole(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        ann, chat, other = await people(records, "ann", "chat", "other")
        await records.matches.put(pair(ann, chat))
        await records.matches.put(pair(chat, other, "refused"))
        gone = await records.customers.erase(ann.id)
        assert gone["customers"] == [ann.id]
        found = await records.customers.find(chat.id)
        assert found is not None
        assert (found.id, await known(records, chat)) == (chat.id, {"chat"})
        await records.customers.erase(*[one.id for one in await records.customers.records_of(chat.id)])
        assert [one.id for one in await records.customers.all()] == [other.id]
        assert await records.matches.of(other.id) == []
        assert await known(records, other) == {"other"}


async def test_what_is_joined_by_proof_alone_is_found_among_some(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        ann, tool, said, asked, beside = await people(records, "ann", "tool", "said", "asked", "beside")
        proved = pair(ann, tool)
        others = (pair(ann, said).model_copy(update={"decided_by": "user:lea"}), pair(ann, asked, "suggested"), pair(tool, beside))
        for one in (proved, *others):
            await records.matches.put(one)
        assert await records.matches.joined([ann.id, tool.id, said.id, asked.id]) == [proved]
        assert await records.matches.joined([ann.id]) == []
    async with database.write("other") as records:
        assert await records.matches.joined([ann.id, tool.id]) == []
