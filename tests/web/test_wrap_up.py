"""Closing a conversation: one screen, confirmed in one go."""

import re

from playwright.async_api import Locator, Page, expect

from tests.web.site import Site

MARTA = "live-marta-refund"
AT = f"/wrap-up/{MARTA}"


async def closed(page: Page) -> None:
    await page.get_by_role("button", name="Close the conversation").click()


def row(page: Page, text: str) -> Locator:
    return page.get_by_role("listitem").filter(has_text=text)


async def answer(site: Site, text: str) -> None:
    """Lea answers Marta."""
    person = await site.person("agent-lea")
    await site.say(MARTA, text, author="agent", author_id=person.id, author_name=person.name)


async def test_everything_is_confirmed_in_one_screen(site: Site, lea: Page) -> None:
    await site.say(MARTA, "By the way, please only write to me by e-mail after six, I work in a noisy hall.")
    await answer(site, "Ms Lindqvist, your 142 EUR left us today. I am sorry: this was our mistake.")
    await lea.goto(AT)
    await lea.get_by_label("Summary").fill("The 142 EUR were released; our mistake, twice.")
    await closed(lea)
    await expect(lea.get_by_text("Choose how it ended.")).to_be_visible()
    await lea.get_by_label("Solved", exact=True).check()
    await lea.get_by_role("group", name="Is their matter settled?").get_by_label("Yes").check()
    await row(lea, "I will refund the 142 EUR").get_by_label("Kept").check()
    await row(lea, "I will write to you by Friday").get_by_label("Withdrawn").check()
    memories = lea.locator("[data-memory]")
    count = await memories.count()
    if count:
        await memories.first.get_by_label("Forget").check()
    await closed(lea)
    await expect(lea).to_have_url(f"{site.address}/desk")
    stored = await site.application.reading.thread("default", MARTA)
    assert stored.conversation.status == "closed"
    assert stored.customer is not None
    async with site.application.database.read("default") as records:
        held = {p.text[:20]: p.state for p in await records.memories.promises_of(stored.customer.id, site.clock())}
        wrapped = await records.day.wrap_ups_of(stored.conversation.id)
        pending = await records.memories.of_customer(stored.customer.id, ("pending",))
    assert held["I will refund the 142"[:20]] == "kept"
    assert held["I will write to you by Friday"[:20]] == "withdrawn"
    assert (wrapped[-1].summary, wrapped[-1].resolved) == ("The 142 EUR were released; our mistake, twice.", True)
    assert len(pending) == max(0, count - 1)
    await lea.goto(AT)
    await expect(lea.get_by_text("This conversation is closed")).to_be_visible()


async def test_whoever_writes_meanwhile_is_not_closed_over(site: Site, lea: Page) -> None:
    await lea.goto(AT)
    await expect(lea.get_by_text("Their last message has no answer yet")).to_be_visible()
    await lea.get_by_label("Summary").fill("My words.")
    await lea.get_by_label("Not solved", exact=True).check()
    await site.say(MARTA, "One more thing: my address changed.")
    await closed(lea)
    await expect(lea.get_by_role("status").filter(has_text="Somebody wrote while you were here")).to_contain_text("my address changed")
    await expect(lea.get_by_label("Summary")).to_have_value("My words.")
    assert (await site.application.reading.thread("default", MARTA)).conversation.status == "open"
    await closed(lea)
    await expect(lea).to_have_url(re.compile("/desk$"))


async def test_an_unknown_conversation_says_so(lea: Page) -> None:
    await lea.goto("/wrap-up/nowhere")
    await expect(lea.get_by_role("heading", level=1)).to_be_visible()
    await expect(lea.get_by_text("nowhere")).to_be_visible()


async def test_words_of_customers_are_only_words(site: Site, lea: Page) -> None:
    await site.say(MARTA, '<img src=x onerror="document.title=1"> {{ 7 * 7 }} <b>bold</b>')
    await lea.goto(AT)
    await expect(lea.locator("[data-waiting]")).to_contain_text("<b>bold</b>")
    await expect(lea.locator("[data-waiting]")).to_contain_text("{{ 7 * 7 }}")
    assert await lea.locator("main img").count() == 0
