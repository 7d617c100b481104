"""The blind duel in a real browser: keys, reasons, the way back, its look and its accessibility."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from evals.duel.ballot import Ballot
from evals.duel.pages import Duel
from evals.duel.pairs import Drawn
from evals.judge.votes import read_votes
from tests.evals.duels import TWO, drawn, pair
from tests.web.conftest import PATIENCE_MS, watch
from tests.web.serving import Served
from tests.web.test_accessibility import RULES

LONG = "Unbreakable" * 40


@pytest_asyncio.fixture(loop_scope="session", params=["light", "dark"])
async def kim(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> AsyncIterator[Page]:
    """A voter's page, before the first vote."""
    cast = drawn(3)
    duel = Duel(cast, Ballot(cast.pairs, "kim", tmp_path / "votes.jsonl"), tmp_path / "votes.jsonl")
    async with Served(duel.app()) as there:
        context = await browser.new_context(base_url=there.address, color_scheme=request.param, viewport={"width": 1280, "height": 768})
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        wrong = watch(page)
        await page.goto("/")
        yield page
        await context.close()
        assert not wrong, wrong


async def finds(page: Page) -> list[str]:
    """What axe says against the page."""
    return [one["id"] for one in (await Axe().run(page, options=RULES)).response["violations"]]


async def arrives(page: Page, path: str) -> None:
    """A page is there, and hears keys."""
    await expect(page).to_have_url(path)
    await page.wait_for_load_state()


async def test_a_duel_by_keys_alone(kim: Page, tmp_path: Path) -> None:
    await expect(kim.get_by_role("heading", level=1)).to_have_text("Which would you rather send?")
    assert await finds(kim) == []
    assert await kim.evaluate("document.documentElement.scrollHeight <= innerHeight")
    await kim.keyboard.press("1")
    await expect(kim.get_by_role("checkbox", name="names the matter")).to_be_checked()
    await kim.keyboard.press("3")
    warm_left = TWO in await kim.get_by_role("article", name="Left").inner_text()
    await kim.keyboard.press("ArrowLeft" if warm_left else "ArrowRight")
    await expect(kim.get_by_text("1 of 3", exact=True).first).to_be_visible()
    (first,) = read_votes(tmp_path / "votes.jsonl")[0]
    assert (first.choice, first.why) == ("b", ("names the matter", "honest"))
    await arrives(kim, "/pairs/2")
    await kim.keyboard.press("Backspace")
    await arrives(kim, "/pairs/1")
    await expect(kim.get_by_role("checkbox", name="honest", exact=False)).to_be_checked()
    await kim.keyboard.press("ArrowDown")
    await arrives(kim, "/pairs/2")
    await kim.keyboard.press("ArrowLeft")
    await arrives(kim, "/pairs/3")
    await kim.get_by_role("button", name="Neither").click()
    await expect(kim.get_by_role("heading", level=1)).to_have_text("No difference seen")
    assert await finds(kim) == []
    votes = read_votes(tmp_path / "votes.jsonl")[0]
    assert sorted(vote.choice for vote in votes).count("neither") == 2


async def test_reading_does_not_vote(kim: Page, tmp_path: Path) -> None:
    await kim.get_by_role("region", name="The conversation").focus()
    await kim.keyboard.press("ArrowDown")
    await kim.keyboard.press("ArrowLeft")
    await kim.keyboard.press("Control+ArrowLeft")
    await kim.get_by_role("button", name="Neither").focus()
    await kim.keyboard.press("1")
    await expect(kim.get_by_role("checkbox", name="names the matter")).to_be_checked()
    assert not (tmp_path / "votes.jsonl").exists()


@pytest.mark.parametrize("width", [320, 768])
async def test_long_and_hostile_texts_stay_in_their_place(browser: Browser, tmp_path: Path, width: int) -> None:
    evil = f'<img src=x onerror="document.title=1"><script>document.title=1</script>{LONG}\u202e'
    cast = Drawn((pair(evil, evil, evil, f"{evil}!", evil),), 0, 0)
    duel = Duel(cast, Ballot(cast.pairs, LONG, tmp_path / "votes.jsonl"), tmp_path / "votes.jsonl")
    async with Served(duel.app()) as there:
        context = await browser.new_context(base_url=there.address, viewport={"width": width, "height": 768}, bypass_csp=True)
        page = await context.new_page()
        await page.goto("/")
        for _ in ("pair", "end"):
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert await page.locator("img, body script").count() == 0
            assert await page.title() != "1"
            if await page.get_by_role("button").count():
                await page.get_by_role("button", name="Choose the left one").click()
                await expect(page.get_by_role("heading", level=1)).to_have_text("No difference seen")
                await page.wait_for_load_state()  # with its style
        await context.close()
