"""Recall: exactly who was told what turned out wrong, and the corrections on their agents' desks."""

from typing import Any

import httpx
import pytest

from tests.api.house import House, assert_problem, of_kind
from tests.api.test_editing import ok
from tests.api.test_knowledge import bring

RETURNS = "---\nid: returns\ntitle: Returns of shoes\nstatus: published\n---\n\nShoes can be sent back within 28 days of delivery.\n"
RIGHT = RETURNS.replace("28 days", "10 working days")
RECALL = {"article_id": "returns", "from_revision": 1, "wrong": "28 days", "right": "10 working days", "note": "Please send them soon."}
QUESTION = "Within how many days can I send the shoes back after delivery?"


async def asks(house: House, ref: str, name: str, question: str = QUESTION) -> str:
    """A customer asks; the id of the reply that quotes the article."""
    turn = await house.begin(ref, question, customer={"id": name.lower(), "name": name})
    reply = of_kind(turn, "reply")
    assert any(c["source"].startswith("passage:returns~") for c in reply["citations"]), reply
    return str(reply["id"])


async def says(house: House, ref: str, text: str, suggestion: str = "", **more: Any) -> None:
    tom = await house.enter("agent")
    body = {"text": text} | ({"suggestion_id": suggestion} if suggestion else {}) | more
    await ok(await tom.post(f"/v1/conversations/{ref}/answers", json=body), 201)


@pytest.fixture
async def told(house: House) -> House:
    """Bo was told so with the draft, Cai with the draft as Tom changed it; Di was told it by Tom himself; Eve something else."""
    await bring(house, ("returns.md", RETURNS))
    await says(house, "bo", "Hello Bo, shoes can be sent back within 28 days of delivery.", await asks(house, "bo", "Bo"))
    await says(house, "cai", "Hi Cai! You can send the shoes back for four weeks after delivery.", await asks(house, "cai", "Cai"))
    await says(house, "eve", "Hi Eve, please ask the shop where you bought the shoes.", await asks(house, "eve", "Eve"))
    await house.begin("di", "Hello, I have a question.", customer={"id": "di", "name": "Di"})
    await says(house, "di", "You can send your shoes back. The delivery was on Monday, so you have 28 days for it.")
    await house.begin("fay", "Where is my parcel?", customer={"id": "fay", "name": "Fay"})
    await says(house, "fay", "The warranty lasts 28 days.")
    await bring(house, ("returns.md", RIGHT))
    return house


async def recall(house: House, **changed: Any) -> httpx.Response:
    return await (await house.enter("editor")).post("/v1/recalls", json=RECALL | changed)


async def cases(house: House, ident: str) -> dict[str, list[str]]:
    found = (await (await house.enter("supervisor")).get(f"/v1/recalls/{ident}/cases")).json()
    return {kind: sorted(case["customer_name"] for case in found[kind]) for kind in ("told", "may_be")}


async def mine(house: House) -> dict[str, dict[str, Any]]:
    found = (await (await house.enter("agent")).get("/v1/corrections")).json()["corrections"]
    return {one["customer_name"]: one for one in found}


async def test_who_was_told_is_listed_exactly_and_who_may_have_been_apart(told: House) -> None:
    edda = await told.enter("editor")
    counted = await ok(await edda.post("/v1/recalls/preview", json=RECALL))
    assert (counted["told"], counted["may_be"]) == (2, 1)
    assert (await edda.get("/v1/recalls")).json() == {"recalls": []}
    made = await ok(await recall(told), 201)
    assert made["progress"] == {"told": 2, "may_be": 1, "open": 3, "sent": 0, "not_needed": 0}
    assert await cases(told, made["recall"]["id"]) == {"told": ["Bo", "Cai"], "may_be": ["Di"]}


async def test_the_correction_says_what_was_told_what_is_right_and_what_it_means(told: House) -> None:
    await ok(await recall(told), 201)
    bo = (await mine(told))["Bo"]
    assert "“Hello Bo, shoes can be sent back within 28 days of delivery.”" in bo["draft"]
    assert "“Hello Bo, shoes can be sent back within 10 working days of delivery.”" in bo["draft"]
    for part in ("we told you", "the mistake is ours", "Please send them soon.", "I am sorry."):
        assert part in bo["draft"]
    assert "ten working days" in (await mine(told))["Cai"]["draft"]


