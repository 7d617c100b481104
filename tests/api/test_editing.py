"""Drafts beside what is published: versions, the second person, times, restored revisions, merged articles, comments."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from copilot.domain.errors import Conflict
from copilot.testing.application import settle
from tests.api.house import REFUNDS, House, assert_problem
from tests.api.test_knowledge import bring

CHECK_IN = {"id": "check-in", "title": "Online check-in", "text": "Check-in opens 30 hours before departure.", "owner": "airport"}


async def ok(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def begin(editor: httpx.AsyncClient, **changed: Any) -> dict[str, Any]:
    return await ok(await editor.post("/v1/drafts", json={"article": CHECK_IN | changed}), 201)


async def publish(editor: httpx.AsyncClient, draft: dict[str, Any], **more: Any) -> dict[str, Any]:
    return await ok(await editor.post(f"/v1/drafts/{draft['id']}/publish", json={"version": draft["version"], **more}))


async def found(house: House, question: str) -> list[str]:
    tom = await house.enter("agent")
    hits = (await tom.get("/v1/knowledge/search", params={"q": question})).json()["passages"]
    return [hit["text"] for hit in hits]


async def test_a_new_article_is_found_once_it_is_published_and_not_before(house: House) -> None:
    editor = await house.enter("editor")
    draft = await begin(editor)
    assert (draft["state"], draft["base_revision"], draft["article"]["id"]) == ("draft", 0, "check-in")
    assert await found(house, "When does check-in open?") == []
    done = await publish(editor, draft)
    assert done["state"] == "published"
    assert await found(house, "When does check-in open?") == [CHECK_IN["text"]]
    assert_problem(await editor.put(f"/v1/drafts/{draft['id']}", json={"version": done["version"], "article": CHECK_IN}), 409, "published")


@pytest.mark.parametrize("origin", ["redirect:refunds", "fact:x", "restore:1", "nonsense"])
async def test_a_new_draft_cannot_say_what_shall_become_of_it(house: House, origin: str) -> None:
    editor = await house.enter("editor")
    assert_problem(await editor.post("/v1/drafts", json={"article": CHECK_IN, "origin": origin}), 422, "comes from")


@pytest.mark.parametrize("limit", [{"amount": "1e99999", "currency": "EUR"}, {"days": 10**30}, {"percent": 1e13}])
async def test_a_figure_that_could_not_be_read_again_is_not_stored(house: House, limit: dict[str, Any]) -> None:
    editor = await house.enter("editor")
    levers = [{"id": "voucher", "offer": "A voucher.", "limit": limit}]
    assert_problem(await editor.post("/v1/drafts", json={"article": CHECK_IN | {"levers": levers}}), 422, "limit")
    assert (await ok(await editor.get("/v1/knowledge/articles")))["articles"] == []


async def test_numbers_that_no_database_holds_are_refused(house: House) -> None:
    editor = await house.enter("editor")
    await publish(editor, await begin(editor))
    assert_problem(await editor.get("/v1/knowledge/articles", params={"offset": 10**30}), 422, "offset")
    assert_problem(await editor.post("/v1/articles/check-in/edit", json={"revision": 10**30}), 422, "revision")
    wrong = {"article_id": "check-in", "from_revision": 1, "to_revision": 10**30, "wrong": "30 hours", "right": "20 hours"}
    assert_problem(await editor.post("/v1/recalls", json=wrong), 422, "to_revision")


async def test_a_second_key_is_no_second_person(house: House) -> None:
    editor = await house.enter("editor")
    draft = await begin(editor, policy=True)
    sent = await ok(await editor.post(f"/v1/drafts/{draft['id']}/submit", json={"version": 1}))
    nobodys = house.client((await house.application.staff.create_key("default", "editor", "spare")).secret)
    body = {"version": sent["version"], "approve": True}
    assert_problem(await nobodys.post(f"/v1/drafts/{draft['id']}/review", json=body), 403, "A person reads")
    await nobodys.aclose()


async def test_a_text_that_no_import_would_take_is_no_draft_either(house: House) -> None:
    editor = await house.enter("editor")
    assert_problem(await editor.post("/v1/drafts", json={"article": CHECK_IN | {"text": "a" * 300_001}}), 422, "the most")
    draft = await begin(editor)
    long = {"base": CHECK_IN, "mine": CHECK_IN | {"text": "a" * 300_001}}
    assert_problem(await editor.post(f"/v1/drafts/{draft['id']}/reconcile", json=long), 422, "the most")


async def test_of_two_who_publish_a_draft_at_once_one_does(house: House) -> None:
    """What was read in one transaction is written by another meanwhile, as two replicas may."""
    editor = await house.enter("editor")
    draft = await begin(editor)
    editing = house.application.editing
    stale = await editing.draft("default", draft["id"])
    await ok(await editor.put(f"/v1/drafts/{draft['id']}", json={"version": 1, "article": CHECK_IN | {"text": "Read by nobody."}}))
    with pytest.raises(Conflict):
        async with house.application.database.write("default") as records:
            await editing.publish_in(records, stale)
    assert (await ok(await editor.get("/v1/articles")))["articles"] == []


async def test_while_an_article_is_edited_the_published_one_stays(house: House) -> None:
    editor = await house.enter("editor")
    await publish(editor, await begin(editor))
    draft = await ok(await editor.post("/v1/articles/check-in/edit", json={}), 201)
    assert draft["base_revision"] == 1
    new = draft["article"] | {"text": "Check-in opens 36 hours before departure."}
    saved = await ok(await editor.put(f"/v1/drafts/{draft['id']}", json={"version": 1, "article": new}))
    assert saved["version"] == 2
    assert await found(house, "When does check-in open?") == [CHECK_IN["text"]]
    await publish(editor, saved)
    assert await found(house, "When does check-in open?") == [new["text"]]
    assert [r["article"]["revision"] for r in (await editor.get("/v1/articles/check-in/revisions")).json()["revisions"]] == [2, 1]


async def test_the_second_of_two_editors_is_told_and_loses_nothing(house: House) -> None:
    edda, ada = await house.enter("editor"), await house.enter("admin")
    await publish(edda, await begin(edda, text="One.\n\nTwo.\n\nThree."))
    draft = await ok(await edda.post("/v1/articles/check-in/edit", json={}), 201)
    assert (await ok(await ada.post("/v1/articles/check-in/edit", json={}), 201))["id"] == draft["id"]
    path, base = f"/v1/drafts/{draft['id']}", draft["article"]
    await ok(await ada.put(path, json={"version": 1, "article": base | {"text": "One.\n\nTwo.\n\nThree, says Ada.", "owner": "ada"}}))
    mine = base | {"text": "One, says Edda.\n\nTwo.\n\nThree.", "tags": ["late"]}
    assert_problem(await edda.put(path, json={"version": 1, "article": mine}), 409, "after you opened it")
    both = await ok(await edda.post(f"{path}/reconcile", json={"base": base, "mine": mine}))
    merged = both["merged"]
    assert (merged["conflicts"], merged["article"]["text"]) == ([], "One, says Edda.\n\nTwo.\n\nThree, says Ada.")
    assert (merged["article"]["owner"], merged["article"]["tags"]) == ("ada", ["late"])
    await ok(await edda.put(path, json={"version": both["present"]["version"], "article": merged["article"]}))


async def test_where_both_changed_the_same_both_are_kept_and_it_cannot_be_published_so(house: House) -> None:
    edda, ada = await house.enter("editor"), await house.enter("admin")
    draft = await begin(edda)
    path, base = f"/v1/drafts/{draft['id']}", draft["article"]
    await ok(await ada.put(path, json={"version": 1, "article": base | {"text": "Check-in opens 24 hours before departure."}}))
    both = await ok(
        await edda.post(f"{path}/reconcile", json={"base": base, "mine": base | {"text": "Check-in opens 48 hours before departure."}})
    )
    text = both["merged"]["article"]["text"]
    assert both["merged"]["conflicts"] == ["text"]
    assert "24 hours" in text
    assert "48 hours" in text
    answer = await edda.put(path, json={"version": 2, "article": both["merged"]["article"]})
    assert_problem(answer, 422, "two versions")


@pytest.mark.parametrize("bound", [{"policy": True}, {"levers": [{"id": "late", "offer": "a later check-in"}]}])
async def test_what_binds_needs_a_second_person(house: House, bound: dict[str, Any]) -> None:
    edda, ada = await house.enter("editor"), await house.enter("admin")
    draft = await begin(edda, **bound)
    path = f"/v1/drafts/{draft['id']}"
    assert_problem(await edda.post(f"{path}/publish", json={"version": 1}), 403, "second person")
    sent = await ok(await edda.post(f"{path}/submit", json={"version": 1}))
    assert sent["state"] == "in_review"
    assert_problem(await edda.post(f"{path}/review", json={"version": 2, "approve": True}), 403, "You wrote")
    back = await ok(await ada.post(f"{path}/review", json={"version": 2, "approve": False, "note": "Until when?"}))
    assert (back["state"], back["note"]) == ("draft", "Until when?")
    again = await ok(await edda.post(f"{path}/submit", json={"version": 3}))
    done = await ok(await ada.post(f"{path}/review", json={"version": again["version"], "approve": True}))
    assert done["state"] == "published"
    assert await found(house, "When does check-in open?")


async def test_what_was_approved_and_changed_afterwards_has_to_be_read_again(house: House) -> None:
    edda, ada = await house.enter("editor"), await house.enter("admin")
    draft = await begin(edda, policy=True)
    path, later = f"/v1/drafts/{draft['id']}", (house.clock() + timedelta(days=1)).isoformat()
    await ok(await edda.post(f"{path}/submit", json={"version": 1}))
    approved = await ok(await ada.post(f"{path}/review", json={"version": 2, "approve": True, "publish_at": later}))
    assert approved["state"] == "approved"
    changed = await ok(await edda.put(path, json={"version": 3, "article": CHECK_IN | {"policy": False}}))
    assert (changed["state"], changed["publish_at"], changed["reviewer"]) == ("draft", None, "")
    assert_problem(await ada.post(f"{path}/review", json={"version": 4, "approve": True}), 409, "not in review")


async def test_taking_levers_away_needs_a_second_person_too(house: House) -> None:
    await bring(house, ("refunds.md", REFUNDS))
    edda = await house.enter("editor")
    draft = await ok(await edda.post("/v1/articles/refunds/edit", json={}), 201)
    saved = await ok(await edda.put(f"/v1/drafts/{draft['id']}", json={"version": 1, "article": draft["article"] | {"levers": []}}))
    assert_problem(await edda.post(f"/v1/drafts/{draft['id']}/publish", json={"version": saved["version"]}), 403, "levers")


async def test_it_is_published_when_its_time_comes(house: House) -> None:
    edda = await house.enter("editor")
    draft = await begin(edda)
    waits = await publish(edda, draft, at=(house.clock() + timedelta(hours=2)).isoformat())
    assert waits["state"] == "approved"
    await settle(house.application)
    assert await found(house, "When does check-in open?") == []
    house.clock.forward(hours=2, seconds=1)
    assert await house.application.dispatcher.sweep() == 1
    await settle(house.application)
    assert (await edda.get(f"/v1/drafts/{draft['id']}")).json()["state"] == "published"
    assert await found(house, "When does check-in open?") == [CHECK_IN["text"]]


async def test_a_draft_that_was_overtaken_goes_back_with_the_reason(house: House) -> None:
    edda = await house.enter("editor")
    await publish(edda, await begin(edda))
    draft = await ok(await edda.post("/v1/articles/check-in/edit", json={}), 201)
    await bring(house, ("check-in.md", "---\nid: check-in\ntitle: Online check-in\nstatus: published\n---\n\nFrom a file.\n"))
    assert_problem(await edda.post(f"/v1/drafts/{draft['id']}/publish", json={"version": 1}), 409, "changed while")
    now = (await edda.get(f"/v1/drafts/{draft['id']}")).json()
    assert now["state"] == "draft"
    changed = now["article"] | {"owner": "gate"}
    saved = await ok(await edda.put(f"/v1/drafts/{draft['id']}", json={"version": now["version"], "article": changed}))
    both = await ok(await edda.post(f"/v1/drafts/{draft['id']}/update", json={"version": saved["version"]}))
    assert (both["present"]["article"]["text"], both["present"]["article"]["owner"]) == ("From a file.", "gate")
    assert (await publish(edda, both["present"]))["state"] == "published"


async def test_an_earlier_revision_comes_back(house: House) -> None:
    edda = await house.enter("editor")
    await publish(edda, await begin(edda))
    draft = await ok(await edda.post("/v1/articles/check-in/edit", json={}), 201)
    saved = await ok(await edda.put(f"/v1/drafts/{draft['id']}", json={"version": 1, "article": draft["article"] | {"text": "Wrong."}}))
    await publish(edda, saved)
    restored = await ok(await edda.post("/v1/articles/check-in/edit", json={"revision": 1}), 201)
    assert (restored["article"]["text"], restored["origin"]) == (CHECK_IN["text"], "restore:1")
    await publish(edda, restored)
    assert (await edda.get("/v1/articles/check-in")).json()["revision"] == 3
    assert await found(house, "When does check-in open?") == [CHECK_IN["text"]]


async def test_a_merged_article_leads_to_the_one_that_took_its_place(house: House) -> None:
    edda = await house.enter("editor")
    for ident in ("check-in", "check-in-old"):
        await publish(edda, await begin(edda, id=ident, text=f"Words of {ident}."))
    draft = await ok(await edda.post("/v1/articles/check-in-old/redirect", json={"to": "check-in"}), 201)
    await publish(edda, draft)
    assert (await edda.get("/v1/articles/check-in-old")).json()["id"] == "check-in"
    assert_problem(await edda.post("/v1/articles/check-in/redirect", json={"to": "check-in"}), 422, "itself")
    assert_problem(await edda.post("/v1/articles/check-in/redirect", json={"to": "check-in-old"}), 422, "not published")


async def test_two_articles_with_one_name_get_two_ids(house: House) -> None:
    edda = await house.enter("editor")
    await publish(edda, await begin(edda))
    assert (await begin(edda))["article"]["id"] == "check-in-2"
    assert (await begin(edda, id="", title="Bags that are late"))["article"]["id"] == "bags-that-are-late"
    assert_problem(await edda.post("/v1/drafts", json={"article": CHECK_IN | {"id": "with space"}}), 422, "cannot be an id")
    assert_problem(await edda.post("/v1/drafts", json={"article": CHECK_IN | {"title": " "}}), 422, "no title")


@pytest.mark.parametrize("step", ["submit", "publish"])
async def test_an_empty_article_is_kept_but_goes_nowhere(house: House, step: str) -> None:
    edda = await house.enter("editor")
    draft = await begin(edda, text="")
    assert_problem(await edda.post(f"/v1/drafts/{draft['id']}/{step}", json={"version": 1}), 422, "empty")


async def test_comments_are_made_and_settled(house: House) -> None:
    edda, ada = await house.enter("editor"), await house.enter("admin")
    draft = await begin(edda)
    said = await ok(await ada.post("/v1/articles/check-in/comments", json={"text": "Since when?", "quote": "30 hours"}), 201)
    assert said["draft_id"] == draft["id"]
    await ok(await edda.post(f"/v1/comments/{said['id']}/resolve"))
    (comment,) = (await edda.get("/v1/articles/check-in/comments")).json()["comments"]
    assert (comment["text"], comment["quote"], bool(comment["resolved_at"])) == ("Since when?", "30 hours", True)
    assert_problem(await edda.post("/v1/articles/nowhere/comments", json={"text": "?"}), 404, "nowhere")


async def test_the_list_is_filtered(house: House) -> None:
    edda = await house.enter("editor")
    await publish(edda, await begin(edda))
    await publish(edda, await begin(edda, id="bags", title="Late bags", audience="internal", locale="de", review_by="2020-01-01T00:00:00Z"))
    await begin(edda, id="new", title="A new one")
    await ok(await edda.post("/v1/articles/check-in/edit", json={}), 201)

    async def ids(**wanted: Any) -> list[str]:
        return [row["id"] for row in (await edda.get("/v1/knowledge/articles", params=wanted)).json()["articles"]]

    assert await ids() == ["new", "bags", "check-in"]
    assert await ids(state="published") == ["bags", "check-in"]
    assert await ids(state="draft") == ["new", "check-in"]
    assert await ids(audience="internal") == ["bags"]
    assert await ids(locale="de") == ["bags"]
    assert await ids(owner="airport", text="check") == ["check-in"]
    assert await ids(stale="true") == ["bags"]
    assert await ids(flagged="true") == await ids(used="true") == []
    assert await ids(used="false") == ["bags", "check-in"]
    rows = {row["id"]: row for row in (await edda.get("/v1/knowledge/articles")).json()["articles"]}
    assert (rows["check-in"]["draft"], rows["bags"]["draft"], rows["new"]["revision"]) == ("draft", None, 0)


@pytest.mark.parametrize("amount", ["five", "NaN", "Infinity", "", None])
async def test_a_limit_that_is_no_number_is_told(house: House, amount: object) -> None:
    lever = {"id": "late", "offer": "a gift", "limit": {"amount": amount, "currency": "EUR"}}
    edda = await house.enter("editor")
    assert_problem(await edda.post("/v1/drafts", json={"article": CHECK_IN | {"levers": [lever]}}), 422, "")
