"""One fact changed in the pages, the panel that hears of it, a saved reply put in, a correction carried to where it is sent."""

from playwright.async_api import Browser, BrowserContext, Page, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.formats import ConversationIn
from copilot.domain.knowledge import Article
from copilot.services.knowledge.replies import Written
from copilot.testing.application import settle
from tests.web.busy import FACT, MARTA, recalled
from tests.web.cast import caller
from tests.web.site import Site


async def test_a_fact_is_changed_by_two_people(site: Site, browser: Browser, context: BrowserContext, page: Page) -> None:
    await site.sign_in(context, "editor-edith")
    await page.goto("/knowledge/facts")
    await page.get_by_label("What is written now").fill(FACT)
    await page.get_by_label("What it shall say").fill("36 hours")
    await page.get_by_role("button", name="Find it").click()
    boxes = page.get_by_role("checkbox")
    await expect(boxes.first).to_be_checked()
    ticked = await page.locator("input[name='place']:checked").count()
    await boxes.first.uncheck()
    await expect(page.locator("[data-chosen]")).to_contain_text(f"{ticked - 1} of ")
    await page.get_by_label("What the reader should know").fill("From March on.")
    await page.get_by_role("button", name="Send as one change").click()
    await page.wait_for_url("**/knowledge/facts/*")
    await expect(page.get_by_text("A second person reads it")).to_be_visible()
    await expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    other = await browser.new_context(base_url=site.address)
    await site.sign_in(other, "admin-ada")
    second = await other.new_page()
    await second.goto(page.url)
    await expect(second.locator("ins").first).to_contain_text("36")
    await second.get_by_role("button", name="Approve").click()
    await expect(second.get_by_text("Published").first).to_be_visible()
    await expect(page.get_by_text("Published").first).to_be_visible()  # the first one's page hears of it
    await other.close()


async def test_the_panel_says_at_once_that_an_article_was_changed(site: Site, lea: Page) -> None:
    """A draft that quotes it says so, and is drafted again on what the article says now."""
    app = site.application
    article = Article(id="wings", title="Model wings", text="A model wing may be 90 centimetres long in the cabin.", status="published")
    await app.knowledge.save(DEFAULT_TENANT, [article])
    said = {"id": "m1", "author": "customer", "text": "How long may a model wing be in the cabin?", "sent_at": site.clock().isoformat()}
    talk = {"conversation_id": "wings-talk", "channel": "chat", "language": "en", "messages": [said]}
    await app.ingest.conversation(DEFAULT_TENANT, ConversationIn.model_validate(talk), connection="file")
    await settle(app)
    await lea.goto("/desk?conversation=wings-talk")
    panel = lea.get_by_role("complementary", name="Copilot")
    await expect(panel.locator(".part.reply .draft-text").first).to_contain_text("90 centimetres")
    changed = article.model_copy(update={"text": "A model wing may be 70 centimetres long in the cabin."})
    await app.knowledge.save(DEFAULT_TENANT, [changed])
    await expect(panel.get_by_text("The article it quotes was changed.")).to_be_visible()
    await lea.mouse.move(0, 0)
    async with lea.expect_response("**/suggestions"):
        await panel.get_by_role("button", name="Draft again").click()
    await settle(app)
    await expect(panel.locator(".part.reply .draft-text").first).to_contain_text("70 centimetres")
    await expect(panel.get_by_text("The article it quotes was changed.")).to_have_count(0)


async def test_a_saved_reply_is_put_in_with_a_slash(site: Site, lea: Page) -> None:
    me = await caller(site, "editor-edith")
    for shortcut, text in (("bags-lost", "A lost bag is found within five days."), ("bags-size", "A cabin bag may be 40 cm wide.")):
        await site.application.replies.add(me, Written(shortcut=shortcut, title=shortcut.replace("-", " "), text=text))
    await lea.goto(f"/desk?conversation={MARTA}")
    field = lea.get_by_role("region", name="Conversation").locator("form.composer textarea")
    await field.click()
    await field.press_sequentially("Hello Marta, /bag")
    options = lea.get_by_role("option")
    await expect(options).to_have_count(2)
    await field.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await field.press("Enter")
    await expect(field).to_have_value("Hello Marta, A cabin bag may be 40 cm wide.")
    await expect(options).to_have_count(0)
    await field.press_sequentially(" and/or ")
    await expect(options).to_have_count(0)


async def test_a_correction_is_carried_to_its_conversation_and_done_once_it_is_sent(site: Site, lea: Page) -> None:
    await recalled(site)
    await lea.goto("/promises")
    row = lea.locator("[data-correction='case-0']")
    await expect(row.locator("blockquote")).to_have_text("Your refund takes 5 days.")
    second = lea.locator("[data-correction='case-1']")
    await expect(second).to_contain_text("look first")
    await second.get_by_text("Not needed …").click()
    await second.get_by_label("Why?").fill("He wrote that he knows.")
    await second.get_by_role("button", name="It is not needed").click()
    await expect(second).to_have_count(0)
    await row.get_by_role("button", name="Open with this text").click()
    await lea.wait_for_url("**/desk?conversation=*")
    talk = lea.get_by_role("region", name="Conversation")
    field = talk.locator("form.composer textarea")
    await expect(field).to_have_value("Hello, it takes 10 days. I am sorry.")
    await field.press("Control+Enter")
    await expect(talk.locator(".finding").first.or_(talk.locator(".message.agent", has_text="it takes 10 days").last)).to_be_visible()
    if await talk.locator(".finding").count():  # what is checked before sending advises; the second time it goes as it is
        await field.press("Control+Enter")
    await expect(field).to_have_value("")
    await lea.goto("/promises")
    await expect(lea.locator("[data-correction]")).to_have_count(0)
