"""One story on the double of every chat tool: a customer writes there, an agent answers with what was drafted, and we know of it.

A tool joins with its line in `tests.channels.tools.STORIES`. What it cannot do is left out of its story, never put up with.
"""

import json
from datetime import timedelta
from typing import Any

import pytest

from copilot.domain.conversation import Conversation
from tests.api.house import assert_problem, of_kind
from tests.channels.tools import STORIES
from tests.services.conftest import Open
from tests.services.tool_house import ToolHouse, with_tool

ASKED = "My flight to Lisbon was cancelled nine days ago. Where is my refund?"
PROMISED = "I will call you tomorrow by noon."


@pytest.fixture(params=STORIES)
async def desk(request: pytest.FixtureRequest, opened: Open) -> ToolHouse:
    return await with_tool(request.param, opened)


async def answer(desk: ToolHouse, number: int, reply: dict[str, Any], *, shadow: bool = False) -> str:
    """The agent uses the draft, adds a promise and sends it: from here where that is possible, else in the tool itself."""
    tom, at = await desk.house.enter("agent"), f"/v1/conversations/{(await desk.conversation(number)).id}"
    text = f"{reply['text']} {PROMISED}"
    decision = {"id": f"used-{number}", "action": "edited", "text": text}
    (await tom.post(f"/v1/suggestions/{reply['id']}/decisions", json=decision)).raise_for_status()
    words = {"text": text, "suggestion_id": reply["id"]}
    if "reply" not in desk.channel.can:
        assert_problem(await tom.post(f"{at}/send", json=words), 409, "chat tool")
        desk.double.says(number, text, "agent")
        return text
    (await tom.put(f"/v1/connections/{desk.name}/own-token", json={"token": desk.double.own_token()})).raise_for_status()
    sent = await tom.post(f"{at}/send", json=words)
    await desk.house.settle()
    if shadow:
        assert_problem(sent, 409, "shadow")
        assert desk.double.sent(number) == []
        desk.double.says(number, text, "agent")
        return text
    sent.raise_for_status()
    return text


async def test_from_a_customers_words_to_what_is_remembered(desk: ToolHouse) -> None:
    await _asks(desk)
    reply = of_kind(await desk.turn(17), "reply")
    await _answers(desk, reply)
    await _closes(desk)
    await _goes_on(desk)
    await _only_watches(desk)


async def _asks(desk: ToolHouse) -> None:
    """The customer writes: there is evidence and a draft, and where the tool takes notes, one note."""
    desk.double.open(17)
    desk.double.says(17, ASKED)
    await desk.deliver(desk.double.told(17))
    turn = await desk.turn(17)
    assert {one["kind"] for one in turn["suggestions"]} >= {"cue", "reply"}
    assert of_kind(turn, "reply")["citations"], "the draft stands on an article"
    notes = desk.double.notes(17)
    assert len(notes) == desk.double.writes == ("note" in desk.channel.can)
    assert all("Drafted: a reply" in note for note in notes)


async def _answers(desk: ToolHouse, reply: dict[str, Any]) -> None:
    """What was sent is matched with its draft, and the promise in it is known."""
    before = desk.double.writes
    text = await answer(desk, 17, reply)
    assert desk.double.sent(17) == [text]
    assert desk.double.writes == before + ("reply" in desk.channel.can)
    await desk.deliver(desk.double.told(17))
    conversation = await desk.conversation(17)
    assert [one.text for one in conversation.messages if one.is_answer] == [text]
    assert conversation.customer_id is not None
    async with desk.house.application.database.read("default") as records:
        (sent,) = await records.suggestions.sent_of(conversation.id)
        promises = await records.memories.promises_of(conversation.customer_id, desk.house.clock() + timedelta(days=9))
    assert sent.suggestion_id == reply["id"]
    assert [one.text for one in promises if one.conversation_id == conversation.id] == [PROMISED.rstrip(".")]


async def _closes(desk: ToolHouse) -> None:
    """Closed there is closed here; it joins the customer's history, and an agent can still say what it came to."""
    tom = await desk.house.enter("agent")
    await desk.deliver(desk.double.moved(17, closed=True))
    conversation = await desk.conversation(17)
    assert conversation.status == "closed"
    (account,) = await _history(desk, conversation)
    assert "Where is my refund?" in account
    at = f"/v1/conversations/{conversation.id}/wrap-up"
    proposal = (await tom.get(at)).raise_for_status().json()
    assert PROMISED.rstrip(".") in proposal["summary"]
    said = {"summary": "The refund is on its way.", "disposition": proposal["dispositions"][0]}
    (await tom.post(at, json=said | {"last_message_id": proposal["last_message_id"]})).raise_for_status()
    assert await _history(desk, conversation) == ["The refund is on its way."]
    assert_problem(await tom.post(at, json=said), 409, "closed already")


async def _history(desk: ToolHouse, conversation: Conversation) -> list[str]:
    assert conversation.customer_id is not None
    async with desk.house.application.database.read("default") as records:
        found = await records.memories.of_customer(conversation.customer_id, ("active",))
    return [one.text for one in found if one.kind == "episode"]


async def _goes_on(desk: ToolHouse) -> None:
    """Opened again there is open here; and a customer who writes again is drafted for again."""
    await desk.deliver(desk.double.moved(17, closed=False))
    assert (await desk.conversation(17)).status == "open"
    desk.double.says(17, "It has not arrived. When will it?")
    await desk.deliver(desk.double.told(17))
    assert len(desk.double.notes(17)) == 2 * ("note" in desk.channel.can)


async def _only_watches(desk: ToolHouse) -> None:
    """The same once more in shadow: read and drafted, and the tool counts no write."""
    admin, before = await desk.house.enter("admin"), desk.double.writes
    (await admin.patch(f"/v1/connections/{desk.name}", json={"shadow": True})).raise_for_status()
    desk.double.open(18)
    desk.double.says(18, ASKED)
    await desk.deliver(desk.double.told(18))
    reply = of_kind(await desk.turn(18), "reply")
    await answer(desk, 18, reply, shadow=True)
    await desk.deliver(desk.double.told(18))
    await desk.deliver(desk.double.moved(18, closed=True))
    conversation = await desk.conversation(18)
    assert conversation.status == "closed"
    async with desk.house.application.database.read("default") as records:
        assert [one.suggestion_id for one in await records.suggestions.sent_of(conversation.id)] == [reply["id"]]
    assert desk.double.writes == before
    assert desk.double.notes(18) == []


async def test_whoever_waits_when_it_is_closed_is_drafted_for_again_when_it_is_opened(desk: ToolHouse) -> None:
    """And an old delivery closes nothing: they come in no order, so a tool that can be read is asked how it stands."""
    desk.double.open(17)
    desk.double.says(17, ASKED)
    await desk.deliver(desk.double.told(17))
    closed = json.loads(json.dumps(desk.double.moved(17, closed=True)))
    await desk.deliver(closed)
    assert (await desk.conversation(17)).status == "closed"
    assert not (await desk.turn(17))["current"]
    opened = json.loads(json.dumps(desk.double.moved(17, closed=False)))
    await desk.deliver(opened)
    assert (await desk.conversation(17)).status == "open"
    assert (await desk.turn(17))["current"]
    if "history" in desk.channel.can:
        await desk.deliver(closed)  # signed anew: the tool tries again
        assert (await desk.conversation(17)).status == "open"
