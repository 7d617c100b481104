"""The panel inside another page: signing in without our cookie, inserting, and everything that is not handled."""

import json
from collections.abc import AsyncIterator, Callable

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, FrameLocator, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from copilot.bootstrap import DEFAULT_TENANT
from tests.web.conftest import ARGUMENTS, PATIENCE_MS
from tests.web.serving import Served
from tests.web.site import Site, until

A_DAY = 30
"""Reloads of a page that agents keep open."""
PARTITIONS = "ThirdPartyStoragePartitioning"
MARTA = "live-marta-refund"
PAGE = """<!doctype html><html><body><h1>Tool</h1><textarea id="answer"></textarea>{more}
<script src="{service}/embed.js" data-conversation="{conversation}" data-insert="#answer"></script></body></html>"""
NOISE = """<!doctype html><script>
const kinds = [
  {type: "copilot:insert", text: "hostile words"}, {type: "copilot:token", secret: "panel_stolen", word: ""},
  {type: "copilot:open", conversation: "live-kofi-bag"}, {type: "copilot:typed", empty: false}, "copilot:open", null, 7,
  {type: {toString: null}}, [["type", "copilot:open"]], {type: "copilot:insert", text: {toString() {}} && 1},
];
let sent = 0;
for (let round = 0; round < 100; round += 1) {
  const what = kinds[round % kinds.length];
  for (const target of [window.parent, ...Array.from({length: window.parent.length}, (_, at) => window.parent[at])]) {
    if (target !== window) { target.postMessage(what, "*"); sent += 1; }
  }
}
document.title = String(sent);
window.parent.postMessage({type: "done", sent}, "*");
</script>"""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def everyday(browser: Browser, chromium: str) -> AsyncIterator[Browser]:
    """As people's browsers are: a frame has its own storage in each site (Playwright switches that off); no third-party cookies."""
    probe = await browser.browser_type.launch(executable_path=chromium, args=[*ARGUMENTS, "--enable-automation"])
    session = await probe.new_browser_cdp_session()
    switches: list[str] = (await session.send("Browser.getBrowserCommandLine"))["arguments"]
    await probe.close()
    (off,) = [switch for switch in switches if switch.startswith("--disable-features=") and PARTITIONS in switch]
    kept = off.replace(f",{PARTITIONS}", "").replace(f"{PARTITIONS},", "")
    arguments = [*ARGUMENTS, kept, "--test-third-party-cookie-phaseout"]
    launched = await browser.browser_type.launch(executable_path=chromium, args=arguments, ignore_default_args=[off])
    yield launched
    await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def context(everyday: Browser, site: Site) -> AsyncIterator[BrowserContext]:
    made = await everyday.new_context(base_url=site.address, viewport={"width": 1280, "height": 768}, locale="en-GB")
    made.set_default_timeout(PATIENCE_MS)
    yield made
    await made.close()


class Pages:
    """A chat tool that the tenant allows, and a page that it does not: two origins, both of another site than ours."""

    def __init__(self, tool: Served, hostile: Served) -> None:
        self.tool = f"http://localhost:{tool.port}"
        self.hostile = f"http://localhost:{hostile.port}"


def html(text: Callable[[Request], str]) -> Starlette:
    async def answer(request: Request) -> HTMLResponse:
        return HTMLResponse(text(request))

    return Starlette(routes=[Route("/{path:path}", answer)])


@pytest_asyncio.fixture(loop_scope="session")
async def pages(site: Site) -> AsyncIterator[Pages]:
    def tool_page(request: Request) -> str:
        noise = f'<iframe src="{made.hostile}/noise" id="noise"></iframe>' if request.url.path == "/noisy" else ""
        return PAGE.format(service=site.address, conversation=MARTA, more=noise)

    def hostile_page(request: Request) -> str:
        if request.url.path == "/noise":
            return NOISE
        if request.url.path == "/frames":
            return PAGE.format(service=site.address, conversation=MARTA, more="")
        return "<!doctype html><script>window.heard = []; onmessage = (e) => window.heard.push(e.data)</script>"

    async with Served(html(tool_page)) as tool, Served(html(hostile_page)) as hostile:
        made = Pages(tool, hostile)
        async with site.application.database.write(DEFAULT_TENANT) as records:
            settings = await records.admin.settings()
            await records.admin.put_settings(settings.model_copy(update={"panel_origins": (made.tool,)}))
        yield made


