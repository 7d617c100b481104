"""The knowledge pages without a browser: lists and their addresses, what is shown to whom, what is wrong, what is different."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from bs4 import BeautifulSoup, Tag

from copilot.api import create_app
from copilot.api.auth import COOKIE, CSRF_HEADER, csrf_word
from copilot.bootstrap import DEFAULT_TENANT, Application
from copilot.domain.errors import Refused
from copilot.domain.knowledge import Article
from copilot.domain.ports.records import Records
from copilot.services.knowledge.editing import Editing
from copilot.testing.application import close_application
from tests.web.site import CONSOLE, Company

FARE = "---\nid: {}\ntitle: {}\nstatus: published\nowner: fares-team\n---\n\nWords.\n"


@pytest_asyncio.fixture(loop_scope="session")
async def application(company: Company, tmp_path: Path) -> AsyncIterator[Application]:
    made = company.copy(tmp_path / "data")
    await made.open()
    made.ready = True
    yield made
    await close_application(made)


class Editor:
    """A person's browser, without the browser."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    @classmethod
    async def enter(cls, application: Application, ref: str) -> "Editor":
        async with application.database.read(DEFAULT_TENANT) as records:
            person = await records.admin.user(ref)
        assert person is not None
        secret = (await application.signing_in.begin(DEFAULT_TENANT, person, "password")).secret
        transport = httpx.ASGITransport(create_app(application, lifespan=False), raise_app_exceptions=False)
        client = httpx.AsyncClient(
            transport=transport, base_url="http://copilot", headers={"Accept": "text/html"}, cookies={COOKIE: secret}
        )
        client.headers[CSRF_HEADER] = csrf_word(secret)
        return cls(client)

    async def sees(self, address: str, status: int = 200) -> BeautifulSoup:
        answer = await self.client.get(address)
        assert answer.status_code == status, answer.text
        return BeautifulSoup(answer.text, "html.parser")

    async def shows(self, address: str, body: Any) -> BeautifulSoup:
        answer = await self.client.post(address, json=body)
        assert answer.status_code == 200, answer.text
        return BeautifulSoup(answer.text, "html.parser")

    async def asks(self, method: str, address: str, body: Any, status: int = 200) -> dict[str, Any]:
        answer = await self.client.request(method, address, json=body, headers={"Accept": "application/json"})
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def begins(self, **article: Any) -> dict[str, Any]:
        given = {"id": "fees", "title": "Fees for a later flight", "text": "It costs 25 EUR.", "owner": "fares-team"} | article
        return await self.asks("POST", "/v1/drafts", {"article": given}, 201)

    async def edits(self, article_id: str, **how: Any) -> dict[str, Any]:
        return await self.asks("POST", f"/v1/articles/{article_id}/edit", how, 201)

    async def saves(self, draft: dict[str, Any], **changed: Any) -> dict[str, Any]:
        body = {"version": draft["version"], "article": draft["article"] | changed}
        return await self.asks("PUT", f"/v1/drafts/{draft['id']}", body)

    async def moves(self, draft: dict[str, Any], step: str, **more: Any) -> dict[str, Any]:
        return await self.asks("POST", f"/v1/drafts/{draft['id']}/{step}", {"version": draft["version"], **more})


@pytest_asyncio.fixture(loop_scope="session")
async def edith(application: Application) -> Editor:
    return await Editor.enter(application, "editor-edith")


@pytest_asyncio.fixture(loop_scope="session")
async def ada(application: Application) -> Editor:
    return await Editor.enter(application, "admin-ada")


def titles(page: BeautifulSoup) -> list[str]:
    return [row.get_text(strip=True) for row in page.select(".articles .named > a:first-child")]


def words(page: BeautifulSoup | Tag | None) -> str:
    assert page is not None
    return " ".join(page.get_text(" ").split())


async def test_the_list_is_filtered_by_its_address(edith: Editor) -> None:
    everything = titles(await edith.sees("/knowledge"))
    internal = titles(await edith.sees("/knowledge?audience=internal"))
    assert "Goodwill credit: who may give what" in internal
    assert 0 < len(internal) < len(everything)
    assert titles(await edith.sees("/knowledge?text=goodwill+credit&audience=internal")) == ["Goodwill credit: who may give what"]
    assert titles(await edith.sees("/knowledge?owner=card-team&state=archived")) == ["Annual card fees 2023"]
    assert "Karte" in " ".join(titles(await edith.sees("/knowledge?locale=de")))
    nothing = await edith.sees("/knowledge?text=zeppelin")
    assert "No article is like that" in words(nothing)
    # What nobody can choose is left out, and the choice that was made stays chosen.
    page = await edith.sees("/knowledge?state=imaginary&audience=internal&offset=x&only=1")
    assert titles(page) == internal
    assert [one["value"] for one in page.select("option[selected]")] == ["internal"]


