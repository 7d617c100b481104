"""Every page by WCAG 2.2 AA as axe reads it, light and dark; at 320 pixels without scrolling sideways; and light to load."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page, expect

from copilot.web.rooms import PAGES
from tests.web.busy import MARTA, arrange, changed, imported, judged, recalled, scored, tried, write
from tests.web.connected import connected
from tests.web.site import CONSOLE, Company, Site

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}
OF_COLOURS = {**RULES, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""All that another colour scheme can change."""
MOST_BYTES = 100_000
"""Of one page's own styles and scripts, as they travel: a second on a poor line."""
OPEN = "?conversation=" + MARTA
SEEN = {
    "/desk": "/desk" + OPEN,
    "/handovers/{handover_id}": "/handovers/{handover}",
    "/wrap-up/{ref}": "/wrap-up/" + MARTA,
    "/shift": "/shift",
    "/promises": "/promises",
    "/supervisor": "/supervisor",
    "/panel/sign-in": "/panel/sign-in?origin=https%3A%2F%2Fchat.example&word=one",
    "/customers/{ref}/memory": "/customers/cus-elena-vasileva/memory",
    "/knowledge": "/knowledge",
    "/knowledge/articles/{article_id}": "/knowledge/articles/refunds-how-long",
    "/knowledge/drafts/{draft_id}": "/knowledge/drafts/{draft}",
    "/knowledge/drafts/{draft_id}/try": "/knowledge/drafts/{draft}/try?turns=20",
    "/knowledge/gaps": "/knowledge/gaps",
    "/knowledge/health": "/knowledge/health",
    "/knowledge/lab": "/knowledge/lab?question=How+long+does+a+refund+take%3F",
    "/knowledge/imports": "/knowledge/imports",
    "/knowledge/imports/{import_id}": "/knowledge/imports/{import_}",
    "/knowledge/facts": "/knowledge/facts?old=24+hours&new=36+hours",
    "/knowledge/facts/{change_id}": "/knowledge/facts/{change}",
    "/knowledge/recalls": "/knowledge/recalls",
    "/knowledge/recalls/{recall_id}": "/knowledge/recalls/{recall}",
    "/knowledge/replies": "/knowledge/replies",
    "/quality": "/quality",
    "/quality/cases/{quality_id}": "/quality/cases/{case}",
    "/quality/runs": "/quality/runs",
    "/quality/experiments": "/quality/experiments",
    "/quality/experiments/{experiment_id}": "/quality/experiments/{experiment}",
    "/quality/drafts/{suggestion_id}": "/quality/drafts/{suggestion}",
    "/quality/scorecards": "/quality/scorecards",
    "/quality/scorecards/{scorecard_id}": "/quality/scorecards/{scorecard}",
    "/quality/scores": "/quality/scores",
    "/scorecards": "/scorecards",
    "/connections": "/connections",
    "/connections/add/{kind}": "/connections/add/zendesk",
    "/connections/{connection_id}": "/connections/{connection}",
    "/my-tools": "/my-tools",
}
"""An address of every page for people who are signed in, by how `rooms.PAGES` names it."""
BESIDE = {
    "empty desk": "/desk",
    "no promises": "/promises",
    "corrections": "/promises",
    "no cases": "/quality?state=rejected",
    "no runs": "/quality/runs",
    "scorecards off": "/quality/scorecards",
    "no scorecards": "/scorecards",
    "scores off": "/quality/scores",
    "no connections": "/connections",
    "no tools of mine": "/my-tools",
    "a connection that works": "/connections/crm",
    "no articles": "/knowledge?text=nothing-like-it",
    "draft to read": "/knowledge/drafts/{draft}?view=read",
    "missing": "/no-such-page",
    "panel": "/panel" + OPEN,
    "embedding": "/embed-demo",
}
OURS = """
() => Object.fromEntries(performance.getEntriesByType('resource')
  .map((one) => [new URL(one.name).pathname, one.encodedBodySize]).filter(([path]) => path.startsWith('/static/')))
"""
"""What a page has loaded of ours: path to bytes, packed."""
ARRANGED: dict[str, Callable[[Site], Awaitable[str]]] = {"import_": imported, "change": changed}
"""What an address may name beside what `furnished` made, and how it comes about."""
WHO = {
    "/promises": "agent-tom",
    "no promises": "agent-sofia",
    "/supervisor": "lead-henrik",
    "/customers/{ref}/memory": "admin-ada",
    "/knowledge": "editor-edith",
    "no articles": "editor-edith",
    "/knowledge/articles/{article_id}": "editor-edith",
    "/knowledge/drafts/{draft_id}": "editor-edith",
    "draft to read": "editor-edith",
    "/knowledge/drafts/{draft_id}/try": "editor-edith",
    "/knowledge/gaps": "editor-edith",
    "/knowledge/health": "editor-edith",
    "/knowledge/lab": "editor-edith",
    "/knowledge/imports": "editor-edith",
    "/knowledge/imports/{import_id}": "editor-edith",
    "/knowledge/facts": "editor-edith",
    "/knowledge/facts/{change_id}": "admin-ada",
    "/knowledge/recalls": "editor-edith",
    "/knowledge/recalls/{recall_id}": "lead-henrik",
    "corrections": "agent-lea",
    "/knowledge/replies": "editor-edith",
    "/quality": "qa-quentin",
    "/quality/cases/{quality_id}": "qa-quentin",
    "/quality/runs": "qa-quentin",
    "/quality/experiments": "qa-quentin",
    "/quality/experiments/{experiment_id}": "qa-quentin",
    "/quality/drafts/{suggestion_id}": "qa-quentin",
    "no cases": "qa-quentin",
    "no runs": "qa-quentin",
    "/quality/scorecards": "admin-ada",
    "/quality/scorecards/{scorecard_id}": "qa-quentin",
    "/quality/scores": "lead-henrik",
    "/scorecards": "agent-tom",
    "/connections": "admin-ada",
    "/connections/add/{kind}": "admin-ada",
    "/connections/{connection_id}": "admin-ada",
    "no connections": "admin-ada",
    "a connection that works": "admin-ada",
    "scorecards off": "qa-quentin",
    "scores off": "lead-henrik",
}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def furnished(company: Company, tmp_path_factory: pytest.TempPathFactory) -> tuple[Company, dict[str, str]]:
    """The company in the middle of a day, so that lists are not empty: what an address may name is there, by its name."""

    async def busy(site: Site) -> dict[str, str]:
        return {"handover": await arrange(site), "draft": await write(site)}

    return await company.after(tmp_path_factory.mktemp("furnished"), busy)


