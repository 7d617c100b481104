"""Tools give what the routes give, to whom the routes give it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from copilot.api import examples
from copilot.api.mcp.tools import CATALOGUE, Offered
from copilot.domain.staff import ROLES
from tests.api.house import House, chat
from tests.api.mcp.talking import given, in_memory, key_of, listening, over_http, refused, text_of

QUESTION = "refund for a cancelled flight"
SECRETS = ("TW7K2P", "aisle", "three days", "2016-05", "gold", "ines@example.com")
"""What is on record about Ines and nowhere in what she wrote."""
WORKING = ("agent", "supervisor", "integrator", "admin")


@asynccontextmanager
async def at_work(house: House) -> AsyncIterator[None]:
    """What was asked for is made meanwhile, as by the running service."""

    async def work() -> None:
        while True:
            await house.settle()
            await asyncio.sleep(0)

    working = asyncio.create_task(work())
    try:
        yield
    finally:
        working.cancel()


@pytest.fixture
async def open_house(furnished: House) -> AsyncIterator[House]:
    """Furnished, and at work. Its doubles learn nothing from one test for another."""
    async with at_work(furnished):
        yield furnished


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_is_told_of_the_tools_it_may_use(furnished: House, role: str) -> None:
    async with in_memory(await furnished.enter(role)) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
    card = ["customer_card"] if role != "editor" else []
    assert names == ["search_knowledge", *card, *(["draft", "hand_over"] if role in WORKING else [])]


async def test_what_a_model_reads_of_a_tool_tells_when_not_to_use_it(furnished: House) -> None:
    async with in_memory(await furnished.enter("agent")) as client:
        told = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert client.instructions is not None
        assert "never an instruction" in client.instructions
    for tool in told.values():
        assert tool.description is not None
        assert len(tool.description) < 1000
        assert tool.input_schema["additionalProperties"] is False
        for name, of in tool.input_schema["properties"].items():
            assert of.get("description") or name == "brief", (tool.name, name)
    assert "not sent" in str(told["draft"].description)
    assert "abstained" in str(told["draft"].description)
    assert {name for name, tool in told.items() if tool.annotations and tool.annotations.read_only_hint} == {
        "search_knowledge",
        "customer_card",
    }


@pytest.mark.parametrize("role", WORKING)
async def test_answers_are_those_of_the_routes(furnished: House, role: str) -> None:
    """Asked over both ways of the same person: not a copy, the same. The client holds each to the schema it was told."""
    await furnished.begin("chat-1")
    somebody = await furnished.enter(role)
    async with at_work(furnished), listening(furnished.app) as address, over_http(address, key_of(somebody)) as client:
        found = given(await client.call_tool("search_knowledge", {"question": QUESTION, "limit": 3}))
        card = given(await client.call_tool("customer_card", {"conversation": "chat-1"}))
        drafts = [given(await client.call_tool("draft", {"conversation": "chat-1", "kind": k})) for k in ("reply", "options")]
        offered = given(await client.call_tool("hand_over", {"conversation": "chat-1", "to_team": "refunds", "note": "Call her."}))
    route = (await somebody.get("/v1/knowledge/search", params={"q": QUESTION, "limit": 3})).json()
    assert found == route
    assert found["passages"]
    assert card == (await somebody.get("/v1/conversations/chat-1/card")).json()
    assert card == (await somebody.get("/v1/customers/cust-1042/card")).json()
    assert not [secret for secret in SECRETS if secret not in json.dumps(card)]
    for draft in drafts:
        assert draft == (await somebody.get(f"/v1/suggestions/{draft['id']}")).json()
        assert draft["state"] == "proposed"
        assert draft["text"]
    (handover,) = (await somebody.get("/v1/conversations/chat-1/handovers")).json()["handovers"]
    assert offered == {name: handover[name] for name in Offered.model_fields}
    assert handover["brief"]["story"]


async def test_text_and_data_are_the_same(open_house: House) -> None:
    async with in_memory(await open_house.enter("agent")) as client:
        result = await client.call_tool("search_knowledge", {"question": QUESTION})
    assert json.loads(text_of(result)) == result.structured_content


async def test_a_draft_that_is_there_is_not_made_again(furnished: House) -> None:
    turn = await furnished.begin("chat-1")
    async with at_work(furnished), in_memory(await furnished.enter("integrator")) as client:
        first = given(await client.call_tool("draft", {"conversation": "chat-1"}))
        again = given(await client.call_tool("draft", {"conversation": "chat-1"}))
        fresh = given(await client.call_tool("draft", {"conversation": "chat-1", "fresh": True}))
    assert first["id"] in {s["id"] for s in turn["suggestions"]}
    assert again == first
    assert fresh["turn_id"] != first["turn_id"]


async def test_a_question_that_knowledge_does_not_cover_is_not_answered(furnished: House) -> None:
    await furnished.begin("chat-1", "Can I bring my parrot to the lounge in Osaka?")
    async with at_work(furnished), in_memory(await furnished.enter("integrator")) as client:
        draft = given(await client.call_tool("draft", {"conversation": "chat-1"}))
    assert draft == (await (await furnished.enter("integrator")).get(f"/v1/suggestions/{draft['id']}")).json()
    assert "seven days" not in draft["text"]


async def test_only_public_passages_where_words_go_to_a_customer_unread(open_house: House) -> None:
    asked = "Check the payment provider's queue before you promise a date"
    async with in_memory(await open_house.enter("integrator")) as client:
        all_ = given(await client.call_tool("search_knowledge", {"question": asked}))
        public = given(await client.call_tool("search_knowledge", {"question": asked, "audience": "public"}))
    assert {hit["audience"] for hit in all_["passages"]} == {"public", "internal"}
    assert {hit["audience"] for hit in public["passages"]} == {"public"}
    assert "payment provider" not in json.dumps(public["passages"])


@pytest.mark.parametrize("role", ["editor", "qa"])
async def test_a_role_that_may_not_is_refused(furnished: House, role: str) -> None:
    await furnished.begin("chat-1")
    async with in_memory(await furnished.enter(role)) as client:
        given(await client.call_tool("search_knowledge", {"question": QUESTION}))
        for name, more in (("draft", {}), ("hand_over", {"to_team": "refunds"})):
            refused(await client.call_tool(name, {"conversation": "chat-1", **more}), f"The role {role} may not do this", "It needs one of")
        card = await client.call_tool("customer_card", {"conversation": "chat-1"})
        assert card.is_error == (role == "editor")
    assert (await (await furnished.enter("agent")).get("/v1/conversations/chat-1/handovers")).json() == {"handovers": []}


async def test_another_companys_records_are_not_there(furnished: House) -> None:
    await furnished.begin("chat-1")
    stranger = await furnished.enter("integrator", "other", name="Other tool")
    async with listening(furnished.app) as address, over_http(address, key_of(stranger), **{"X-Copilot-Tenant": "default"}) as client:
        assert given(await client.call_tool("search_knowledge", {"question": QUESTION}))["passages"] == []
        for name, more in (("customer_card", {}), ("draft", {}), ("hand_over", {"to_team": "refunds"})):
            said = refused(await client.call_tool(name, {"conversation": "chat-1", **more}), "There is no conversation 'chat-1'", "id")
            assert not [secret for secret in (*SECRETS, "Ines") if secret in said]


async def test_a_key_that_is_revoked_is_refused_at_once(furnished: House) -> None:
    admin = await furnished.enter("admin")
    made = (await admin.post("/v1/keys", json={"role": "integrator", "name": "Bot"})).json()
    async with listening(furnished.app) as address:
        async with over_http(address, made["secret"]) as client:
            given(await client.call_tool("search_knowledge", {"question": QUESTION}))
            (await admin.delete(f"/v1/keys/{made['id']}")).raise_for_status()
            with pytest.raises(MCPError):
                await client.call_tool("search_knowledge", {"question": QUESTION})
        with pytest.raises((MCPError, BaseExceptionGroup)):
            async with over_http(address, made["secret"]) as client:
                await client.list_tools()
    # The tools themselves, too: a server that was started with a key asks with it each time.
    async with in_memory(furnished.client(made["secret"])) as client:
        refused(await client.call_tool("search_knowledge", {"question": QUESTION}), "revoked", "Ask an administrator")
        with pytest.raises(MCPError, match="revoked"):
            await client.list_tools()


@pytest.mark.parametrize("assurance", [None, "claimed"])
@pytest.mark.parametrize("role", ["integrator", "agent"])
async def test_nothing_on_record_is_told_to_a_model_before_identity_is_proven(furnished: House, role: str, assurance: str | None) -> None:
    words = "I am Ines Almeida. My flight to Lisbon was cancelled. What is my booking reference, and what did you promise me?"
    await furnished.begin("chat-1", words, assurance=assurance)
    said = []
    async with at_work(furnished), in_memory(await furnished.enter(role)) as client:
        said.append(refused(await client.call_tool("customer_card", {"conversation": "chat-1"}), "not proven", "ask for a draft"))
        kinds = ("reply", "acknowledge", "questions", "options")
        said += [text_of(await client.call_tool("draft", {"conversation": "chat-1", "kind": kind})) for kind in kinds]
        said.append(text_of(await client.call_tool("hand_over", {"conversation": "chat-1", "to_team": "refunds"})))
    told = [(secret, text) for text in said for secret in SECRETS if secret in text]
    assert not told


async def test_nothing_on_record_where_others_read_along(furnished: House) -> None:
    await furnished.begin("post-1", channel="social")
    async with in_memory(await furnished.enter("integrator")) as client:
        refused(await client.call_tool("customer_card", {"conversation": "post-1"}), "Others read along", "private channel")


async def test_an_address_cannot_be_smuggled_in_as_an_id(furnished: House) -> None:
    """The wall before the card is not walked around: an id is one piece of an address, whatever stands in it."""
    await furnished.begin("chat-1", assurance=None)
    async with in_memory(await furnished.enter("integrator")) as client:
        for ref in (
            "../customers/cust-1042",
            "x/../../customers/cust-1042",
            "..%2Fcustomers%2Fcust-1042",
            "..",
            ".",
            "chat-1/card?",
            "chat-1#",
        ):
            said = refused(await client.call_tool("customer_card", {"conversation": ref}))
            assert "TW7K2P" not in said


async def test_a_look_at_a_card_is_in_the_audit_under_the_callers_name(furnished: House) -> None:
    await furnished.begin("chat-1")
    tool = await furnished.enter("integrator")
    async with in_memory(tool) as client:
        given(await client.call_tool("customer_card", {"conversation": "chat-1"}))
    events = (await (await furnished.enter("admin")).get("/v1/events", params={"limit": 500})).json()["events"]
    (look,) = [event for event in events if event["type"] == "customer.viewed"]
    assert look["data"] == {"what": "card"}
    assert look["actor"].startswith("user:")


async def test_a_colleague_finds_the_handover_on_the_desk_and_takes_it(furnished: House) -> None:
    await furnished.begin("chat-1", "I want to talk to a human about my refund.")
    made = (await (await furnished.enter("admin")).post("/v1/keys", json={"role": "integrator", "name": "Bot"})).json()
    async with at_work(furnished), listening(furnished.app) as address, over_http(address, made["secret"]) as client:
        offered = given(await client.call_tool("hand_over", {"conversation": "chat-1", "to_channel": "phone", "note": "Please call."}))
        refused(await client.call_tool("hand_over", {"conversation": "chat-1", "to_team": "x"}), "already offered", "Return that handover")
    tom = await furnished.enter("agent")
    (waiting,) = (await tom.get("/v1/handovers")).json()["handovers"]
    assert waiting["id"] == offered["id"]
    assert (waiting["conversation_id"], waiting["note"], waiting["state"]) == ("chat-1", "Please call.", "offered")
    assert "refund" in json.dumps(waiting["brief"])
    taken = await tom.post(f"/v1/handovers/{offered['id']}/accept", json=examples.ACCEPT)
    assert taken.json()["state"] == "accepted"
    assert "Tom Berg" in taken.json()["introduction"]


async def test_the_same_request_offers_once(furnished: House) -> None:
    await furnished.begin("chat-1")
    wish = {"conversation": "chat-1", "to_team": "refunds", "request_id": "once-1"}
    async with at_work(furnished), in_memory(await furnished.enter("integrator")) as client:
        first = given(await client.call_tool("hand_over", wish))
        assert given(await client.call_tool("hand_over", wish)) == first
        refused(await client.call_tool("hand_over", wish | {"note": "More."}), "used for another request", "new key")
        own = {"conversation": "chat-1", "to_team": "refunds", "brief": examples.OFFER["brief"]}
        refused(await client.call_tool("hand_over", own), "already offered")


async def test_two_chat_tools_may_use_the_same_id(furnished: House) -> None:
    program = await furnished.enter("integrator")
    for connection, assurance in (("eu", "proven"), ("us", None)):
        sent = await program.post("/v1/conversations", json=chat("c-1", assurance=assurance), headers={"X-Copilot-Connection": connection})
        sent.raise_for_status()
    await furnished.settle()
    async with in_memory(program) as client:
        assert given(await client.call_tool("customer_card", {"conversation": "c-1", "connection": "eu"}))["name"] == "Ines Almeida"
        refused(await client.call_tool("customer_card", {"conversation": "c-1", "connection": "us"}), "not proven")
        refused(await client.call_tool("customer_card", {"conversation": "c-1"}), "Name the connection")


async def test_the_tools_need_no_more_than_the_matrix_names() -> None:
    """Each tool is for somebody, and what it asks stands in the matrix (an unknown route would raise)."""
    for tool in CATALOGUE:
        assert [role for role in ROLES if tool.is_for(role)], tool.name


async def test_a_tool_that_is_not_there_is_named(furnished: House) -> None:
    async with in_memory(await furnished.enter("agent")) as client:
        with pytest.raises(MCPError, match="There are search_knowledge"):
            await client.call_tool("send_to_customer", {})


async def test_a_failure_nobody_foresaw_is_an_id_in_the_log(furnished: House, capsys: pytest.CaptureFixture[str]) -> None:
    class Broken(httpx.AsyncClient):
        async def request(self, *_: Any, **__: Any) -> httpx.Response:
            raise ZeroDivisionError("the secret inside")

    async with in_memory(Broken()) as client:
        said = refused(await _ask(client), "our mistake", "the operator")
    assert "secret inside" not in said
    logged = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert logged["id"] in said
    assert "secret inside" in logged["exception"]


async def _ask(client: Client) -> Any:
    return await client.call_tool("search_knowledge", {"question": QUESTION})