async def test_internal_articles_are_marked_by_more_than_colour(edith: Editor) -> None:
    page = await edith.sees("/knowledge?text=goodwill")
    (row,) = [one for one in page.select(".articles > li") if "Goodwill credit" in words(one)]
    assert "internal" in row["class"]
    assert "Internal" in words(row)


async def test_a_long_list_goes_on_at_more(application: Application, edith: Editor) -> None:
    """Each article on one page only, filters kept."""
    new = [Article(id=f"fare-{n:03}", title=f"Fare number {n:03}", text="Words.", status="published", owner="fares") for n in range(120)]
    await application.knowledge.save(DEFAULT_TENANT, new)
    address, seen = "/knowledge?text=fare+number&owner=fares", []
    while address:
        page = await edith.sees(address)
        seen += titles(page)
        following = page.select_one("a[rel=next]")
        address = str(following["href"]) if following else ""
    assert seen == [one.title for one in new]
    assert page.select_one("a[rel=prev]") is not None


async def test_what_waits_for_my_review_stands_on_top_and_mine_does_not(edith: Editor, ada: Editor) -> None:
    draft = await edith.begins(policy=True)
    await edith.moves(draft, "submit", note="Is the sum right?")
    waiting = (await ada.sees("/knowledge")).select_one("[data-key=waiting]")
    assert "Fees for a later flight" in words(waiting)
    assert "Is the sum right?" in words(waiting)
    mine = await edith.sees("/knowledge")
    assert mine.select_one("[data-key=waiting]") is None
    assert "Fees for a later flight" in words(mine.select_one("[data-key=mine]"))


async def test_an_article_is_read_with_what_customers_never_see_apart(application: Application, edith: Editor) -> None:
    text = "For all.\n\n## For the agent\n\nOnly for us.\n\n---\n\n## Times\n\nFor all again."
    await application.knowledge.save(DEFAULT_TENANT, [Article(id="times", title="Times", text=text, status="published", locale="en")])
    page = await edith.sees("/knowledge/articles/times")
    inside = page.select(".article .internal")
    assert [("Only for us." in words(one), "For all" in words(one), "never shown" in words(one)) for one in inside] == [(True, False, True)]
    assert words(page.select_one(".article")).count("For all") == 2
    await edith.sees("/knowledge/articles/nowhere", 404)


async def test_revisions_are_compared_line_by_line_and_word_by_word(edith: Editor) -> None:
    await edith.moves(await edith.begins(text="One.\n\nIt costs 25 EUR.\n\nThree."), "publish")
    draft = await edith.saves(await edith.edits("fees"), text="One.\n\nIt costs 30 EUR.\n\nThree.", owner="money-team")
    page = await edith.sees(f"/knowledge/drafts/{draft['id']}?view=read")
    assert [words(one) for one in page.select(".lines del, .lines ins")] == ["25", "30"]
    assert [words(one) for one in page.select(".changed dt")] == ["Owner"]
    await edith.moves(draft, "publish")
    compared = (await edith.sees("/knowledge/articles/fees?before=1&after=2")).select_one("[data-key=compared]")
    assert "It costs 25 EUR." in words(compared).replace(" .", ".")
    assert "Gone: It costs 25 EUR" in words(compared)
    assert "New: It costs 30 EUR" in words(compared)
    old = await edith.sees("/knowledge/articles/fees?revision=1")
    assert "25 EUR" in words(old.select_one(".article"))
    assert "as it once was" in words(old)


