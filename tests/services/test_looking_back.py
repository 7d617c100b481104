"""What a contact said in the tool before it was connected is remembered as soon as they are first met: a bounded number, and once."""

import pytest
from fastapi.responses import Response

from copilot.channels.chatwoot import Chatwoot
from copilot.domain.channels import Account, Arrival
from copilot.services.chat_tools import looking_back
from tests.channels.doubles.chatwoot import ChatwootDouble, contact
from tests.services.conftest import Open
from tests.services.tool_house import ToolHouse, with_tool

NEW, OLD, OLDER, OTHERS = 17, 16, 15, 14


@pytest.fixture
async def tool(opened: Open) -> ToolHouse:
    """Marta was there twice before, and closed both; somebody else was there, too."""
    tool = await with_tool("chatwoot", opened)
    double = chatwoot(tool)
    nora = {"sender": contact(id=42, name="Nora Falk", email="nora@example.com"), "assignee": None, "team": None, "hmac_verified": False}
    double.open(OTHERS, meta=nora)
    double.says(OTHERS, "Where is my bag?")
    for number in (OLDER, OLD):
        double.open(number, status="resolved")
        double.says(number, f"My seat was broken, {number}.")
        double.says(number, "Sorry for that, you get a voucher.", "agent")
        tool.house.clock.forward(minutes=5)
    double.open(NEW)
    double.says(NEW, "My flight was cancelled.")
    return tool


def chatwoot(tool: ToolHouse) -> ChatwootDouble:
    assert isinstance(tool.double, ChatwootDouble)
    return tool.double


async def here(tool: ToolHouse) -> set[int]:
    async with tool.house.application.database.read("default") as records:
        numbers = (NEW, OLD, OLDER, OTHERS)
        return {number for number in numbers if await records.conversations.find(str(number), tool.name) is not None}


def asked(tool: ToolHouse) -> int:
    return sum("/contacts/" in one.path for one in tool.double.asked)


async def test_earlier_conversations_come_in_with_the_first_one(tool: ToolHouse) -> None:
    await tool.deliver(tool.double.told(NEW))
    assert await here(tool) == {NEW, OLD, OLDER}
    new, old = await tool.conversation(NEW), await tool.conversation(OLD)
    assert [one.text for one in old.messages] == [f"My seat was broken, {OLD}.", "Sorry for that, you get a voucher."]
    assert (old.status, old.customer_id) == ("closed", new.customer_id)
    assert [tool.double.notes(number) for number in (OLD, OLDER)] == [[], []], "nobody waits there: nothing is written"
    assert asked(tool) == 1
    tool.double.says(NEW, "Are you there?")
    await tool.deliver(tool.double.told(NEW))
    chatwoot(tool).open(18)
    tool.double.says(18, "One more thing.")
    await tool.deliver(tool.double.told(18))
    assert asked(tool) == 1, "they are known by now"


async def test_who_writes_meanwhile_is_not_kept_waiting_by_the_past(tool: ToolHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the first is read another is delivered, then one more; and one while the past is being read."""
    meanwhile, read = {NEW: 20, 20: 21, OLD: 22}, []
    for number in meanwhile.values():
        sender = contact(id=number, name=f"Guest {number}", email=f"{number}@example.com")
        chatwoot(tool).open(number, meta={"sender": sender, "assignee": None, "team": None, "hmac_verified": False})
        tool.double.says(number, "Where is my bag?")
    plain = Chatwoot.thread

    async def thread(self: Chatwoot, account: Account, conversation_id: str) -> Arrival:
        read.append(number := int(conversation_id))
        if number in meanwhile:
            assert (await tool.post(tool.signed(tool.double.told(meanwhile[number])))).status_code == 204
        return await plain(self, account, conversation_id)

    monkeypatch.setattr(Chatwoot, "thread", thread)
    await tool.deliver(tool.double.told(NEW))
    assert read == [NEW, 20, 21, OLD, 22, OLDER]


async def test_so_many_and_no_more(tool: ToolHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_back, "MOST", 1)
    await tool.deliver(tool.double.told(NEW))
    assert await here(tool) == {NEW, OLD}


async def test_where_the_token_may_not_ask_the_conversation_itself_comes_in(tool: ToolHouse) -> None:
    tool.double.fail = lambda request: Response(status_code=403) if "/contacts/" in request.url.path else None
    await tool.deliver(tool.double.told(NEW))
    assert await here(tool) == {NEW}
