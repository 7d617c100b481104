"""The panel inside another page: signing in without our cookie, inserting, and everything that is not handled."""

import json
import os
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Frame, FrameLocator, Page, Request, expect
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import HTMLResponse
from starlette.routing import Route

from copilot.bootstrap import DEFAULT_TENANT
from tests.patience import eventually
from tests.web.conftest import ARGUMENTS, PATIENCE_MS
from tests.web.noise import COUNTS, LEAST, NOISE, SHOWN
from tests.web.serving import Served
from tests.web.site import Site

A_DAY = 30 if os.environ.get("FULL") else 5
"""Reloads of a page that agents keep open; FULL=1: a day's."""
PARTITIONS = "ThirdPartyStoragePartitioning"
MARTA = "live-marta-refund"
PAGE = """<!doctype html><html><body><h1>Tool</h1><textarea id="answer"></textarea>{more}
<script src="{service}/embed.js" data-conversation="{conversation}" data-insert="#answer"></script></body></html>"""


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


def html(text: Callable[[Asked], str]) -> Starlette:
    async def answer(request: Asked) -> HTMLResponse:
        return HTMLResponse(text(request))

    return Starlette(routes=[Route("/{path:path}", answer)])


@pytest_asyncio.fixture(loop_scope="session")
async def pages(site: Site) -> AsyncIterator[Pages]:
    def tool_page(request: Asked) -> str:
        noise = f"""<iframe src="{made.hostile}/noise"></iframe>
            <iframe sandbox="allow-scripts" src="{made.hostile}/noise?nobody"></iframe>"""
        noise = noise if request.url.path == "/noisy" else ""
        return PAGE.format(service=site.address, conversation=MARTA, more=noise)

    def hostile_page(request: Asked) -> str:
        if request.url.path == "/noise":
            return NOISE.replace("ORIGIN", made.tool)
        if request.url.path == "/forged":
            return (
                f"""<!doctype html><iframe title="Copilot" src="{site.address}/panel?conversation={MARTA}&origin={made.tool}"></iframe>"""
            )
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


class Unmoved:
    """What a page and the panel in it have and did, before and after somebody shouted at them."""

    def __init__(self, site: Site, page: Page, panel: Frame) -> None:
        self.page, self.panel = page, panel
        self.asked: list[str] = []
        self._told = (f"{site.address}/desk/f/", f"{site.address}/v1/conversations", f"{site.address}/v1/panel-tokens")
        page.on("request", self._noted)

    def _noted(self, request: Request) -> None:
        """What asks for another conversation or for a token, or brings one that we never gave."""
        if request.url.startswith(self._told) or "stolen" in request.headers.get("authorization", ""):
            self.asked.append(request.url)

    async def state(self) -> list[object]:
        own = await self.panel.evaluate(SHOWN)
        around = "[document.querySelector('#answer')?.value, {...localStorage}, {}.polluted ?? null, document.activeElement.localName]"
        return [own, await self.page.evaluate(around), len(self.page.context.pages)]

    async def heard(self, frame: Frame | Page, origin: str, count: int) -> None:
        """Waits until everything that was said has been heard."""
        assert count >= LEAST
        await until_in(frame, f"window.heard[{json.dumps(origin)}] === {count}")


async def until_in(frame: Frame | Page, expression: str) -> None:
    await eventually(lambda: frame.evaluate(expression), expression)


def panel_frame(page: Page, site: Site) -> Frame:
    return next(one for one in page.frames if one.url.startswith(f"{site.address}/panel"))


async def test_hundreds_of_hostile_messages_are_not_handled(site: Site, pages: Pages, page: Page) -> None:
    """From a page of another origin and from one of none, to the panel and to the page that embeds it."""
    await page.add_init_script(COUNTS)
    await page.goto(f"{pages.tool}/inbox")
    await sign_in(site, page)
    await page.goto(f"{pages.tool}/noisy")
    await expect(frame(page).get_by_role("complementary", name="Copilot")).to_contain_text("Marta Lindqvist")
    panel = panel_frame(page, site)
    unmoved = Unmoved(site, page, panel)
    before = await unmoved.state()
    for noise in [one for one in page.frames if one.url.startswith(f"{pages.hostile}/noise")]:
        count = await noise.evaluate("around()")
        origin = str(await noise.evaluate("origin"))
        for target in (page, panel):
            await unmoved.heard(target, origin, count)
    assert await panel.evaluate("Object.keys(window.heard).sort()") == sorted([pages.hostile, "null"])
    assert await unmoved.state() == before
    assert unmoved.asked == []


async def test_hundreds_of_messages_from_who_opened_it_are_not_handled(site: Site, pages: Pages, context: BrowserContext) -> None:
    """A hostile page opens the panel of somebody who is signed in, in a window of its own."""
    await site.sign_in(context)
    page = await context.new_page()
    await page.goto(f"{pages.hostile}/noise")
    async with page.expect_popup() as opened:
        await page.evaluate(f"void (panel = window.open('{site.address}/panel?conversation={MARTA}&origin={pages.tool}'))")
    popup = await opened.value
    await expect(popup.get_by_role("complementary", name="Copilot")).to_contain_text("Marta Lindqvist")
    await popup.evaluate(COUNTS)
    unmoved = Unmoved(site, popup, popup.main_frame)
    before = await unmoved.state()
    await unmoved.heard(popup, pages.hostile, await page.evaluate("shout([panel])"))
    assert await unmoved.state() == before
    assert unmoved.asked == []


@pytest.mark.parametrize("path", ["/frames", "/forged"])
async def test_pages_that_are_not_allowed_cannot_show_it(site: Site, pages: Pages, context: BrowserContext, path: str) -> None:
    """Neither under their own name nor under that of a page that is allowed."""
    await site.sign_in(context)
    page = await context.new_page()
    await page.goto(f"{pages.hostile}{path}")
    await expect(page.locator("iframe[title=Copilot]")).to_have_count(1)
    await until_in(page, "document.querySelector('iframe').contentWindow !== null")
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
