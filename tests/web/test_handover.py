"""A conversation changes hands between two people, each in a browser of their own."""

import re
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.web.conftest import PATIENCE_MS, watch
from tests.web.site import Site

MARTA = "live-marta-refund"
DESK = f"/desk?conversation={MARTA}"
READ_BACK = "I release Marta's refund and write to her by 17:00."


@pytest_asyncio.fixture(loop_scope="session")
async def jonas(browser: Browser, site: Site) -> AsyncIterator[Page]:
    """Jonas Weber, in another browser."""
    context = await browser.new_context(base_url=site.address, viewport={"width": 1280, "height": 768}, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    await site.sign_in(context, "agent-jonas")
    page = await context.new_page()
    wrong = watch(page)
    yield page
    assert not wrong, wrong
    await context.close()


async def opened(page: Page) -> Locator:
    """The fold on the desk."""
    await page.goto(DESK)
    await page.get_by_role("button", name="Hand over", exact=True).click()
    fold = page.locator("[data-region='handover']")
    await expect(fold.get_by_role("button", name="Offer it")).to_be_visible()
    return fold


async def offered(page: Page, to: str = "Jonas Weber", note: str = "") -> Locator:
    fold = await opened(page)
    await fold.get_by_label("To whom").select_option(label=to)
    await fold.get_by_label("A word to them").fill(note)
    await fold.get_by_role("button", name="Offer it").click()
    await expect(fold).to_contain_text("Offered to")
    await page.mouse.move(0, 0)  # nothing changes under a pointer that rests there
    return fold


async def read(page: Page) -> Locator:
    """Open the offer that waits at the top of the desk."""
    offers = page.locator("[data-region='offers']")
    await offers.locator("summary").click()
    await offers.get_by_role("link", name="Marta Lindqvist").click()
    await page.wait_for_url("**/handovers/*")  # until its scripts have run, too: buttons do nothing before
    sheet = page.get_by_role("region", name="Handover")
    await expect(sheet.get_by_label("Say back in a line")).to_be_visible()
    return sheet


async def test_from_offer_to_return(site: Site, lea: Page, jonas: Page) -> None:
    await jonas.goto("/desk")
    fold = await offered(lea, note="She has asked twice; please call.")
    await expect(fold).to_contain_text("it goes to their team")
    sheet = await read(jonas)
    await expect(sheet).to_contain_text("She has asked twice; please call.")
    await expect(sheet).not_to_contain_text("Introduction")
    await sheet.get_by_role("button", name="Take it over").click()
    await expect(sheet.get_by_label("Say back in a line")).to_have_attribute("aria-invalid", "true")
    await sheet.get_by_label("Say back in a line").fill(READ_BACK)
    await sheet.get_by_label("Say back in a line").press("Enter")
    await expect(sheet.get_by_role("button", name="Take it over")).to_be_visible()
    await sheet.get_by_role("button", name="Take it over").click()
    introduction = sheet.get_by_label("Introduce yourself to")
    await expect(introduction).to_have_value(re.compile("Jonas Weber"))
    await expect(fold).to_contain_text(READ_BACK)
    await sheet.get_by_role("link", name="Open the conversation").click()
    await jonas.get_by_role("button", name="Hand over", exact=True).click()
    mine = jonas.locator("[data-region='handover']")
    await jonas.evaluate("document.addEventListener('copilot:insert', (event) => { window.inserted = event.detail; })")
    await mine.get_by_role("button", name="Put it in the composer").click()
    inserted = await jonas.evaluate("window.inserted")
    assert "Jonas Weber" in inserted["text"]
    assert inserted["part"] is None
    await mine.get_by_role("button", name="Give it back").click()
    await mine.get_by_label("Why, in a line").fill("The refund system is down here.")
    await mine.get_by_role("button", name="Give it back to Lea Brandt").click()
    await expect(fold).to_contain_text("Jonas Weber gave it back.")
    await expect(fold).to_contain_text("The refund system is down here.")


async def test_the_introduction_that_is_sent_ends_it(site: Site, lea: Page, jonas: Page) -> None:
    fold = await offered(lea)
    await jonas.goto("/desk")
    sheet = await read(jonas)
    await sheet.get_by_label("Say back in a line").fill(READ_BACK)
    await sheet.get_by_role("button", name="Take it over").click()
    words = await sheet.get_by_label("Introduce yourself to").input_value()
    person = await site.person("agent-jonas")
    await site.say(MARTA, words, author="agent", author_id=person.id, author_name=person.name)
    await expect(fold).to_contain_text("is introduced")


async def test_a_corrected_brief_is_kept_and_goes_along(site: Site, lea: Page, jonas: Page) -> None:
    fold = await opened(lea)
    feeling = fold.get_by_role("region", name="How they feel")
    await feeling.get_by_role("button", name="Correct").click()
    await feeling.get_by_role("textbox").fill("Tired of asking; thankful for anything concrete.")
    await feeling.get_by_role("button", name="Keep it so").click()
    todo = fold.get_by_role("region", name="To do")
    await todo.get_by_role("button", name="Correct").click()
    await todo.get_by_role("button", name="Add a line").click()
    await todo.get_by_label("What").last.fill("Ask payments for the trace number")
    await todo.get_by_role("button", name="Keep it so").click()
    await site.say(MARTA, "Hello? Anyone?")
    await lea.reload()
    fold = await opened(lea)
    await expect(fold).to_contain_text("Tired of asking")
    await fold.get_by_label("To whom").select_option(label="The team Refunds")
    await fold.get_by_role("button", name="Offer it").click()
    await expect(fold).to_contain_text("the team Refunds")
    await jonas.goto("/desk")
    sheet = await read(jonas)
    await expect(sheet).to_contain_text("Tired of asking; thankful for anything concrete.")
    await expect(sheet).to_contain_text("Ask payments for the trace number")


async def test_what_changed_since_is_marked(site: Site, lea: Page, jonas: Page) -> None:
    fold = await offered(lea)
    await jonas.goto("/desk")
    sheet = await read(jonas)
    await site.say(MARTA, "My landlord wants the money today.")
    await expect(sheet).to_contain_text("Since it was offered")
    await expect(sheet).to_contain_text("My landlord wants the money today.")
    await expect(sheet.get_by_role("region", name="The story")).to_contain_text("Changed since")
    mind = fold.get_by_role("region", name="How they feel")
    await mind.get_by_role("button", name="Correct").click()
    await mind.get_by_role("textbox").fill("Afraid for her rent.")
    await mind.get_by_role("button", name="Keep it so").click()
    await expect(sheet.get_by_role("region", name="How they feel")).to_contain_text("Afraid for her rent.")
    await expect(sheet.get_by_role("region", name="How they feel")).to_contain_text("Corrected")


async def test_unanswered_it_falls_to_the_team(site: Site, browser: Browser, lea: Page, jonas: Page) -> None:
    fold = await offered(lea)
    await jonas.goto("/desk")
    await expect(jonas.locator("[data-region='offers']")).to_contain_text("1")
    site.clock.forward(minutes=11)
    await site.application.dispatcher.sweep()
    await expect(fold).to_contain_text("did not answer in time")
    async with await browser.new_context(base_url=site.address, locale="en-GB") as context:
        await site.sign_in(context, "agent-priya")
        priya = await context.new_page()
        await priya.goto("/desk")
        sheet = await read(priya)
        await expect(sheet).to_contain_text("Jonas Weber did not answer in time.")


async def test_declined_with_a_reason(site: Site, lea: Page, jonas: Page) -> None:
    fold = await offered(lea)
    await jonas.goto("/desk")
    sheet = await read(jonas)
    await sheet.get_by_role("button", name="I cannot").click()
    await sheet.get_by_label("Why, in a line").fill("I go home in five minutes.")
    await sheet.get_by_role("button", name="Tell Lea Brandt").click()
    await expect(fold).to_contain_text("Jonas Weber cannot take it over.")
    await expect(fold).to_contain_text("I go home in five minutes.")
    await expect(fold.get_by_role("button", name="Offer it")).to_be_visible()


async def test_it_prints_as_one_page(site: Site, lea: Page) -> None:
    fold = await offered(lea)
    await fold.get_by_role("link", name="Open as a page").click()
    await expect(lea.get_by_role("region", name="Handover")).to_be_visible()
    printed = await lea.pdf(format="A4", prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") == 1
    await lea.emulate_media(media="print")
    await expect(lea.get_by_role("banner")).to_be_hidden()
    await expect(lea.get_by_role("button", name="Take it back")).to_be_hidden()
