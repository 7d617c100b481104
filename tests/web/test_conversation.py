"""The conversation in a real browser: reading, writing, checking, sending; nothing is lost and nothing goes out by accident."""

import re
from datetime import timedelta

from playwright.async_api import Locator, Page, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.conversation import Message
from copilot.domain.formats import ConversationIn
from tests.web.site import Site

MARTA, KOFI, INGEBORG = "live-marta-refund", "live-kofi-bag", "live-ingeborg-letter"


async def messages(site: Site, ref: str) -> tuple[Message, ...]:
    return (await site.application.reading.thread(DEFAULT_TENANT, ref)).conversation.messages


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name=re.compile("^Your answer to"))


def log(page: Page) -> Locator:
    return page.get_by_role("log", name="Messages")


async def insert(page: Page, text: str, suggestion: str = "", part: int | None = None) -> None:
    await page.evaluate(
        "detail => document.dispatchEvent(new CustomEvent('copilot:insert', {detail}))",
        {"text": text, "suggestionId": suggestion, "part": part},
    )


async def open_(page: Page, ref: str) -> None:
    await page.goto(f"/desk?conversation={ref}")
    await expect(page.locator("article.talk")).to_have_attribute("data-ref", ref)
    await expect(page).to_have_title(re.compile("· Desk$"))


async def test_thread_shows_who_said_what_and_begins_at_its_end(site: Site, lea: Page) -> None:
    await open_(lea, KOFI)
    await expect(lea.get_by_role("heading", name="Kofi Mensah").first).to_be_visible()
    for who in ("customer", "bot", "system"):
        await expect(log(lea).locator(f".message.{who}").first).to_be_attached()
    await expect(log(lea).locator(".message.bot .by").first).to_contain_text("assistant")
    await expect(log(lea).locator(".message.waits")).to_have_count(1)
    await expect(log(lea).locator(".message").last).to_be_in_viewport()
    where = await lea.locator(".where").inner_text()
    assert 10 < len(where) <= 120
    await lea.locator(f'.case[data-ref="{INGEBORG}"] a').click()
    await expect(lea.locator(".where")).not_to_have_text(where)


async def test_an_unknown_conversation_says_so(site: Site, lea: Page) -> None:
    answer = await lea.request.get("/desk/f/conversation?conversation=nowhere")
    assert answer.status == 200
    assert "This conversation is not here" in await answer.text()


async def test_new_messages_appear_while_one_writes_and_the_words_stay(site: Site, lea: Page) -> None:
    await open_(lea, MARTA)
    await field(lea).fill("I am looking at")
    await field(lea).hover()
    await site.say(MARTA, "Please hurry.", author_name="Marta Lindqvist")
    await expect(log(lea).get_by_text("Please hurry.")).to_be_in_viewport()
    await expect(field(lea)).to_be_focused()
    await expect(field(lea)).to_have_value("I am looking at")


async def test_who_reads_further_up_stays_there_and_is_told(site: Site, lea: Page) -> None:
    await open_(lea, MARTA)
    await log(lea).evaluate("pane => { pane.scrollTop = 0; }")
    await expect(log(lea).locator(".message").last).not_to_be_in_viewport()
    await site.say(MARTA, "One more thing.", author_name="Marta Lindqvist")
    button = lea.get_by_role("button", name="New message")
    await expect(button).to_be_visible()
    assert await log(lea).evaluate("pane => pane.scrollTop") == 0
    await button.click()
    await expect(log(lea).get_by_text("One more thing.")).to_be_in_viewport()
    await expect(button).to_be_hidden()


async def test_enter_makes_a_line_and_control_enter_sends(site: Site, lea: Page) -> None:
    await open_(lea, KOFI)
    before = len(await messages(site, KOFI))
    await lea.keyboard.press("w")
    await expect(field(lea)).to_be_focused()
    await lea.keyboard.type("Kofi, I read all of it.")
    await lea.keyboard.press("Enter")
    await lea.keyboard.type("I look for your bag now.")
    assert len(await messages(site, KOFI)) == before
    await lea.keyboard.press("Control+Enter")
    await expect(log(lea).locator(".message.agent").last).to_contain_text("I look for your bag now.")
    await expect(field(lea)).to_have_value("")
    sent = (await messages(site, KOFI))[-1]
    assert (sent.author, sent.author_name, sent.text) == ("agent", "Lea Brandt", "Kofi, I read all of it.\nI look for your bag now.")
    await expect(lea.locator(".talk-facts")).to_contain_text("yours")


