"""An article is changed: open drafts that quote what it said, or offer what it allowed, are stale, and only those."""

from typing import Any

import pytest

from copilot.services.knowledge.outdating import outdated_by
from tests.api.house import REFUNDS, House, of_kind
from tests.api.test_editing import ok
from tests.api.test_knowledge import bring

BAGS = "---\nid: bags\ntitle: Bags\nstatus: published\n---\n\nA cabin bag is free of charge on every flight.\n"
SEVEN = "within seven days"


async def events(house: House, type_: str) -> list[dict[str, Any]]:
    found = (await (await house.enter("admin")).get("/v1/events")).json()["events"]
    return [event for event in found if event["type"] == type_]


async def now(house: House, ref: str = "chat-1") -> dict[str, Any]:
    turn: dict[str, Any] = (await (await house.enter("agent")).get(f"/v1/conversations/{ref}/suggestions")).json()
    return turn


@pytest.fixture
async def quoting(furnished: House) -> House:
    """A reply that quotes the article on refunds waits for its agent."""
    bo = {"id": "bo", "name": "Bo Ek"}
    turn = await furnished.begin("chat-1", "My flight was cancelled. When is the fare refunded to my card?", customer=bo)
    reply = of_kind(turn, "reply")
    assert any(c["source"].startswith("passage:refunds~") for c in reply["citations"])
    assert not reply["stale"]
    return furnished


async def test_a_draft_that_quotes_what_changed_is_stale_and_its_agent_is_told(quoting: House) -> None:
    await bring(quoting, ("refunds.md", REFUNDS.replace(SEVEN, "within ten days")))
    turn = await now(quoting)
    reply = of_kind(turn, "reply")
    assert (reply["stale"], reply["outdated_by"], turn["current"]) == (True, "refunds", True)
    told = await events(quoting, "suggestion.outdated")
    assert [(event["subject_id"], event["data"]["article"]) for event in told if event["data"]["kind"] == "reply"] == [
        (reply["id"], "refunds")
    ]


@pytest.mark.parametrize("status", ["archived", "draft"])
async def test_taking_the_article_away_makes_it_stale_too(quoting: House, status: str) -> None:
    await bring(quoting, ("refunds.md", REFUNDS.replace("status: published", f"status: {status}")))
    assert of_kind(await now(quoting), "reply")["outdated_by"] == "refunds"


async def test_what_does_not_touch_the_quoted_text_leaves_the_draft_alone(quoting: House) -> None:
    await bring(quoting, ("bags.md", BAGS))
    await bring(quoting, ("bags.md", BAGS.replace("free of charge", "five euros")))
    await bring(quoting, ("refunds.md", REFUNDS.replace("owner: refunds", "owner: payments")))
    await bring(quoting, ("refunds.md", REFUNDS.replace("Check the payment provider's queue", "Look into the queue")))
    assert not of_kind(await now(quoting), "reply")["stale"]
    assert await events(quoting, "suggestion.outdated") == []


async def test_what_was_dismissed_or_answered_is_no_open_draft(quoting: House) -> None:
    tom = await quoting.enter("agent")
    reply = of_kind(await now(quoting), "reply")
    await ok(await tom.post(f"/v1/suggestions/{reply['id']}/decisions", json={"id": "d1", "action": "dismissed"}), 201)
    await bring(quoting, ("refunds.md", REFUNDS.replace(SEVEN, "within ten days")))
    assert of_kind(await now(quoting), "reply")["outdated_by"] == ""


async def test_what_was_taken_over_and_not_sent_is_still_open(quoting: House) -> None:
    """It stands in the agent's composer: they have to hear of it all the more."""
    tom = await quoting.enter("agent")
    reply = of_kind(await now(quoting), "reply")
    await ok(await tom.post(f"/v1/suggestions/{reply['id']}/decisions", json={"id": "d1", "action": "used"}), 201)
    await bring(quoting, ("refunds.md", REFUNDS.replace(SEVEN, "within ten days")))
    assert of_kind(await now(quoting), "reply")["outdated_by"] == "refunds"


async def test_a_lever_that_changed_makes_what_offers_it_stale(furnished: House) -> None:
    await furnished.begin("chat-1")
    tom = await furnished.enter("agent")
    await ok(await tom.post("/v1/conversations/chat-1/suggestions", json={"kinds": ["options"]}), 202)
    await furnished.settle()
    options = of_kind(await now(furnished), "options")
    assert any(c["source"] == "lever:goodwill-25" for c in options["citations"])
    await bring(furnished, ("refunds.md", REFUNDS.replace("{amount: 25, currency: EUR}", "{amount: 20, currency: EUR}")))
    assert of_kind(await now(furnished), "options")["outdated_by"] == "refunds"


async def test_drafted_again_it_says_what_the_article_says_now(quoting: House) -> None:
    before = await now(quoting)
    await bring(quoting, ("refunds.md", REFUNDS.replace(SEVEN, "within ten days")))
    tom = await quoting.enter("agent")
    asked = await ok(await tom.post("/v1/conversations/chat-1/suggestions", json={"kinds": ["reply"], "fresh": True}), 202)
    await quoting.settle()
    turn = await now(quoting)
    reply = of_kind(turn, "reply")
    assert turn["turn_id"] == asked["turn_id"] != before["turn_id"]
    assert turn["unanswered"] == before["unanswered"]
    assert (reply["stale"], reply["outdated_by"]) == (False, "")
    assert "ten days" in reply["text"]
    old = (await tom.get(f"/v1/turns/{before['turn_id']}")).json()
    assert (old["current"], of_kind(old, "reply")["text"]) == (False, of_kind(before, "reply")["text"])


async def test_a_draft_that_arrives_after_the_change_is_stale_from_birth(furnished: House) -> None:
    """Its evidence was frozen before: what it offers is gone by the time it is saved."""
    await furnished.begin("chat-1")
    await bring(furnished, ("refunds.md", REFUNDS.replace("{amount: 25, currency: EUR}", "{amount: 20, currency: EUR}")))
    tom = await furnished.enter("agent")
    await ok(await tom.post("/v1/conversations/chat-1/suggestions", json={"kinds": ["options"]}), 202)
    await furnished.settle()
    late = of_kind(await now(furnished), "options")
    assert (late["stale"], late["outdated_by"]) == (True, "refunds")


async def test_what_a_late_draft_quotes_is_looked_up_as_it_is_now(quoting: House) -> None:
    ident = of_kind(await now(quoting), "reply")["id"]

    async def by() -> str:
        async with quoting.application.database.read("default") as records:
            suggestion = await records.suggestions.get(ident)
            assert suggestion is not None
            stored = await records.turns.get(suggestion.turn_id)
            assert stored is not None
            assert stored.turn is not None
            return await outdated_by(records, stored.turn, suggestion, quoting.clock())

    assert await by() == ""
    await bring(quoting, ("refunds.md", REFUNDS.replace(SEVEN, "within ten days")))
    assert await by() == "refunds"
