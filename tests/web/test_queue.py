"""The queue in a real browser: who waits, moving through it, acknowledging with two keys."""

import re

from playwright.async_api import Locator, Page, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.base import new_id
from copilot.domain.conversation import Conversation, Message
from tests.patience import eventually
from tests.web.site import Site

MARTA, KOFI = "live-marta-refund", "live-kofi-bag"


def row(page: Page, ref: str) -> Locator:
    return page.locator(f'.case[data-ref="{ref}"]')


async def answers(site: Site, ref: str) -> list[str]:
    talk = await thread(site, ref)
    return [message.text for message in talk.messages if message.is_answer]


async def thread(site: Site, ref: str) -> Conversation:
    return (await site.application.reading.thread(DEFAULT_TENANT, ref)).conversation


async def test_a_row_says_who_how_long_how_and_what_is_special(site: Site, lea: Page) -> None:
    await lea.goto("/desk")
    link = row(lea, MARTA).get_by_role("link")
    await expect(link).to_contain_text("Marta Lindqvist")
    await expect(link).to_contain_text("3rd contact")
    await expect(link).to_contain_text("a promise is overdue")
    await expect(link.locator(".case-wait")).to_have_text(re.compile(r"waits \d+:\d\d"))
    await expect(link.locator("svg.mood .mood-line")).to_have_count(1)
    heat = int(re.sub(r"\D", "", await link.locator(".case-heat").inner_text()))
    assert heat > 60
    await expect(row(lea, MARTA)).to_have_attribute("data-heat", str(round(heat / 10)))
    await expect(row(lea, KOFI)).to_contain_text("needs a person")


async def test_rows_stand_in_the_order_of_service(site: Site, lea: Page) -> None:
    async def alike() -> bool:
        """Waiting goes on between the two looks: two that are near may have changed places."""
        await lea.goto("/desk")
        shown = await lea.locator(".case").evaluate_all("rows => rows.map(row => row.dataset.ref)")
        served = (await lea.evaluate("fetch('/v1/queue').then(answer => answer.json())"))["lines"]
        return len(shown) > 10 and shown == [line["conversation_id"] for line in served]

    await eventually(alike, "the rows to stand as they are served")


async def test_filters_are_links_that_stay_in_the_address(site: Site, lea: Page) -> None:
    await lea.goto("/desk")
    await lea.get_by_role("button", name="Needs a person").click()
    await expect(lea.locator(".case")).to_have_count(1)
    await expect(row(lea, KOFI)).to_be_visible()
    assert "needs_human=1" in lea.url
    await lea.reload()
    await expect(lea.locator(".case")).to_have_count(1)
    await lea.get_by_role("button", name="Needs a person").click()
    await lea.locator("#channels summary").click()
    await lea.get_by_role("link", name=re.compile("^Letter")).click()
    await expect(lea.locator(".case")).to_have_count(2)
    await lea.get_by_role("link", name=re.compile("^Mine")).click()
    await expect(lea.get_by_text("Nobody here with this filter")).to_be_visible()
    await lea.get_by_role("link", name="Show everybody").click()
    await expect(lea.locator(".case").nth(5)).to_be_attached()
    await lea.go_back()
    await expect(lea.get_by_text("Nobody here with this filter")).to_be_visible()


async def test_an_address_that_cannot_be_read_says_so(site: Site, lea: Page) -> None:
    await lea.goto("/desk?channel=pigeon")
    await expect(lea.get_by_text("something the queue does not have: channel")).to_be_visible()


async def test_j_and_k_move_and_enter_opens_without_sending(site: Site, lea: Page) -> None:
    await lea.goto("/desk")
    refs = await lea.locator(".case").evaluate_all("rows => rows.map(row => row.dataset.ref)")
    await lea.keyboard.press("j")
    await expect(row(lea, refs[0]).get_by_role("link")).to_be_focused()
    await lea.keyboard.press("j")
    await lea.keyboard.press("j")
    await lea.keyboard.press("k")
    await expect(row(lea, refs[1]).get_by_role("link")).to_be_focused()
    before = await answers(site, refs[1])
    await lea.keyboard.press("Enter")
    await expect(lea.locator("article.talk")).to_have_attribute("data-ref", refs[1])
    await expect(row(lea, refs[1]).get_by_role("link")).to_have_attribute("aria-current", "true")
    await expect(lea).to_have_url(re.compile(f"conversation={refs[1]}"))
    await expect(row(lea, refs[1]).get_by_role("link")).to_be_focused()
    assert await answers(site, refs[1]) == before
    await lea.go_back()
    await expect(lea.get_by_text("No conversation is open")).to_be_visible()


