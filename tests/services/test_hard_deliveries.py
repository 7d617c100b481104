"""What goes wrong between a chat tool and us, on the double of every tool: replays, no order, late, edited, taken away, notes, posts.

One house for each tool, one conversation for each trouble. `FULL=1` sends the replays a thousand times.
"""

import json
import os

import pytest

from tests.channels.tools import STORIES
from tests.services.conftest import Open
from tests.services.tool_house import ToolHouse, with_tool

REPLAYS = 1000 if os.environ.get("FULL") else 40
ASKED = "My flight to Lisbon was cancelled nine days ago. Where is my refund?"
FIRST, SECOND = "My bag is lost.", "It is a blue one, from Lisbon."


@pytest.fixture(params=STORIES)
async def tool(request: pytest.FixtureRequest, opened: Open) -> ToolHouse:
    return await with_tool(request.param, opened)


async def theirs(tool: ToolHouse, number: int) -> list[str]:
    """What the customer said and did not take back."""
    found = await tool.conversation(number)
    return [one.text for one in found.messages if one.author == "customer" and not one.deleted_at and one.text != "Hello?"]


async def events(tool: ToolHouse) -> int:
    async with tool.house.application.database.read("default") as records:
        return await records.log.last_event()


async def test_everything_that_goes_wrong_is_put_up_with(tool: ToolHouse) -> None:
    await _replayed(tool)
    await _out_of_order_and_late(tool)
    await _edited(tool)
    await _taken_away(tool)
    await _whispered(tool)
    await _answered_before_the_draft(tool)
    await _posted_in_public(tool)


async def _replayed(tool: ToolHouse) -> None:
    """Exact replays, in bursts and one by one, under another unsigned id: acknowledged, and nothing follows from them."""
    tool.double.open(11)
    tool.double.says(11, ASKED)
    delivery = tool.signed(tool.double.told(11))
    assert (await tool.post(delivery)).status_code == 204
    await tool.house.settle()
    before = await events(tool), len(tool.double.asked), await tool.conversation(11), await tool.turn(11)
    for number in range(REPLAYS):
        again = delivery[0], delivery[1] | {"X-Chatwoot-Delivery": str(number), "X-Zammad-Delivery": str(number)}
        assert (await tool.post(again)).status_code == 204
        if number % 20 == 0:
            await tool.house.settle()
    await tool.house.settle()
    assert (await events(tool), len(tool.double.asked), await tool.conversation(11), await tool.turn(11)) == before
    tool.house.clock.forward(seconds=5)


async def _out_of_order_and_late(tool: ToolHouse) -> None:
    """The second message comes first, the first one a day late: both are on record, in the order they were said, and drafted for once."""
    tool.double.open(12)
    tool.double.says(12, FIRST)
    late, signed_at = json.loads(json.dumps(tool.double.told(12))), tool.house.clock()
    sent = tool.signed(late, signed_at)
    tool.house.clock.forward(seconds=60)
    tool.double.says(12, SECOND)
    await tool.deliver(tool.double.told(12))
    tool.house.clock.forward(hours=23, minutes=50)
    assert (await tool.post(sent)).status_code == 204
    await tool.house.settle()
    assert await theirs(tool, 12) == [FIRST, SECOND]
    assert len((await tool.turn(12))["unanswered"]) >= 2
    if tool.example.stamped:
        tool.house.clock.forward(minutes=15)
        assert (await tool.post(sent)).status_code == 403  # older than a day: its time, not its id, gives it away


async def _edited(tool: ToolHouse) -> None:
    tool.double.open(13)
    tool.double.says(13, FIRST)
    await tool.deliver(tool.double.told(13))
    if (edit := tool.double.edits(13, SECOND)) is not None:
        await tool.deliver(edit)
        assert await theirs(tool, 13) == [SECOND]


async def _taken_away(tool: ToolHouse) -> None:
    """What is not there any more is on record as that; a late delivery of it does not bring it back."""
    tool.double.open(14)
    tool.double.says(14, FIRST)
    tool.house.clock.forward(seconds=5)
    tool.double.says(14, SECOND)
    told = json.loads(json.dumps(tool.double.told(14)))
    await tool.deliver(told)
    if "history" not in tool.channel.can:
        return
    assert await theirs(tool, 14) == [FIRST, SECOND]
    if (gone := tool.double.takes_away(14)) is not None:
        await tool.deliver(gone)
        assert await theirs(tool, 14) == [FIRST]
        await tool.deliver(told)
        assert await theirs(tool, 14) == [FIRST]


async def _whispered(tool: ToolHouse) -> None:
    """Notes answer nobody: neither a colleague's nor our own, which comes back to us."""
    tool.double.open(15)
    tool.double.says(15, ASKED)
    await tool.deliver(tool.double.told(15))
    turn, writes, notes = await tool.turn(15), tool.double.writes, len(tool.double.notes(15))
    assert notes == ("note" in tool.channel.can)
    if notes:
        await tool.deliver(tool.double.notes_down(15))
    await tool.deliver(tool.double.notes_down(15, "He called twice already."))
    after = await tool.turn(15)
    assert (after["turn_id"], after["current"], after["unanswered"]) == (turn["turn_id"], True, turn["unanswered"])
    assert (tool.double.writes, tool.double.sent(15)) == (writes, [])
    found = await tool.conversation(15)
    whispered = [one for one in found.messages if one.text == "He called twice already."]
    assert [(one.author, one.visibility) for one in whispered] == [("agent", "private")]


async def _answered_before_the_draft(tool: ToolHouse) -> None:
    """Both deliveries wait when the work begins: nobody drafts for a customer who was answered, and no note is written."""
    tool.double.open(16)
    tool.double.says(16, ASKED)
    asked = json.loads(json.dumps(tool.double.told(16)))
    tool.house.clock.forward(seconds=5)
    tool.double.says(16, "It was sent today.", "agent")
    writes = tool.double.writes
    await tool.deliver(asked, tool.double.told(16))
    found = await tool.conversation(16)
    assert [one.text for one in found.messages if one.is_answer] == ["It was sent today."]
    assert tool.double.writes == writes
    assert tool.double.notes(16) == []
    turn = await tool.turn(16)
    assert not [one for one in turn["suggestions"] if one["state"] == "proposed"] or not turn["current"]


async def _posted_in_public(tool: ToolHouse) -> None:
    """Recorded as public, whatever the tool calls it; what is drafted for it asks for a private message, and names nobody."""
    tool.double.in_public(17)
    tool.double.says(17, f"@ternway {ASKED} marta@example.com, order 88213456")
    await tool.deliver(tool.double.told(17))
    found = await tool.conversation(17)
    assert found.channel == "social"
    assert {one.author_name for one in found.messages if one.author == "customer"} == {""}
    turn = await tool.turn(17)
    (reply,) = [one for one in turn["suggestions"] if one["kind"] == "reply"]
    assert reply["state"] == "proposed", (reply["text"], [one for one in reply["checks"] if one["outcome"] != "pass"])
    assert "private message" in reply["text"]
    for words in ("Marta", "Ruiz", "marta@", "88213456"):
        assert words not in reply["text"]