async def test_what_is_checked_before_sending_advises_and_never_blocks(site: Site, lea: Page) -> None:
    await open_(lea, MARTA)
    before = len(await messages(site, MARTA))
    await field(lea).fill("Could you please tell me your booking reference? I look now.")
    await lea.keyboard.press("Control+Enter")
    found = lea.locator(".finding").filter(has_text="booking reference")
    await expect(found).to_be_visible()
    await expect(lea.locator(".mirror mark").first).to_contain_text("booking reference")
    assert len(await messages(site, MARTA)) == before
    await expect(lea.get_by_role("button", name="Send as it is")).to_be_visible()
    await lea.keyboard.press("Control+Enter")
    await expect(log(lea).locator(".message.agent").last).to_contain_text("booking reference")
    await expect(lea.locator(".finding")).to_have_count(0)


async def test_one_click_applies_a_change_and_undo_takes_it_back(site: Site, lea: Page) -> None:
    await open_(lea, MARTA)
    whole = "😀 I look now. Could you please tell me your booking reference?"
    await field(lea).fill(whole)
    await lea.get_by_role("button", name="Check my text").click()
    finding = lea.locator(".finding").filter(has_text="booking reference")
    await finding.get_by_role("button", name="Show").click()
    chosen = await field(lea).evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert "booking reference" in chosen
    await finding.get_by_role("button", name="Leave it out").click()
    await expect(field(lea)).to_have_value("😀 I look now.")
    await field(lea).press("Control+z")
    await expect(field(lea)).to_have_value(whole)


async def test_a_clean_text_is_told_only_when_asked(site: Site, lea: Page) -> None:
    await open_(lea, INGEBORG)
    await field(lea).fill("Thank you for your letter.")
    await lea.keyboard.press("Control+.")
    await expect(lea.get_by_text("Checked: nothing to change")).to_be_visible()


async def test_what_the_panel_gives_stands_at_the_caret_and_is_remembered(site: Site, lea: Page) -> None:
    await open_(lea, MARTA)
    async with site.application.database.read(DEFAULT_TENANT) as records:
        talk = await records.conversations.find(MARTA)
        assert talk is not None
        drafts = await records.suggestions.of_conversation(talk.id)
    reply = next(draft for draft in drafts if draft.kind == "reply" and draft.state == "proposed")
    await field(lea).fill("Dear Marta, yours, Lea")
    await field(lea).evaluate("field => field.setSelectionRange(12, 12)")
    await insert(lea, "I have your words", reply.id)
    await expect(field(lea)).to_have_value("Dear Marta, I have your words yours, Lea")
    await expect(field(lea)).to_be_focused()
    await field(lea).fill(reply.text)
    await lea.reload()
    await expect(field(lea)).to_have_value(reply.text)
    await field(lea).press("Control+Enter")
    await expect(lea.locator(".finding").first.or_(log(lea).locator(".message.agent", has_text=reply.text[:20]).last)).to_be_visible()
    if await lea.locator(".finding").count():
        await field(lea).press("Control+Enter")
    await expect(field(lea)).to_have_value("")
    async with site.application.database.read(DEFAULT_TENANT) as records:
        sent = await records.suggestions.sent_of(talk.id)
    assert [one.suggestion_id for one in sent][-1:] == [reply.id]


async def test_the_panel_is_told_once_when_the_agent_begins_to_write(site: Site, lea: Page) -> None:
    await open_(lea, MARTA)
    await lea.evaluate("window.told = []; document.addEventListener('copilot:typed', event => window.told.push(event.detail.conversation))")
    await insert(lea, "From the panel.")
    assert await lea.evaluate("window.told.length") == 0
    await field(lea).press_sequentially(" and mine")
    assert await lea.evaluate("window.told.length") == 1


async def test_each_conversation_keeps_its_own_words(site: Site, lea: Page) -> None:
    await open_(lea, MARTA)
    await field(lea).fill("For Marta")
    await lea.locator(f'.case[data-ref="{KOFI}"] a').click()
    await expect(field(lea)).to_have_value("")
    await field(lea).fill("For Kofi")
    await lea.locator(f'.case[data-ref="{MARTA}"] a').click()
    await expect(field(lea)).to_have_value("For Marta")
    await lea.goto(f"/desk?conversation={KOFI}")
    await expect(field(lea)).to_have_value("For Kofi")


async def test_offline_the_words_are_kept_and_sent_once_later(site: Site, lea: Page) -> None:
    await open_(lea, KOFI)
    before = len(await messages(site, KOFI))
    await site.hang_up()
    await field(lea).fill("I am on it, Kofi.")
    await field(lea).press("Control+Enter")
    await expect(lea.get_by_text("Not sent: no connection. It is kept here.")).to_be_visible()
    await expect(field(lea)).to_have_value("I am on it, Kofi.")
    await site.listen()
    await field(lea).press("Control+Enter")
    await expect(field(lea)).to_have_value("")
    assert len(await messages(site, KOFI)) == before + 1


