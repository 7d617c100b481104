"""How the pages behave towards people: offline, by keyboard only, in other scripts, magnified, and without motion."""

import json
import os
import re
from typing import Final

import pytest
from playwright.async_api import BrowserContext, Locator, Page, Request, Route, ViewportSize, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.formats import ConversationIn
from copilot.testing.application import settle
from tests.web.busy import MARTA, arrange, changed, imported, judged, recalled, scored, tried, write
from tests.web.connected import connected
from tests.web.site import CONSOLE, Site, until
from tests.web.test_accessibility import SEEN

DESK = f"/desk?conversation={MARTA}"
NOBODY = (5, 5)
"""Where the pointer rests on nothing that changes."""
SMALL: Final = (ViewportSize(width=320, height=640), ViewportSize(width=640, height=384))
"""The narrowest page, and 1280 by 768 pixels at 200 %."""
FULL = bool(os.environ.get("FULL"))
"""Every page is loaded in each size, not turned from one to the other."""
ARABIC = {
    "conversation_id": "live-layla",
    "channel": "chat",
    "language": "ar",
    "customer": {"id": "cus-layla", "name": "ليلى حدّاد"},
    "messages": [
        {"id": "layla-1", "author": "customer", "text": "أين أموالي؟ رقم الحجز KX7P2M.", "author_name": "ليلى حدّاد"},
        {"id": "layla-2", "author": "customer", "text": "I asked in English, too.", "author_name": "ليلى حدّاد"},
    ],
}


def composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name=re.compile("^Your answer to"))


def log(page: Page) -> Locator:
    return page.get_by_role("log", name="Messages")


def writes(page: Page) -> list[str]:
    """Requests that change something, as they happen; that a draft was seen is not a change."""
    made: list[str] = []

    def heard(request: Request) -> None:
        if request.method != "GET" and "/seen" not in request.url:
            made.append(f"{request.method} {request.url}")

    page.on("request", heard)
    return made


async def test_offline_it_says_so_keeps_the_words_and_misses_nothing(site: Site, lea: Page, context: BrowserContext) -> None:
    await lea.goto(DESK)
    await until(lea, "document.documentElement.dataset.line === 'online'")
    await composer(lea).fill("Dear Marta, I am")
    await lea.mouse.move(*NOBODY)
    await context.set_offline(True)
    await expect(lea.locator("#line")).to_have_text("Offline. What you write is kept.")
    await expect(lea.get_by_text("Offline").filter(visible=True)).to_have_count(1)
    await composer(lea).press_sequentially(" looking at it")
    await site.say(MARTA, "Hello? Are you still there?", author_name="Marta Lindqvist")
    await expect(log(lea).get_by_text("Are you still there?")).to_have_count(0)
    await context.set_offline(False)
    await expect(lea.locator("#line")).to_be_hidden()
    await expect(log(lea).get_by_text("Are you still there?")).to_have_count(1)
    await expect(composer(lea)).to_have_value("Dear Marta, I am looking at it")


async def test_a_stream_that_the_service_ended_goes_on_where_it_stopped(site: Site, lea: Page) -> None:
    """In good form, as when a token runs out or a service is replaced; what happened in between comes with the next one."""
    asked: list[str] = []

    async def end_the_first(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) > 1:
            await route.continue_()
            return
        async with site.application.database.read(DEFAULT_TENANT) as records:
            last = await records.log.last_event()
        await site.say(MARTA, "In between.", author_name="Marta Lindqvist")
        body = f"id: {last}\nevent: ready\ndata: {json.dumps({'after': last})}\n\n"
        await route.fulfill(body=body, content_type="text/event-stream")
        asked.append(f"after={last}&")

    await lea.route("**/v1/stream*", end_the_first)
    await lea.goto(DESK)
    await lea.mouse.move(*NOBODY)
    await expect(log(lea).get_by_text("In between.")).to_have_count(1)
    first, last, second = asked[:3]
    assert last in second + "&"
    assert last not in first + "&" or first == second


async def test_enter_alone_sends_and_uses_nothing(site: Site, lea: Page) -> None:
    """In every field of the desk, with everything open that can be opened. A question to the knowledge tells nobody anything."""
    await lea.goto(DESK)
    await expect(composer(lea)).to_be_visible()
    pressed = []
    for opened in ("edit", "questions", "options", "ask", "handover"):
        await lea.locator("h1").evaluate("document.activeElement.blur()")
        await lea.keyboard.press({"edit": "e", "questions": "q", "options": "o", "ask": "i", "handover": "h"}[opened])
        if opened == "handover":
            await expect(lea.get_by_role("button", name="Offer it")).to_be_visible()
        made = writes(lea)
        for field in await lea.locator("main").locator("input, textarea").filter(visible=True).all():
            name = await field.evaluate("one => one.name || one.getAttribute('aria-label') || one.dataset.note")
            if name == "question" or await field.get_attribute("type") == "checkbox":
                continue
            await field.fill("12")
            await field.press("Enter")
            pressed.append(name)
        await lea.evaluate("fetch('/v1/me').then((answer) => answer.text())")  # whatever was asked before this was heard
        assert made == [], opened
    assert {"text", "amount", "reason", "The draft, as you want it"} <= set(pressed)


