"""What whoever looks after connections sees and does: refusals on record, how a connection stands, writes that nobody is sure of."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from copilot.adapters.database.connections import SqlConnections
from copilot.domain.channels import Arrival, Unsure
from copilot.domain.connections import EARLIER, POLLED, Outgoing
from copilot.domain.errors import Unavailable
from copilot.domain.triage import Click
from copilot.settings import Settings
from tests.api.house import House, assert_problem
from tests.channels.doubles.base import status
from tests.patience import DEADLINE_S, eventually
from tests.services.conftest import Open
from tests.services.test_chat_tools import ASKED, NUMBER, Tool, connect

PATH = "/v1/connections/chatwoot-1"


@pytest.fixture
async def tool(opened: Open) -> Tool:
    return await connect(opened)


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many refusals each write of them to the record took along."""
    kept, plain = [], SqlConnections.refuse

    async def refuse(self: SqlConnections, ident: str, count: int, at: datetime, why: str) -> None:
        kept.append(count)
        await plain(self, ident, count, at, why)

    monkeypatch.setattr(SqlConnections, "refuse", refuse)
    return kept


async def standing(house: House) -> dict[str, Any]:
    admin = await house.enter("admin")
    (found,) = (await admin.get("/v1/connections")).raise_for_status().json()["connections"]
    assert isinstance(found, dict)
    return found


async def forge(tool: Tool, times: int) -> None:
    body = tool.told({"message_type": 0, "id": 1, "content": ASKED})
    answers = await asyncio.gather(*(tool.deliver(body, secret="guessed") for _ in range(times)))
    assert {answer.status_code for answer in answers} == {403}


