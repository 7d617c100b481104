"""A browser, and a site of its own for each test. Tests here share one event loop with the server and the browser's driver."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
import pytest_asyncio
import structlog
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

from tests.patience import DEADLINE_S
from tests.web.site import Company, Site

ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WHOLE = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Browsers with all there is to one: extensions are loaded by these only."""
PLACES = ("chromium-headless-shell", *WHOLE)
"""The shell first: the same engine without windows and toolbars, so that a page costs a quarter (Playwright's own choice for headless)."""
HERE = Path(__file__).parent
PATIENCE_MS = DEADLINE_S * 1000
"""How long a browser may take for one thing."""
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for all tests of this folder: server, driver and test take turns in it."""
    for item in items:
        if HERE in item.path.parents and isinstance(item, pytest.Function) and iscoroutinefunction(item.function):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[None]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50), cache_logger_on_first_use=False)
    yield
    structlog.reset_defaults()


def browser_at(places: tuple[str, ...], package: str) -> str:
    """Where the system's Chromium is. Without one, tests are skipped, but never under CI."""
    found = next((path for path in map(shutil.which, places) if path), None)
    if found is None:
        message = f"There is no Chromium for this test: apt-get install {package} (make test does it where it may)."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def chromium() -> str:
    return browser_at(PLACES, "chromium-headless-shell")


@pytest.fixture(scope="session")
def whole_chromium() -> str:
    """The headless shell loads no extensions."""
    return browser_at(WHOLE, "chromium")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The sample company, loaded and drafted once."""
    return await Company.load(tmp_path_factory.mktemp("company"))


@pytest_asyncio.fixture(loop_scope="session")
async def site(company: Company, tmp_path: Path) -> AsyncIterator[Site]:
    """The product, running, on a copy of the sample company."""
    async with Site(company.copy(tmp_path / "data")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser, site: Site) -> AsyncIterator[BrowserContext]:
    """A browser of one's own, not signed in."""
    made = await browser.new_context(base_url=site.address, viewport={"width": 1280, "height": 768}, locale="en-GB")
    made.set_default_timeout(PATIENCE_MS)
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A page that is not signed in. Scripts that fail and broken security policies fail the test."""
    made = await context.new_page()
    wrong = watch(made)
    yield made
    assert not wrong, wrong


@pytest_asyncio.fixture(loop_scope="session")
async def lea(site: Site, context: BrowserContext, page: Page) -> Page:
    """A page of Lea Brandt, agent of the sample company."""
    await site.sign_in(context, "agent-lea")
    return page


def watch(page: Page) -> list[str]:
    """What goes wrong in the page's scripts, collected as it happens."""
    wrong: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            wrong.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    return wrong