async def test_without_single_letters_no_letter_does_anything(site: Site, lea: Page) -> None:
    await lea.goto(DESK)
    await lea.evaluate("localStorage.setItem('copilot.keys', 'off')")
    await lea.reload()
    await expect(lea.get_by_role("region", name="Reply").get_by_role("button", name="Use").first).to_be_visible()
    made = writes(lea)
    for letter in "abcdefghijklmnopqrstuvwxyz":
        await lea.keyboard.press(letter)
    await expect(lea.get_by_role("dialog")).to_have_count(0)
    await expect(composer(lea)).to_have_value("")
    assert await lea.evaluate("document.activeElement === document.body")
    assert await lea.locator("[aria-expanded=true]").count() == 0
    assert made == []
    await lea.keyboard.press("?")
    await expect(lea.get_by_role("dialog", name="Keyboard").get_by_label("Use single-letter keys")).not_to_be_checked()


async def test_words_from_right_to_left_stand_so_and_leave_the_rest_alone(site: Site, lea: Page) -> None:
    said = [{**message, "sent_at": site.clock().isoformat()} for message in ARABIC["messages"] if isinstance(message, dict)]
    given = ConversationIn.model_validate({**ARABIC, "messages": said})
    await site.application.ingest.conversation(DEFAULT_TENANT, given, connection="file")
    await settle(site.application)
    await lea.goto("/desk?conversation=live-layla")
    row = lea.locator('.case[data-ref="live-layla"]')
    panel = lea.get_by_role("complementary", name="Copilot")
    for name in (row, lea.locator(".talk-head"), panel):
        assert await name.get_by_text("ليلى حدّاد").first.evaluate("one => one.matches(':dir(rtl)')")
    edge = "const words = document.createRange(); words.selectNodeContents(name); return words.getBoundingClientRect().left;"
    names = f"names => names.map((name) => {{ {edge} }})"
    assert len(set(await lea.locator(".case-name").evaluate_all(names))) == 1, "all names begin at the same edge"
    arabic, english = (log(lea).locator(".message .text", has_text=words) for words in ("أين", "English"))
    assert await arabic.evaluate("one => [one.matches(':dir(rtl)'), getComputedStyle(one).textAlign]") == [True, "start"]
    assert await english.evaluate("one => one.matches(':dir(ltr)')")
    dot = panel.locator(".dot").first
    if await dot.count():
        await dot.focus()
        assert await panel.locator(".readout p", has_text="أين").evaluate("one => one.dir === 'auto' && one.matches(':dir(rtl)')")
    await composer(lea).fill("شكرا")
    assert await composer(lea).evaluate("field => field.matches(':dir(rtl)')")
    await composer(lea).fill("Thank you")
    assert await composer(lea).evaluate("field => field.matches(':dir(ltr)')")
    assert await lea.locator(".talk-facts").evaluate("one => one.matches(':dir(ltr)')")


OUTSIDE = """() => [...document.querySelectorAll('body *')].filter((one) => {
    const box = one.getBoundingClientRect();
    if (!box.width || !box.height || box.right <= innerWidth + 1 || one.closest('.visually-hidden, [hidden], .mirror')) return false;
    for (let above = one.parentElement; above; above = above.parentElement) {
        if (['auto', 'scroll'].includes(getComputedStyle(above).overflowX) && above.scrollWidth > above.clientWidth) return false;
        if (above.getBoundingClientRect().right <= innerWidth && getComputedStyle(above).overflowX !== 'visible') return false;
    }
    return true;
}).map((one) => one.outerHTML.slice(0, 120))"""
"""What stands beyond the right edge and cannot be reached by scrolling inside something narrower, nor is it cut with three dots."""


async def test_narrow_or_magnified_nothing_stands_outside(site: Site, context: BrowserContext, page: Page) -> None:
    there = {"handover": await arrange(site), "draft": await write(site), "import_": await imported(site)}
    there |= {"change": await changed(site), "recall": await recalled(site), **await judged(site)}
    there |= {"experiment": await tried(site), **await scored(site), "connection": await connected(site)}
    await site.application.gaps.topics.page(CONSOLE.tenant_id)  # the first look loads what masks names
    await site.say(MARTA, "Donaudampfschifffahrtsgesellschaftskapitänswitwenrente" * 3, author_name="Marta Lindqvist")
    await site.sign_in(context, "admin-ada")
    for number, address in enumerate(SEEN.values()):
        for position, size in enumerate(SMALL if number % 2 else reversed(SMALL)):
            await page.set_viewport_size(size)
            if FULL or not position:  # else somebody turns their telephone
                await page.goto(address.format(**there))
            for view in ("Queue", "Conversation", "Copilot") if address.startswith("/desk") else ("",):
                button = page.get_by_role("button", name=view, exact=True)
                if view and await button.is_visible():
                    await button.click()
                assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"], (address, view, size)
                assert await page.evaluate(OUTSIDE) == [], (address, view, size)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
async def test_who_wants_no_motion_sees_none(lea: Page, motion: str) -> None:
    """Where something moves for others: a dialog that opens, a draft that is on its way."""
    await lea.emulate_media(reduced_motion="reduce" if motion == "reduce" else "no-preference")
    await lea.goto(DESK)
    waiting = "<p class='waiting-lines'><span></span><span></span><span></span></p>"
    await lea.evaluate(
        "html => document.querySelector('.part.reply').append(document.createRange().createContextualFragment(html))", waiting
    )
    await lea.keyboard.press("?")
    await expect(lea.get_by_role("dialog", name="Keyboard")).to_be_visible()
    moving = await lea.evaluate("document.getAnimations().length")
    still = await lea.evaluate("[...document.querySelectorAll('*')].every((one) => getComputedStyle(one).transitionDuration === '0s')")
    assert (moving == 0, still) == ((True, True) if motion == "reduce" else (False, False))
