"""Events out: signed as Standard Webhooks are, told until somebody takes them, each thing once, and no words of anybody in them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook as Standard
from standardwebhooks.webhooks import WebhookVerificationError

from copilot.domain.connections import Event
from tests.api.house import House, chat
from tests.services.conftest import Open

LISTENER = "https://listener.example.com/events/"


class Listener:
    """Whoever listens. `answers`: what it says next, then 204; None: the line breaks."""

    def __init__(self) -> None:
        self.heard: list[httpx.Request] = []
        self.answers: list[httpx.Response | None] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert str(request.url) == LISTENER
        self.heard.append(request)
        answer = self.answers.pop(0) if self.answers else httpx.Response(204)
        if answer is None:
            raise httpx.ReadTimeout("broken")
        return answer

    @property
    def events(self) -> list[Event]:
        return [Event.model_validate_json(one.content) for one in self.heard]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [one.data for one in self.events if one.type == kind]


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
async def house(opened: Open, listener: Listener) -> House:
    return await opened(http=httpx.AsyncClient(transport=httpx.MockTransport(listener)))


async def listens(house: House, **settings: Any) -> dict[str, Any]:
    admin = await house.enter("admin")
    given = {"id": "bus", "kind": "webhook", "settings": {"events_to": LISTENER} | settings}
    made: dict[str, Any] = (await admin.post("/v1/connections", json=given)).raise_for_status().json()
    return made


async def arrives(house: House, ref: str = "chat-1") -> None:
    program = await house.enter("integrator")
    (await program.post("/v1/conversations", json=chat(ref))).raise_for_status()
    await house.settle()


async def later(house: House, **by: float) -> None:
    """Time passes, and the service looks around."""
    house.clock.forward(**by)
    await house.application.dispatcher.sweep()
    await house.settle()


async def test_a_turn_tells_of_its_cue_and_drafts(house: House, listener: Listener) -> None:
    made = await listens(house)
    await arrives(house)
    (cue,) = listener.of("cue.raised")
    assert {one["kind"] for one in listener.of("suggestion.ready")} >= {"reply"}
    assert (cue["conversation_id"], cue["channel"], cue["kind"]) == ("chat-1", "chat", "cue")
    tom = await house.enter("agent")
    shown = (await tom.get("/v1/conversations/chat-1/suggestions")).json()
    proposed = {one["id"] for one in shown["suggestions"] if one["state"] == "proposed"}
    assert {one.data["suggestion_id"] for one in listener.events} == proposed
    for request in listener.heard:  # as any library of Standard Webhooks checks it
        verified = Standard(made["signing"]).verify(request.content, dict(request.headers))
        assert verified["type"] in ("cue.raised", "suggestion.ready")
        assert verified["id"] == request.headers["webhook-id"]


async def test_no_words_of_anybody_are_in_them(house: House, listener: Listener) -> None:
    await listens(house)
    await arrives(house)
    everything = " ".join(one.content.decode() for one in listener.heard)
    assert everything
    for words in ("Ines", "Almeida", "Lisbon", "refund", "ines@example.com", "TW7K2P"):
        assert words not in everything


async def test_it_is_told_again_until_it_is_taken_with_the_same_id(house: House, listener: Listener) -> None:
    await listens(house, events=["cue.raised"])
    listener.answers = [httpx.Response(500), None, httpx.Response(429, headers={"Retry-After": "3600"})]
    await arrives(house)
    assert len(listener.heard) == 1
    await later(house, seconds=30)
    await later(house, minutes=2)
    assert len(listener.heard) == 3
    await later(house, minutes=30)
    assert len(listener.heard) == 3, "it asked for an hour"
    await later(house, minutes=31)
    assert len(listener.heard) == 4
    assert len({one.headers["webhook-id"] for one in listener.heard}) == 1
    await later(house, hours=9)
    assert len(listener.heard) == 4


async def test_a_listener_may_be_away_for_a_day(house: House, listener: Listener) -> None:
    await listens(house, events=["cue.raised"])
    listener.answers = [httpx.Response(503)] * 15
    await arrives(house)
    for _ in range(48):
        await later(house, minutes=30)
    assert len(listener.heard) == 16
    admin = await house.enter("admin")
    (shown,) = (await admin.get("/v1/connections")).json()["connections"]
    assert (shown["traffic"]["sent"], shown["traffic"]["unsent"]) == (1, 0)


async def test_a_listener_that_refuses_is_shown_as_a_problem(house: House, listener: Listener) -> None:
    await listens(house, events=["cue.raised"])
    listener.answers = [httpx.Response(410)]
    await arrives(house)
    await later(house, hours=1)
    assert len(listener.heard) == 1
    admin = await house.enter("admin")
    (shown,) = (await admin.get("/v1/connections")).json()["connections"]
    assert shown["traffic"]["unsent"] == 1


async def test_both_secrets_sign_while_a_listener_goes_over(house: House, listener: Listener) -> None:
    made = await listens(house, events=["cue.raised"])
    admin = await house.enter("admin")
    fresh = (await admin.post("/v1/connections/bus/secret", json={})).raise_for_status().json()["secret"]
    await arrives(house)
    (request,) = listener.heard
    for secret in (made["signing"], fresh):
        Standard(secret).verify(request.content, dict(request.headers))
    with pytest.raises(WebhookVerificationError):
        Standard(fresh).verify(request.content + b" ", dict(request.headers))


async def test_an_offer_is_told(house: House, listener: Listener) -> None:
    await listens(house, events=["handover.offered"])
    await arrives(house)
    tom = await house.enter("agent")
    (await tom.post("/v1/conversations/chat-1/suggestions", json={"kinds": ["handover"]})).raise_for_status()
    await house.settle()
    drafted = (await tom.get("/v1/conversations/chat-1/suggestions")).json()["suggestions"]
    brief = next(one for one in drafted if one["kind"] == "handover")
    offer = {"suggestion_id": brief["id"], "to_team": "refunds"}
    offered = (await tom.post("/v1/conversations/chat-1/handovers", json=offer)).raise_for_status().json()
    await house.settle()
    (told,) = listener.of("handover.offered")
    assert (told["handover_id"], told["to_team"], told["to_user"]) == (offered["id"], "refunds", None)


async def test_a_promise_is_told_when_its_time_comes_once(house: House, listener: Listener) -> None:
    await listens(house, events=["promise.due"])
    await later(house, seconds=1)
    program = await house.enter("integrator")
    given = chat("chat-1")
    at = house.clock().isoformat()
    given["messages"].append(
        {"id": "a1", "author": "agent", "author_name": "Tom", "text": "I will call you within two hours.", "sent_at": at}
    )
    (await program.post("/v1/conversations", json=given)).raise_for_status()
    await house.settle()
    await later(house, minutes=90)
    assert listener.of("promise.due") == []
    await later(house, minutes=40)
    await later(house, minutes=5)
    (told,) = listener.of("promise.due")
    assert told["conversation_id"] == "chat-1"
    assert datetime.fromisoformat(told["due"]) - datetime.fromisoformat(at) == timedelta(hours=2)
    await later(house, hours=30)
    assert len(listener.of("promise.due")) == 1


async def test_a_promise_that_comes_on_record_after_its_time_is_told_too(house: House, listener: Listener) -> None:
    await listens(house, events=["promise.due"])
    await later(house, seconds=1)
    program = await house.enter("integrator")
    given, now = chat("chat-1"), house.clock()
    for number, hours, words in ((1, 30, "I will write to you within an hour."), (2, 3, "I will call you within two hours.")):
        at = (now - timedelta(hours=hours)).isoformat()
        given["messages"].append({"id": f"a{number}", "author": "agent", "author_name": "Tom", "text": words, "sent_at": at})
    (await program.post("/v1/conversations", json=given)).raise_for_status()
    await house.settle()
    await later(house, minutes=1)
    await later(house, minutes=1)
    (told,) = listener.of("promise.due")
    assert datetime.fromisoformat(told["due"]) == now - timedelta(hours=1), "what was due more than a day ago is nobody's news"


async def test_in_shadow_and_when_stopped_nothing_is_told(house: House, listener: Listener) -> None:
    await listens(house)
    admin = await house.enter("admin")
    (await admin.patch("/v1/connections/bus", json={"shadow": True})).raise_for_status()
    await arrives(house, "chat-1")
    (await admin.patch("/v1/connections/bus", json={"shadow": False, "active": False})).raise_for_status()
    await arrives(house, "chat-2")
    await later(house, hours=1)
    assert listener.heard == []


async def test_another_tenants_listener_hears_nothing(house: House, listener: Listener) -> None:
    await listens(house)
    owner = house.owner()
    (await owner.post("/v1/tenants", json={"id": "acme"})).raise_for_status()
    await house.furnish("acme")
    program = await house.enter("integrator", "acme", "Other tool")
    (await program.post("/v1/conversations", json=chat("chat-9"))).raise_for_status()
    await house.settle()
    assert listener.heard == []


def test_an_event_is_written_as_the_schema_says() -> None:
    event = Event(id="e", type="cue.raised", timestamp=datetime(2026, 3, 2, tzinfo=UTC), data={"turn_id": "t"})
    assert json.loads(event.model_dump_json()) == {
        "id": "e",
        "type": "cue.raised",
        "timestamp": "2026-03-02T00:00:00Z",
        "data": {"turn_id": "t"},
    }


async def test_a_setting_is_changed_and_the_others_stay(house: House) -> None:
    await listens(house, events=["cue.raised"])
    admin = await house.enter("admin")
    changed = (await admin.patch("/v1/connections/bus", json={"settings": {"events": ["promise.due"]}})).raise_for_status().json()
    assert changed["settings"] == {"events_to": LISTENER, "events": ["promise.due"]}
