"""A day at the desk, as Lea, Jonas and Henrik have it in their browsers: the best introduction to what the product does for people.

The same day twice: without a language model, and with one (a scripted provider on a local socket) that writes the replies.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from copilot.settings import Settings
from copilot.testing.provider import ScriptedProvider, answers
from tests.web.conftest import PATIENCE_MS, watch
from tests.web.site import Company, Site, until

KOFI, MARTA = "live-kofi-bag", "live-marta-refund"
REPLY = {
    "acknowledgement": "Marta, on 30 March we promised to refund the 142 EUR for the Lisbon flight by Friday. "
    "That was not done, and the mistake is ours.",
    "resolution": "I am asking the refunds team now where your 142 EUR stands, and I will not let go of it until I know.",
    "next_step": "I am sorry that you had to write again.",
}
"""What the scripted model says, when it is Marta's turn."""
CITED = [{"quote": "on 30 March we promised to refund the 142 EUR for the Lisbon flight by Friday", "source": "R1"}]
Enter = Callable[[str], AbstractAsyncContextManager[Page]]


@dataclass
class Writer:
    """Who writes the replies that day. `told`: the model may write its second half."""

    provider: ScriptedProvider | None = None
    told: Event = field(default_factory=Event)


@pytest.fixture(params=["without a model", "with a model"])
def writer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Writer]:
    if request.param == "without a model":
        yield Writer()
        return
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    with ScriptedProvider("auto") as provider:
        writer = Writer(provider)
        provider.script(answers({**REPLY, "citations": CITED}, rest=writer.told), to="ReplyAnswer")
        yield writer
        writer.told.set()


@pytest_asyncio.fixture(loop_scope="session")
async def site(company: Company, tmp_path: Path, writer: Writer) -> AsyncIterator[Site]:
    """The product on a copy of the sample company, with that day's writer."""
    data = tmp_path / "data"
    model = {"model": "openai/scripted", "api_base": writer.provider.base_url} if writer.provider else {"model": ""}
    settings = Settings.model_validate({"data_dir": data, "embedder": "hash", "fallback_models": (), **model})
    async with Site(company.copy(data, settings=settings)) as running:
        yield running


@pytest.fixture
def enter(browser: Browser, site: Site) -> Enter:
    """Somebody comes in, in a browser of their own."""

    @asynccontextmanager
    async def come_in(who: str) -> AsyncIterator[Page]:
        context = await browser.new_context(base_url=site.address, viewport={"width": 1280, "height": 768}, locale="en-GB")
        context.set_default_timeout(PATIENCE_MS)
        await site.sign_in(context, who)
        page = await context.new_page()
        wrong = watch(page)
        yield page
        assert not wrong, wrong
        await context.close()

    return come_in


async def test_a_day_at_the_desk(site: Site, lea: Page, enter: Enter, writer: Writer) -> None:
    # Lea comes in. Kofi has waited longest for a person: one key shows him a sign of life, a second one sends it.
    await lea.goto("/desk")
    sent = await acknowledge_with_two_keys(lea, KOFI)
    await expect(lea.locator(f'.case[data-ref="{KOFI}"]')).to_contain_text("answered")

    # Then the hottest conversation. One glance says how Marta feels, what to say, and what never to ask her again.
    await open_the_hottest(lea)
    await expect(cue(lea)).to_contain_text("angry")
    await expect(cue(lea)).to_contain_text("We promised “I will refund the 142 EUR for the Lisbon flight by Friday")
    await expect(cue(lea)).to_contain_text("as soon as possible")
    await expect(who(lea)).to_contain_text("identity proven")
    await expect(who(lea)).to_contain_text("booking reference, payment method")
    assert sent not in await lea.locator("article.talk").inner_text()

    # Marta writes again. The reply arrives where the old one stood; nothing can be used before it has been checked.
    await a_reply_arrives(site, lea, writer)

    # Lea changes a few words of it, in its place, and puts it into her answer. The difference is kept.
    mine = await edit_and_use(lea)
    await expect(composer(lea)).to_have_value(mine)
    await send(lea)
    await expect(thread(lea).locator(".message.agent").last).to_contain_text("and I stay with you on this")

    # A gesture is beyond what Lea may promise. She asks; Henrik, who leads, says yes in two clicks; her panel says so by itself.
    await ask_for_a_grant(lea, "40", "Ten years with us, and nobody wrote.")
    async with enter("lead-henrik") as henrik:
        await grant_in_two_clicks(henrik)
    await expect(help_(lea)).to_contain_text("granted")
    await expect(help_(lea)).to_contain_text("once, ends")

    # Her shift ends. Jonas gets a brief, says back what he takes over, and only then are there words that introduce him.
    async with enter("agent-jonas") as jonas:
        await offer_to(lea, "Jonas Weber")
        await take_over_with_a_read_back(jonas, "I see the 142 EUR through and write to Marta by five.")
        await expect(handover(lea)).to_contain_text("I see the 142 EUR through and write to Marta by five.")
        await introduce_oneself(jonas)
        await expect(handover(lea)).to_contain_text("is introduced")

        # Jonas closes the conversation on one screen, and forgets what Marta would not want to be remembered for.
        await wrap_up(jonas)
        await forget(jonas, "prefers chat")

    talk = (await site.application.reading.thread("default", MARTA)).conversation
    assert [m.author_name for m in talk.messages if m.is_answer][-2:] == ["Lea Brandt", "Jonas Weber"]
    assert talk.status == "closed"


