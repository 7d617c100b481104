"""A decision is the agent's, and stands: told twice it is the same, told otherwise it is refused, and what happened since is marked."""

from typing import Any

import httpx
import pytest

from copilot.testing.engine import InlineEngine, Work
from tests.api.house import House, assert_problem, chat, of_kind
from tests.services.conftest import Open

GUIDE = """---
id: which-card
title: Which credit card suits you
status: published
audience: public
owner: cards
tags: [credit card, choose]
products: [card]
locale: en
review_by: 2030-01-01
asks:
  - {field: trips_a_year, question: How many trips do you take in a year?, why: the fee pays from four trips on, decides: Gold or Classic}
  - {field: lounge_visits, question: How often do you use a lounge?, why: lounge access is in Gold only, decides: whether Gold is worth it}
  - {field: insured, question: Is your luggage insured already?, why: Gold brings its own insurance, decides: whether you pay for it twice}
---

Our two credit cards: Classic is free of charge; Gold costs 90 EUR a year and has lounge access and luggage insurance. Which credit card
suits you depends on how often you travel.
"""


async def decide(person: httpx.AsyncClient, suggestion: dict[str, Any], **said: Any) -> httpx.Response:
    return await person.post(f"/v1/suggestions/{suggestion['id']}/decisions", json={"action": "used"} | said)


async def write_again(house: House) -> None:
    program = await house.enter("integrator")
    said = {"id": "m2", "author": "customer", "text": "Hello??", "sent_at": "-PT0S"}
    (await program.post("/v1/conversations/chat-1/messages", json=said)).raise_for_status()
    await house.settle()


@pytest.fixture
async def house(opened: Open) -> House:
    return await opened()


async def test_the_answer_to_a_decision_stays_the_same_whatever_happens_since(house: House) -> None:
    """The network lost the answer; meanwhile the customer wrote again: the decision was made before that, and stays so."""
    reply = of_kind(await house.begin(), "reply")
    tom = await house.enter("agent")
    first = await decide(tom, reply, id="d-1", action="edited", text="Your refund leaves us today, Ines.")
    assert (first.status_code, first.json()["stale"]) == (201, False)
    await write_again(house)
    again = await decide(tom, reply, id="d-1", action="edited", text="Your refund leaves us today, Ines.")
    assert (again.status_code, again.json()) == (200, first.json())
    assert_problem(await decide(tom, reply, id="d-1", action="edited", text="Your refund leaves us tomorrow."), 409, "d-1")
    assert_problem(await decide(tom, reply, id="d-1", action="dismissed"), 409, "d-1")
    async with house.application.database.read("default") as records:
        assert len(await records.suggestions.decisions(reply["id"])) == 1


async def test_a_decision_is_never_attached_to_another_set(house: House) -> None:
    old = of_kind(await house.begin(), "reply")
    await write_again(house)
    tom = await house.enter("agent")
    new = of_kind((await tom.get("/v1/conversations/chat-1/suggestions")).json(), "reply")
    assert new["id"] != old["id"]
    late = await decide(tom, old, id="d-1")
    assert (late.status_code, late.json()["stale"], late.json()["suggestion_id"]) == (201, True, old["id"])
    assert_problem(await decide(tom, new, id="d-1"), 409, "d-1")
    assert (await tom.get(f"/v1/suggestions/{new['id']}")).json()["decided"] is None
    assert (await decide(tom, new, id="d-2")).json()["stale"] is False


async def test_a_decision_survives_a_restart(opened: Open) -> None:
    work = Work()
    house = await opened(engine=InlineEngine(work))
    reply = of_kind(await house.begin(), "reply")
    first = await decide(await house.enter("agent"), reply, id="d-1")
    house = await opened(engine=InlineEngine(work))
    again = await decide(await house.enter("agent"), reply, id="d-1")
    assert (again.status_code, again.json()) == (200, first.json())


async def test_questions_are_decided_one_by_one(house: House) -> None:
    editor, tom = await house.enter("editor"), await house.enter("agent")
    (await editor.post("/v1/knowledge/import", json={"files": [{"name": "which-card.md", "text": GUIDE}]})).raise_for_status()
    given = chat("chat-1", "Which of your credit cards suits me?", customer={"id": "cust-7", "name": "Mo Adler"})
    program = await house.enter("integrator")
    await program.post("/v1/conversations", json=given)
    await house.settle()
    await tom.post("/v1/conversations/chat-1/suggestions", json={"kinds": ["questions"]})
    await house.settle()
    asked = of_kind((await tom.get("/v1/conversations/chat-1/suggestions")).json(), "questions")
    parts = len(asked["payload"]["questions"])
    assert parts >= 2, asked
    decided = [
        await decide(tom, asked, id=f"d-{part}", part=part, action=action)
        for part, action in ((0, "used"), (1, "dismissed"))  # each of its own
    ]
    assert [(one.status_code, one.json()["part"], one.json()["action"]) for one in decided] == [(201, 0, "used"), (201, 1, "dismissed")]
    assert_problem(await decide(tom, asked, id="d-0", part=1), 409, "d-0")
    assert_problem(await decide(tom, asked, id="d-9", part=parts), 422, f"no part {parts}")
    again = await decide(tom, asked, id="d-0", part=0)
    assert (again.status_code, again.json()) == (200, decided[0].json())
