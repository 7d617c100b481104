"""What is remembered about a customer, in a real browser."""

import json
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Locator, Page, expect

from copilot.domain.memory import Memory
from copilot.testing.application import settle
from tests.web.cast import answer, caller
from tests.web.site import Site

MARTA = "cus-marta-lindqvist"
PAGE = f"/customers/{MARTA}/memory"
TOLD = "Please only call me after 17:00."
GRIEF = "My mother has died."


def row(page: Page, text: str) -> Locator:
    return page.get_by_role("region", name="Memories").get_by_role("listitem").filter(has_text=text)


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


async def told(site: Site) -> None:
    """Marta tells something about herself; what is learned of it waits for a yes."""
    await site.say("live-marta-refund", f"One more thing. {TOLD} {GRIEF}")
    await answer(site, "agent-lea", "live-marta-refund", "Thank you for telling us, Marta.")


async def memories(site: Site) -> list[Memory]:
    return await site.application.curating.memories(await caller(site, "lead-henrik"), MARTA, ("active", "pending", "forgotten"))


async def of(site: Site, text: str) -> Memory:
    return next(one for one in await memories(site) if text in one.text)


async def test_says_what_from_where_until_when_and_how(lea: Page) -> None:
    await lea.goto(PAGE)
    await expect(lea.get_by_role("heading", level=1)).to_have_text("Marta Lindqvist")
    await expect(lea.get_by_role("heading", level=2)).to_have_text(["Preferences 4", "Earlier conversations 6"])
    for words in ("May be said", "From their profile", "No end date"):
        await expect(row(lea, "no calls before 17:00")).to_contain_text(words)
    await expect(row(lea, "calling about a refund").get_by_role("link", name="From a phone call")).to_be_visible()


async def test_what_was_learned_comes_by_itself_and_is_approved(site: Site, lea: Page) -> None:
    await lea.goto(PAGE)
    await lea.mouse.move(2, 2)
    await told(site)
    await expect(lea.get_by_role("heading", name="To approve 2")).to_be_visible()
    await expect(row(lea, GRIEF)).to_contain_text("Sensitive")
    await expect(row(lea, GRIEF)).to_contain_text("Know it, don’t say it")
    await expect(row(lea, GRIEF)).to_contain_text("Until")
    await row(lea, "call me after 17:00").get_by_role("button", name="Approve").click()
    await expect(lea.get_by_text("Remembered.")).to_be_visible()
    await expect(lea.get_by_role("heading", name="Preferences 5")).to_be_visible()
    assert (await of(site, "call me after 17:00")).state == "active"


async def test_corrected_with_use_and_end(site: Site, lea: Page) -> None:
    await lea.goto(PAGE)
    held = row(lea, "no calls before 17:00")
    await held.get_by_role("button", name="Correct").click()
    await held.get_by_label("As it is right").fill("no calls before 18:00")
    await held.get_by_label("Use").select_option("guide")
    await held.get_by_label("Until").fill("2031-05-02")
    await held.get_by_role("button", name="Save").click()
    await expect(row(lea, "no calls before 18:00")).to_contain_text("Know it, don’t say it")
    await expect(row(lea, "no calls before 18:00").get_by_role("button", name="Save")).to_be_hidden()
    stored = await of(site, "no calls before 18:00")
    assert (stored.use, stored.expires_at and stored.expires_at.year) == ("guide", 2031)


async def test_what_is_sensitive_cannot_be_made_quotable(site: Site, lea: Page) -> None:
    await told(site)
    await lea.goto(PAGE)
    await row(lea, GRIEF).get_by_role("button", name="Correct").click()
    await expect(row(lea, GRIEF).get_by_label("Use")).to_be_disabled()


async def test_a_correction_stays_open_while_the_list_changes(site: Site, lea: Page) -> None:
    await lea.goto(PAGE)
    held = row(lea, "no calls before 17:00")
    await held.get_by_role("button", name="Correct").click()
    await held.get_by_label("As it is right").fill("no calls before 17:00 unless")
    await lea.mouse.move(2, 2)
    await lea.get_by_role("link", name="Desk").focus()
    await told(site)
    await expect(lea.get_by_role("heading", name="To approve 2")).to_be_visible()
    await expect(held.get_by_label("As it is right")).to_have_value("no calls before 17:00 unless")


async def test_forgotten_after_a_question(site: Site, lea: Page) -> None:
    await lea.goto(PAGE)
    await row(lea, "prefers chat").get_by_role("button", name="Forget").click()
    await lea.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await expect(row(lea, "prefers chat")).to_be_visible()
    await row(lea, "prefers chat").get_by_role("button", name="Forget").click()
    await lea.get_by_role("dialog").get_by_role("button", name="Forget it").click()
    await expect(row(lea, "prefers chat")).to_have_count(0)
    assert (await of(site, "prefers chat")).state == "forgotten"


async def test_each_look_is_noted(site: Site, lea: Page) -> None:
    async with site.application.database.read("default") as records:
        before = await records.log.last_event()
    await lea.goto(PAGE)
    async with site.application.database.read("default") as records:
        seen = [event.type for event in await records.log.events(before)]
    assert "customer.viewed" in seen


async def test_agents_neither_export_nor_erase(lea: Page) -> None:
    await lea.goto(PAGE)
    await expect(lea.get_by_text("Export everything")).to_have_count(0)
    await expect(lea.get_by_role("button", name="Erase")).to_have_count(0)


async def test_leads_export(site: Site, context: BrowserContext, page: Page) -> None:
    await site.sign_in(context, "lead-henrik")
    await page.goto(PAGE)
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Export everything").click()
    given = read(await (await waiting.value).path())
    assert given["customer"]["name"] == "Marta Lindqvist"
    await expect(page.get_by_role("button", name="Erase")).to_have_count(0)


async def test_administrators_erase_after_the_name_was_typed(site: Site, context: BrowserContext, page: Page) -> None:
    await site.sign_in(context, "admin-ada")
    await page.goto(PAGE)
    await page.get_by_role("button", name="Erase …").click()
    button = page.get_by_role("button", name="Erase for good")
    await expect(button).to_be_disabled()
    await page.get_by_label("to confirm").fill("Marta")
    await expect(button).to_be_disabled()
    await page.get_by_label("to confirm").fill("Marta Lindqvist")
    await button.click()
    await settle(site.application)
    await expect(page.get_by_role("status").filter(has_text="Receipt")).to_contain_text("Erased:")
    answer = await page.goto(PAGE)
    assert answer is not None
    assert answer.status == 404
