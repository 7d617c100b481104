"""What is older than the company keeps it goes; what is not named stays."""

from datetime import datetime, timedelta

import pytest

from copilot.bootstrap import Application
from copilot.domain.connections import Connection
from copilot.domain.tenant import TenantSettings
from copilot.services.customers.retention import RETAIN, Retention
from copilot.testing.application import settle
from tests.adapters.database import samples
from tests.api.house import House
from tests.services.conftest import Open


async def keep(application: Application, **days: int) -> None:
    async with application.database.write("default") as records:
        settings = await records.admin.settings()
        await records.admin.put_settings(settings.model_copy(update={"retention_days": days}))


async def sweep(house: House) -> None:
    await house.application.dispatcher.sweep()
    await settle(house.application)


async def memories(application: Application) -> set[str]:
    async with application.database.read("default") as records:
        return await records.memories.active()


async def test_without_a_setting_everything_stays(opened: Open) -> None:
    house = await opened()
    before = await memories(house.application)
    house.clock.forward(days=5000)
    await sweep(house)
    assert before
    assert await memories(house.application) == before
    async with house.application.database.read("default") as records:
        assert await records.conversations.find("mail-88") is not None


async def test_a_closed_conversation_goes_with_all_that_came_of_it_and_the_person_stays(opened: Open) -> None:
    house = await opened()
    application = house.application
    await house.begin("chat-1")
    await keep(application, conversations=30)
    async with application.database.read("default") as records:
        old = await records.conversations.find("mail-88")
        assert old is not None
    house.clock.forward(days=31)
    await sweep(house)
    async with application.database.read("default") as records:
        assert await records.conversations.find("mail-88") is None
        assert await records.conversations.find("chat-1") is not None, "it is not closed"
        ines = await records.customers.find("cust-1042")
        assert ines is not None
        left = await records.memories.of_customer(ines.id, ("active", "pending", "forgotten"))
        assert old.id not in {memory.conversation_id for memory in left}
        swept = [event for event in await records.log.events(0) if event.type == "retention.swept"]
    assert [event.data["removed"]["conversations"] for event in swept] == [1]
    collection = await application.indexes.serving("default", "memories")
    assert await application.indexes.vectors.ids(collection) == await memories(application)
    await (await house.enter("agent")).patch("/v1/conversations/chat-1", json={"status": "closed"})
    house.clock.forward(days=1)
    await sweep(house)
    async with application.database.read("default") as records:
        assert await records.conversations.find("chat-1") is None


@pytest.mark.parametrize(("kept", "stays"), [(10, False), (100, True)])
async def test_memories_go_by_their_age(opened: Open, kept: int, stays: bool) -> None:
    house = await opened(furnish=False)
    application = house.application
    now: datetime = house.clock()
    async with application.database.write("default") as records:
        person = await records.customers.upsert(samples.person("zeb"))
        old, young = (samples.memory(person.id, at=now - timedelta(days=age)) for age in (50, 2))
        await records.memories.put([old, young])
    await application.indexes.memories("default", [old, young])
    await keep(application, memories=kept)
    await sweep(house)
    assert await memories(application) == ({old.id, young.id} if stays else {young.id})
    collection = await application.indexes.serving("default", "memories")
    assert await application.indexes.vectors.ids(collection) == await memories(application)


async def test_a_guarded_memory_goes_when_it_expires_whatever_is_set(opened: Open) -> None:
    house = await opened(furnish=False)
    application = house.application
    async with application.database.write("default") as records:
        person = await records.customers.upsert(samples.person("zeb"))
        grief = samples.memory(person.id, sensitive=True, at=house.clock(), expires_at=house.clock() + timedelta(days=3))
        await records.memories.put([grief])
    await sweep(house)
    assert await memories(application) == {grief.id}
    house.clock.forward(days=4)
    await sweep(house)
    assert await memories(application) == set()


async def test_a_delivery_is_known_by_its_id_for_a_week_and_then_forgotten_unless_it_waits(opened: Open) -> None:
    house = await opened(furnish=False)
    application, noon = house.application, house.clock()
    database, retention = application.database, Retention(application.database, application.indexes, application.engine, application.clock)
    async with database.write("default") as records:
        await records.connections.put(Connection(id="desk", kind="webhook", name="desk", created_at=noon))
        rows = {name: await records.connections.receive("desk", name, (), noon) or 0 for name in ("done", "failed", "waits")}
        await records.connections.worked(rows["done"], noon)
        await records.connections.worked(rows["failed"], noon, "It was about nobody.")

    async def known() -> set[str]:
        async with database.read("default") as records:
            return {name for name, row in rows.items() if await records.connections.kept(row) is not None}

    for days, left in ((6, {"done", "failed", "waits"}), (8, {"waits"})):
        house.clock.forward(days=days - (house.clock() - noon).days)
        for _, tenant, day in await retention.due(house.clock()):
            await retention.run(tenant, day)
        assert await known() == left, f"after {days} days"
    async with database.write("default") as records:
        assert await records.connections.receive("desk", "waits", (), house.clock()) is None


async def test_nothing_is_started_when_nothing_is_due(opened: Open) -> None:
    application = (await opened()).application
    retention = Retention(application.database, application.indexes, application.engine, application.clock)
    assert await retention.due(application.clock()) == []
    await keep(application, memories=1)
    assert await retention.due(application.clock()) == [], "once a day"
    fresh = Retention(application.database, application.indexes, application.engine, application.clock)
    day = application.clock().date().isoformat()
    assert await fresh.due(application.clock()) == [(RETAIN, "default", day)]


def test_the_number_of_earlier_versions_is_read() -> None:
    assert TenantSettings.model_validate({"retention_days": 1095}).retention_days == {}