async def test_signing_out_takes_unsent_words_away(site: Site, lea: Page) -> None:
    await open_(lea, KOFI)
    await field(lea).fill("Secret")
    assert await lea.evaluate("Object.keys(localStorage).filter(name => name.startsWith('copilot.draft.')).length") == 1
    await lea.locator("#person summary").click()
    await lea.get_by_role("button", name="Sign out").click()
    await expect(lea).to_have_title("Sign in · Rapport")
    assert await lea.evaluate("Object.keys(localStorage).filter(name => name.startsWith('copilot.draft.')).length") == 0


async def test_a_note_is_for_colleagues_only(site: Site, lea: Page) -> None:
    await open_(lea, KOFI)
    await field(lea).fill("He moves hotels at noon.")
    await lea.get_by_label("Note for colleagues").check()
    await lea.get_by_role("button", name="Save the note").click()
    note = log(lea).locator(".message.note").last
    await expect(note).to_contain_text("not seen by the customer")
    stored = (await messages(site, KOFI))[-1]
    assert (stored.visibility, stored.text) == ("private", "He moves hotels at noon.")
    await expect(lea.get_by_label("Note for colleagues")).not_to_be_checked()


async def test_earlier_conversations_unfold_in_time_order(site: Site, lea: Page) -> None:
    await open_(lea, MARTA)
    days = await lea.locator(".before time").evaluate_all("times => times.map(time => time.dateTime)")
    assert len(days) > 3
    assert days == sorted(days)
    last = lea.locator("details.before").last
    await last.locator("summary").click()
    await expect(last.locator(".message.customer").first).to_be_visible()
    await site.say(MARTA, "Still there?", author_name="Marta Lindqvist")
    await expect(log(lea).get_by_text("Still there?")).to_be_attached()
    await expect(last.locator(".message.customer").first).to_be_visible()


async def test_foreign_words_and_long_ones_stay_in_their_place(site: Site, lea: Page) -> None:
    await lea.set_viewport_size({"width": 320, "height": 640})
    await open_(lea, MARTA)
    await site.say(MARTA, "أين أموالي؟ رقم الحجز KX7P2M", author_name="مارتا <script>alert(1)</script>")
    await site.say(MARTA, "x" * 900 + " <img src=x onerror=alert(1)>", author_name="Marta")
    text = log(lea).locator(".message .text").last
    await expect(text).to_contain_text("<img src=x onerror=alert(1)>")
    assert await lea.evaluate("document.documentElement.scrollWidth") == 320
    arabic = log(lea).locator(".message .text", has_text="أين").last
    assert await arabic.evaluate("text => getComputedStyle(text).direction") == "rtl"


async def test_three_hundred_messages(site: Site, lea: Page) -> None:
    begun = site.clock() - timedelta(minutes=14 * 299)
    said = [
        {
            "id": f"long-{n}",
            "author": "customer" if n % 3 else "agent",
            "text": f"Line {n}",
            "sent_at": (begun + timedelta(minutes=14 * n)).isoformat(),
        }
        for n in range(300)
    ]
    talk = {"conversation_id": "long-talk", "channel": "chat", "customer": {"id": "cus-long", "name": "Long Talk"}, "messages": said}
    await site.application.ingest.conversation(DEFAULT_TENANT, ConversationIn.model_validate(talk), connection="file")
    await open_(lea, "long-talk")
    await expect(log(lea).locator(".message")).to_have_count(300)
    await expect(log(lea).locator(".message").last).to_be_in_viewport()
    await expect(log(lea).locator(".day-name").last).to_have_text("Today")


async def test_a_conversation_of_a_chat_tool_is_answered_there(site: Site, lea: Page) -> None:
    talk = {
        "conversation_id": "tool-1",
        "channel": "chat",
        "customer": {"id": "cus-tool", "name": "Tool User"},
        "messages": [{"id": "tool-1-1", "author": "customer", "text": "Hello?", "sent_at": site.clock().isoformat()}],
    }
    await site.application.ingest.conversation(DEFAULT_TENANT, ConversationIn.model_validate(talk), connection="zendesk")
    await open_(lea, "tool-1")
    await expect(lea.get_by_text("answered in its chat tool")).to_be_visible()
    await expect(field(lea)).to_have_count(0)


async def test_closing_leads_to_the_wrap_up(site: Site, lea: Page) -> None:
    await open_(lea, MARTA)
    await expect(lea.get_by_role("link", name="Close")).to_have_attribute("href", f"/wrap-up/{MARTA}")