async def test_a_delivery_that_cannot_be_kept_takes_no_other_with_it(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three come in while the first is being kept: they are tried in one transaction."""
    plain, together, begun, held = SqlConnections.receive, [], asyncio.Event(), asyncio.Event()
    receiving = tool.house.application.chat_tools.receiving

    async def receive(self: SqlConnections, connection_id: str, delivery_id: str, arrivals: Sequence[Arrival | Click], at: datetime) -> Any:
        together.append(delivery_id)
        begun.set()
        await held.wait()
        if "poison" in str(arrivals):
            raise ValueError("nobody foresaw this")
        return await plain(self, connection_id, delivery_id, arrivals, at)

    monkeypatch.setattr(SqlConnections, "receive", receive)
    bodies = [tool.told(tool.double.say(NUMBER, text)) for text in ("One.", "Two.", "poison", "Four.")]
    coming = [asyncio.create_task(tool.deliver(bodies[0]))]
    await asyncio.wait_for(begun.wait(), DEADLINE_S)
    coming += [asyncio.create_task(tool.deliver(body)) for body in bodies[1:]]

    async def there() -> bool:
        return receiving.verified["chatwoot"] == len(bodies)

    await eventually(there, "all four to come in")
    held.set()
    first, *_, last = await asyncio.gather(*coming, return_exceptions=True)
    assert isinstance(first, httpx.Response)
    assert isinstance(last, httpx.Response)
    assert {first.status_code, last.status_code} == {204}
    assert len(together) > len(set(together)), "they were tried together first"
    await tool.house.settle()
    async with tool.house.application.database.read("default") as records:
        assert {one.state for one in await records.connections.deliveries("chatwoot-1", 9)} == {"done"}
        assert len(await records.connections.deliveries("chatwoot-1", 9)) == 3


async def test_a_flood_of_forged_deliveries_is_one_write_a_minute(tool: Tool, refused: list[int]) -> None:
    refusing = tool.house.application.chat_tools.receiving.refusing
    await forge(tool, 200)
    assert refused == [1]
    known = (await standing(tool.house))["connection"]
    assert (known["refused"], "signature" in known["refused_why"]) == (200, True), "what is not on record yet is told too"
    await refusing.due(tool.house.clock())
    assert refused == [1], "its minute is not over"
    tool.house.clock.forward(seconds=61)
    assert await refusing.due(tool.house.clock()) == []
    await refusing.due(tool.house.clock())
    assert refused == [1, 199]
    async with tool.house.application.database.read("default") as records:
        found = await records.connections.find("chatwoot-1")
    assert found is not None
    assert found.refused == 200


async def test_refusals_outlive_the_service(opened: Open, refused: list[int]) -> None:
    tool = await connect(opened)
    await forge(tool, 3)
    again = await opened(furnish=False)
    assert refused == [1, 2]
    assert (await standing(again))["connection"]["refused"] == 3


async def test_refusals_that_could_not_be_written_are_not_lost(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise Unavailable("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(SqlConnections, "refuse", full)
        await forge(tool, 1)
    await tool.house.application.chat_tools.receiving.refusing.close()
    async with tool.house.application.database.read("default") as records:
        found = await records.connections.find("chatwoot-1")
    assert found is not None
    assert found.refused == 1


async def test_how_a_connection_stands(tool: Tool) -> None:
    house, admin = tool.house, await tool.house.enter("admin")
    one = await standing(house)
    assert (one["state"], one["lag_s"], one["problems"], one["traffic"]["last_delivery"]) == ("live", None, [], None)
    await tool.said()
    async with house.application.database.write("default") as records:
        await records.connections.change("chatwoot-1", polled_at=house.clock())
    one = await standing(house)
    assert (one["state"], one["traffic"]["sent"]) == ("live", 1)
    assert datetime.fromisoformat(one["next_poll"]) - house.clock() > timedelta(seconds=50)

    tool.double.fail = status(500)
    await tool.deliver(tool.told(tool.double.say(NUMBER, "Hello?"), "conversation_updated") | {"id": 99})
    house.clock.forward(minutes=5)
    await forge(tool, 1)
    one = await standing(house)
    assert one["state"] == "attention"
    assert one["lag_s"] >= 300
    said = " ".join(problem["what"] for problem in one["problems"])
    for words in ("should have been asked 4 minutes ago", "has waited for 5 minutes", "refused, and none came through"):
        assert words in said, said

    (await admin.patch(PATH, json={"active": False})).raise_for_status()
    one = await standing(house)
    assert (one["state"], one["problems"], one["next_poll"]) == ("stopped", [], None)
    (await admin.patch(PATH, json={"active": True, "shadow": True})).raise_for_status()
    async with house.application.database.write("default") as records:
        await records.connections.change("chatwoot-1", polled_at=house.clock())
        await records.connections.worked(2, house.clock())
    await tool.said("Are you there?")
    one = await standing(house)
    assert (one["state"], one["problems"]) == ("shadow", [])


async def test_a_single_forged_delivery_is_no_problem_when_others_come_through(tool: Tool) -> None:
    await forge(tool, 1)
    assert (await standing(tool.house))["state"] == "attention"
    await tool.said()
    assert (await standing(tool.house))["state"] == "live"


@pytest.mark.parametrize("begin", [EARLIER, POLLED])
async def test_what_was_asked_for_is_no_sign_that_deliveries_come_through(tool: Tool, begin: str) -> None:
    await forge(tool, 1)
    tool.house.clock.forward(minutes=1)
    async with tool.house.application.database.write("default") as records:
        row = await records.connections.receive("chatwoot-1", f"{begin}16", (), tool.house.clock())
        await records.connections.worked(row or 0, tool.house.clock())
    one = await standing(tool.house)
    assert (one["state"], one["traffic"]["last_delivery"]) == ("attention", None)
    assert "none came through" in " ".join(problem["what"] for problem in one["problems"])


async def test_what_was_delivered_and_written_is_shown_without_its_words(tool: Tool) -> None:
    await tool.said()
    admin = await tool.house.enter("admin")
    answer = (await admin.get(PATH)).raise_for_status()
    whole = answer.json()
    assert whole["path"] == "/hooks/default/chatwoot-1"
    assert [one["state"] for one in whole["deliveries"]] == ["done"]
    assert [(one["action"], one["state"]) for one in whole["writes"]] == [("note", "sent")]
    for words in (ASKED, "Rapport\\n", tool.secret, tool.double.token):
        assert words not in answer.text


async def test_a_tool_is_asked_at_once(tool: Tool) -> None:
    admin, house = await tool.house.enter("admin"), tool.house
    async with house.application.database.write("default") as records:
        await records.connections.change("chatwoot-1", polled_at=house.clock(), cursor="1")
    tool.double.say(NUMBER, ASKED)
    assert (await admin.post(f"{PATH}/poll")).json() == {"started": True}
    await house.settle()  # the tool is asked
    await house.settle()  # what it told is worked in
    assert (await tool.turn())["suggestions"]
    (await admin.patch(PATH, json={"active": False})).raise_for_status()
    assert_problem(await admin.post(f"{PATH}/poll"), 409, "stopped")
    (await admin.post("/v1/connections", json={"id": "crm", "kind": "webhook"})).raise_for_status()
    assert_problem(await admin.post("/v1/connections/crm/poll"), 409, "cannot be asked")


async def doubted(tool: Tool) -> Outgoing:
    """A note of which nobody is sure: given up after the tool refused it."""
    tool.double.fail = None
    await tool.said()
    async with tool.house.application.database.write("default") as records:
        known = (await records.connections.writes("chatwoot-1", 9))[0]
        found = await records.connections.outgoing(known.id)
        assert found is not None
        failed = found.model_copy(update={"state": "failed", "attempts": 8, "problem": "The answer was lost."})
        await records.connections.moved(failed)
    return failed


async def test_a_person_says_that_it_was_sent(tool: Tool) -> None:
    write, admin = await doubted(tool), await tool.house.enter("admin")
    assert (await standing(tool.house))["state"] == "attention"
    writes = tool.double.writes
    (await admin.post(f"{PATH}/writes/{write.id}", json={"outcome": "sent"})).raise_for_status()
    await tool.house.settle()
    assert tool.double.writes == writes, "nothing is written again"
    assert (await standing(tool.house))["state"] == "live"
    assert_problem(await admin.post(f"{PATH}/writes/{write.id}", json={"outcome": "again"}), 409, "sent by now")
    (event,) = [one for one in (await admin.get("/v1/events?limit=1000")).json()["events"] if one["type"] == "connection.settled"]
    assert event["data"]["outcome"] == "sent"
    assert event["actor"].startswith("user:")


async def test_a_person_has_it_written_again_once(tool: Tool) -> None:
    write, admin = await doubted(tool), await tool.house.enter("admin")
    writes = tool.double.writes
    (await admin.post(f"{PATH}/writes/{write.id}", json={"outcome": "again"})).raise_for_status()
    await tool.house.settle()
    assert tool.double.writes == writes + 1
    async with tool.house.application.database.read("default") as records:
        found = await records.connections.outgoing(write.id)
    assert found is not None
    assert (found.state, found.attempts, found.problem) == ("sent", 1, "")


async def test_a_write_is_settled_in_its_own_connection_only(tool: Tool) -> None:
    write, admin = await doubted(tool), await tool.house.enter("admin")
    (await admin.post("/v1/connections", json={"id": "crm", "kind": "webhook"})).raise_for_status()
    assert_problem(await admin.post(f"/v1/connections/crm/writes/{write.id}", json={"outcome": "sent"}), 404, "no such write")


async def test_what_a_person_said_meanwhile_stands(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the tool is asked whether a write is there, somebody says that it is."""
    write, admin = await doubted(tool), await tool.house.enter("admin")
    writing = tool.house.application.chat_tools.writing
    async with tool.house.application.database.write("default") as records:
        await records.connections.moved(write.model_copy(update={"state": "waiting", "due_at": tool.house.clock()}))

    async def lost(*_: object) -> str:
        (await admin.post(f"{PATH}/writes/{write.id}", json={"outcome": "sent"})).raise_for_status()
        raise Unsure("The answer was lost on its way.")

    monkeypatch.setattr(type(writing.connecting.channel("chatwoot")), "note", lost)
    await writing.run("default", write.id)
    async with tool.house.application.database.read("default") as records:
        found = await records.connections.outgoing(write.id)
    assert found is not None
    assert found.state == "sent"


async def test_secrets_of_another_key_are_named_and_can_be_entered_again(opened: Open, tmp_path: Path) -> None:
    tool = await connect(opened)
    (tmp_path / "secret.key").unlink()
    settings = Settings(data_dir=tmp_path, embedder="hash", model="", fallback_models=(), secret_key="another")
    house = await opened(furnish=False, settings=settings, http=tool.double.client())
    one = await standing(house)
    assert (one["locked"], one["state"], one["secrets"]) == (True, "attention", 0)
    assert "another key" in one["problems"][0]["what"]
    admin, tom = await house.enter("admin"), await house.enter("agent")
    assert_problem(await tom.put(f"{PATH}/own-token", json={"token": "x"}), 503, "another key")
    (await admin.put(f"{PATH}/token", json={"token": tool.double.token})).raise_for_status()
    again = Tool(house, tool.double, tool.secret)
    body = again.told(tool.double.say(NUMBER, ASKED))
    assert (await again.deliver(body)).status_code == 403, "the old secret is lost: nothing is believed before a new one is in place"
    secret = (await admin.post(f"{PATH}/secret", json={})).json()["secret"]
    assert (await again.deliver(body, secret=secret)).status_code == 204
    one = await standing(house)
    assert (one["locked"], one["problems"]) == (False, [])


async def samples(house: House) -> dict[str, float]:
    text = (await house.nobody().get("/metrics")).text
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        found |= {f"{one.name} {' '.join(sorted(one.labels.values()))}": one.value for one in family.samples}
    return found


async def test_metrics_by_kind_of_tool(tool: Tool) -> None:
    house = tool.house
    await samples(house)
    await tool.said()
    await forge(tool, 2)
    await doubted(tool)
    tool.double.fail = status(500)
    await tool.deliver(tool.told(tool.double.say(NUMBER, "Hello?"), "conversation_updated") | {"id": 99})
    house.clock.forward(minutes=5)
    now = await samples(house)
    assert now["rapport_tool_deliveries_total chatwoot"] == 3
    assert now["rapport_tool_deliveries_refused_total chatwoot"] == 2
    assert now["rapport_tool_writes_total chatwoot note sent"] >= 1
    assert now["rapport_tool_writes_open chatwoot failed"] == 1
    assert now["rapport_tool_writes_open chatwoot unsure"] == 0
    assert now["rapport_tool_lag_seconds chatwoot"] >= 300
    assert now["rapport_tool_lag_seconds zendesk"] == 0
    again = await samples(house)
    assert again["rapport_tool_deliveries_total chatwoot"] == 3, "counted once"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"url": "https://elsewhere.example.net"}, False),
        ({"url": "http://chat.example.com"}, False),
        ({"url": "https://chat.example.com:8443"}, False),
        ({"url": "https://CHAT.example.com/support/"}, True),
        ({"name": "Chats", "settings": {"account_id": 4}}, True),
    ],
)
async def test_access_goes_to_no_server_but_the_one_it_was_given_for(tool: Tool, given: dict[str, Any], kept: bool) -> None:
    house = tool.house
    tom, admin = await house.enter("agent"), await house.enter("admin")
    (await tom.put(f"{PATH}/own-token", json={"token": tool.double.agents["7"]})).raise_for_status()
    (await admin.patch(PATH, json=given)).raise_for_status()
    account = await house.application.chat_tools.connecting.account("default", "chatwoot-1")
    assert (bool(account.token), bool(account.agents), bool(account.signing)) == (kept, kept, True)
    async with house.application.database.read("default") as records:
        told = [one.data["changed"] for one in await records.log.events(0) if one.type == "connection.changed"]
    assert ("token" in told[-1]) is not kept