@pytest_asyncio.fixture(loop_scope="session")
async def site(furnished: tuple[Company, dict[str, str]], tmp_path: Path) -> AsyncIterator[Site]:
    async with Site(furnished[0].copy(tmp_path / "data")) as running:
        yield running


@pytest.fixture
def there(furnished: tuple[Company, dict[str, str]]) -> dict[str, str]:
    """What an address may name, as this test's copy has it."""
    return dict(furnished[1])


def test_every_page_is_looked_at() -> None:
    named = {name.removeprefix("GET ").replace(":path", "") for name in PAGES if name.startswith("GET ") and "/f/" not in name}
    assert named - {"/", "/c/{ref}"} == SEEN.keys()  # these two only lead elsewhere


async def faults(page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    axe = Axe("null") if await page.evaluate("'axe' in window") else Axe()  # half a megabyte of script, once for a document
    found = await axe.run(page, options=rules)
    return [f"{one['id']}: {node['html'][:200]}" for one in found.response["violations"] for node in one["nodes"]]


async def look(page: Page, address: str, *, narrow: bool = True) -> None:
    """In both colours at 1280 pixels, then at 320."""
    answer = await page.goto(address)
    assert answer is not None
    assert answer.ok or address == BESIDE["missing"], f"{address} is an error page"
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    assert not await faults(page), f"light: {await faults(page)}"
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert not await faults(page, OF_COLOURS), f"dark: {await faults(page, OF_COLOURS)}"
    if not narrow:
        return
    await page.set_viewport_size({"width": 320, "height": 640})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320, "scrolls sideways at 320 pixels"
    assert not await faults(page), f"narrow: {await faults(page)}"


@pytest.mark.parametrize("name", [*SEEN, *BESIDE])
async def test_page(site: Site, context: BrowserContext, page: Page, there: dict[str, str], name: str) -> None:
    address = {**SEEN, **BESIDE}[name]
    there |= {one: await arranged(site) for one, arranged in ARRANGED.items() if f"{{{one}}}" in address}
    if name == "corrections" or "recall" in name:
        there["recall"] = await recalled(site)
    if "/scor" in name:
        there |= await scored(site)
    elif name.startswith("/quality"):
        there |= await judged(site)
    if ("connection" in name or name == "/my-tools") and name != "no connections":
        there["connection"] = await connected(site)
    if "experiment" in name:
        there["experiment"] = await tried(site)
    await site.sign_in(context, WHO.get(name, "agent-lea"))
    # The embedding page stands for somebody else's chat tool, with the panel beside it.
    await look(page, address.format(**there), narrow=name != "embedding")


async def test_signing_in(site: Site, page: Page) -> None:
    await look(page, "/sign-in")
    link = await site.application.signing_in.make_link(CONSOLE, "agent-lea")
    await page.set_viewport_size({"width": 1280, "height": 768})
    await look(page, f"/enter/{link.secret}")


async def test_what_opens_on_a_page(site: Site, context: BrowserContext, page: Page) -> None:
    """Dialogs and forms that stand closed at first."""
    await site.sign_in(context, "lead-henrik")
    await page.emulate_media(reduced_motion="reduce")  # a dialog that still fades in has no contrast
    await page.goto("/supervisor")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert not await faults(page)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Counter").first.click()
    assert not await faults(page)
    await page.get_by_role("button", name="Give to").first.click()
    assert not await faults(page)


async def test_making_a_case(site: Site, context: BrowserContext, page: Page) -> None:
    """The dialog on the desk, at both widths."""
    await site.sign_in(context, "agent-lea")
    await page.emulate_media(reduced_motion="reduce")
    await page.goto("/desk" + OPEN)
    await expect(page.locator(".draft[data-main]").first).to_be_visible()
    await page.keyboard.press("m")
    await expect(page.get_by_role("dialog", name="Make this a case")).to_be_visible()
    assert not await faults(page)
    await page.set_viewport_size({"width": 320, "height": 640})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    assert not await faults(page)


async def test_own_files_are_light(site: Site, context: BrowserContext, page: Page, there: dict[str, str]) -> None:
    """No page loads more of ours than that, counted by the browser as it came over the line; cached files count again for each."""
    there |= {"import_": await imported(site), "change": await changed(site), "recall": await recalled(site), **await judged(site)}
    there |= {"experiment": await tried(site), "connection": await connected(site), **await scored(site)}
    await site.application.gaps.topics.page(CONSOLE.tenant_id)  # the first look encodes every question: longer than a browser waits here
    await site.sign_in(context, "admin-ada")
    for name, address in SEEN.items():
        answer = await page.goto(address.format(**there))
        assert answer is not None
        assert answer.ok, name
        loaded = await page.evaluate(OURS)
        assert 0 < sum(loaded.values()) < MOST_BYTES, (name, sorted(loaded.items(), key=lambda one: -one[1])[:8])
