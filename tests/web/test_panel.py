"""The copilot's panel beside a conversation: read, use, edit, dismiss, ask."""

from playwright.async_api import Locator, Page, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.suggestion import Decision
from copilot.services.gaps.questions import Asked
from copilot.testing.application import settle
from tests.web.site import CONSOLE, Site

MARTA = "live-marta-refund"
CATCH = "window.inserted = []; document.addEventListener('copilot:insert', (event) => window.inserted.push(event.detail))"


def copilot(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Copilot")


async def open_marta(page: Page, conversation: str = MARTA) -> Locator:
    await page.goto(f"/desk?conversation={conversation}")
    await page.evaluate(CATCH)
    return copilot(page)


async def decisions(site: Site, kind: str = "reply", conversation: str = MARTA) -> list[Decision]:
    async with site.application.database.read(DEFAULT_TENANT) as records:
        talk = await records.conversations.find(conversation)
        assert talk is not None
        found = [one for one in await records.suggestions.of_conversation(talk.id) if one.kind == kind]
        return [decision for one in found for decision in await records.suggestions.decisions(one.id)]


async def test_the_panel_says_how_they_feel_and_what_not_to_ask(lea: Page) -> None:
    panel = await open_marta(lea)
    cue = panel.get_by_role("region", name="Cue")
    await expect(cue).to_contain_text("angry")
    await expect(cue).to_contain_text("We promised “I will refund the 142 EUR")
    await cue.get_by_role("img", name="Has had to say it before").first.focus()
    await expect(cue.locator(".readout")).to_contain_text("Has had to say it before")
    who = panel.get_by_role("region", name="Who they are")
    await expect(who).to_contain_text("identity proven")
    await expect(who).to_contain_text("booking reference, payment method")
    await who.get_by_text("Promised", exact=True).click()
    await expect(who.get_by_role("list").first).to_contain_text("Jonas Weber")


async def test_everything_fits_at_rest(lea: Page) -> None:
    for conversation in (MARTA, "live-kofi-bag", "live-katharina-annulliert"):
        panel = await open_marta(lea, conversation)
        await expect(panel.get_by_role("region", name="Reply")).to_be_visible()
        heights = await panel.evaluate("element => [element.scrollHeight, element.clientHeight]")
        assert heights[0] <= heights[1], conversation
        await expect(panel.get_by_role("button", name="Use").first).to_be_in_viewport()


async def test_use_puts_the_draft_into_the_composer(site: Site, lea: Page) -> None:
    panel = await open_marta(lea)
    text = await panel.locator("[data-main]").get_attribute("data-text")
    await lea.keyboard.press("u")
    await expect(panel.get_by_role("region", name="Reply")).to_contain_text("Used")
    (inserted,) = await lea.evaluate("window.inserted")
    (decision,) = await decisions(site)
    assert inserted["text"] == text
    assert inserted["suggestionId"] == decision.suggestion_id
    assert (decision.action, decision.text) == ("used", "")


async def test_edit_in_place_keeps_the_difference(site: Site, lea: Page) -> None:
    panel = await open_marta(lea)
    await lea.keyboard.press("e")
    field = panel.get_by_role("textbox", name="The draft, as you want it")
    await expect(field).to_be_focused()
    text = await field.input_value()
    await field.fill(text.replace("I will refund", "we will refund"))
    await panel.get_by_role("button", name="Use my version").click()
    reply = panel.get_by_role("region", name="Reply")
    await expect(reply.locator("ins")).to_contain_text("we")
    await expect(reply.locator("del")).to_contain_text("I")
    (decision,) = await decisions(site)
    (inserted,) = await lea.evaluate("window.inserted")
    assert decision.action == "edited"
    assert "we will refund" in decision.text
    assert inserted["text"] == decision.text


async def test_dismiss_offers_reasons_and_forces_none(site: Site, lea: Page) -> None:
    panel = await open_marta(lea)
    await lea.keyboard.press("x")
    reply = panel.get_by_role("region", name="Reply")
    await expect(reply).to_contain_text("Dismissed")
    assert [(d.action, d.reason) for d in await decisions(site)] == [("dismissed", "")]
    await reply.get_by_role("button", name="Wrong fact").click()
    await expect(reply).to_contain_text("Dismissed: wrong fact")
    assert [d.reason for d in await decisions(site)] == ["", "wrong_fact"]
    assert await lea.evaluate("window.inserted") == []


async def test_every_sentence_opens_what_it_stands_on(lea: Page) -> None:
    panel = await open_marta(lea)
    await panel.get_by_role("button", name="Source 1: Promise").first.click()
    dialog = lea.get_by_role("dialog")
    await expect(dialog).to_contain_text("I will refund the 142 EUR for the Lisbon flight by Friday")
    await expect(dialog).to_contain_text("overdue")
    await lea.keyboard.press("Escape")
    await expect(dialog).not_to_be_visible()


async def test_a_source_stands_at_the_end_of_its_words(lea: Page) -> None:
    """In the same line, on the desk and alone."""
    for address in (f"/desk?conversation={MARTA}", f"/panel?conversation={MARTA}"):
        await lea.goto(address)
        mark = copilot(lea).locator(".draft[data-main] .cite").first
        lines = "(mark) => [[...mark.previousElementSibling.getClientRects()].at(-1).bottom, mark.getBoundingClientRect().top]"
        words_end, mark_begins = await mark.evaluate(lines)
        assert mark_begins < words_end, address
        shown = await copilot(lea).locator(".draft[data-main] .said").evaluate_all("all => all.map((one) => getComputedStyle(one).display)")
        assert set(shown) == {"inline"}, address


async def test_a_draft_holds_still_from_the_moment_the_agent_writes(site: Site, lea: Page) -> None:
    panel = await open_marta(lea)
    reply = panel.get_by_role("region", name="Reply")
    before = await panel.locator("[data-main]").get_attribute("data-suggestion")
    await lea.evaluate("document.dispatchEvent(new CustomEvent('copilot:typed', {detail: {text: 'Dear'}}))")
    await site.say(MARTA, "Hello? Is anybody there?")
    await expect(reply).to_contain_text("A newer draft is ready.")
    assert await panel.locator("[data-main]").get_attribute("data-suggestion") == before
    await reply.get_by_role("button", name="Show it").click()
    await expect(reply).not_to_contain_text("A newer draft is ready.")
    await expect(panel.locator("[data-main]")).not_to_have_attribute("data-suggestion", before or "")


async def test_an_edit_holds_still_too(site: Site, lea: Page) -> None:
    panel = await open_marta(lea)
    await lea.keyboard.press("e")
    field = panel.get_by_role("textbox", name="The draft, as you want it")
    await field.fill("My own words.")
    await site.say(MARTA, "Hello? Is anybody there?")
    await expect(panel.get_by_role("region", name="Reply")).to_contain_text("A newer draft is ready.")
    await expect(field).to_have_value("My own words.")


async def test_silence_offers_the_acknowledgement(site: Site, lea: Page) -> None:
    panel = await open_marta(lea, "live-kofi-bag")
    reply = panel.get_by_role("region", name="Reply")
    await expect(reply).to_contain_text("Better silent than wrong")
    await lea.keyboard.press("u")
    await expect(reply).to_contain_text("Used")
    assert [d.action for d in await decisions(site, "acknowledge", "live-kofi-bag")] == ["used"]


async def test_questions_and_options_come_when_asked_for(site: Site, lea: Page) -> None:
    panel = await open_marta(lea, "live-yusuf-card")
    await lea.keyboard.press("q")
    tool = panel.locator("#tool-questions")
    if await tool.get_by_role("button", name="Suggest questions").count():
        async with lea.expect_response("**/suggestions"):
            await tool.get_by_role("button", name="Suggest questions").click()
        await settle(site.application)
    insert = tool.get_by_role("button", name="Insert").first
    question = await insert.get_attribute("data-text")
    await insert.click()
    assert await lea.evaluate("window.inserted.map((one) => [one.text, one.part])") == [[question, 0]]


async def test_a_supervisor_is_asked_and_the_answer_is_shown_live(site: Site, lea: Page) -> None:
    from decimal import Decimal

    from copilot.domain.knowledge import Limit
    from copilot.domain.staff import Caller
    from copilot.services.conversations.grants import Decided

    panel = await open_marta(lea)
    await panel.get_by_role("button", name="Ask a supervisor").first.click()
    form = panel.locator("form.supervisor")
    await form.get_by_label("Sum").fill("60")
    await form.get_by_label("Why").fill("Eight months late")
    await form.get_by_role("button", name="Ask a supervisor").click()
    tools = panel.get_by_role("region", name="More help")
    await expect(tools).to_contain_text("up to 60 EUR")
    await expect(tools).to_contain_text("waits for a supervisor")
    henrik = await site.person("lead-henrik")
    lead = Caller(tenant_id=DEFAULT_TENANT, role="supervisor", key_id="test", user_id=henrik.id, name=henrik.name)
    (grant,) = await site.application.grants.in_state(lead, "asked")
    await lea.mouse.move(5, 5)
    counter = Decided(decision="countered", limit=Limit(amount_minor=int(Decimal(40) * 100), currency="EUR"), note="Forty is right.")
    await site.application.grants.decide(lead, grant.id, counter)
    await expect(tools).to_contain_text("other terms")
    await expect(tools).to_contain_text("up to 40 EUR")
    await expect(tools).to_contain_text("Forty is right.")


async def test_what_nobody_wrote_down_is_asked_of_a_colleague(site: Site, lea: Page) -> None:
    panel = await open_marta(lea)
    await lea.keyboard.press("i")
    tool = panel.locator("#tool-ask")
    await tool.get_by_label("Your question", exact=True).fill("Which aquarium feeds penguins on Tuesdays in Osaka?")
    await lea.keyboard.press("Enter")
    await expect(tool).to_contain_text("Not covered")
    await tool.get_by_role("button", name="Send").click()
    await expect(panel).to_contain_text("You asked everybody")
    (question,) = await site.application.questions.all(CONSOLE, only_open=True)
    tom = await site.person("agent-tom")
    await lea.mouse.move(5, 5)
    await site.application.questions.answer(
        CONSOLE.model_copy(update={"user_id": tom.id, "name": tom.name}), question.id, "None; the one in Kobe does."
    )
    await expect(panel).to_contain_text("None; the one in Kobe does.")
    await panel.get_by_role("button", name="Put it in my answer").click()
    assert await lea.evaluate("window.inserted.map((one) => one.text)") == ["None; the one in Kobe does."]


async def test_identity_can_be_marked_as_proven(lea: Page) -> None:
    panel = await open_marta(lea, "live-elena-address")
    who = panel.get_by_role("region", name="Who they are")
    await expect(who).to_contain_text("identity claimed")
    await who.get_by_role("button", name="I have checked: it is them").click()
    await lea.mouse.move(5, 5)
    await expect(who).to_contain_text("identity proven")


async def test_a_colleagues_answer_is_text(site: Site, lea: Page) -> None:
    """Whatever is written there."""
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    person = await site.person("agent-lea")
    me = CONSOLE.model_copy(update={"user_id": person.id, "name": person.name})
    asked = await site.application.questions.ask(me, MARTA, Asked(text=hostile))
    tom = await site.person("agent-tom")
    await site.application.questions.answer(CONSOLE.model_copy(update={"user_id": tom.id}), asked.id, hostile)
    panel = await open_marta(lea)
    await expect(panel.locator("span[data-said]")).to_have_text(hostile)


async def test_nothing_open_and_nothing_there(lea: Page) -> None:
    await lea.goto("/desk")
    await expect(copilot(lea)).to_contain_text("The copilot listens with you")
    await lea.goto("/panel?conversation=not-there")
    await expect(copilot(lea)).to_contain_text("This conversation is not here")
