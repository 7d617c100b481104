"""A person who changes the channel is met by somebody who knows the story; of anybody else, nothing is known."""

import json
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Standard

from copilot.domain.staff import Caller
from copilot.domain.turn import Turn
from copilot.services.conversations.switching import RECENT, Story
from copilot.web.panel.sources import source
from copilot.web.panel.view import Named, shown
from tests.api.house import House, chat
from tests.services.conftest import Open

CHAT = ("My flight to Lisbon was cancelled. My booking reference is QK7-4821X.", "I was told three days, and that was two weeks ago.")
SECRET = "whsec_b2xkLXNlY3JldC1vbGQtc2VjcmV0"
ANSWER = "I have asked accounting about QK7-4821X. I will call you back tomorrow by noon."


@pytest.fixture
async def house(opened: Open) -> House:
    return await opened()


async def tells(house: House, talk: dict[str, Any]) -> None:
    program = await house.enter("integrator")
    (await program.post("/v1/conversations", json=talk)).raise_for_status()
    await house.settle()


async def chatted(house: House, **changed: Any) -> None:
    """Ines writes in a chat, and Tom promises something."""
    talk = chat("chat-1", *CHAT, **changed)
    talk["messages"].append({"id": "a1", "author": "agent", "author_name": "Tom Weber", "text": ANSWER, "sent_at": "-PT0S"})
    await tells(house, talk)


async def calls(house: House, ref: str = "call-1", *said: str, attestation: str | None = "A", customer: str = "cust-1042") -> None:
    """The telephone system tells of a call; it knows whose number it is."""
    admin, now = await house.enter("admin"), house.clock()
    await admin.post("/v1/connections", json={"id": "phone", "kind": "phone", "signing": SECRET})
    segments = [{"id": f"s{n}", "speaker": "customer", "offset_ms": 1000 * n, "text": text} for n, text in enumerate(said)]
    call: dict[str, Any] = {"call_id": ref, "direction": "inbound", "number": "+4915112345678", "started_at": now.isoformat()}
    call |= {"attestation": attestation, "customer": {"id": customer}, "segments": segments, "language": "en"}
    body = json.dumps({"type": "call.changed", "data": call})
    signature = Standard(SECRET).sign(ref, now, body)
    headers = {"webhook-id": ref, "webhook-timestamp": f"{int(now.timestamp())}", "webhook-signature": signature}
    answer = await house.nobody().post("/hooks/default/phone", content=body, headers=headers)
    assert answer.status_code == 204
    await house.settle()


async def me(house: House) -> Caller:
    found = await house.application.staff.create_key("default", "agent", "Lea", "lea.brandt")
    return Caller(tenant_id="default", role="agent", key_id=found.key.id, user_id=found.key.user_id, name="Lea")


async def story(house: House, ref: str) -> Story | None:
    return await house.application.switching.story(await me(house), ref)


async def turn(house: House, ref: str) -> Turn:
    async with house.application.database.read("default") as records:
        talk = await records.conversations.find(ref)
        assert talk is not None
        stored = await records.turns.current(talk.id)
    assert stored is not None
    assert stored.turn is not None
    return stored.turn


async def test_a_call_opens_with_the_story_of_the_chat_before_a_word_is_said(house: House) -> None:
    await chatted(house)
    house.clock.forward(minutes=20)
    await calls(house)
    panel = await shown(house.application, await me(house), Named(ref="call-1"))
    before = panel["story"]
    assert (before.channel, before.open, before.told, before.unfolded, before.less_sure) == ("Chat", True, False, True, False)
    told = {part.name: str(part.value) for part in before.parts}
    assert "Lisbon" in told["story"]
    assert "accounting" in told["story"] + told["tried"]
    assert "tomorrow by noon" in told["promises"]
    assert "Do not" not in told["story"]
    # What they said there is on the list of what must not be asked again, although nobody said a word here.
    assert ("booking_reference", "QK7-4821X") in {(one.field, one.value) for one in (*panel["person"].fresh, *panel["person"].ask_again)}


async def test_the_drafts_of_the_call_know_it_too(house: House) -> None:
    await chatted(house)
    house.clock.forward(minutes=20)
    await calls(house, "call-1", "Hello, it is about my cancelled flight to Lisbon, the refund. Where is it?")
    known = (await turn(house, "call-1")).evidence
    (reference,) = [one for one in known.known_details if one.field == "booking_reference"]
    assert (reference.value, reference.source.partition(":")[0]) == ("QK7-4821X", "message")  # their own words, not an account of them
    async with house.application.database.read("default") as records:
        talk = await records.conversations.find("chat-1")
    assert talk is not None
    (account,) = [one for one in known.memories if one.source == f"conversation:{talk.id}"]
    assert (account.channel, account.resolved) == ("chat", False)
    panel = await shown(house.application, await me(house), Named(ref="call-1"))
    asked = panel["questions"].text + panel["reply"].text + panel["acknowledge"].text
    assert "booking reference" not in asked.lower()
    # The account that was made for the turn can be opened: it is the chat itself.
    opened = await source(house.application, await me(house), "call-1", f"memory:{account.id}")
    assert opened["kind"] == "conversation"
    assert opened["messages"][0].text == CHAT[0]


