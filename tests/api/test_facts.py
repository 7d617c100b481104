"""Change one fact: found in everything that is written, one change, a second person, all of it published or nothing."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from copilot.testing.application import settle
from tests.api.house import House, assert_problem
from tests.api.test_editing import ok
from tests.api.test_knowledge import bring

RETURNS = """---
id: returns
title: Returns within 28 days
status: published
owner: refunds
levers:
  - id: later-return
    offer: a return after twenty-eight days
    limit: {days: 28}
    authority: agent
    when: {text: bought 28 days ago, all: [{field: days_since_purchase, op: "<=", value: 28}]}
---

You can send shoes back within 28 days. The 28-day window begins when they arrive. Repairs take 128 days.
"""
RUECKGABE = (
    "---\nid: rueckgabe\ntitle: Rückgabe\nstatus: published\nlocale: de\n---\n\nSie haben 28 Tage Zeit, innerhalb von 28 Tagen kostenlos.\n"
)
OLD = "---\nid: old\ntitle: Old\nstatus: archived\n---\n\nIt was 28 days.\n"
REPLY = {"shortcut": "/returns", "title": "Returns", "text": "You have 28 days to send it back."}
DAYS = {"old": "28 days", "new": "14 days"}
WORKING = {"old": "28 days", "new": "10 working days"}


@pytest.fixture
async def written(house: House) -> House:
    await bring(house, ("returns.md", RETURNS), ("rueckgabe.md", RUECKGABE), ("old.md", OLD))
    await ok(await (await house.enter("editor")).post("/v1/saved-replies", json=REPLY), 201)
    return house


async def search(house: House, fact: dict[str, str] = DAYS) -> dict[str, Any]:
    return await ok(await (await house.enter("editor")).post("/v1/facts/search", json=fact))


def of(found: dict[str, Any], holder: str, ident: str = "") -> list[dict[str, Any]]:
    return [place for place in found["places"] if place["holder"] == holder and ident in ("", place["article_id"])]


async def begin(house: House, fact: dict[str, str] = DAYS, **more: Any) -> httpx.Response:
    found = await search(house, fact)
    chosen = [place["id"] for place in found["places"] if place["instead"] and not place["blocked"] and place["holder"] != "draft"]
    return await (await house.enter("editor")).post("/v1/facts", json={**fact, "places": chosen, **more})


async def text_of(house: House, ident: str) -> str:
    return str((await (await house.enter("editor")).get(f"/v1/articles/{ident}")).json()["text"])


async def test_everything_that_holds_the_value_is_found_and_nothing_else(written: House) -> None:
    found = await search(written)
    kinds = [(place["kind"], place["written"], place["instead"]) for place in of(found, "article", "returns")]
    assert kinds == [
        ("title", "28 days", "14 days"),
        ("text", "28 days", "14 days"),
        ("text", "28-day", "14-day"),
        ("offer", "twenty-eight days", "fourteen days"),
        ("condition", "28 days", "14 days"),
        ("limit", "28 days", "14 days"),
        ("condition", "days_since_purchase <= 28", "days_since_purchase <= 14"),
    ]
    german = of(found, "article", "rueckgabe")
    assert [(place["written"], place["instead"]) for place in german] == [("28 Tage", "14 Tage"), ("28 Tagen", "14 Tagen")]
    assert [place["sentence"] for place in of(found, "reply")] == ["You have 28 days to send it back."]
    assert of(found, "article", "old") == []
    place = german[0]
    assert place["sentence"][slice(*place["span"])] == "28 Tage"


async def test_a_limit_that_cannot_say_the_new_value_is_left_to_a_person(written: House) -> None:
    found = await search(written, WORKING)
    limit = next(place for place in of(found, "article", "returns") if place["kind"] == "limit")
    assert (limit["instead"], limit["sure"]) == ("", False)
    edda = await written.enter("editor")
    assert_problem(await edda.post("/v1/facts", json={**WORKING, "places": [limit["id"]]}), 422, "by hand")


async def test_one_change_is_read_by_a_second_person_and_published_together(written: House) -> None:
    edda, ada, tom = await written.enter("editor"), await written.enter("admin"), await written.enter("agent")
    change = await ok(await begin(written, note="From March."), 201)
    assert (change["state"], change["old"], change["new"]) == ("in_review", "28 days", "14 days")
    whole = await ok(await edda.get(f"/v1/facts/{change['id']}"))
    assert [draft["article"]["id"] for draft in whole["drafts"]] == ["returns", "rueckgabe"]
    assert "28 days" in await text_of(written, "returns")
    path = f"/v1/facts/{change['id']}/review"
    assert_problem(await edda.post(path, json={"version": 1, "approve": True}), 403, "You wrote")
    done = await ok(await ada.post(path, json={"version": 1, "approve": True}))
    assert done["state"] == "published"
    text = await text_of(written, "returns")
    assert text.strip() == "You can send shoes back within 14 days. The 14-day window begins when they arrive. Repairs take 128 days."
    assert "14 Tage Zeit, innerhalb von 14 Tagen" in await text_of(written, "rueckgabe")
    article = (await edda.get("/v1/articles/returns")).json()
    lever = article["levers"][0]
    assert (lever["limit"], lever["offer"]) == ({"days": 14}, "a return after fourteen days")
    assert lever["when"]["all"][0]["value"] == 14
    replies = (await tom.get("/v1/saved-replies")).json()["replies"]
    assert [(reply["shortcut"], reply["text"], reply["version"]) for reply in replies] == [
        ("returns", "You have 14 days to send it back.", 2)
    ]
    hits = (await tom.get("/v1/knowledge/search", params={"q": "How long can I send shoes back?"})).json()["passages"]
    assert any("within 14 days" in hit["text"] for hit in hits)


async def test_all_or_nothing_when_one_article_was_changed_meanwhile(written: House) -> None:
    ada = await written.enter("admin")
    change = await ok(await begin(written), 201)
    await bring(written, ("rueckgabe.md", RUECKGABE.replace("kostenlos", "gratis")))
    answer = await ada.post(f"/v1/facts/{change['id']}/review", json={"version": 1, "approve": True})
    assert_problem(answer, 409, "Rückgabe")
    assert "within 28 days" in await text_of(written, "returns")
    assert (await ada.get("/v1/saved-replies")).json()["replies"][0]["text"] == REPLY["text"]
    assert (await ada.get(f"/v1/facts/{change['id']}")).json()["change"]["state"] == "draft"


async def test_what_was_changed_since_the_search_is_named(written: House) -> None:
    edda = await written.enter("editor")
    found = await search(written)
    await bring(written, ("returns.md", RETURNS.replace("Repairs take", "A repair takes")))
    answer = await edda.post("/v1/facts", json={**DAYS, "places": [place["id"] for place in found["places"]]})
    assert_problem(answer, 409, "Returns within 28 days", "Search again")
    assert (await edda.get("/v1/facts")).json()["changes"] == []
    assert (await edda.get("/v1/drafts")).json()["drafts"] == []


async def test_an_article_with_somebodys_draft_is_blocked_and_the_draft_can_take_it(written: House) -> None:
    edda, ada = await written.enter("editor"), await written.enter("admin")
    draft = await ok(await ada.post("/v1/articles/returns/edit", json={}), 201)
    found = await search(written)
    blocked = of(found, "article", "returns")
    assert all("Ada Novak has an open draft" in place["blocked"] for place in blocked)
    assert_problem(await edda.post("/v1/facts", json={**DAYS, "places": [blocked[0]["id"]]}), 409, "Ada Novak")
    into = [place["id"] for place in of(found, "draft")]
    german = [place["id"] for place in of(found, "article", "rueckgabe")]
    change = await ok(await edda.post("/v1/facts", json={**DAYS, "places": into + german}), 201)
    theirs = (await ada.get(f"/v1/drafts/{draft['id']}")).json()
    assert "within 14 days" in theirs["article"]["text"]
    assert (theirs["state"], theirs["change_id"], theirs["version"]) == ("draft", None, 2)
    whole = (await edda.get(f"/v1/facts/{change['id']}")).json()
    assert [one["article"]["id"] for one in whole["drafts"]] == ["rueckgabe"]


async def test_only_what_is_ticked_changes(written: House) -> None:
    edda, ada = await written.enter("editor"), await written.enter("admin")
    found = await search(written)
    window = next(place["id"] for place in found["places"] if place["written"] == "28-day")
    change = await ok(await edda.post("/v1/facts", json={**DAYS, "places": [window]}), 201)
    await ok(await ada.post(f"/v1/facts/{change['id']}/review", json={"version": 1, "approve": True}))
    assert "within 28 days. The 14-day window" in await text_of(written, "returns")


async def test_a_draft_of_a_change_goes_no_way_of_its_own_and_its_edit_has_to_be_read(written: House) -> None:
    edda, ada = await written.enter("editor"), await written.enter("admin")
    change = await ok(await begin(written), 201)
    draft = (await edda.get(f"/v1/facts/{change['id']}")).json()["drafts"][0]
    path = f"/v1/drafts/{draft['id']}"
    for step in ("submit", "publish", "discard", "review"):
        body = {"version": draft["version"]} | ({"approve": True} if step == "review" else {})
        assert_problem(await ada.post(f"{path}/{step}", json=body), 409, "part of a change")
    more = draft["article"] | {"text": draft["article"]["text"] + "\n\nUnworn."}
    await ok(await edda.put(path, json={"version": draft["version"], "article": more}))
    review = f"/v1/facts/{change['id']}/review"
    assert_problem(await ada.post(review, json={"version": 1, "approve": True}), 409, "changed after")
    again = await ok(await edda.post(f"/v1/facts/{change['id']}/submit", json={"version": 1}))
    assert (await ok(await ada.post(review, json={"version": again["version"], "approve": True})))["state"] == "published"
    assert "Unworn" in await text_of(written, "returns")


async def test_it_is_published_when_its_time_comes(written: House) -> None:
    ada = await written.enter("admin")
    change = await ok(await begin(written), 201)
    at = (written.clock() + timedelta(hours=2)).isoformat()
    waits = await ok(await ada.post(f"/v1/facts/{change['id']}/review", json={"version": 1, "approve": True, "publish_at": at}))
    assert waits["state"] == "approved"
    await written.application.dispatcher.sweep()
    await settle(written.application)
    assert "within 28 days" in await text_of(written, "returns")
    written.clock.forward(hours=2, seconds=1)
    await written.application.dispatcher.sweep()
    await settle(written.application)
    assert "within 14 days" in await text_of(written, "returns")
    assert (await ada.get(f"/v1/facts/{change['id']}")).json()["change"]["state"] == "published"


async def test_discarded_it_frees_its_articles(written: House) -> None:
    edda = await written.enter("editor")
    change = await ok(await begin(written), 201)
    assert of(await search(written), "article", "returns")[0]["blocked"]
    await ok(await edda.post(f"/v1/facts/{change['id']}/discard", json={"version": 1}))
    assert not of(await search(written), "article", "returns")[0]["blocked"]
    assert_problem(await edda.post(f"/v1/facts/{change['id']}/submit", json={"version": 2}), 409, "discarded")


async def test_open_drafts_for_customers_are_counted_and_not_shown(written: House) -> None:
    await written.begin("chat-1", "Within how many days can I send shoes back?", customer={"id": "bo", "name": "Bo Ek"})
    found = await search(written)
    assert found["waiting"] >= 1
    assert "Bo" not in str(found)


async def test_saved_replies_are_kept_with_versions_and_one_shortcut_each(written: House) -> None:
    edda, tom = await written.enter("editor"), await written.enter("agent")
    reply = (await tom.get("/v1/saved-replies")).json()["replies"][0]
    path = f"/v1/saved-replies/{reply['id']}"
    assert_problem(await edda.post("/v1/saved-replies", json=REPLY | {"shortcut": "Returns"}), 409, "/returns")
    assert_problem(await edda.post("/v1/saved-replies", json=REPLY | {"shortcut": "two words"}), 422, "shortcut")
    saved = await ok(await edda.put(path, json=REPLY | {"text": "Keep it.", "version": 1}))
    assert (saved["text"], saved["version"]) == ("Keep it.", 2)
    assert_problem(await edda.put(path, json=REPLY | {"text": "Mine.", "version": 1}), 409, "Somebody changed")
    assert_problem(await tom.put(path, json=REPLY | {"version": 2}), 403)
    assert (await edda.delete(path)).status_code == 204
    assert_problem(await edda.get(path), 404)
