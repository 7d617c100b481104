"""What happens, as it happens: durable events that resume, drafts that grow, and who sees what."""

import asyncio
from typing import Any

import pytest

from copilot.adapters.database.log import SqlLog
from copilot.domain.case import Event
from copilot.domain.errors import Unavailable
from copilot.domain.formats import ConversationIn
from copilot.services.running.live import QUEUE, Growing
from tests.api.house import OWNER, House, chat, of_kind
from tests.api.streaming import stream


def key_of(client: object) -> str:
    return str(client.headers["authorization"]).split()[1]  # type: ignore[attr-defined]  # an httpx client


async def test_events_arrive_with_ids_and_the_senders_conversation(furnished: House) -> None:
    tom = await furnished.enter("agent")
    async with stream(furnished.app, key_of(tom)) as events:
        assert (events.status, events.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
        hello = await events.next()
        assert hello.type == "ready"
        await furnished.begin()
        seen = await events.until("turn.done")
    assert [e.type for e in seen if e.type.startswith(("conversation", "message", "turn", "evidence"))] == [
        "conversation.created",
        "message.stored",
        "turn.minted",
        "evidence.ready",
        "turn.done",
    ]
    assert {e.data["conversation"] for e in seen} == {"chat-1"}
    ids = [e.id for e in seen]
    assert None not in ids
    assert ids == sorted(set(ids), key=lambda i: i or 0)
    assert all((i or 0) > (hello.id or 0) for i in ids)


async def test_it_resumes_where_it_was_left(furnished: House) -> None:
    key = key_of(await furnished.enter("agent"))
    async with stream(furnished.app, key) as events:
        await events.next()
        await furnished.begin("chat-1")
        left_at = (await events.until("turn.done"))[-1].id
    await furnished.begin("chat-2")
    async with stream(furnished.app, key, {"Last-Event-ID": str(left_at)}) as events:
        missed = [e.type for e in await events.until("turn.done")]
    async with stream(furnished.app, key, after=left_at) as events:
        assert [e.type for e in await events.until("turn.done")] == missed
    assert missed[:3] == ["ready", "conversation.created", "message.stored"]


async def test_one_conversation_can_be_followed(furnished: House) -> None:
    key = key_of(await furnished.enter("agent"))
    await furnished.begin("chat-1")
    async with stream(furnished.app, key, conversation="chat-1") as events:
        await events.next()
        await furnished.begin("chat-2")
        program = await furnished.enter("integrator")
        await program.post(
            "/v1/conversations/chat-1/messages", json={"id": "m9", "author": "customer", "text": "Hello?", "sent_at": "-PT0S"}
        )
        event = await events.next()
    assert (event.type, event.data["conversation"]) == ("message.stored", "chat-1")


async def test_a_growing_draft_is_followed_and_a_late_listener_gets_all_of_it(house: House) -> None:
    await house.begin("chat-1")
    live = house.application.live
    async with house.application.database.read("default") as records:
        found = await records.conversations.find("chat-1")
    assert found is not None
    key = key_of(await house.enter("agent"))
    growing = Growing("default", found.id, "s-1", "reply")
    async with stream(house.app, key, conversation="chat-1") as early:
        await early.next()
        await (await house.enter("agent")).patch("/v1/conversations/chat-1", json={"status": "pending"})
        assert (await early.next()).type == "conversation.changed"
        live.grow(growing, "Hello")
        live.grow(growing, "Hello Ines")
        first, second = await early.next(), await early.next()
        async with stream(house.app, key) as late:
            await late.next()
            snapshot = await late.next()
        live.grow(growing, "Dear Ines")
        restarted = await early.next()
    data = {"suggestion": "s-1", "kind": "reply", "conversation": "chat-1"}
    assert first.model_dump() == {"id": None, "type": "suggestion.delta", "data": data | {"attempt": 1, "offset": 0, "text": "Hello"}}
    assert second.data == data | {"attempt": 1, "offset": 5, "text": " Ines"}
    assert snapshot.data == data | {"attempt": 1, "offset": 0, "text": "Hello Ines"}
    assert restarted.data == data | {"attempt": 2, "offset": 0, "text": "Dear Ines"}
    live.grown("s-1")
    async with stream(house.app, key) as events:
        await events.next()
        await house.begin("chat-2")
        assert (await events.next()).type == "conversation.created"


async def test_a_listener_that_fell_behind_catches_up_and_loses_nothing(house: House) -> None:
    """Its queue overflowed: durable events come from the record, the growing draft starts over as a snapshot."""
    await house.begin("chat-1")
    live, database = house.application.live, house.application.database
    async with database.read("default") as records:
        found = await records.conversations.find("chat-1")
        start = await records.log.last_event()
    assert found is not None
    growing = Growing("default", found.id, "s-1", "reply")
    async with live.listen("default", start) as events:
        live.grow(growing, "x")
        assert [event.data["text"] for event in await anext(events)] == ["x"]
        for size in range(2, QUEUE + 20):
            live.grow(growing, "x" * size)
        async with database.write("default") as records:
            for number in range(3):
                await records.log.event("message.stored", conversation_id=found.id, data={"number": number})
        text, numbers = "x", list[int]()
        while len(numbers) < 3 or len(text) < QUEUE + 19:
            for event in await anext(events):
                if event.id:
                    numbers.append(event.data["number"])
                else:
                    text = text[: event.data["offset"]] + event.data["text"]
    assert numbers == [0, 1, 2]
    assert text == "x" * (QUEUE + 19)


async def test_nobody_is_named_but_oneself(furnished: House) -> None:
    reply = of_kind(await furnished.begin(), "reply")
    tom, nora = await furnished.enter("agent"), await furnished.enter("agent", name="Nora Lie")
    sara = await furnished.enter("supervisor")
    async with (
        stream(furnished.app, key_of(tom)) as toms,
        stream(furnished.app, key_of(nora)) as noras,
        stream(furnished.app, key_of(sara)) as saras,
    ):
        for events in (toms, noras, saras):
            await events.next()
        await tom.post(f"/v1/suggestions/{reply['id']}/decisions", json={"id": "d", "action": "dismissed", "reason": "tone"})
        await tom.post(f"/v1/suggestions/{reply['id']}/sent", json={"text": reply["text"] + " Bye!"})
        own = await toms.until("message.sent")
        others = [*await noras.until("message.sent"), *await saras.until("message.sent")]
    assert {e.data.get("own") for e in own if e.type in ("suggestion.decided", "message.sent")} == {True}
    assert [e.data["reason"] for e in own if e.type == "suggestion.decided"] == ["tone"]
    assert [e.data["edit_distance"] > 0 for e in own if e.type == "message.sent"] == [True]
    for event in others:
        assert not {"actor", "edit_distance", "reason", "action", "own"} & event.data.keys(), event


async def test_editors_follow_knowledge_only(furnished: House) -> None:
    edda = await furnished.enter("editor")
    async with stream(furnished.app, key_of(edda)) as events:
        await events.next()
        await furnished.begin()
        file = {"name": "a.md", "text": "---\nid: a\ntitle: A thing\nstatus: published\n---\n\nSome words.\n"}
        (await edda.post("/v1/knowledge/import", json={"files": [file]})).raise_for_status()
        seen = await events.until("article.saved")
    assert {e.type.partition(".")[0] for e in seen} <= {"article", "gap"}


async def test_another_tenant_hears_nothing(furnished: House) -> None:
    stranger = await furnished.enter("agent", "other", name="Olu Ade")
    async with stream(furnished.app, key_of(stranger)) as events:
        await events.next()
        await furnished.begin("chat-1")
        await furnished.begin("theirs", tenant="other", customer=None)
        assert {e.data["conversation"] for e in await events.until("turn.done")} == {"theirs"}
    async with stream(furnished.app, key_of(stranger), conversation="chat-1") as events:
        assert events.status == 404


async def test_a_revoked_key_ends_its_stream(house: House) -> None:
    tom, ada = await house.enter("agent"), await house.enter("admin")
    ((key_id,),) = ([k["id"] for k in (await ada.get("/v1/keys")).json()["keys"] if k["name"] == "Tom Berg"],)
    async with stream(house.app, key_of(tom)) as toms, stream(house.app, key_of(ada)) as adas:
        await toms.next()
        await adas.next()
        assert (await ada.delete(f"/v1/keys/{key_id}")).status_code == 204
        await asyncio.wait_for(toms.ended.wait(), 10)
        assert not adas.ended.is_set()
    assert (await tom.get("/v1/queue")).status_code == 401


async def test_it_ends_when_the_service_stops_and_is_counted_while_open(house: House) -> None:
    async with stream(house.app, OWNER.token) as events:
        await events.next()
        assert "rapport_live_streams 1.0" in (await house.nobody().get("/metrics")).text
        house.application.live.end()
        await asyncio.wait_for(events.ended.wait(), 10)
    assert "rapport_live_streams 0.0" in (await house.nobody().get("/metrics")).text


async def test_what_the_record_cannot_say_now_is_told_later(furnished: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing wakes the stream a second time for an event that is on record already."""
    monkeypatch.setattr("copilot.services.running.live.RETRY_S", 0.01)
    live, plain = furnished.application.live, SqlLog.events
    failures = [Unavailable("The disk is slow."), Unavailable("The disk is slow.")]

    async def events_(self: SqlLog, *given: Any, **named: Any) -> list[Event]:
        if failures and asyncio.current_task() in live._pumping.values():
            raise failures.pop()
        return await plain(self, *given, **named)

    monkeypatch.setattr(SqlLog, "events", events_)
    async with stream(furnished.app, key_of(await furnished.enter("agent"))) as events:
        await events.next()
        await furnished.begin()
        assert (await events.next()).type == "conversation.created"
    assert failures == []


async def test_nothing_is_read_once_the_service_has_stopped(furnished: House) -> None:
    live = furnished.application.live
    async with stream(furnished.app, key_of(await furnished.enter("agent"))) as events:
        await events.next()
        await furnished.begin()
        await live.close()
        live.wake("default")
        assert all(task.done() for task in live._pumping.values())


async def test_a_client_that_goes_is_forgotten(house: House) -> None:
    async with stream(house.app, OWNER.token) as events:
        await events.next()
    assert events.ended.is_set()
    assert "rapport_live_streams 0.0" in (await house.nobody().get("/metrics")).text
    assert not any(house.application.live._listeners.values())


@pytest.mark.parametrize(
    ("headers", "params"), [({"Last-Event-ID": "soon"}, {}), ({"Last-Event-ID": "9" * 30}, {}), ({}, {"after": "-1"}), ({}, {"after": "x"})]
)
async def test_a_wrong_place_to_resume_from_is_refused(house: House, headers: dict[str, str], params: dict[str, str]) -> None:
    async with stream(house.app, OWNER.token, headers, **params) as events:
        await events.ended.wait()
        assert (events.status, events.headers["content-type"]) == (422, "application/problem+json")
        assert events.problem()["todo"]


async def test_the_connection_is_kept_alive_with_comments(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.services.running.live.IDLE_S", 0.01)
    async with stream(house.app, OWNER.token) as events:
        await events.next()
        await events.contains(b"\n: ping\n")
        await house.application.ingest.conversation("default", _conversation())
        assert (await events.next()).type == "conversation.created"


def _conversation() -> ConversationIn:
    return ConversationIn.model_validate(chat())