async def test_a_handover_is_told_as_the_colleague_told_it(house: House) -> None:
    await chatted(house)
    tom = await house.enter("agent")
    brief = (await house.application.briefs.proposal(await me(house), "chat-1")).payload
    given = brief.model_copy(update={"reason": "She wants to be called.", "story": ("Ines waits for 142 EUR since the strike.",)})
    body = {"to_channel": "phone", "brief": given.model_dump(mode="json")}
    (await tom.post("/v1/conversations/chat-1/handovers", json=body)).raise_for_status()
    house.clock.forward(minutes=5)
    late = {"id": "m9", "author": "customer", "text": "Please call before five.", "sent_at": "-PT1S"}
    program = await house.enter("integrator")
    (await program.post("/v1/conversations/chat-1/messages", json=late)).raise_for_status()
    await house.settle()
    house.clock.forward(minutes=5)
    await calls(house)
    found = await story(house, "call-1")
    assert found is not None
    assert found.told
    assert found.brief.reason == "She wants to be called."
    assert found.brief.story[0] == "Ines waits for 142 EUR since the strike."
    assert found.brief.story[-1] == "Since then, customer: “Please call before five.”"
    assert "tomorrow by noon" in str(found.brief.promises)  # as it stands now, from the record
    assert found.brief.introduction == ""
    # Who is less sure here than there is not told what a colleague wrote for a proven person.
    await calls(house, "call-2", attestation=None)
    unsure = await story(house, "call-2")
    assert unsure is not None
    assert (unsure.less_sure, unsure.told) == (True, False)
    assert "QK7-4821X" not in unsure.brief.model_dump_json()


async def test_nothing_of_anybody_else_and_nothing_long_past(house: House) -> None:
    await chatted(house)
    house.clock.forward(minutes=20)
    await calls(house, "call-other", "Hello, it is about my cancelled flight to Lisbon, the refund.", customer="cust-2000")
    assert await story(house, "call-other") is None
    other = (await turn(house, "call-other")).model_dump_json()
    assert "QK7-4821X" not in other
    assert "accounting" not in other
    # The same channel goes on by itself; what ended long ago is history, and is remembered as such.
    await tells(house, chat("chat-2", "And another thing.", assurance="proven"))
    assert await story(house, "chat-2") is None
    async with house.application.database.write("default") as records:
        talk = await records.conversations.find("chat-1")
        assert talk is not None
        await records.conversations.change(talk.id, status="closed")
    assert await story(house, "chat-1") is None
    house.clock.forward(seconds=(RECENT - timedelta(hours=1)).total_seconds())
    await calls(house, "call-soon")
    assert (await story(house, "call-soon")) is not None
    house.clock.forward(hours=2)
    await calls(house, "call-late")
    late = await story(house, "call-late")
    assert late is None or late.conversation_ref != "chat-1"


async def test_what_somebody_unproven_said_elsewhere_teaches_the_drafts_nothing(house: House) -> None:
    await chatted(house, assurance="claimed")
    house.clock.forward(minutes=20)
    await calls(house, "call-1", "Hello, it is about my cancelled flight to Lisbon, the refund. Where is it?")
    known = (await turn(house, "call-1")).evidence
    assert "QK7-4821X" not in known.model_dump_json(include={"known_details", "memories"})
    found = await story(house, "call-1")
    assert found is not None
    assert found.details == ()
    assert "NOT proven" in str(found.brief.story)


async def test_what_is_told_of_an_open_talk_is_remembered_under_the_same_name_when_it_is_closed(house: House) -> None:
    """Of a chat tool's: whoever opens the draft's source later opens the memory."""
    await calls(house, "call-1", "My flight to Lisbon was cancelled, and I wait for the refund.")
    house.clock.forward(minutes=20)
    await tells(house, chat("chat-1", *CHAT))
    async with house.application.database.read("default") as records:
        talk = await records.conversations.find("call-1")
    assert talk is not None
    assert talk.customer_id is not None
    (told,) = [one for one in (await turn(house, "chat-1")).evidence.memories if one.source == f"conversation:{talk.id}"]
    (await (await house.enter("agent")).patch("/v1/conversations/call-1", json={"status": "closed"})).raise_for_status()
    await house.settle()
    async with house.application.database.read("default") as records:
        kept = await records.memories.of_customer(talk.customer_id, ("active",))
    assert [one.id for one in kept if one.source == told.source] == [told.id]