def cue(page: Page) -> Locator:
    return page.get_by_role("region", name="Cue")


def who(page: Page) -> Locator:
    return page.get_by_role("region", name="Who they are")


def reply(page: Page) -> Locator:
    return page.get_by_role("region", name="Reply")


def help_(page: Page) -> Locator:
    return page.get_by_role("region", name="More help")


def handover(page: Page) -> Locator:
    return page.locator("[data-region='handover']")


def thread(page: Page) -> Locator:
    return page.get_by_role("log", name="Messages")


def composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name=re.compile("^Your answer to"))


async def acknowledge_with_two_keys(page: Page, ref: str) -> str:
    """Returns what was sent."""
    await page.locator(f'.case[data-ref="{ref}"]').get_by_role("link").focus()
    await page.keyboard.press("a")
    box = page.get_by_role("dialog", name="Acknowledge Kofi Mensah")
    draft = box.locator(".draft")
    await expect(draft).not_to_have_attribute("aria-busy", "true")
    text = await draft.inner_text()
    await page.keyboard.press("y")
    await expect(box).to_have_count(0)
    return text


async def open_the_hottest(page: Page) -> None:
    """By the number beside each name, not by the place in the queue."""
    heats = await page.locator(".case").evaluate_all(
        "rows => rows.map(row => [row.dataset.ref, Number(row.querySelector('.case-heat')?.textContent.replace(/\\D/g, '') ?? 0)])"
    )
    hottest = max(heats, key=lambda case: int(case[1]))[0]
    await page.locator(f'.case[data-ref="{hottest}"]').get_by_role("link").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("article.talk")).to_have_attribute("data-ref", MARTA)
    where = await page.locator(".where").inner_text()
    assert 10 < len(where) <= 120


async def a_reply_arrives(site: Site, page: Page, writer: Writer) -> None:
    await page.mouse.move(640, 5)  # nothing changes under a pointer that rests there
    before = await reply(page).get_attribute("data-latest")
    writes = asyncio.create_task(site.say(MARTA, "Well? Who sends my 142 EUR?", author_name="Marta Lindqvist"))
    if writer.provider:
        growing = reply(page).locator("[data-stream]")
        await expect(growing).to_contain_text("Marta, on 30 March we promised", timeout=PATIENCE_MS)
        assert REPLY["next_step"] not in await growing.inner_text()
        await expect(reply(page).get_by_role("button", name="Use")).to_be_disabled()
        await page.keyboard.press("u")
        await expect(composer(page)).to_have_value("")
        writer.told.set()
    await writes
    await expect(reply(page)).not_to_have_attribute("data-latest", before or "")
    await expect(reply(page).get_by_role("button", name="Use").first).to_be_enabled()
    if writer.provider:
        await expect(reply(page)).to_contain_text(REPLY["next_step"])
        await expect(reply(page)).not_to_contain_text("working from your articles")
    else:
        await expect(reply(page)).to_contain_text("working from your articles")
    await reply(page).get_by_role("button", name=re.compile("^Source 1: Promise")).first.click()
    await expect(page.get_by_role("dialog")).to_contain_text("I will refund the 142 EUR for the Lisbon flight by Friday")
    await page.keyboard.press("Escape")


