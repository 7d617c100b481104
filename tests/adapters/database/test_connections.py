"""The inbox of chat tools: what their own deliveries are told by from what we put there ourselves, and what is worked in first."""

import pytest

from copilot.adapters.database import SqlDatabase
from copilot.domain.connections import EARLIER, POLLED, Connection
from copilot.domain.ports.records import Records
from tests.adapters.database.samples import NOON, minutes


async def put(records: Records, *delivery_ids: str) -> list[int]:
    """One a minute, into a connection that is new."""
    await records.connections.put(Connection(id="desk", kind="chatwoot", name="desk", created_at=NOON))
    rows = [await records.connections.receive("desk", ident, (), minutes(at)) for at, ident in enumerate(delivery_ids)]
    return [row for row in rows if row is not None]


async def test_what_was_said_before_the_connection_was_made_waits_last(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        old, older, live, missed = await put(records, f"{EARLIER}16", f"{EARLIER}15", "a1", f"{POLLED}17")
        assert await records.connections.waiting(minutes(9)) == [live, missed, old, older]
        assert await records.connections.waiting(minutes(9), 3) == [live, missed, old]
        assert (await records.connections.traffic())["desk"].oldest_waiting == minutes(2), (
            "of what nobody has to wait for, nobody is alarmed"
        )


async def test_only_what_the_tool_sent_itself_counts_as_its_delivery(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        live, *ours = await put(records, "a1", f"{EARLIER}16", f"{POLLED}17")
        assert (await records.connections.traffic())["desk"].last_delivery == NOON
        assert await records.connections.newest("desk") == live
        assert [one.id for one in await records.connections.deliveries("desk", 9)] == [*reversed(ours), live]
        await records.connections.worked(ours[0], minutes(9), "It is gone there.")
        await records.connections.worked(ours[1], minutes(9))
        await records.connections.worked(live, minutes(9))
        assert [one.id for one in await records.connections.deliveries("desk", 9)] == [ours[0], live], "and what somebody may look at"


@pytest.mark.parametrize("begin", [EARLIER, POLLED])
async def test_a_tool_that_sent_nothing_has_no_last_delivery(database: SqlDatabase, begin: str) -> None:
    async with database.write("default") as records:
        (row,) = await put(records, f"{begin}16")
        assert (await records.connections.traffic())["desk"].last_delivery is None
        assert await records.connections.newest("desk") == 0
        await records.connections.worked(row, minutes(9))
        assert "desk" not in await records.connections.traffic()
