"""The extension in a real Chromium beside pages that behave like chat tools."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from playwright.async_api import Browser, BrowserContext, CDPSession, FrameLocator, Locator, Page, Worker
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from copilot.adapters.database.tables.talk import conversations
from copilot.adapters.database.tables.tenancy import connections
from copilot.bootstrap import DEFAULT_TENANT
from copilot.commands.extension import Site as ToolSite
from copilot.commands.extension import write
from copilot.domain.base import now
from tests.web.conftest import ARGUMENTS, PATIENCE_MS
from tests.web.site import Site

TOOLS = Path(__file__).parent / "tools"
CONTEXTS = """() => chrome.runtime.getContexts({})
  .then((all) => all.map((one) => [one.contextType, one.documentUrl ?? '']))"""
WITHOUT_SIDE_PANEL = "Object.defineProperty(chrome, 'sidePanel', { value: undefined, configurable: true })"


def tool_app(name: str, more: Callable[[Asked], str] = lambda _: "") -> Starlette:
    """A chat tool's page at every path, and its editors. `more`: HTML put into its end."""

    async def answer(request: Asked) -> Response:
        if request.url.path == "/editors.js":
            return FileResponse(TOOLS / "editors.js", media_type="text/javascript")
        return Response((TOOLS / f"{name}.html").read_text() + more(request), media_type="text/html")

    return Starlette(routes=[Route("/{path:path}", answer)])


async def comes_from(site: Site, ref: str, tool: str, number: str, connection: str = "") -> None:
    """A conversation of the sample is now one that a chat tool's connection brought, under the tool's own number."""
    account = connection or tool
    async with site.application.database.write(DEFAULT_TENANT) as records:
        db: Any = records.conversations._db  # type: ignore[attr-defined]
        await db.add_new(connections, {"id": account, "kind": tool, "name": account, "settings": {}, "active": True, "created_at": now()})
        await db.run(sa.update(conversations).where(conversations.c.external_id == ref).values(connection_id=account, external_id=number))


async def allow(site: Site, *origins: str) -> None:
    """These may show the panel."""
    async with site.application.database.write(DEFAULT_TENANT) as records:
        settings = await records.admin.settings()
        await records.admin.put_settings(settings.model_copy(update={"panel_origins": origins}))


class Installed:
    """A browser with the extension in it. `origin`: of its pages."""

    def __init__(self, context: BrowserContext, worker: Worker, cdp: CDPSession, origin: str) -> None:
        self.context, self.worker, self.origin = context, worker, origin
        self._cdp = cdp

    async def press(self, page: Page) -> None:
        """The extension's icon, while `page` is the tab in front: the browser then lets the extension see that page."""
        await page.bring_to_front()
        tabs = (await self._cdp.send("Target.getTargets", {"filter": [{"type": "tab"}]}))["targetInfos"]
        tab = next(one["targetId"] for one in tabs if one["url"] == page.url and one["embedderData"]["tabActive"])
        await self._cdp.send("Extensions.triggerAction", {"id": self.origin.rpartition("/")[2], "targetId": tab})

    async def open(self, page: Page) -> "Beside":
        """Press the icon where there is no side panel: a window opens, which a test can look into."""
        await self.worker.evaluate(WITHOUT_SIDE_PANEL)
        async with self.context.expect_page() as opened:
            await self.press(page)
        return Beside(page, await opened.value)

    async def contexts(self) -> list[list[str]]:
        """Which pages of the extension are open: kind and address."""
        found: list[list[str]] = await self.worker.evaluate(CONTEXTS)
        return found


class Beside:
    """A tool's page and the panel that belongs to it."""

    def __init__(self, page: Page, side: Page) -> None:
        self.page, self.side = page, side

    @property
    def frame(self) -> FrameLocator:
        """The service's own page in the panel."""
        return self.side.frame_locator("iframe[title=Copilot]")

    @property
    def panel(self) -> Locator:
        return self.frame.get_by_role("complementary", name="Copilot")

    @property
    def toasts(self) -> Locator:
        return self.frame.locator("#toasts")

    async def sign_in(self, site: Site) -> None:
        """As a person does: the service's own page opens in a window."""
        await site.sign_in(self.side.context)
        async with self.side.context.expect_page() as opened:
            await self.frame.get_by_role("button", name="Sign in").click()
        popup = await opened.value
        if not popup.is_closed():
            await popup.wait_for_event("close")

    async def use_own(self, text: str) -> None:
        """Edit the draft into `text`, and use that."""
        await self.panel.get_by_role("button", name="Edit").first.click()
        await self.panel.get_by_label("The draft, as you want it").fill(text)
        await self.panel.get_by_role("button", name="Use my version").click()

    async def written(self) -> str:
        """What stands in the tool's composer."""
        return str(await self.page.evaluate("window.written()"))

    async def nothing_sent(self) -> None:
        assert await self.page.evaluate("window.sent") == 0


@asynccontextmanager
async def installed(browser: Browser, chromium: str, folder: Path, site: Site, sites: list[ToolSite]) -> AsyncIterator[Installed]:
    """Written out by the command's own code, loaded unpacked, allowed by the service. Third-party cookies are off, as people have it."""
    origin = write(folder / "extension", site.address, "", sites)
    await allow(site, origin)
    loading = [f"--{switch}={folder / 'extension'}" for switch in ("load-extension", "disable-extensions-except")]
    context = await browser.browser_type.launch_persistent_context(
        folder / "profile",
        executable_path=chromium,
        headless=False,  # the argument --headless=new does it; Playwright's own headless browser loads no extensions
        args=[*ARGUMENTS, *loading, "--enable-unsafe-extension-debugging", "--test-third-party-cookie-phaseout"],
        ignore_default_args=["--disable-extensions"],
        viewport={"width": 1280, "height": 768},
        locale="en-GB",
    )
    try:
        context.set_default_timeout(PATIENCE_MS)
        worker = context.service_workers[0] if context.service_workers else await context.wait_for_event("serviceworker")
        assert context.browser is not None
        assert worker.url == f"{origin}/background.js", "the id is the one that the command told"
        yield Installed(context, worker, await context.browser.new_browser_cdp_session(), origin)
    finally:
        await context.close()
