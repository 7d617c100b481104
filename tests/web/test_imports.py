"""Import, in a real browser: files chosen, sent, read while one watches, and what became of each."""

import asyncio

import pytest_asyncio
from playwright.async_api import BrowserContext, FilePayload, Locator, Page, Route, expect

from tests.retrieval.exports import ZENDESK, as_json
from tests.web.busy import imported
from tests.web.site import Site


def file(name: str, content: bytes) -> FilePayload:
    return FilePayload(name=name, mimeType="application/octet-stream", buffer=content)


def row(page: Page, source: str) -> Locator:
    return page.get_by_role("region", name="Imports").get_by_role("listitem").filter(has_text=source)


@pytest_asyncio.fixture(loop_scope="session")
async def edith(site: Site, context: BrowserContext, page: Page) -> Page:
    await site.sign_in(context, "editor-edith")
    await page.goto("/knowledge/imports")
    return page


async def test_an_export_is_brought_in_and_watched(site: Site, edith: Page) -> None:
    await expect(edith.get_by_text("Nothing was brought in yet")).to_be_visible()
    export, broken = file("help-centre.json", as_json(ZENDESK)), file("broken.md", b"---\nid: [\n---\n\nText.")
    await edith.get_by_label("Choose files").set_input_files([export, broken])
    await expect(edith.get_by_text("2 files")).to_be_visible()
    await expect(edith.get_by_label("Source", exact=True)).to_have_value("help-centre")
    await edith.get_by_label("Source", exact=True).fill("Help centre")
    await edith.get_by_label("The source stays the master").check()
    await edith.get_by_role("button", name="Import", exact=True).click()
    await expect(edith.get_by_text("You may leave this page")).to_be_visible()
    # It moves by itself: nothing is reloaded.
    await expect(row(edith, "Help centre")).to_contain_text("3 saved")
    await expect(row(edith, "Help centre")).to_contain_text("1 refused")
    await expect(row(edith, "Help centre")).to_contain_text("The source is the master")

    await edith.get_by_role("link", name="Help centre").click()
    report = edith.get_by_role("region", name="Report")
    await expect(report.get_by_role("listitem")).to_have_count(1)
    await expect(report.get_by_role("listitem")).to_contain_text("The front matter is not valid YAML")
    await report.get_by_role("link", name="Saved 3").click()
    await expect(report.get_by_role("listitem").first).to_contain_text("Refunds for cancelled flights")
    async with site.application.database.read("default") as records:
        assert (article := await records.articles.get("zendesk-35467")) is not None
        assert (await records.imports.master_of(article.id)) is not None


async def test_nothing_chosen_is_said_and_files_can_be_taken_back(edith: Page) -> None:
    await edith.get_by_label("Source", exact=True).fill("Help centre")
    await edith.get_by_role("button", name="Import", exact=True).click()
    await expect(edith.get_by_text("Choose at least one file")).to_be_visible()
    await edith.get_by_label("Choose files").set_input_files([file("a.md", b"# A")])
    await edith.get_by_role("button", name="Remove all").click()
    await expect(edith.get_by_text("1 file")).to_be_hidden()


TWICE = """async () => {
  const address = performance.getEntriesByType("resource").map((one) => one.name).find((name) => name.includes("/regions."));
  const { load } = await import(address);
  await Promise.all([load("imports"), load("imports")]);
}"""


async def test_an_answer_that_comes_late_is_not_drawn_over_a_later_one(edith: Page) -> None:
    later = asyncio.Event()
    texts = iter(("As it was before", "As it is now"))

    async def crossed(route: Route) -> None:
        text = next(texts)
        if text == "As it was before":
            await later.wait()
        await route.fulfill(body=f"<p>{text}</p>", content_type="text/html")
        later.set()

    await edith.route("**/knowledge/imports/f/list", crossed)
    await edith.evaluate(TWICE)
    await expect(edith.get_by_text("As it is now")).to_be_visible()
    await expect(edith.get_by_text("As it was before")).to_have_count(0)


async def test_an_address_inside_is_refused_in_the_report(site: Site, edith: Page) -> None:
    await edith.get_by_text("Pages from the web").click()
    await edith.get_by_label("One address a line").fill("http://169.254.169.254/latest/meta-data/")
    await edith.get_by_label("Source", exact=True).fill("Web")
    await edith.get_by_role("button", name="Import", exact=True).click()
    await expect(row(edith, "Web")).to_contain_text("1 refused")
    await edith.get_by_role("link", name="Web").click()
    await expect(edith.get_by_role("region", name="Report")).to_contain_text("is not a public address")


async def test_names_of_files_are_text(site: Site, edith: Page) -> None:
    name = '<img src=x onerror="document.title=1">.md'
    await edith.get_by_label("Choose files").set_input_files([file(name, b"---\nid: [\n---\n\nText.")])
    await expect(edith.get_by_text(name)).to_be_visible()
    await edith.get_by_label("Source", exact=True).fill("<b>Bold</b>")
    await edith.get_by_role("button", name="Import", exact=True).click()
    await edith.get_by_role("link", name="<b>Bold</b>").click()
    await expect(edith.get_by_role("region", name="Report")).to_contain_text(name)
    assert await edith.locator("img").count() == 0


async def test_a_report_of_another_import_is_not_shown_to_agents(site: Site, context: BrowserContext, page: Page) -> None:
    ident = await imported(site)
    await site.sign_in(context, "agent-lea")
    answer = await page.goto(f"/knowledge/imports/{ident}")
    assert answer is not None
    assert answer.status == 403
