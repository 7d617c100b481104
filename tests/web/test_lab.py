"""The search lab's page: what it says of a search, and a rule from its proposal to its end."""

import httpx
import pytest
from playwright.async_api import Page, expect

from copilot.bootstrap import DEFAULT_TENANT, Application
from copilot.services.searching.lab import Explained
from tests.web.site import Site
from tests.web.test_editing_in_browser import ada, edith
from tests.web.test_knowledge_pages import Editor, application, words
from tests.web.test_knowledge_pages import edith as reader

__all__ = ["ada", "application", "edith", "reader"]
ASKED = "How long does a refund take?"
JARGON = ("cosine", "bm25", "lexical", "vector", "embedding", "token", "dense")


async def explained(application: Application, question: str = ASKED, draft: str = "") -> Explained:
    return await application.lab.question(DEFAULT_TENANT, question, draft)


async def test_a_question_is_answered_in_words(application: Application, reader: Editor) -> None:
    found = await explained(application)
    page = await reader.shows("/knowledge/lab/f/result", {"text": ASKED})
    text = words(page)
    assert ("✓ Covered" in text) == found.coverage.covered
    assert found.coverage.reason in text
    used = [one for one in found.candidates if one.used]
    shown = page.select("[data-key=used] .candidate")
    assert [row["data-key"] for row in shown] == [one.passage_id for one in used]
    assert [row.select_one("[data-named]").get_text() for row in shown] == [one.title for one in used]  # type: ignore[union-attr]
    folded = page.select("details[data-key=others] .candidate")
    assert folded
    assert all(row["data-key"] not in {one.passage_id for one in used} for row in folded)
    assert "Others fit better." in words(folded[0]) or "Says the same" in words(folded[0]) or "enough passages" in words(folded[0])
    assert not [word for word in JARGON if word in (text + words(await reader.sees("/knowledge/lab"))).lower()]


async def test_a_pasted_conversation_is_read_as_one(reader: Editor) -> None:
    said = "Customer: Hello!\nAgent: Hi, how can I help?\nCustomer: How long does a refund take?"
    page = await reader.shows("/knowledge/lab/f/result", {"text": said})
    assert "The open question" in words(page)
    assert "how can I help" not in words(page.select_one(".made"))
    wrong = await reader.client.post("/knowledge/lab/f/result", json={"text": "Agent: Hello."})
    assert wrong.status_code == 422
    assert "customer says nothing" in wrong.text


async def test_a_draft_is_marked_where_it_differs(application: Application, reader: Editor) -> None:
    draft = await reader.begins(id="kayaks", title="Kayaks on flights", text="You can bring a kayak on the flight for 90 EUR.")
    lab = await reader.sees(f"/knowledge/lab?draft={draft['id']}&question=kayak")
    assert [one["value"] for one in lab.select("option[selected]")] == [draft["id"]]
    page = await reader.shows("/knowledge/lab/f/result", {"text": "Can I bring a kayak on the flight?", "draft_id": draft["id"]})
    first = page.select_one("[data-key=used] .candidate")
    assert "New with the draft" in words(first)
    assert "As published" in words(page)


async def test_texts_are_only_texts(reader: Editor) -> None:
    evil = "<script>alert(1)</script> refund"
    page = await reader.shows("/knowledge/lab/f/result", {"text": evil})
    assert page.find("script") is None
    lab = await reader.sees(f"/knowledge/lab?{httpx.QueryParams(question=evil)}")
    assert evil in lab.select_one("textarea").get_text()  # type: ignore[union-attr]


@pytest.mark.parametrize("who", ["agent-lea", "lead-henrik"])
async def test_the_lab_is_for_editors(application: Application, who: str) -> None:
    other = await Editor.enter(application, who)
    await other.sees("/knowledge/lab", 403)
    assert (await other.client.post("/knowledge/lab/f/result", json={"text": "refund"})).status_code == 403
    await other.asks("POST", "/v1/search-rules", {"query": "refund", "passage_id": "refunds-how-long", "action": "pin"}, 403)


async def test_a_rule_from_its_proposal_to_its_end(site: Site, edith: Page, ada: Page) -> None:
    await edith.goto("/knowledge/lab")
    await edith.get_by_label("A question, or a whole conversation").fill(ASKED)
    await edith.get_by_role("button", name="Search").click()
    used = edith.locator("[data-key=used] .candidate")
    await expect(used.first).to_be_visible()
    second = await used.nth(1).get_attribute("data-key")
    await used.nth(1).get_by_role("button", name="Pin").click()
    dialog = edith.get_by_role("dialog")
    await expect(dialog.get_by_label("When somebody asks")).to_have_value(ASKED)
    await dialog.get_by_label("Why").fill("This one says it in one line.")
    await dialog.get_by_role("button", name="Propose").click()
    await expect(edith.get_by_text("Waits for a second person")).to_be_visible()
    await expect(edith.get_by_role("button", name="Agree")).to_have_count(0)

    await ada.goto("/knowledge/lab")
    await ada.get_by_role("button", name="Agree").click()
    await expect(ada.locator("[data-key=active] .item")).to_have_count(1)
    found = await explained(site.application)
    assert (found.candidates[0].passage_id, found.candidates[0].pinned) == (second, True)

    await expect(edith.locator("[data-key=active] .item")).to_have_count(1)  # she sees it without loading the page again
    await edith.get_by_role("button", name="Search", exact=True).click()
    await expect(used.first).to_contain_text("Pinned by a rule")
    await edith.locator("[data-key=active]").get_by_role("button", name="Retire").click()
    await expect(edith.locator("[data-key=active]")).to_have_count(0)
    await expect(used.first).not_to_contain_text("Pinned by a rule")
