"""Needs a supervisor: asked, granted, denied or countered, and used once – over the API, through the whole service."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from copilot.api import examples
from tests.api.house import REFUNDS, House, assert_problem, of_kind
from tests.api.streaming import stream

GRANTS = "/v1/conversations/chat-1/grants"
OFFER = "Ines, I can offer you a goodwill credit of 40 EUR."
ASK = {"offer": "goodwill credit", "limit": {"amount": 40, "currency": "EUR"}, "reason": "Nine days late."}
ABOVE = """
  - id: goodwill-60
    offer: goodwill credit of up to 60 EUR
    limit: {amount: 60, currency: EUR}
    authority: supervisor
    when: {text: a promise to this customer is overdue, all: [{field: promises_overdue, op: ">=", value: 1}]}
---
"""


async def ask(house: House, **changed: Any) -> dict[str, Any]:
    """Tom asks for 40 EUR."""
    answer = await (await house.enter("agent")).post(GRANTS, json=ASK | changed)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def decide(house: House, grant: dict[str, Any], decision: str = "granted", **more: Any) -> dict[str, Any]:
    """Sara decides."""
    answer = await (await house.enter("supervisor")).post(f"/v1/grants/{grant['id']}/decide", json={"decision": decision} | more)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def review(house: House, text: str = OFFER) -> list[str]:
    """What the check `authority` holds against Tom's own words."""
    answer = await (await house.enter("agent")).post("/v1/conversations/chat-1/review", json={"text": text})
    return [check["outcome"] for check in answer.json()["checks"] if check["name"] == "authority" and check["outcome"] != "pass"]


async def send(house: House, text: str, ident: str) -> httpx.Response:
    """Tom's words as the chat tool delivers them."""
    said = {"id": ident, "author": "agent", "author_name": "Tom Berg", "text": text, "sent_at": "-PT0S"}
    answer = await (await house.enter("integrator")).post("/v1/conversations/chat-1/messages", json=said)
    await house.settle()
    return answer.raise_for_status()


async def state(house: House) -> str:
    grants = (await (await house.enter("agent")).get(GRANTS)).json()["grants"]
    return str(grants[-1]["state"])


@pytest.fixture
async def begun(furnished: House) -> House:
    await furnished.begin()
    return furnished


async def test_asked_granted_and_used_once(begun: House) -> None:
    assert await review(begun) == ["flag"], "beyond Tom's 25 EUR"
    asked = await ask(begun)
    assert (asked["state"], asked["mine"], asked["asked_name"], asked["granted"]) == ("asked", True, "Tom Berg", None)
    assert await review(begun) == ["flag"], "asked is not granted"
    granted = await decide(begun, asked, note="Fine.")
    assert (granted["state"], granted["mine"], granted["decided_name"], granted["note"]) == ("granted", False, "Sara Lind", "Fine.")
    assert granted["granted"] == {"amount": 40, "currency": "EUR"}
    assert await review(begun) == [], "against the turn that was frozen before, too"
    assert await review(begun, "I can offer you a goodwill credit of 50 EUR.") == ["flag"]
    await send(begun, OFFER, "a1")
    assert await state(begun) == "used"
    assert await review(begun, "I can offer you another goodwill credit of 40 EUR.") == ["flag"]
    assert await review(begun, "I can offer you a goodwill credit of 30 EUR.") == ["flag"]
    assert await review(begun, "I have now added the goodwill credit of 40 EUR.") == [], "what was offered is owed"


async def test_drafts_know_of_the_grant_and_the_old_turn_stays_as_it_was(begun: House) -> None:
    tom = await begun.enter("agent")
    before = (await tom.get("/v1/conversations/chat-1/suggestions")).json()
    granted = await decide(begun, await ask(begun))
    await begun.settle()
    after = (await tom.get("/v1/conversations/chat-1/suggestions")).json()
    assert (after["turn_id"] != before["turn_id"], after["unanswered"]) == (True, before["unanswered"])
    option = of_kind(after, "options")["payload"]["options"][0]
    assert (option["lever_id"], option["authority"], option["value"]) == (granted["option_lever_id"], "agent", "up to 40 EUR")
    assert "Sara Lind" in option["basis"]
    old = (await tom.get(f"/v1/turns/{before['turn_id']}")).json()
    assert old["turn"] == before["turn"]
    assert all(s["stale"] for s in old["suggestions"])
    assert [s["checks"] for s in old["suggestions"]] == [s["checks"] for s in before["suggestions"]]