def frame(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[title=Copilot]")


async def sign_in(site: Site, page: Page) -> None:
    """As a person does: with a session of ours in the browser, which the frame cannot use."""
    await site.sign_in(page.context)
    async with page.expect_popup() as opened:
        await frame(page).get_by_role("button", name="Sign in").click()
    popup = await opened.value
    if not popup.is_closed():
        await popup.wait_for_event("close")


async def test_the_frame_signs_in_once_and_inserts(site: Site, pages: Pages, page: Page) -> None:
    await page.goto(f"{pages.tool}/inbox")
    await expect(frame(page).get_by_role("button", name="Sign in")).to_be_visible()
    await sign_in(site, page)
    panel = frame(page).get_by_role("complementary", name="Copilot")
    await expect(panel).to_contain_text("Marta Lindqvist")
    await page.context.clear_cookies()
    asked: list[str] = []
    page.context.on("page", lambda opened: asked.append(opened.url))
    for _ in range(A_DAY):
        await page.reload(wait_until="commit")
        await expect(panel).to_contain_text("Marta Lindqvist")
        await expect(frame(page).get_by_role("button", name="Sign in")).to_be_hidden()
    assert asked == [], "one login a day"
    text = await panel.locator("[data-main]").get_attribute("data-text")
    await panel.get_by_role("button", name="Use").first.click()
    await expect(page.locator("#answer")).to_have_value(text or "-")
    await expect(panel.get_by_role("region", name="Reply")).to_contain_text("Used")


async def test_the_tool_opens_another_conversation(site: Site, pages: Pages, page: Page) -> None:
    await page.goto(f"{pages.tool}/inbox")
    await sign_in(site, page)
    panel = frame(page).get_by_role("complementary", name="Copilot")
    await expect(panel).to_contain_text("Marta Lindqvist")
    await page.evaluate("Rapport.main.open('live-kofi-bag')")
    await expect(panel).to_contain_text("Kofi Mensah")
    await site.say("live-kofi-bag", "I am still here and still waiting!!")
    await page.evaluate("Rapport.main.open('live-nobody')")
    await expect(panel).to_contain_text("This conversation is not here")


async def test_two_hundred_hostile_messages_are_not_handled(site: Site, pages: Pages, page: Page) -> None:
    await page.goto(f"{pages.tool}/inbox")
    await sign_in(site, page)
    panel = frame(page).get_by_role("complementary", name="Copilot")
    await expect(panel).to_contain_text("Marta Lindqvist")
    await page.add_init_script(
        "window.heard = []; addEventListener('message', (e) => window.heard.push([e.origin, e.data])); "
        "addEventListener('copilot:inserted', () => { window.insertedFromHostile = true }, true)"
    )
    await page.goto(f"{pages.tool}/noisy")
    await expect(panel).to_contain_text("Marta Lindqvist")
    await page.evaluate("document.getElementById('noise').src += '?again'")
    await until(page, f"window.heard.filter(([origin, data]) => origin === '{pages.hostile}' && data && data.type === 'done').length >= 2")
    sent = await page.evaluate("window.heard.filter(([, data]) => data && data.type === 'done').map(([, data]) => data.sent)")
    assert sum(sent) >= 200
    assert sent[-1] >= 200  # to the page and to the frame
    await expect(page.locator("#answer")).to_have_value("")
    await expect(panel).to_contain_text("Marta Lindqvist")
    assert await panel.locator("[data-kept].slot").count() == 0
    found = next(one for one in page.frames if one.url.startswith(f"{site.address}/panel"))
    assert "stolen" not in json.dumps(await found.evaluate("({...localStorage})"))


async def test_pages_that_are_not_allowed_cannot_show_it(site: Site, pages: Pages, context: BrowserContext) -> None:
    await site.sign_in(context)
    page = await context.new_page()
    await page.goto(f"{pages.hostile}/frames")
    await expect(page.locator("iframe[title=Copilot]")).to_have_count(1)
    await until(page, "document.querySelector('iframe').contentWindow !== null")
    (_, framed) = page.frames
    await expect(frame(page).get_by_role("complementary")).to_have_count(0)
    assert not framed.url.startswith(site.address)


async def test_a_window_gives_its_token_to_nobody_else(site: Site, pages: Pages, context: BrowserContext) -> None:
    """A hostile page that opens the sign-in window of a person with a session hears nothing."""
    await site.sign_in(context)
    page = await context.new_page()
    await page.goto(f"{pages.hostile}/")
    async with page.expect_popup() as opened:
        await page.evaluate(f"void window.open('{site.address}/panel/sign-in?origin={pages.tool}&word=1')")
    popup = await opened.value
    if not popup.is_closed():
        await popup.wait_for_event("close")
    assert await page.evaluate("window.heard") == []


async def test_the_demo_page_shows_how_it_is_done(lea: Page) -> None:
    await lea.goto(f"/embed-demo?conversation={MARTA}")
    panel = frame(lea).get_by_role("complementary", name="Copilot")
    await panel.get_by_role("button", name="Use").first.click()
    await expect(lea.get_by_label("Answer")).to_have_value(await panel.locator("[data-main]").get_attribute("data-text") or "-")
    await lea.get_by_label("Conversation").fill("live-kofi-bag")
    await lea.get_by_role("button", name="Open").click()
    await expect(panel).to_contain_text("Kofi Mensah")


async def test_alone_it_copies(site: Site, lea: Page) -> None:
    await lea.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.address)
    await lea.goto(f"/panel?conversation={MARTA}")
    panel = lea.get_by_role("complementary", name="Copilot")
    await lea.keyboard.press("u")
    await expect(lea.get_by_text("Copied. Paste it where you write.")).to_be_visible()
    assert await lea.evaluate("navigator.clipboard.readText()") == await panel.locator("[data-main]").get_attribute("data-text")
    await lea.context.clear_cookies()
    await lea.goto(f"/panel?conversation={MARTA}")
    await expect(lea).to_have_title("Sign in · Rapport")
