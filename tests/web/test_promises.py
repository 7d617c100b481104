"""My promises, in a real browser."""

from datetime import timedelta

from playwright.async_api import BrowserContext, Locator, Page, expect

from copilot.domain.memory import Promise
from tests.web.cast import caller
from tests.web.site import Site


def promise(page: Page, text: str) -> Locator:
    return page.get_by_role("region", name="Promises", exact=True).get_by_role("listitem").filter(has_text=text)


async def stored(site: Site, text: str) -> Promise:
    """The promise with these words, whoever owes it."""
    me = await caller(site, "lead-henrik")
    return next(one.promise for one in await site.application.day.owing.promises(me) if text in one.promise.text)


async def confirm(page: Page, verb: str) -> None:
    await page.get_by_role("dialog").get_by_role("button", name=verb).click()


async def test_overdue_first_then_later(site: Site, context: BrowserContext, page: Page) -> None:
    await site.sign_in(context, "agent-priya")
    await page.goto("/promises")
    await expect(page.get_by_role("heading", level=2)).to_have_text(["Overdue 1", "Later 1"])
    await expect(page.get_by_role("heading", level=3)).to_have_text(["Marta Lindqvist", "Mei-Ling Chen"])
    await expect(promise(page, "within 10 working days").get_by_text("Drafted update")).to_have_count(0)


async def test_somebody_without_promises_is_told_so(site: Site, context: BrowserContext, page: Page) -> None:
    await site.sign_in(context, "agent-sofia")
    await page.goto("/promises")
    await expect(page.get_by_text("You owe nobody anything")).to_be_visible()


async def test_update_opens_in_the_composer(lea: Page) -> None:
    await lea.goto("/promises")
    row = promise(lea, "I will add the points by Tuesday")
    words = await row.locator(".update-text").inner_text()
    assert "what I told you on" in words
    await row.get_by_role("button", name="Open with this text").click()
    await lea.wait_for_url("**/desk?conversation=*")
    await expect(lea.get_by_role("region", name="Conversation").locator("form.composer textarea")).to_have_value(words)


async def test_kept_is_asked_once_and_leaves_the_list(site: Site, lea: Page) -> None:
    await lea.goto("/promises")
    row = promise(lea, "I will add the points by Tuesday")
    await row.get_by_role("button", name="Mark as kept").click()
    await confirm(lea, "Cancel")
    await expect(row).to_be_visible()
    await row.get_by_role("button", name="Mark as kept").click()
    await confirm(lea, "Mark as kept")
    await expect(lea.get_by_text("You owe nobody anything")).to_be_visible()
    assert not await site.application.day.owing.promises(await caller(site, "agent-lea"), "me")


async def test_given_to_a_colleague_it_is_theirs(site: Site, lea: Page) -> None:
    await lea.goto("/promises")
    await promise(lea, "I will add the points by Tuesday").get_by_role("button", name="Give to a colleague").click()
    await lea.get_by_role("dialog").get_by_label("Who keeps it").select_option(label="Sofia Marin")
    await confirm(lea, "Give it over")
    await expect(lea.get_by_text("Sofia Marin keeps it now.")).to_be_visible()
    await expect(lea.get_by_text("You owe nobody anything")).to_be_visible()
    theirs = await site.application.day.owing.promises(await caller(site, "agent-sofia"), "me")
    assert [one.moved_from for one in theirs] == ["Lea Brandt"]


async def test_an_absent_colleagues_promises_come_and_say_whose_they_are(site: Site, lea: Page) -> None:
    await lea.goto("/promises")
    jonas, me = await caller(site, "agent-jonas"), await caller(site, "agent-lea")
    await site.application.day.owing.absent(jonas, "me", site.clock() + timedelta(days=2), me.user_id)
    await lea.reload()
    await expect(promise(lea, "I will refund the 142 EUR")).to_contain_text("From Jonas Weber, who is away until")
    await expect(promise(lea, "I will refund the 142 EUR").locator(".update-text")).to_contain_text("my colleague Jonas Weber")


async def test_who_leaves_names_a_colleague_and_may_come_back(site: Site, lea: Page) -> None:
    await lea.goto("/promises")
    await lea.get_by_role("button", name="I will be away").click()
    await lea.get_by_role("dialog").get_by_label("Who minds them").select_option(label="Tom Okafor")
    await confirm(lea, "Hand them over")
    await expect(lea.get_by_text("Tom Okafor minds your promises.")).to_be_visible()
    await lea.get_by_role("button", name="I am back").click()
    await expect(promise(lea, "I will add the points by Tuesday")).to_be_visible()


async def test_another_date_moves_it(site: Site, lea: Page) -> None:
    await lea.goto("/promises")
    row = promise(lea, "I will add the points by Tuesday")
    await row.get_by_label("More for this promise").click()
    await row.get_by_role("button", name="Set another date").click()
    await lea.get_by_label("Due on").fill("2031-05-02T12:00")
    await confirm(lea, "Set the date")
    await expect(lea.get_by_role("heading", level=2)).to_have_text(["Later 1"])
    due = (await stored(site, "I will add the points by Tuesday")).due
    assert due is not None
    assert due.year == 2031


async def test_what_a_colleague_settles_leaves_the_page_by_itself(site: Site, lea: Page) -> None:
    from copilot.services.conversations.owed import Change

    await lea.goto("/promises")
    await expect(promise(lea, "I will add the points by Tuesday")).to_be_visible()
    held = await stored(site, "I will add the points by Tuesday")
    await site.application.day.owing.change(await caller(site, "lead-henrik"), held.id, Change(state="withdrawn"))
    await expect(lea.get_by_text("You owe nobody anything")).to_be_visible()


async def test_keyboard_alone(lea: Page) -> None:
    await lea.goto("/promises")
    await lea.keyboard.press("j")
    await expect(lea.get_by_role("button", name="Open with this text")).to_be_focused()
    await lea.keyboard.press("m")
    await expect(lea.get_by_role("dialog")).to_contain_text("Was this promise kept?")
    await lea.keyboard.press("Enter")  # Cancel has the focus: nothing happens by accident
    await expect(promise(lea, "I will add the points by Tuesday")).to_be_visible()