async def test_a_preview_shows_what_is_written_and_what_to_mend(application: Application, edith: Editor) -> None:
    await application.knowledge.save(
        DEFAULT_TENANT, [Article(id="waiting", title="How long does it take", text="Long.", status="published", locale="en")]
    )
    draft = await edith.begins(locale="en")
    written = draft["article"] | {
        "title": "How long does it take?",
        "owner": "",
        "review_by": "2020-01-01T00:00:00Z",
        "text": "First.\n\nNever tell the customer.\n\nSee [there](nowhere) and [here](flights/waiting.md).",
        "levers": [{"id": "late", "offer": "a later flight", "until": "2020-05-01T00:00:00Z"}],
    }
    page = await edith.shows(f"/knowledge/drafts/{draft['id']}/f/preview", written)
    found = {(words(one.button), str(one.button["data-goto"])) for one in page.select(".checked li") if one.button}
    assert found == {
        ("Title", "title"),
        ("Owner", "owner"),
        ("Review by", "review_by"),
        ("Lever late", "levers"),
        ("Line 3", "text"),
        ("Line 5", "text"),
    }
    assert "Never tell the customer" in words(page.select_one("[data-pane=read] .public"))
    assert "a later flight" in words(page.select_one("[data-pane=read] .levers"))
    assert (await edith.client.get(f"/v1/drafts/{draft['id']}")).json()["article"]["text"] == "It costs 25 EUR."


async def test_what_is_half_written_is_told_and_the_rest_is_shown(edith: Editor) -> None:
    draft = await edith.begins()
    half = draft["article"] | {
        "text": "New words.",
        "levers": [{"id": "x", "offer": "a gift", "limit": {"amount": "five", "currency": "EUR"}}],
    }
    page = await edith.shows(f"/knowledge/drafts/{draft['id']}/f/preview", half)
    assert "Lever x" in words(page.select_one(".checked li.bad"))
    assert "New words." in words(page.select_one("[data-pane=read]"))


async def test_both_versions_are_shown_to_choose_from(edith: Editor, ada: Editor) -> None:
    lever = {"id": "late", "offer": "a later flight"}
    draft = await edith.begins(text="One.\n\nTwo.\n\nThree.", levers=[lever])
    await ada.saves(draft, text="One.\n\nTwo, says Ada.\n\nThree.", owner="ada", levers=[lever | {"authority": "supervisor"}], tags=["a"])
    mine = draft["article"] | {
        "text": "One, says Edith.\n\nTwo, says Edith.\n\nThree.",
        "owner": "edith",
        "levers": [lever | {"offer": "a free day"}],
    }
    page = await edith.shows(f"/knowledge/drafts/{draft['id']}/f/merge", {"base": draft["article"], "mine": mine})
    assert "Ada Novak saved this draft" in words(page)
    assert [(one["data-choice"], one["data-entry"]) for one in page.select("[data-choice]")] == [("owner", ""), ("levers", "late")]
    assert [one["data-kind"] for one in page.select("[data-part]")] == ["mine", "same", "conflict", "same"]
    (clash,) = page.select("[data-kind=conflict]")
    assert (clash["data-mine"], clash["data-theirs"]) == ("Two, says Edith.", "Two, says Ada.")
    assert [words(one) for one in clash.select("mark")] == ["Edith", "Ada"]


async def test_who_may_decide_is_told_in_words(edith: Editor, ada: Editor) -> None:
    draft = await edith.begins(levers=[{"id": "late", "offer": "a later flight"}])
    await edith.moves(draft, "submit", note="Please.")
    address = f"/knowledge/drafts/{draft['id']}"
    waits = await edith.sees(address)
    assert "because it carries levers. They can: Ada Novak" in words(waits.select_one(".decision")).replace(" .", ".")
    assert waits.select_one("[data-act=approve]") is None
    decides = await ada.sees(address)
    assert decides.select_one("[data-act=approve]") is not None
    assert "Edith Marlow asks you, because it carries levers" in words(decides.select_one(".decision"))
    await ada.moves(draft | {"version": 2}, "review", approve=False, note="Until when?")
    assert "Sent back by Ada Novak Until when?" in words((await edith.sees(address)).select_one("[data-key=back]"))


async def test_times_merges_and_archives_are_said(application: Application, edith: Editor) -> None:
    await edith.moves(await edith.begins(), "publish")
    await edith.moves(await edith.begins(id="fees-old", title="Old fees"), "publish")
    gone = await edith.asks("POST", "/v1/articles/fees-old/redirect", {"to": "fees"}, 201)
    page = await edith.sees(f"/knowledge/drafts/{gone['id']}")
    assert "leads its readers to Fees for a later flight" in words(page.select_one("[data-key=leaving]"))
    await edith.moves(gone, "publish")
    assert "readers are led to Fees for a later flight" in words(await edith.sees("/knowledge/articles/fees-old"))
    later = await edith.moves(await edith.saves(await edith.edits("fees"), text="It costs 30 EUR."), "publish", at="2030-01-01T09:00:00Z")
    assert "It publishes itself" in words((await edith.sees(f"/knowledge/drafts/{later['id']}")).select_one("[data-key=approved]"))
    assert "approved and publishes itself" in words(await edith.sees("/knowledge/articles/fees"))
    only_draft = await edith.begins(id="new-one", title="New one")
    answer = await edith.client.get("/knowledge/articles/new-one")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/knowledge/drafts/{only_draft['id']}")


