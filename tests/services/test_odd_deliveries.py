"""One delivery that cannot be worked in, one conversation that cannot be polled: it is said on record, and the others go on."""

from typing import Any

import pytest
from fastapi import Request
from fastapi.responses import JSONResponse, Response

from copilot.services.conversations.ingest import Ingest
from tests.channels.doubles.chatwoot import ChatwootDouble, contact
from tests.services.conftest import Open
from tests.services.tool_house import ToolHouse, with_tool

WORDS = "Marta Ruiz lost her bag"


@pytest.fixture
async def tool(opened: Open) -> ToolHouse:
    return await with_tool("chatwoot", opened)


@pytest.fixture
def unforeseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Conversation 11 trips over something that nobody thought of."""
    plain = Ingest.conversation

    async def conversation(self: Ingest, tenant: str, given: Any, *named: Any, **more: Any) -> Any:
        if given.conversation_id == "11":
            raise AttributeError(WORDS)
        return await plain(self, tenant, given, *named, **more)

    monkeypatch.setattr(Ingest, "conversation", conversation)


async def here(tool: ToolHouse) -> set[str]:
    """Conversations of the tool that are on record."""
    async with tool.house.application.database.read("default") as records:
        return {number for number in ("11", "12") if await records.conversations.find(number, tool.name) is not None}


async def whole(tool: ToolHouse) -> dict[str, Any]:
    admin = await tool.house.enter("admin")
    found: dict[str, Any] = (await admin.get(f"/v1/connections/{tool.name}")).raise_for_status().json()
    return found


async def polled(tool: ToolHouse, cursor: str = "1") -> Any:
    async with tool.house.application.database.write("default") as records:
        await records.connections.change(tool.name, cursor=cursor)
    await tool.house.application.chat_tools.arriving.poll("default", tool.name)
    await tool.house.settle()
    async with tool.house.application.database.read("default") as records:
        return await records.connections.find(tool.name)


def two_talks(tool: ToolHouse) -> ChatwootDouble:
    """Marta's and Nora's."""
    assert isinstance(tool.double, ChatwootDouble)
    tool.double.open(11)
    nora = {"sender": contact(id=42, name="Nora Falk", email="nora@example.com"), "assignee": None, "team": None, "hmac_verified": False}
    tool.double.open(12, meta=nora)
    for number in (11, 12):
        tool.double.says(number, "Hello, where is my bag?")
    return tool.double


@pytest.mark.usefixtures("unforeseen")
async def test_a_delivery_that_nobody_foresaw_holds_nobody_up(tool: ToolHouse) -> None:
    double = two_talks(tool)
    await tool.deliver(double.told(11), double.told(12))
    assert await here(tool) == {"12"}
    (good, bad) = (await whole(tool))["deliveries"]
    assert (good["state"], bad["state"]) == ("done", "failed")
    assert "AttributeError" in bad["problem"]
    assert WORDS not in bad["problem"]


async def test_an_answer_that_is_not_chatwoots_holds_nobody_up(tool: ToolHouse) -> None:
    double = two_talks(tool)

    def odd(request: Request) -> Response | None:
        return JSONResponse([]) if request.url.path.endswith("/conversations/11") else None

    double.fail = odd
    await tool.deliver(double.told(11), double.told(12))
    assert await here(tool) == {"12"}
    assert "not as Chatwoot sends it" in (await whole(tool))["deliveries"][1]["problem"]
    known = await polled(tool)
    assert (known.problem, known.cursor) == ("", str(max(one["last_activity_at"] for one in double.conversations.values())))


@pytest.mark.usefixtures("unforeseen")
async def test_a_poll_goes_on_after_what_nobody_foresaw(tool: ToolHouse) -> None:
    two_talks(tool)
    known = await polled(tool)
    assert await here(tool) == {"12"}
    assert (known.problem, known.cursor != "1") == ("", True)


async def test_a_conversation_that_cannot_be_read_now_waits_and_the_poll_goes_on(tool: ToolHouse) -> None:
    double = two_talks(tool)

    def broken(request: Request) -> Response | None:
        return JSONResponse({}, 500) if "/conversations/11" in request.url.path else None

    double.fail = broken
    known = await polled(tool)
    assert (known.problem, known.cursor != "1") == ("", True)
    assert await here(tool) == {"12"}
    shown = await whole(tool)
    assert [one["state"] for one in shown["deliveries"]] == ["waiting"]
    assert shown["traffic"]["last_delivery"] is None, "it was asked for"
    double.fail = None
    tool.house.clock.forward(minutes=2)
    await tool.house.application.dispatcher.sweep()
    await tool.house.settle()
    assert await here(tool) == {"11", "12"}


async def test_a_list_that_cannot_be_understood_is_on_the_connection(tool: ToolHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    double = two_talks(tool)
    double.fail = lambda _: JSONResponse({"data": "x"})
    known = await polled(tool)
    assert "not as Chatwoot sends it" in known.problem
    assert known.cursor == "1"

    async def trips(*_: object) -> None:
        raise KeyError(WORDS)

    double.fail = None
    with monkeypatch.context() as broken:
        broken.setattr(type(tool.channel), "since", trips)
        known = await polled(tool)
    assert ("KeyError" in known.problem, WORDS in known.problem, known.cursor) == (True, False, "1")
    assert known.polled_at is not None
    assert (await polled(tool)).problem == ""
    assert await here(tool) == {"11", "12"}


async def test_a_poll_that_meets_somebody_who_was_erased_leaves_them_out(tool: ToolHouse) -> None:
    double = two_talks(tool)
    await tool.deliver(double.told(11))
    admin = await tool.house.enter("admin")
    assert (await admin.delete(f"/v1/customers/{tool.name}:41")).is_success
    await tool.house.settle()
    assert await here(tool) == set()
    double.says(11, "Hello? It is Marta again.")
    asked = len(double.asked)
    known = await polled(tool)
    assert await here(tool) == {"12"}
    assert known.problem == ""
    assert not [one.path for one in double.asked[asked:] if "/contacts/41" in one.path], "nobody looks for more of them"
    async with tool.house.application.database.read("default") as records:
        assert await records.customers.record(f"{tool.name}:41") is None
    await tool.deliver(double.told(11))
    assert await here(tool) == {"12"}
    assert "erased" in (await whole(tool))["deliveries"][0]["problem"]
