"""A connection is set up in its tool, and it is seen that its deliveries come through; where they do not, it is said what to look at."""

from typing import Any

import pytest
from fastapi.responses import Response

from copilot.services.chat_tools import installing
from copilot.services.chat_tools.arriving import EVERY
from tests.channels.doubles.chatwoot import ChatwootDouble
from tests.channels.doubles.libredesk import LibreDeskDouble
from tests.services.conftest import Open
from tests.services.tool_house import ToolHouse, with_tool

HERE = "https://copilot.example.com/"


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installing, "EVERY_S", 0.0)


async def install(tool: ToolHouse, address: str = HERE) -> dict[str, Any]:
    admin = await tool.house.enter("admin")
    answer = await admin.post(f"/v1/connections/{tool.name}/install", json={"address": address})
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def chatwoot(tool: ToolHouse) -> ChatwootDouble:
    assert isinstance(tool.double, ChatwootDouble)
    return tool.double


async def problem(tool: ToolHouse, address: str = HERE) -> str:
    found = await install(tool, address)
    (one,) = found["problems"]
    assert not found["delivered"]
    return f"{one['what']} {one['todo']}"


async def test_chatwoot_is_set_up_and_tells_of_a_contact_that_is_gone_again(opened: Open) -> None:
    tool = await with_tool("chatwoot", opened)
    double = chatwoot(tool)
    admin = await tool.house.enter("admin")
    missing = (await admin.get(f"/v1/connections/{tool.name}/problems")).json()["problems"]
    assert [one["what"] for one in missing] == [
        "There is no webhook for this connection.",
        "There is no dashboard app for this connection.",
    ]
    assert all(f"copilot connections install {tool.name} --address" in one["todo"] for one in missing)
    tool.listens()
    assert await install(tool) == {"problems": [], "delivered": True, "todo": ""}
    (hook,) = double.webhooks
    assert hook["url"] == f"https://copilot.example.com/hooks/default/{tool.name}"
    assert (len(double.apps), double.contacts) == (1, {})
    # What it signed with is its own secret: it was learned before.
    whole = (await admin.get(f"/v1/connections/{tool.name}")).json()
    assert [one["state"] for one in whole["deliveries"]] == ["done"]
    hook["subscriptions"] = ["message_created"]  # as one that was made by hand, or by a version before
    assert (await install(tool))["delivered"]
    assert (len(double.webhooks), len(double.apps), double.contacts) == (1, 1, {})


async def test_where_nothing_comes_through_it_is_said_what_to_look_at(opened: Open) -> None:
    tool = await with_tool("chatwoot", opened)
    double = chatwoot(tool)
    said = await problem(tool)
    for words in ("No delivery came", f"{HERE}hooks/default/{tool.name}", "SAFE_FETCH_ALLOW_PRIVATE_NETWORK", "connections install"):
        assert words in said, said
    assert "to itself" not in said
    assert double.contacts == {}
    assert "to itself" in await problem(tool, "http://127.0.0.1:8100")
    assert "to itself" in await problem(tool, "http://localhost:8100")


async def test_what_a_poll_brings_meanwhile_is_no_delivery(opened: Open) -> None:
    """It meets a conversation that cannot be read just now, which then waits in the inbox as deliveries do."""
    tool = await with_tool("chatwoot", opened)
    double, application = chatwoot(tool), tool.house.application
    double.open(17)
    double.says(17, "Where is my bag?")
    double.fail = lambda request: Response(status_code=500) if "/conversations/17" in request.url.path else None

    async def polls(*_: object) -> None:
        async with application.database.write("default") as records:
            await records.connections.change(tool.name, cursor="1")
        await application.chat_tools.arriving.poll("default", tool.name)

    double.hears = polls
    assert "No delivery came" in await problem(tool)
    async with application.database.read("default") as records:
        assert await records.connections.waiting(tool.house.clock() + EVERY), "the poll left it in the inbox"


async def test_deliveries_that_are_refused_are_told_from_such_that_never_come(opened: Open) -> None:
    tool = await with_tool("chatwoot", opened)
    tool.listens()
    double = chatwoot(tool)
    hears = double.hears
    assert hears is not None

    async def forges(url: str, body: bytes, _: str) -> None:
        await hears(url, body, "another")

    double.hears = forges
    said = await problem(tool)
    assert "refused" in said
    assert "signature" in said
    assert f"copilot connections secret {tool.name}" in said
    assert double.contacts == {}


async def test_a_token_that_may_not_make_contacts_is_told(opened: Open) -> None:
    tool = await with_tool("chatwoot", opened)
    tool.double.fail = lambda request: Response(status_code=403) if request.url.path.endswith("/contacts") else None
    assert "was not seen" in await problem(tool)


async def test_libredesk_tests_its_own_webhook(opened: Open) -> None:
    tool = await with_tool("libredesk", opened)
    tool.listens()
    assert (await install(tool))["delivered"]
    assert isinstance(tool.double, LibreDeskDouble)
    tool.double.hears = None
    assert "allowed_hosts" in await problem(tool)


async def test_a_tool_that_cannot_be_made_to_deliver_says_what_to_do(opened: Open) -> None:
    tool = await with_tool("zammad", opened)
    found = await install(tool)
    assert (found["problems"], found["delivered"]) == ([], False)
    assert "Write in a conversation" in found["todo"]