async def test_an_article_that_moved_on_is_brought_up_to_date_against_what_was_seen(application: Application, edith: Editor) -> None:
    await edith.moves(await edith.begins(text="One.\n\nTwo."), "publish")
    draft = await edith.saves(await edith.edits("fees"), text="One, says Edith.\n\nTwo.")
    for text in ("One.\n\nTwo, by a file.", "One.\n\nTwo, by a later file."):
        await application.knowledge.save(
            DEFAULT_TENANT, [Article(id="fees", title="Fees for a later flight", text=text, status="published", owner="fares-team")]
        )
    address = f"/knowledge/drafts/{draft['id']}"
    assert "was changed while this draft was open" in words(await edith.sees(address))
    page = await edith.shows(f"{address}/f/merge", {"base": draft["article"], "mine": draft["article"], "published": True})
    view = page.select_one("[data-revision]")
    assert view is not None
    assert (view["data-revision"], [one["data-kind"] for one in page.select("[data-part]")]) == ("3", ["mine", "same", "theirs"])
    # Another revision than the one that was looked at is not taken over unseen.
    body = {"version": draft["version"], "revision": 2}
    assert "once more" in (await edith.asks("POST", f"/v1{address.removeprefix('/knowledge')}/update", body, 409))["todo"]
    done = await edith.asks("POST", f"/v1{address.removeprefix('/knowledge')}/update", body | {"revision": 3})
    assert done["present"]["article"]["text"] == "One, says Edith.\n\nTwo, by a later file."


async def test_an_article_whose_source_is_the_master_says_so(
    application: Application, edith: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def mirrored(_: Records, article: Article, present: Article | None) -> None:
        if present is not None and article.text != present.text:
            raise Refused("Its text comes from the help centre.", todo="Change it there.")

    await edith.moves(await edith.begins(), "publish")
    monkeypatch.setattr(application, "editing", Editing(**{**vars(application.editing), "guard": mirrored}))
    assert "Read only. Its text comes from the help centre. Change it there." in words(await edith.sees("/knowledge/articles/fees"))
    draft = await edith.edits("fees")
    page = await edith.sees(f"/knowledge/drafts/{draft['id']}")
    form = page.select_one("[data-article-form]")
    assert form is not None
    assert form["data-barred"] == "yes"
    assert "Its text comes from the help centre." in words(page.select_one("[data-key=barred]"))


async def test_who_publishes_after_a_return_is_not_named_as_its_reviewer(application: Application, edith: Editor, ada: Editor) -> None:
    """What was sent back, and then published without a review, is its author's own."""
    draft = await edith.moves(await edith.begins(), "submit")
    back = await ada.moves(draft, "review", approve=False, note="Shorter.")
    await edith.moves(back, "publish")
    async with application.database.read(DEFAULT_TENANT) as records:
        (revision,) = await records.editing.revisions("fees")
        person = await records.admin.user("editor-edith")
    assert person is not None
    assert revision.author == f"user:{person.id}"


async def test_the_knowledge_of_others_is_not_shown(application: Application) -> None:
    """Neither by role nor by address."""
    lea = await Editor.enter(application, "agent-lea")
    draft = await application.editing.begin(CONSOLE, Article(id="x", title="X", text="Y."))
    for address in ("/knowledge", "/knowledge/articles/goodwill", f"/knowledge/drafts/{draft.id}", f"/knowledge/drafts/{draft.id}/f/state"):
        await lea.sees(address, 403)
    assert (await lea.client.post(f"/knowledge/drafts/{draft.id}/f/preview", json={})).status_code == 403
    edith = await Editor.enter(application, "editor-edith")
    del edith.client.headers[CSRF_HEADER]
    assert (await edith.client.post(f"/knowledge/drafts/{draft.id}/f/preview", json={})).status_code == 403
