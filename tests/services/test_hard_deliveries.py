"""What goes wrong between a chat tool and us, on the double of every tool: replays, no order, late, edited, taken away, notes, posts.

One house for each tool, one conversation for each trouble. `FULL=1` sends the replays a thousand times.
"""

import json
import os
from datetime import datetime
from typing import Any

import httpx
import pytest

from copilot.domain.conversation import Conversation
from copilot.domain.ports.channels import Channel
from tests.api.house import House
from tests.channels.doubles.base import Double
from tests.channels.tools import EXAMPLES, NEW, STORIES, Example
from tests.services.conftest import Open

REPLAYS = 1000 if os.environ.get("FULL") else 40
ASKED = "My flight to Lisbon was cancelled nine days ago. Where is my refund?"
FIRST, SECOND = "My bag is lost.", "It is a blue one, from Lisbon."


class Tool:
    """A house with one chat tool, and what comes from it."""

    def __init__(self, house: House, example: Example, double: Double) -> None:
        self.house, self.example, self.double = house, example, double
        self.name = example.account.id
        self._nobody = house.nobody()

    @property
    def channel(self) -> Channel:
        return self.house.application.chat_tools.connecting.channel(self.example.tool.kind)

    def signed(self, body: dict[str, Any], at: datetime | None = None) -> tuple[bytes, dict[str, str]]:
        """The very bytes of a delivery."""
        sent, at = json.dumps(body).encode(), (at or self.house.clock()).replace(microsecond=0)
        assert self.example.sign is not None
        return sent, self.example.sign(sent, at, NEW)

    async def post(self, delivery: tuple[bytes, dict[str, str]]) -> httpx.Response:
        sent, headers = delivery
        return await self._nobody.post(f"/hooks/default/{self.name}", content=sent, headers=headers)

    async def deliver(self, *bodies: dict[str, Any]) -> None:
        """One after the other, then everything that follows."""
        for body in bodies:
            assert (await self.post(self.signed(body))).status_code == 204
        await self.house.settle()
        self.house.clock.forward(seconds=5)

    async def conversation(self, number: int) -> Conversation:
        async with self.house.application.database.read("default") as records:
            found = await records.conversations.find(str(number), self.name)
        assert found is not None
        return found

    async def theirs(self, number: int) -> list[str]:
        """What the customer said and did not take back."""
        found = await self.conversation(number)
        return [one.text for one in found.messages if one.author == "customer" and not one.deleted_at and one.text != "Hello?"]

    async def turn(self, number: int) -> dict[str, Any]:
        program = await self.house.enter("integrator")
        at = f"/v1/conversations/{(await self.conversation(number)).id}/suggestions"
        found: dict[str, Any] = (await program.get(at)).raise_for_status().json()
        return found

    async def events(self) -> int:
        async with self.house.application.database.read("default") as records:
            return await records.log.last_event()


@pytest.fixture(params=STORIES)
async def tool(request: pytest.FixtureRequest, opened: Open) -> Tool:
    example, double = EXAMPLES[request.param], STORIES[request.param]()
    house = await opened(http=double.client())
    double.clock = house.clock
    account = example.account
    made = {"id": account.id, "kind": account.kind, "url": account.url, "settings": account.settings, "token": account.token}
    (await (await house.enter("admin")).post("/v1/connections", json=made | {"signing": NEW})).raise_for_status()
    return Tool(house, example, double)


async def test_everything_that_goes_wrong_is_put_up_with(tool: Tool) -> None:
    await _replayed(tool)
    await _out_of_order_and_late(tool)
    await _edited(tool)
    await _taken_away(tool)
    await _whispered(tool)
    await _answered_before_the_draft(tool)
    await _posted_in_public(tool)


async def _replayed(tool: Tool) -> None:
    """Exact replays, in bursts and one by one, under another unsigned id: acknowledged, and nothing follows from them."""
    tool.double.open(11)
    tool.double.says(11, ASKED)
    delivery = tool.signed(tool.double.told(11))
    assert (await tool.post(delivery)).status_code == 204
    await tool.house.settle()
    before = await tool.events(), len(tool.double.asked), await tool.conversation(11), await tool.turn(11)
    for number in range(REPLAYS):
        again = delivery[0], delivery[1] | {"X-Chatwoot-Delivery": str(number), "X-Zammad-Delivery": str(number)}
        assert (await tool.post(again)).status_code == 204
        if number % 20 == 0:
            await tool.house.settle()
    await tool.house.settle()
    assert (await tool.events(), len(tool.double.asked), await tool.conversation(11), await tool.turn(11)) == before
    tool.house.clock.forward(seconds=5)


async def _out_of_order_and_late(tool: Tool) -> None:
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
    assert await tool.theirs(12) == [FIRST, SECOND]
    assert len((await tool.turn(12))["unanswered"]) >= 2
    if tool.example.stamped:
        tool.house.clock.forward(minutes=15)
        assert (await tool.post(sent)).status_code == 403  # older than a day: its time, not its id, gives it away


async def _edited(tool: Tool) -> None:
    tool.double.open(13)
    tool.double.says(13, FIRST)
    await tool.deliver(tool.double.told(13))
    if (edit := tool.double.edits(13, SECOND)) is not None:
        await tool.deliver(edit)
        assert await tool.theirs(13) == [SECOND]


async def _taken_away(tool: Tool) -> None:
    """What is not there any more is on record as that; a late delivery of it does not bring it back."""
    tool.double.open(14)
    tool.double.says(14, FIRST)
    tool.house.clock.forward(seconds=5)
    tool.double.says(14, SECOND)
    told = json.loads(json.dumps(tool.double.told(14)))
    await tool.deliver(told)
    if "history" not in tool.channel.can:
        return
    assert await tool.theirs(14) == [FIRST, SECOND]
    if (gone := tool.double.takes_away(14)) is not None:
        await tool.deliver(gone)
        assert await tool.theirs(14) == [FIRST]
        await tool.deliver(told)
        assert await tool.theirs(14) == [FIRST]


async def _whispered(tool: Tool) -> None:
    """Notes answer nobody: neither a colleague's nor our own, which comes back to us."""
    tool.double.open(15)
    tool.double.says(15, ASKED)
    await tool.deliver(tool.double.told(15))
    turn, writes, notes = await tool.turn(15), tool.double.writes, len(tool.double.notes(15))
    assert notes == ("note" in tool.channel.can)
    if notes:
        await tool.deliver(tool.double.whispers(15))
    await tool.deliver(tool.double.whispers(15, "He called twice already."))
    after = await tool.turn(15)
    assert (after["turn_id"], after["current"], after["unanswered"]) == (turn["turn_id"], True, turn["unanswered"])
    assert (tool.double.writes, tool.double.sent(15)) == (writes, [])
    found = await tool.conversation(15)
    whispered = [one for one in found.messages if one.text == "He called twice already."]
    assert [(one.author, one.visibility) for one in whispered] == [("agent", "private")]


async def _answered_before_the_draft(tool: Tool) -> None:
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


async def _posted_in_public(tool: Tool) -> None:
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