async def test_the_sent_route_uses_it_up_too_and_what_needs_no_grant_does_not(begun: House) -> None:
    await decide(begun, await ask(begun))
    await begun.settle()
    tom = await begun.enter("agent")
    reply = of_kind((await tom.get("/v1/conversations/chat-1/suggestions")).json(), "reply")
    await tom.post(f"/v1/suggestions/{reply['id']}/sent", json={"text": "I can offer you a goodwill credit of 20 EUR.", "message_id": "s1"})
    assert await state(begun) == "granted", "within Tom's own lever"
    await tom.post(f"/v1/suggestions/{reply['id']}/sent", json={"text": OFFER, "message_id": "s2"})
    assert await state(begun) == "used"


async def test_of_two_messages_at_the_same_moment_one_uses_it(begun: House) -> None:
    await decide(begun, await ask(begun))
    await asyncio.gather(*(send(begun, OFFER, f"a{n}") for n in range(3)))
    ada = await begun.enter("admin")
    events = (await ada.get("/v1/events", params={"limit": 500})).json()["events"]
    assert [e["type"] for e in events if e["type"].startswith("grant.")] == ["grant.asked", "grant.granted", "grant.used"]


async def test_a_counter_is_a_yes_to_other_terms(begun: House) -> None:
    asked = await ask(begun)
    countered = await decide(begun, asked, "countered", limit={"amount": 30, "currency": "EUR"})
    assert (countered["state"], countered["limit"]["amount"], countered["granted"]["amount"]) == ("countered", 40, 30)
    assert await review(begun) == ["flag"]
    assert await review(begun, "I can offer you a goodwill credit of 30 EUR.") == []


async def test_a_no_changes_nothing(begun: House) -> None:
    tom = await begun.enter("agent")
    before = (await tom.get("/v1/conversations/chat-1/suggestions")).json()["turn_id"]
    denied = await decide(begun, await ask(begun), "denied", note="Not twice in a month.")
    assert (denied["state"], denied["granted"], denied["expires_at"]) == ("denied", None, None)
    assert await review(begun) == ["flag"]
    assert (await tom.get("/v1/conversations/chat-1/suggestions")).json()["turn_id"] == before
    assert (await ask(begun))["state"] == "asked", "it may be asked for again"


async def test_it_ends(begun: House) -> None:
    ends = (begun.clock() + timedelta(minutes=30)).isoformat()
    await decide(begun, await ask(begun), expires_at=ends)
    begun.clock.forward(minutes=31)
    assert await state(begun) == "expired"
    assert await review(begun) == ["flag"]
    await send(begun, OFFER, "a1")
    assert await state(begun) == "expired", "not used: it allowed nothing any more"


async def test_it_belongs_to_its_conversation(begun: House) -> None:
    await decide(begun, await ask(begun))
    await begun.begin("chat-2")
    tom = await begun.enter("agent")
    checks = (await tom.post("/v1/conversations/chat-2/review", json={"text": OFFER})).json()["checks"]
    assert [c["outcome"] for c in checks if c["name"] == "authority"] == ["flag"]
    assert (await tom.get("/v1/conversations/chat-2/grants")).json() == {"grants": []}


async def test_a_lever_that_needs_a_supervisor(house: House) -> None:
    editor, program = await house.enter("editor"), await house.enter("integrator")
    await house.furnish()
    text = REFUNDS.replace("\n---\n", ABOVE, 1)
    (await editor.post("/v1/knowledge/import", json={"files": [{"name": "refunds.md", "text": text}]})).raise_for_status()
    await house.begin()
    asked = await ask(house, lever_id="goodwill-60", limit=None, offer="", reason="")
    assert (asked["offer"], asked["limit"], asked["article_id"]) == (
        "goodwill credit of up to 60 EUR",
        {"amount": 60, "currency": "EUR"},
        "refunds",
    )
    await decide(house, asked)
    assert await review(house, "I can offer you a goodwill credit of 60 EUR.") == []
    turn = (await program.get("/v1/conversations/chat-1/suggestions")).json()
    assert turn["state"] == "minted"
    await house.settle()


async def test_nobody_decides_what_they_asked_for(begun: House) -> None:
    sara = await begun.enter("supervisor")
    own = (await sara.post(GRANTS, json=ASK)).json()
    assert own["mine"]
    assert_problem(await sara.post(f"/v1/grants/{own['id']}/decide", json={"decision": "granted"}), 403, "themselves")
    other = await begun.enter("supervisor", name="Liv Moe")
    assert (await other.post(f"/v1/grants/{own['id']}/decide", json={"decision": "granted"})).status_code == 200
    assert_problem(await begun.owner().post(f"/v1/grants/{own['id']}/decide", json={"decision": "denied"}), 403, "person")


