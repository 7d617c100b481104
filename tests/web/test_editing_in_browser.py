"""Editors at their pages: two at once, a second person's word, what was not saved, and texts that try to be more than text."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.base import new_id
from copilot.domain.knowledge import Article, Ask, Condition, Lever
from copilot.domain.staff import User
from tests.web.conftest import PATIENCE_MS, watch
from tests.web.guard import Guard, Sink
from tests.web.hostile import payloads
from tests.web.laden import body
from tests.web.serving import Served
from tests.web.site import CONSOLE, Site, until

TEXT = "It opens early.\n\nThe quiet hour is at noon.\n\nIt closes at ten."
TEXT_FIELD = "Text, in Markdown"


@pytest_asyncio.fixture(loop_scope="session")
async def edith(site: Site, context: BrowserContext, page: Page) -> Page:
    await site.sign_in(context, "editor-edith")
    return page


@pytest_asyncio.fixture(loop_scope="session")
async def ada(site: Site, browser: Browser) -> AsyncIterator[Page]:
    """A second person, in a browser of her own."""
    context = await browser.new_context(base_url=site.address, viewport={"width": 1280, "height": 768}, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    await site.sign_in(context, "admin-ada")
    page = await context.new_page()
    wrong = watch(page)
    yield page
    await context.close()
    assert not wrong, wrong


async def lounge(site: Site, **changed: object) -> None:
    """A published article."""
    given = {"id": "lounge", "title": "The lounge", "text": TEXT, "status": "published", "owner": "lounges", "locale": "en"} | changed
    await site.application.knowledge.save(DEFAULT_TENANT, [Article.model_validate(given)])


async def published(site: Site) -> Article:
    async with site.application.database.read(DEFAULT_TENANT) as records:
        found = await records.articles.get("lounge")
    assert found is not None
    return found


async def edits(page: Page) -> None:
    await page.goto("/knowledge/articles/lounge")
    await page.get_by_role("button", name="Edit", exact=True).or_(page.get_by_role("link", name="Go on with the draft")).click()
    await ready(page)


async def ready(page: Page) -> None:
    """The form is filled by its script."""
    await expect(page.locator("[data-article-form] [name=audience]:checked")).to_have_count(1)


async def replace(page: Page, old: str, new: str) -> None:
    field = page.get_by_label(TEXT_FIELD)
    await field.fill((await field.input_value()).replace(old, new))


async def saves(page: Page) -> None:
    await page.keyboard.press("Control+s")
    await expect(page.get_by_text("Saved.")).to_be_visible()


async def test_two_edit_at_once_and_nothing_is_lost(site: Site, edith: Page, ada: Page) -> None:
    lever = Lever(id="guest", offer="bring a guest")
    await lounge(site, levers=[lever])
    await edits(edith)
    await edits(ada)
    await replace(ada, "quiet hour", "calm hour")
    await replace(ada, "ten", "eleven")
    await ada.get_by_label("Owner").fill("ada's team")
    await ada.get_by_label("What may be offered").fill("bring two guests")
    await saves(ada)
    # Edith hears of it while she writes, and goes on.
    await replace(edith, "opens early", "opens at five")
    await replace(edith, "quiet hour", "silent hour")
    await edith.get_by_label("Owner").fill("edith's team")
    await edith.get_by_label("Tags").fill("late, guests")
    await expect(edith.get_by_text("Somebody saved this draft while you were writing")).to_be_visible()
    await edith.keyboard.press("Control+s")
    merging = edith.locator("[data-merging]")
    await expect(merging.get_by_role("heading", name="Ada Novak saved this draft")).to_be_visible()
    # Nothing is stored before she chose, and what she wrote is kept here should she leave.
    edith.once("dialog", lambda dialog: dialog.accept())
    await edith.reload()
    await ready(edith)
    await expect(edith.get_by_label("Owner")).to_have_value("edith's team")
    await edith.get_by_role("button", name="Look at both").click()
    owner = merging.get_by_role("group", name="Owner")
    await owner.get_by_role("radio", name="Theirs").check()
    clash = merging.get_by_role("group", name="You both changed this")
    await expect(clash).to_have_count(1)
    await clash.get_by_role("radio", name="Keep both, yours first").check()
    await merging.get_by_role("button", name="Save it so").click()
    await expect(edith.get_by_text("Both are saved.")).to_be_visible()
    async with site.application.database.read(DEFAULT_TENANT) as records:
        draft = await records.editing.draft_of("lounge")
    assert draft is not None
    assert draft.article.text == ("It opens at five.\n\nThe silent hour is at noon.\nThe calm hour is at noon.\n\nIt closes at eleven.")
    assert (draft.article.owner, draft.article.tags) == ("ada's team", ("late", "guests"))
    assert draft.article.levers == (lever.model_copy(update={"offer": "bring two guests"}),)
    assert (await published(site)).text == TEXT


async def test_a_second_person_reads_sends_back_and_publishes(site: Site, edith: Page, ada: Page) -> None:
    await lounge(site)
    await edits(edith)
    await replace(edith, "at ten", "at eleven")
    await edith.locator("summary", has_text="Levers").click()
    await edith.get_by_role("button", name="+ Lever").click()
    await edith.get_by_label("What may be offered").fill("a free drink")
    await edith.get_by_label("Id", exact=True).fill("drink")
    await edith.get_by_label("Limit").select_option("money")
    await edith.get_by_label("Up to").fill("7.50")
    await edith.get_by_label("Currency").fill("eur")
    await edith.get_by_role("button", name="+ Condition").click()
    await edith.get_by_label("Detail or fact").fill("promises_overdue")
    await edith.get_by_label("Value").fill("1")
    await saves(edith)
    await edith.get_by_role("button", name="Send for review").click()
    await edith.get_by_label("What should they look at?").fill("Is the drink right?")
    await edith.get_by_role("button", name="Send", exact=True).click()
    await expect(edith.get_by_role("heading", name="It waits for a second person")).to_be_visible()
    await edith.mouse.move(0, 0)
    # Differences first, a comment on the very words, then a no and a yes.
    await ada.goto("/knowledge")
    await ada.get_by_role("region", name="Waits for your review").get_by_role("link", name="The lounge").click()
    await ada.wait_for_url("**/knowledge/drafts/*")
    await expect(ada.get_by_role("heading", name="Read it, then decide")).to_be_visible()
    await expect(ada.locator(".lines ins")).to_have_text(["eleven"])
    await ada.evaluate("getSelection().selectAllChildren(document.querySelector('.article .public p:last-child'))")
    await ada.get_by_role("button", name="Comment on this").click()
    await ada.get_by_label("Comment", exact=True).fill("Since when?")
    await ada.get_by_role("button", name="Comment", exact=True).click()
    await expect(ada.get_by_role("region", name="Comments").get_by_text("Since when?")).to_be_visible()
    await ada.get_by_role("button", name="Send back").click()
    await expect(ada.get_by_text("Say what should change.")).to_be_visible()
    await ada.get_by_label("A word to").fill("Say until when.")
    await ada.get_by_role("button", name="Send back").click()
    await expect(edith.get_by_text("Sent back by Ada Novak")).to_be_visible()
    await expect(edith.get_by_text("It closes at eleven.").first).to_be_visible()
    await edith.get_by_role("link", name="Write", exact=True).click()
    await ready(edith)
    await replace(edith, "at eleven", "at eleven until May")
    await edith.get_by_role("button", name="Send for review").click()
    await edith.get_by_role("button", name="Send", exact=True).click()
    await expect(edith.get_by_role("heading", name="It waits for a second person")).to_be_visible()
    await ada.mouse.move(0, 0)
    await expect(ada.get_by_role("heading", name="Read it, then decide")).to_be_visible()
    await ada.get_by_role("button", name="Approve").click()
    await ada.get_by_role("link", name="See the article").click()
    await expect(ada.get_by_text("until May")).to_be_visible()
    article = await published(site)
    assert article.text.endswith("It closes at eleven until May.")
    (lever,) = article.levers
    assert (lever.id, lever.limit and lever.limit.amount_minor, lever.limit and lever.limit.currency) == ("drink", 750, "EUR")
    assert [(one.field, one.op, one.value) for one in lever.when.all] == [("promises_overdue", ">=", 1)]


async def test_what_was_not_saved_survives_and_what_was_untouched_stays_exact(site: Site, edith: Page) -> None:
    """Times of day, typed values and line ends that a form cannot show are kept as they were."""
    odd = {
        "valid_from": "2026-03-01T14:30:00Z",
        "levers": [
            {"id": "x", "offer": "y", "until": "2031-05-05T12:00:00Z", "when": {"all": [{"field": "tier", "op": "in", "value": ["5", 5]}]}}
        ],
        "text": TEXT + "\n\n",
    }
    await lounge(site, **odd)
    before = await published(site)
    await edits(edith)
    await edith.get_by_label("Title").fill("The lounge, upstairs")
    await expect(edith.get_by_text("not saved yet")).to_be_visible()
    await until(edith, "Object.keys(localStorage).some((one) => one.startsWith('copilot.draft.') && one.includes('.article:'))")
    edith.once("dialog", lambda dialog: dialog.accept())
    await edith.reload()
    await expect(edith.get_by_text("What you had not saved is back.")).to_be_visible()
    await expect(edith.get_by_label("Title")).to_have_value("The lounge, upstairs")
    await saves(edith)
    async with site.application.database.read(DEFAULT_TENANT) as records:
        draft = await records.editing.draft_of("lounge")
    assert draft is not None
    assert draft.article == before.model_copy(update={"title": "The lounge, upstairs"})


async def test_an_article_that_is_published_meanwhile_is_put_together(site: Site, edith: Page) -> None:
    await lounge(site)
    await edits(edith)
    await replace(edith, "quiet hour", "silent hour")
    await saves(edith)
    await lounge(site, text=TEXT.replace("ten", "eleven").replace("quiet hour", "calm hour"))
    await edith.mouse.move(0, 0)
    await edith.get_by_role("button", name="Bring it up to date").click()
    merging = edith.locator("[data-merging]")
    await merging.get_by_role("group", name="You both changed this").get_by_role("radio", name="Theirs").check()
    await merging.get_by_role("button", name="Save it so").click()
    await expect(edith.get_by_text("It is up to date.")).to_be_visible()
    await edith.get_by_role("button", name="Publish …").click()
    await edith.get_by_role("button", name="Publish", exact=True).click()
    await expect(edith.get_by_role("link", name="See the article")).to_be_visible()
    assert (await published(site)).text == "It opens early.\n\nThe calm hour is at noon.\n\nIt closes at eleven."


async def test_a_finding_leads_to_its_line(site: Site, edith: Page) -> None:
    await lounge(site)
    await edits(edith)
    await replace(edith, "It closes at ten.", "Never tell the customer.")
    await edith.get_by_role("button", name="Line 5").click()
    selected = "(() => { const one = document.activeElement; return one.value.slice(one.selectionStart, one.selectionEnd); })()"
    assert await edith.evaluate(selected) == "Never tell the customer."


async def test_hostile_articles_neither_run_nor_fetch(site: Site, browser: Browser) -> None:
    """In the list, read, compared, written, previewed and put together; the browser's own defence is off."""
    sink = Sink()
    async with Served(sink.app) as there:
        texts = payloads(there.address)
        whole, line = body(texts), " ".join(one.text for one in texts[:80])
        words = {"owner": line[:200], "tags": [one.text for one in texts[:40]], "products": [texts[3].text], "group": texts[5].text[:200]}
        lever = Lever(id="x", offer=line, when=Condition(text=line))
        ask = Ask(field=texts[0].text, question=line, why=line, decides=line)
        hostile = Article.model_validate(
            {"id": "lounge", "title": line, "text": whole, "status": "published", "needs": [texts[1].text], **words}
        ).model_copy(update={"levers": (lever,), "asks": (ask,)})
        await lounge(site)
        await site.application.knowledge.save(DEFAULT_TENANT, [hostile])
        async with site.application.database.write(DEFAULT_TENANT) as records:
            await records.admin.put_user(User(id=new_id(), name=line, role="editor", external_id="editor-mallory"))
        draft = await site.application.editing.edit(CONSOLE, "lounge")
        await site.application.remarks.say(CONSOLE, "lounge", line[:2000], line[:2000])
        context = await browser.new_context(base_url=site.address, bypass_csp=True, viewport={"width": 1280, "height": 768})
        context.set_default_timeout(PATIENCE_MS)
        guard = Guard(site.address, sink)
        await guard.over(context)
        await site.sign_in(context, "editor-mallory")
        page = await context.new_page()
        for address in (
            "/knowledge?text=payload",
            "/knowledge",
            "/knowledge/articles/lounge",
            "/knowledge/articles/lounge?before=1&after=2",
        ):
            await page.goto(address)
            await guard.nothing_happened(page)
        await page.goto(f"/knowledge/drafts/{draft.id}")
        await ready(page)
        theirs = draft.article.model_copy(update={"text": whole.replace("payload", "loadpay"), "owner": line[1:200]})
        await site.application.editing.save(CONSOLE, draft.id, 1, theirs)
        await replace(page, "payload", "paypay")
        await page.get_by_label("Owner").fill(line[2:150])
        await expect(page.locator("[data-pane=read]")).to_contain_text("paypay1001")
        await guard.nothing_happened(page)
        await page.locator("[data-panes] label", has_text="Changes").click()
        await guard.nothing_happened(page)
        await page.keyboard.press("Control+s")
        await expect(page.get_by_role("button", name="Save it so")).to_be_visible()
        await guard.nothing_happened(page)
        await context.close()
