"""From a customer's words in a chat tool to the note, the answer in an agent's name, and what is remembered – on doubles of the tools."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook as Standard

from copilot.channels import signing
from copilot.settings import Settings
from tests.api.house import House, assert_problem
from tests.channels.doubles.base import status
from tests.channels.doubles.chatwoot import ChatwootDouble
from tests.services.conftest import Open

NUMBER = 17
ASKED = "My flight to Lisbon was cancelled nine days ago. Where is my refund?"


class Tool:
    """A Chatwoot connected to a house."""

    def __init__(self, house: House, double: ChatwootDouble, secret: str) -> None:
        self.house, self.double, self.secret = house, double, secret
        self._nobody = house.nobody()

    def told(self, message: dict[str, Any], event: str = "message_created") -> dict[str, Any]:
        """A message of the double as its webhook tells it: words for types, a time as text."""
        kind = {0: "incoming", 1: "outgoing"}[message["message_type"]]
        conversation = self.double.conversations[NUMBER] | {"messages": []}
        at = self.house.clock().isoformat()
        return message | {
            "event": event,
            "account": {"id": 3},
            "message_type": kind,
            "created_at": at,
            "conversation": conversation,
            "content_attributes": message.get("content_attributes", {}),
        }

    async def deliver(self, body: dict[str, Any], secret: str = "", **headers: str) -> httpx.Response:
        sent = json.dumps(body).encode()
        stamp = f"{self.house.clock().timestamp():.0f}"
        made = signing.hexadecimal(secret or self.secret, f"{stamp}.".encode() + sent)
        signed = {"X-Chatwoot-Timestamp": stamp, "X-Chatwoot-Signature": f"sha256={made}"}
        return await self._nobody.post("/hooks/default/chatwoot-1", content=sent, headers=signed | headers)

    async def said(self, text: str = ASKED, kind: int = 0, **given: Any) -> dict[str, Any]:
        """Something is said in the tool, delivered, and everything that follows is done."""
        body = self.told(self.double.say(NUMBER, text, kind, **given))
        assert (await self.deliver(body)).status_code == 204
        await self.house.settle()
        return body

    async def turn(self) -> dict[str, Any]:
        program = await self.house.enter("integrator")
        found: dict[str, Any] = (await program.get(f"/v1/conversations/{NUMBER}/suggestions")).raise_for_status().json()
        return found


async def connect(opened: Open, **given: Any) -> Tool:
    double = ChatwootDouble()
    double.open(NUMBER)
    house = await opened(http=double.client())
    admin = await house.enter("admin")
    made = {"id": "chatwoot-1", "kind": "chatwoot", "url": "https://chat.example.com", "settings": {"account_id": 3}, "token": double.token}
    answer = (await admin.post("/v1/connections", json=made | given)).raise_for_status().json()
    return Tool(house, double, answer["signing"])


@pytest.fixture
async def tool(opened: Open) -> Tool:
    return await connect(opened)


async def test_a_customer_writes_and_the_agent_finds_a_note(tool: Tool) -> None:
    await tool.said()
    turn = await tool.turn()
    assert {one["kind"] for one in turn["suggestions"]} >= {"cue", "reply"}
    (note,) = [one for one in tool.double.messages[NUMBER] if one["private"]]
    cue = next(one["text"] for one in turn["suggestions"] if one["kind"] == "cue")
    assert note["content"].startswith("Rapport\n")
    assert cue.splitlines()[0] in note["content"]
    assert "Drafted: a reply" in note["content"]
    # Our own note comes back, and is no message of anybody's that anything follows from.
    await tool.deliver(tool.told(note))
    await tool.house.settle()
    assert tool.double.writes == 1
    assert (await tool.turn())["turn_id"] == turn["turn_id"]


async def test_what_the_agent_sent_is_matched_and_a_promise_is_known(tool: Tool) -> None:
    await tool.said()
    reply = next(one for one in (await tool.turn())["suggestions"] if one["kind"] == "reply")
    await tool.said(f"{reply['text']} I will call you tomorrow by noon.", 1)
    async with tool.house.application.database.read("default") as records:
        conversation = await records.conversations.find(str(NUMBER), "chatwoot-1")
        assert conversation is not None
        (sent,) = await records.suggestions.sent_of(conversation.id)
        assert sent.suggestion_id == reply["id"]
        assert conversation.customer_id is not None
        promises = await records.memories.promises_of(conversation.customer_id, tool.house.clock() + timedelta(days=9))
    assert any("tomorrow" in one.text for one in promises)


async def test_an_exact_replay_has_no_second_effect(tool: Tool) -> None:
    body = await tool.said()
    async with tool.house.application.database.read("default") as records:
        before = await records.log.last_event()
    for _ in range(20):
        assert (await tool.deliver(body, **{"X-Chatwoot-Delivery": "another"})).status_code == 204
    await tool.house.settle()
    async with tool.house.application.database.read("default") as records:
        assert await records.log.last_event() == before
    assert tool.double.writes == 1


async def test_the_same_message_delivered_again_is_one_message(tool: Tool) -> None:
    body = await tool.said()
    tool.house.clock.forward(seconds=30)
    assert (await tool.deliver(body)).status_code == 204  # signed anew: another delivery of the same
    await tool.house.settle()
    async with tool.house.application.database.read("default") as records:
        conversation = await records.conversations.find(str(NUMBER), "chatwoot-1")
    assert conversation is not None
    assert [one.text for one in conversation.messages if one.author == "customer"] == [ASKED]


async def test_what_is_forged_changes_nothing(tool: Tool) -> None:
    body = tool.told(tool.double.say(NUMBER, ASKED))
    assert_problem(await tool.deliver(body, secret="guessed"), 403, "signature")
    await tool.house.settle()
    async with tool.house.application.database.read("default") as records:
        assert await records.conversations.find(str(NUMBER), "chatwoot-1") is None
    admin = await tool.house.enter("admin")
    (shown,) = (await admin.get("/v1/connections")).raise_for_status().json()["connections"]
    assert shown["connection"]["refused"] == 1


async def test_no_content_of_a_delivery_is_kept(tool: Tool) -> None:
    await tool.said()
    async with tool.house.application.database.read("default") as records:
        kept = await records.connections.kept(1)
    assert kept is not None
    assert (kept.state, kept.arrivals) == ("done", None)


async def test_where_tenants_do_not_trust_each_other_no_connection_leads_inside(opened: Open, tmp_path: Path) -> None:
    house = await opened()
    admin = await house.enter("admin")
    made = {"id": "chatwoot-1", "kind": "chatwoot", "url": "http://127.0.0.1:9/", "settings": {"account_id": 3}, "token": "tok"}
    (await admin.post("/v1/connections", json=made)).raise_for_status()
    house = await opened(settings=Settings(data_dir=tmp_path, embedder="hash", model="", fallback_models=(), private_tools=False))
    admin = await house.enter("admin")
    for url in ("http://127.0.0.1:3000", "https://169.254.169.254", "https://[::ffff:10.0.0.1]", "http://93.184.216.34"):
        assert_problem(await admin.post("/v1/connections", json=made | {"id": "again", "url": url}), 403)
        assert_problem(await admin.patch("/v1/connections/chatwoot-1", json={"url": url}), 403)
    # One that was made before is not called any more, either.
    (problem,) = (await admin.get("/v1/connections/chatwoot-1/problems")).raise_for_status().json()["problems"]
    assert "TLS" in problem["what"] or "https" in problem["todo"]
    (known,) = (await admin.get("/v1/connections")).json()["connections"]
    assert known["connection"]["url"] == "http://127.0.0.1:9"


async def test_in_shadow_nothing_is_written(opened: Open) -> None:
    tool = await connect(opened, shadow=True)
    await tool.said()
    assert (await tool.turn())["suggestions"]
    assert tool.double.writes == 0


async def test_a_stopped_connection_takes_nothing(tool: Tool) -> None:
    admin = await tool.house.enter("admin")
    (await admin.patch("/v1/connections/chatwoot-1", json={"active": False})).raise_for_status()
    assert (await tool.deliver(tool.told(tool.double.say(NUMBER, ASKED)))).status_code == 404


async def test_unsigned_deliveries_are_read_from_the_tool(opened: Open) -> None:
    tool = await connect(opened, signed=False)
    house = tool.house
    tool.double.say(NUMBER, ASKED)
    lie = tool.told(tool.double.messages[NUMBER][0]) | {"content": "Send 9,999 EUR."}
    nobody = house.nobody()
    assert (await nobody.post("/hooks/default/chatwoot-1", json=lie)).status_code == 404
    async with house.application.database.read("default") as records:
        sealed = await records.connections.sealed("chatwoot-1")
    path = json.loads(house.application.chat_tools.connecting.vault.open(sealed))["path"]
    assert (await nobody.post(f"/hooks/default/chatwoot-1/{path}", json=lie)).status_code == 204
    await house.settle()
    async with house.application.database.read("default") as records:
        conversation = await records.conversations.find(str(NUMBER), "chatwoot-1")
    assert conversation is not None
    assert [one.text for one in conversation.messages if one.author == "customer"] == [ASKED]


async def test_edited_and_deleted_messages_are_so_on_record(tool: Tool) -> None:
    body = await tool.said("My bag is lost.")
    await tool.deliver(body | {"event": "message_updated", "content": "My suitcase is lost."})
    await tool.house.settle()
    async with tool.house.application.database.read("default") as records:
        conversation = await records.conversations.find(str(NUMBER), "chatwoot-1")
    assert conversation is not None
    assert [one.text for one in conversation.messages if one.author == "customer"] == ["My suitcase is lost."]
    await tool.deliver(body | {"event": "message_updated", "content": "This message was deleted", "content_attributes": {"deleted": True}})
    await tool.house.settle()
    async with tool.house.application.database.read("default") as records:
        conversation = await records.conversations.find(str(NUMBER), "chatwoot-1")
    assert conversation is not None
    assert all(one.deleted_at for one in conversation.messages if one.author == "customer")


async def test_what_was_never_delivered_is_polled(tool: Tool) -> None:
    arriving = tool.house.application.chat_tools.arriving
    tool.double.conversations[NUMBER]["last_activity_at"] = int(tool.house.clock().timestamp()) + 5
    async with tool.house.application.database.write("default") as records:
        await records.connections.change("chatwoot-1", cursor="1")
    tool.double.say(NUMBER, ASKED)
    assert ("poll", "default", "chatwoot-1") in await arriving.due(tool.house.clock())
    await arriving.poll("default", "chatwoot-1")
    await tool.house.settle()
    assert (await tool.turn())["suggestions"]
    assert ("poll", "default", "chatwoot-1") not in await arriving.due(tool.house.clock())


async def test_a_tool_that_is_down_is_written_to_later_and_once(tool: Tool) -> None:
    tool.double.fail = status(429, retry_after="30")
    # The thread cannot be read either: the delivery waits, and nothing is lost.
    body = tool.told(tool.double.say(NUMBER, ASKED))
    assert (await tool.deliver(body)).status_code == 204
    application = tool.house.application
    with pytest.raises(Exception, match="patience"):
        await application.chat_tools.arriving.run("default", "1")
    tool.double.fail = None
    tool.house.clock.forward(seconds=31)  # before that nothing is asked of it
    await application.chat_tools.arriving.run("default", "1")
    tool.double.fail = status(429, retry_after="30")
    await tool.house.settle()
    assert tool.double.writes == 1
    tool.double.fail = None
    tool.house.clock.forward(seconds=31)
    for job, tenant, subject in await application.chat_tools.writing.unfinished(tool.house.clock()):
        assert job == "send"
        await application.chat_tools.writing.run(tenant, subject)
    assert sum(one["private"] for one in tool.double.messages[NUMBER]) == 1


async def test_a_write_whose_answer_was_lost_is_found_and_not_repeated(tool: Tool) -> None:
    tool.double.lose = True
    await tool.said()
    assert sum(one["private"] for one in tool.double.messages[NUMBER]) == 1
    tool.double.lose = False
    tool.house.clock.forward(minutes=2)
    writing = tool.house.application.chat_tools.writing
    ((_, tenant, subject),) = await writing.unfinished(tool.house.clock())
    await writing.run(tenant, subject)
    assert sum(one["private"] for one in tool.double.messages[NUMBER]) == 1
    async with tool.house.application.database.read("default") as records:
        found = await records.connections.outgoing(subject)
    assert found is not None
    assert found.state == "sent"


async def test_secrets_are_sealed_and_shown_once(tool: Tool) -> None:
    async with tool.house.application.database.read("default") as records:
        sealed = await records.connections.sealed("chatwoot-1")
    assert tool.secret not in sealed
    assert tool.double.token not in sealed
    admin = await tool.house.enter("admin")
    shown = (await admin.get("/v1/connections")).text
    assert tool.secret not in shown
    assert tool.double.token not in shown


async def test_the_secret_before_holds_until_the_next(tool: Tool) -> None:
    admin, first = await tool.house.enter("admin"), tool.secret
    second = (await admin.post("/v1/connections/chatwoot-1/secret", json={})).json()["secret"]
    for secret in (first, second):
        body = tool.told(tool.double.say(NUMBER, f"Hello, {secret[-4:]}"))
        assert (await tool.deliver(body, secret=secret)).status_code == 204
    third = (await admin.post("/v1/connections/chatwoot-1/secret", json={})).json()["secret"]
    assert (await tool.deliver(body, secret=first)).status_code == 403
    assert (await tool.deliver(body, secret=third)).status_code == 204


async def test_an_agent_sends_in_their_own_name_and_it_is_matched(tool: Tool) -> None:
    await tool.said()
    reply = next(one for one in (await tool.turn())["suggestions"] if one["kind"] == "reply")
    tom, double = await tool.house.enter("agent"), tool.double
    words = {"text": f"{reply['text']} I will call you tomorrow.", "suggestion_id": reply["id"]}
    refused = await tom.post(f"/v1/conversations/{NUMBER}/send", json=words)
    assert_problem(refused, 403, "own access token")
    (await tom.put("/v1/connections/chatwoot-1/own-token", json={"token": double.agents["7"]})).raise_for_status()
    before = double.writes
    (await tom.post(f"/v1/conversations/{NUMBER}/send", json=words)).raise_for_status()
    await tool.house.settle()
    assert double.writes == before + 1
    sent = double.messages[NUMBER][-1]
    assert (sent["content"], sent["private"], sent["sender"]["name"]) == (words["text"], False, "Tom Weber")
    assert double.asked[-1].headers["api_access_token"] == double.agents["7"]
    # Once for each decision, whatever is pressed again.
    assert_problem(await tom.post(f"/v1/conversations/{NUMBER}/send", json=words | {"text": "Again."}), 409, "sent before")
    await tool.deliver(tool.told(sent))
    await tool.house.settle()
    assert double.writes == before + 1
    async with tool.house.application.database.read("default") as records:
        conversation = await records.conversations.find(str(NUMBER), "chatwoot-1")
        assert conversation is not None
        (text,) = await records.suggestions.sent_of(conversation.id)
    assert text.suggestion_id == reply["id"]


async def test_nobody_sends_with_anothers_token(tool: Tool) -> None:
    await tool.said()
    tom, lea = await tool.house.enter("agent"), await tool.house.enter("agent", name="Lea Brandt")
    (await tom.put("/v1/connections/chatwoot-1/own-token", json={"token": tool.double.agents["7"]})).raise_for_status()
    assert_problem(await lea.post(f"/v1/conversations/{NUMBER}/send", json={"text": "Hello."}), 403, "own access token")
    assert tool.double.writes == 1


async def test_in_shadow_not_even_an_agent_sends(opened: Open) -> None:
    tool = await connect(opened, shadow=True)
    await tool.said()
    tom = await tool.house.enter("agent")
    (await tom.put("/v1/connections/chatwoot-1/own-token", json={"token": tool.double.agents["7"]})).raise_for_status()
    send = f"/v1/conversations/{NUMBER}/send"
    draft = next(one for one in (await tom.get(f"/v1/conversations/{NUMBER}/suggestions")).json()["suggestions"] if one["kind"] == "reply")
    words = {"text": draft["text"], "suggestion_id": draft["id"]}
    assert_problem(await tom.post(send, json=words), 409, "shadow")
    await tool.house.settle()
    assert tool.double.writes == 0
    # Out of shadow, that draft was never sent.
    admin = await tool.house.enter("admin")
    (await admin.patch("/v1/connections/chatwoot-1", json={"shadow": False})).raise_for_status()
    (await tom.post(send, json=words)).raise_for_status()
    await tool.house.settle()
    assert [one["content"] for one in tool.double.messages[NUMBER] if one["message_type"] == 1 and not one["private"]] == [draft["text"]]


async def test_what_shadow_kept_back_is_not_called_sent(tool: Tool) -> None:
    """It was wanted before the connection went into shadow, and would have been written after."""
    await tool.said()
    tom, admin = await tool.house.enter("agent"), await tool.house.enter("admin")
    (await tom.put("/v1/connections/chatwoot-1/own-token", json={"token": tool.double.agents["7"]})).raise_for_status()
    send, written = f"/v1/conversations/{NUMBER}/send", tool.double.writes
    draft = next(one for one in (await tom.get(f"/v1/conversations/{NUMBER}/suggestions")).json()["suggestions"] if one["kind"] == "reply")
    words = {"text": draft["text"], "suggestion_id": draft["id"]}
    (await tom.post(send, json=words)).raise_for_status()
    (await admin.patch("/v1/connections/chatwoot-1", json={"shadow": True})).raise_for_status()
    await tool.house.settle()
    (await admin.patch("/v1/connections/chatwoot-1", json={"shadow": False})).raise_for_status()
    assert tool.double.writes == written
    assert_problem(await tom.post(send, json=words), 409, "was not sent")


async def test_the_same_words_of_before_are_not_taken_for_a_write_that_was_lost(tool: Tool) -> None:
    await tool.said()
    tom, double, words = await tool.house.enter("agent"), tool.double, {"text": "I am looking into it."}
    (await tom.put("/v1/connections/chatwoot-1/own-token", json={"token": double.agents["7"]})).raise_for_status()
    double.say(NUMBER, words["text"], 1, created_at=tool.house.clock().timestamp() - 600)
    double.fail = status(500)  # it was not done, and nobody said so
    (await tom.post(f"/v1/conversations/{NUMBER}/send", json=words)).raise_for_status()
    await tool.house.settle()
    double.fail = None
    tool.house.clock.forward(minutes=2)
    writing = tool.house.application.chat_tools.writing
    ((_, tenant, subject),) = await writing.unfinished(tool.house.clock())
    await writing.run(tenant, subject)
    assert sum(one["content"] == words["text"] for one in double.messages[NUMBER]) == 2


async def test_what_waits_for_a_stopped_connection_is_given_up(tool: Tool) -> None:
    await tool.said()
    admin, writing = await tool.house.enter("admin"), tool.house.application.chat_tools.writing
    async with tool.house.application.database.write("default") as records:
        conversation = await records.conversations.find(str(NUMBER), "chatwoot-1")
        assert conversation is not None
        assert await writing.want(records, "chatwoot-1", conversation, "note", "one-more", "Later.")
    (await admin.patch("/v1/connections/chatwoot-1", json={"active": False})).raise_for_status()
    await tool.house.settle()
    assert tool.double.writes == 1
    assert not await writing.unfinished(tool.house.clock())


async def test_deliveries_of_a_tool_that_is_silent_hold_nobody_elses_up(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.services.chat_tools.arriving.SOME", 1)
    admin, house = await tool.house.enter("admin"), tool.house
    generic = (await admin.post("/v1/connections", json={"id": "crm", "kind": "webhook"})).json()
    tool.double.fail = status(429, retry_after="30")
    assert (await tool.deliver(tool.told(tool.double.say(NUMBER, ASKED)))).status_code == 204
    at = house.clock().replace(microsecond=0)
    said = [{"id": "m1", "author": "customer", "text": "Hello?", "sent_at": at.isoformat()}]
    body = json.dumps({"type": "conversation.changed", "data": {"conversation_id": "c-1", "channel": "chat", "messages": said}})
    signature = Standard(generic["signing"]).sign("1", at, body)
    signed = {"webhook-id": "1", "webhook-timestamp": f"{at.timestamp():.0f}", "webhook-signature": signature}
    assert (await house.nobody().post("/hooks/default/crm", content=body, headers=signed)).status_code == 204
    with pytest.raises(Exception, match="patience"):
        await house.application.chat_tools.arriving.run("default", "1")
    async with house.application.database.read("default") as records:
        assert await records.conversations.find("c-1", "crm") is not None
        assert len(await records.connections.waiting(house.clock() + timedelta(minutes=1))) == 1