async def test_a_shows_the_acknowledgement_and_y_sends_it(site: Site, lea: Page) -> None:
    await lea.goto(f"/desk?conversation={KOFI}")
    before = await answers(site, KOFI)
    await lea.keyboard.press("a")
    box = lea.get_by_role("dialog", name="Acknowledge Kofi Mensah")
    draft = box.locator(".draft")
    await expect(draft).not_to_have_attribute("aria-busy", "true")
    text = await draft.inner_text()
    await lea.keyboard.press("Enter")
    await expect(box).to_be_visible()
    assert await answers(site, KOFI) == before
    await lea.keyboard.press("y")
    await expect(box).to_have_count(0)
    assert await answers(site, KOFI) == [*before, text]
    await expect(lea.get_by_role("region", name="Conversation")).to_contain_text(text)
    await expect(row(lea, KOFI)).to_contain_text("answered")
    async with site.application.database.read(DEFAULT_TENANT) as records:
        (sent,) = await records.suggestions.sent_of((await thread(site, KOFI)).id)
    assert sent.suggestion_id is not None
    assert sent.edit_distance == 0


async def test_without_letters_the_button_and_control_enter_do_it(site: Site, lea: Page) -> None:
    await lea.goto("/desk")
    await lea.evaluate("localStorage.setItem('copilot.keys', 'off')")
    await lea.reload()
    await row(lea, KOFI).hover()
    await row(lea, KOFI).get_by_role("button", name="Acknowledge Kofi Mensah").click()
    box = lea.get_by_role("dialog")
    await expect(box.locator(".draft")).not_to_have_attribute("aria-busy", "true")
    await lea.keyboard.press("y")
    await expect(box).to_be_visible()
    await lea.keyboard.press("Control+Enter")
    await expect(box).to_have_count(0)
    assert await answers(site, KOFI)


async def test_an_acknowledgement_can_be_changed_in_the_composer(site: Site, lea: Page) -> None:
    await lea.goto("/desk")
    await row(lea, KOFI).get_by_role("link").focus()
    await lea.keyboard.press("a")
    draft = lea.get_by_role("dialog").locator(".draft")
    await expect(draft).not_to_have_attribute("aria-busy", "true")
    text = await draft.inner_text()
    await lea.keyboard.press("e")
    await expect(lea.get_by_role("textbox", name="Your answer to Kofi Mensah")).to_have_value(text)
    assert not await answers(site, KOFI)


async def test_who_writes_appears_and_unread_goes_once_it_was_seen(site: Site, lea: Page) -> None:
    await lea.goto("/desk")
    await expect(row(lea, MARTA).locator(".unread")).to_contain_text("6")
    await site.say(MARTA, "Hello? Is anybody there?", author_name="Marta Lindqvist")
    await expect(row(lea, MARTA).locator(".unread")).to_contain_text("7")
    await row(lea, MARTA).get_by_role("link").click()
    await lea.mouse.move(700, 300)
    await expect(row(lea, MARTA).locator(".unread")).to_have_count(0)
    await expect(row(lea, KOFI).locator(".unread")).to_be_visible()


async def test_nothing_moves_while_the_pointer_is_over_the_queue(site: Site, lea: Page) -> None:
    await lea.goto("/desk")
    await row(lea, KOFI).hover()
    await site.say(MARTA, "I am still here.", author_name="Marta Lindqvist")
    await expect(lea.locator(".queue")).to_have_attribute("data-waiting", "")
    await expect(row(lea, MARTA).locator(".unread")).to_contain_text("6")
    await lea.mouse.move(700, 300)
    await expect(row(lea, MARTA).locator(".unread")).to_contain_text("7")


async def test_two_hundred_rows_are_there_and_only_the_seen_ones_are_drawn(site: Site, lea: Page) -> None:
    async with site.application.database.write(DEFAULT_TENANT) as records:
        for number in range(200):
            said = Message(id=new_id(), author="customer", text="Where is my bag?", sent_at=site.clock(), external_id=f"many-{number}-1")
            await records.conversations.upsert(Conversation(id=new_id(), external_id=f"many-{number}", channel="chat", messages=(said,)))
    await lea.goto("/desk")
    await expect(lea.locator(".case")).to_have_count(200)
    await expect(lea.get_by_role("link", name=re.compile("Show more"))).to_be_attached()
    assert await lea.locator(".case").last.evaluate("row => getComputedStyle(row).contentVisibility") == "auto"
    await lea.get_by_role("link", name=re.compile("Show more")).click()
    await expect(lea.locator(".case").nth(205)).to_be_attached()


async def test_on_a_narrow_page_one_region_at_a_time(site: Site, lea: Page) -> None:
    await lea.set_viewport_size({"width": 320, "height": 640})
    await lea.goto("/desk")
    await expect(row(lea, KOFI)).to_be_visible()
    await row(lea, KOFI).get_by_role("link").click()
    await expect(lea.get_by_role("heading", name="Kofi Mensah").first).to_be_visible()
    await expect(row(lea, KOFI)).to_be_hidden()
    await lea.get_by_role("button", name="Queue", exact=True).click()
    await expect(row(lea, KOFI)).to_be_visible()
    assert await lea.evaluate("document.documentElement.scrollWidth") == 320