async def test_it_is_decided_once(begun: House) -> None:
    asked = await ask(begun)
    assert_problem(await (await begun.enter("agent")).post(GRANTS, json=ASK), 409, "already")
    sara, ada = await begun.enter("supervisor"), await begun.enter("admin")
    at = f"/v1/grants/{asked['id']}/decide"
    answers = await asyncio.gather(sara.post(at, json={"decision": "granted"}), ada.post(at, json={"decision": "denied"}))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert_problem(await sara.post(at, json={"decision": "denied"}), 409, "decided already")


async def test_what_waits_for_a_lead(begun: House) -> None:
    sara = await begun.enter("supervisor")
    asked = await ask(begun)
    waiting = (await sara.get("/v1/grants", params={"state": "asked"})).json()["grants"]
    assert [(g["id"], g["conversation_id"], g["mine"]) for g in waiting] == [(asked["id"], "chat-1", False)]
    await decide(begun, asked)
    assert (await sara.get("/v1/grants", params={"state": "asked"})).json() == {"grants": []}
    assert [g["state"] for g in (await sara.get("/v1/grants")).json()["grants"]] == ["granted"]
    assert_problem(await sara.get("/v1/grants", params={"state": "waiting"}), 422, "waiting")


async def test_the_stream_tells_and_names_nobody(begun: House) -> None:
    tom = await begun.enter("agent")
    async with stream(begun.app, tom.headers["authorization"].split()[1]) as opened:
        await decide(begun, await ask(begun))
        found = {e.type: e.data for e in await opened.until("grant.granted")}
    assert found["grant.asked"]["own"] is True
    assert found["grant.granted"]["conversation"] == "chat-1"
    assert "actor" not in found["grant.granted"]
    assert "Sara" not in str(found)


async def test_card_numbers_are_not_stored(begun: House) -> None:
    asked = await ask(begun, reason="Refund it to 4111 1111 1111 1111.", offer="credit to 4111 1111 1111 1111")
    granted = await decide(begun, asked, note="Their password is hunter2.")
    assert "1111" not in str((asked, granted))
    assert "hunter2" not in str(granted)


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        ({"reason": "Please."}, 422, "lever_id"),
        ({"limit": {"amount": 40, "currency": "EUR"}}, 422, "reason"),
        (ASK | {"limit": {"amount": 40}}, 422, "body.limit"),
        (ASK | {"limit": {"amount": 40.123, "currency": "EUR"}}, 422, "decimal places"),
        (ASK | {"limit": {"amount": -1, "currency": "EUR"}}, 422, "body.limit.amount"),
        (ASK | {"limit": {"days": 3, "percent": 10}}, 422, "exactly one"),
        ({"lever_id": "nowhere"}, 404, "nowhere"),
        ({"lever_id": "grant-x"}, 422, "grant already"),
    ],
)
async def test_a_wrong_ask_is_refused(begun: House, body: dict[str, Any], status: int, named: str) -> None:
    assert_problem(await (await begun.enter("agent")).post(GRANTS, json=body), status, named)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"decision": "countered"}, "other terms"),
        ({"decision": "countered", "limit": ASK["limit"]}, "other terms"),
        ({"decision": "granted", "limit": {"amount": 90, "currency": "EUR"}}, "counter"),
        ({"decision": "granted", "expires_at": "2020-01-01T00:00:00Z"}, "later than now"),
        ({"decision": "granted", "expires_at": "2090-01-01T00:00:00Z"}, "within 90 days"),
        ({"decision": "maybe"}, "body.decision"),
    ],
)
async def test_a_wrong_decision_is_refused_and_leaves_it_open(begun: House, body: dict[str, Any], named: str) -> None:
    asked = await ask(begun)
    sara = await begun.enter("supervisor")
    assert_problem(await sara.post(f"/v1/grants/{asked['id']}/decide", json=body), 422, named)
    assert await state(begun) == "asked"


async def test_what_is_not_there_is_404(house: House) -> None:
    ada = await house.enter("admin")
    assert_problem(await ada.post("/v1/grants/nowhere/decide", json=examples.GRANT_DECISION), 404, "nowhere")
    assert_problem(await ada.post("/v1/conversations/nowhere/grants", json=ASK), 404, "nowhere")