async def test_it_waits_for_whoever_takes_care_of_the_customer(told: House) -> None:
    sara = await told.enter("supervisor")
    other = await told.enter("agent", name="Nora Vik")
    users = {user["name"]: user["id"] for user in (await sara.get("/v1/users")).json()["users"]}
    await ok(await sara.patch("/v1/conversations/bo", json={"assignee": users["Nora Vik"]}))
    await ok(await recall(told), 201)
    assert sorted(await mine(told)) == ["Cai", "Di"]
    theirs = (await other.get("/v1/corrections")).json()["corrections"]
    assert [one["customer_name"] for one in theirs] == ["Bo"]
    answer = await (await told.enter("agent")).patch(f"/v1/corrections/{theirs[0]['id']}", json={"state": "not_needed", "note": "No."})
    assert_problem(answer, 403, "colleague")


async def test_sent_through_the_conversation_it_is_done(told: House) -> None:
    made = await ok(await recall(told), 201)
    drafts = await mine(told)
    await says(told, "bo", drafts["Bo"]["draft"])
    await says(told, "cai", "Hi Cai, I was wrong about the shoes: it is ten working days after delivery. Sorry!")
    await says(told, "di", "Your parcel is on its way.")
    assert sorted(await mine(told)) == ["Di"]
    tom, edda = await told.enter("agent"), await told.enter("editor")
    at = f"/v1/corrections/{drafts['Di']['id']}"
    assert_problem(await tom.patch(at, json={"state": "not_needed", "note": " "}), 422, "why")
    await ok(await tom.patch(at, json={"state": "not_needed", "note": "They know."}))
    assert_problem(await tom.patch(at, json={"state": "not_needed", "note": "They know."}), 409, "settled")
    done = await ok(await edda.get(f"/v1/recalls/{made['recall']['id']}"))
    assert done["progress"] == {"told": 2, "may_be": 1, "open": 0, "sent": 2, "not_needed": 1}
    assert done["recall"]["closed_at"]


async def test_editors_see_numbers_and_nobody_sees_who_said_it(told: House) -> None:
    made = await ok(await recall(told), 201)
    edda, sara = await told.enter("editor"), await told.enter("supervisor")
    for answer in (await edda.get("/v1/recalls"), await edda.get(f"/v1/recalls/{made['recall']['id']}")):
        assert not [word for word in ("Bo", "Cai", "Tom", "cai") if word in answer.text]
    assert_problem(await edda.get(f"/v1/recalls/{made['recall']['id']}/cases"), 403, "editor")
    listed = (await sara.get(f"/v1/recalls/{made['recall']['id']}/cases")).text
    tom = next(user for user in (await sara.get("/v1/users")).json()["users"] if user["name"] == "Tom Berg")
    assert not [word for word in ("Tom", tom["id"], "tom.berg") if word in listed]


async def test_who_was_erased_is_in_no_list_before_or_after(told: House) -> None:
    ada = await told.enter("admin")
    await ada.delete("/v1/customers/bo")
    await told.settle()
    made = await ok(await recall(told), 201)
    assert await cases(told, made["recall"]["id"]) == {"told": ["Cai"], "may_be": ["Di"]}
    await ada.delete("/v1/customers/cai")
    await told.settle()
    assert await cases(told, made["recall"]["id"]) == {"told": [], "may_be": ["Di"]}
    assert sorted(await mine(told)) == ["Di"]
    async with told.application.database.read("default") as records:
        assert "four weeks" not in str(await records.recalls.open_cases())


async def test_a_revision_that_does_not_say_it_is_no_recall(told: House) -> None:
    edda = await told.enter("editor")
    assert_problem(await recall(told, from_revision=2), 422, "Revision 2")
    assert_problem(await recall(told, wrong="99 days"), 422, "does not say")
    assert_problem(await recall(told, article_id="nothing"), 404, "nothing")
    whole = RECALL | {"wrong": "Shoes can be sent back within 28 days of delivery.", "right": "Shoes cannot be sent back."}
    assert (await ok(await edda.post("/v1/recalls/preview", json=whole)))["told"] == 2


async def test_a_sentence_that_corrects_it_already_is_not_counted(told: House) -> None:
    await says(told, "bo", "I am sorry: shoes can be sent back within 10 working days of delivery, not 28 days.")
    counted = await ok(await (await told.enter("editor")).post("/v1/recalls/preview", json=RECALL))
    assert (counted["told"], counted["may_be"]) == (2, 1)