async def edit_and_use(page: Page) -> str:
    """Returns Lea's version."""
    await page.keyboard.press("e")
    field = page.get_by_role("textbox", name="The draft, as you want it")
    mine = (await field.input_value()).replace("I am sorry", "I am here, and I stay with you on this. I am sorry", 1)
    await field.fill(mine)
    await field.press("Enter")  # makes a line; uses nothing
    await expect(composer(page)).to_have_value("")
    await field.fill(mine)
    await reply(page).get_by_role("button", name="Use my version").click()
    await expect(reply(page).locator("ins")).to_contain_text("stay")
    return mine


async def send(page: Page) -> None:
    """What the check remarks is advice: the second time it goes out as it is."""
    await composer(page).press("Control+Enter")
    done = "document.querySelector('form.composer textarea').value === '' ? 'sent' : document.querySelector('.finding') && 'advised'"
    if await until(page, done) == "advised":
        await composer(page).press("Control+Enter")
    await expect(composer(page)).to_have_value("")


async def ask_for_a_grant(page: Page, sum_: str, why: str) -> None:
    await page.locator("h1").evaluate("document.activeElement.blur()")
    await page.keyboard.press("o")
    form = page.locator("form.supervisor")
    await form.get_by_label("Sum").fill(sum_)
    await form.get_by_label("Why").fill(why)
    await form.get_by_role("button", name="Ask a supervisor").click()
    await expect(help_(page)).to_contain_text("waits for a supervisor")
    await page.mouse.move(640, 5)


async def grant_in_two_clicks(page: Page) -> None:
    await page.goto("/supervisor")
    ask = page.get_by_role("list", name="Asks").get_by_role("listitem")
    await expect(ask).to_contain_text("Lea Brandt asks for €40.00")
    await ask.get_by_role("button", name="Grant", exact=True).click()
    await ask.get_by_role("button", name="Yes, grant €40.00").click()
    await expect(ask).to_have_count(0)


async def offer_to(page: Page, colleague: str) -> None:
    await page.locator("h1").evaluate("document.activeElement.blur()")
    await page.keyboard.press("h")
    await expect(handover(page).get_by_role("button", name="Offer it")).to_be_visible()
    await handover(page).get_by_label("To whom").select_option(label=colleague)
    await handover(page).get_by_label("A word to them").fill("Forty euros are granted; she has not heard of it yet.")
    await handover(page).get_by_role("button", name="Offer it").click()
    await expect(handover(page)).to_contain_text("Offered to")
    await page.mouse.move(640, 5)


async def take_over_with_a_read_back(page: Page, said: str) -> None:
    await page.goto("/desk")
    await page.locator("[data-region='offers'] summary").click()
    await page.get_by_role("link", name="Marta Lindqvist").first.click()
    sheet = page.get_by_role("region", name="Handover")
    await expect(sheet).to_contain_text("Forty euros are granted")
    await expect(sheet.get_by_label("Introduce yourself to")).to_have_count(0)
    await sheet.get_by_label("Say back in a line").fill(said)
    await sheet.get_by_role("button", name="Take it over").click()
    await expect(sheet.get_by_label("Introduce yourself to")).to_have_value(re.compile("Jonas Weber"))
    await sheet.get_by_role("link", name="Open the conversation").click()


async def introduce_oneself(page: Page) -> None:
    await expect(page.locator("article.talk")).to_have_attribute("data-ref", MARTA)
    await until(page, "document.documentElement.dataset.line === 'online'")  # from now on the page hears keys
    await page.keyboard.press("h")
    await handover(page).get_by_role("button", name="Put it in the composer").click()
    await expect(composer(page)).to_have_value(re.compile("Jonas Weber"))
    await send(page)
    await expect(thread(page).locator(".message.agent").last).to_contain_text("Jonas Weber")


async def wrap_up(page: Page) -> None:
    await page.get_by_role("link", name="Close").click()
    await page.get_by_label("Summary").fill("Jonas releases the 142 EUR; our mistake, twice.")
    await page.get_by_label("Solved", exact=True).check()
    await page.get_by_role("listitem").filter(has_text="I will refund the 142 EUR").first.get_by_label("Kept").check()
    await page.get_by_role("button", name="Close the conversation").click()
    await expect(page).to_have_url(re.compile("/desk$"))


async def forget(page: Page, what: str) -> None:
    await page.goto("/customers/cus-marta-lindqvist/memory")
    row = page.get_by_role("region", name="Memories").get_by_role("listitem").filter(has_text=what)
    await row.get_by_role("button", name="Forget").click()
    await page.get_by_role("dialog").get_by_role("button", name="Forget it").click()
    await expect(row).to_have_count(0)
