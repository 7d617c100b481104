"""The supervisor's view, in a real browser."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.grants import Grant
from copilot.domain.knowledge import Limit
from copilot.domain.suggestion import HandoverPayload
from copilot.services.conversations.grants import AskedFor
from copilot.services.gaps.questions import Asked
from copilot.services.handovers.offering import Offer
from copilot.services.quality.figures import TOO_SMALL, Figures, Period, Team
from copilot.web.trends import HEIGHT, trend
from tests.web.cast import caller
from tests.web.site import Site

MARTA = "live-marta-refund"


async def lead(site: Site, context: BrowserContext, page: Page) -> Page:
    await site.sign_in(context, "lead-henrik")
    await page.goto("/supervisor")
    return page


async def ask(site: Site, who: str = "agent-lea", euros: int = 40) -> Grant:
    wanted = AskedFor(offer="travel credit", limit=Limit.model_validate({"amount": euros, "currency": "EUR"}), reason="Ten years with us.")
    return await site.application.grants.ask(await caller(site, who), MARTA, wanted)


async def found(site: Site, grant: Grant) -> Grant:
    everything = await site.application.grants.of_conversation(await caller(site, "lead-henrik"), MARTA)
    return next(one for one in everything if one.id == grant.id)


def card(page: Page) -> Locator:
    return page.get_by_role("list", name="Asks").get_by_role("listitem")


async def test_agents_do_not_see_it(site: Site, lea: Page) -> None:
    answer = await lea.goto("/supervisor")
    assert answer is not None
    assert answer.status == 403
    await expect(lea.get_by_role("navigation", name="Pages").get_by_role("link", name="Supervisor")).to_have_count(0)


async def test_a_leads_panel_in_another_page_does_not_show_it(site: Site, context: BrowserContext, page: Page) -> None:
    await site.sign_in(context, "lead-henrik")
    origin = "https://chat.example"
    async with site.application.database.write(DEFAULT_TENANT) as records:
        settings = await records.admin.settings()
        await records.admin.put_settings(settings.model_copy(update={"panel_origins": (origin,)}))
    headers = {"X-Copilot-CSRF": await site.csrf(context)}
    made = await context.request.post("/v1/panel-tokens", data={"origin": origin}, headers=headers)
    await context.clear_cookies()
    token = {"Authorization": f"Bearer {(await made.json())['secret']}"}
    assert (await context.request.get("/promises", headers=token)).status == 200
    assert (await context.request.get("/supervisor/f/decisions", headers=token)).status == 403


async def test_a_grant_takes_two_clicks_and_appears_by_itself(site: Site, context: BrowserContext, page: Page) -> None:
    await lead(site, context, page)
    await expect(page.get_by_text("Nothing. Asks, handovers and questions")).to_be_visible()
    grant = await ask(site)
    await expect(card(page)).to_contain_text("Lea Brandt asks for €40.00")
    await expect(card(page)).to_contain_text("Ten years with us.")
    await card(page).get_by_role("button", name="Grant", exact=True).click()
    await card(page).get_by_role("button", name="Yes, grant €40.00").click()
    await expect(page.get_by_text("Granted. They see it at once.")).to_be_visible()
    await expect(card(page)).to_have_count(0)
    decided = await found(site, grant)
    assert (decided.state, decided.granted) == ("granted", Limit.model_validate({"amount": 40, "currency": "EUR"}))


async def test_a_counter_allows_other_terms_with_a_word(site: Site, context: BrowserContext, page: Page) -> None:
    grant = await ask(site)
    await lead(site, context, page)
    await card(page).get_by_role("button", name="Counter").click()
    await card(page).get_by_role("button", name="Offer this instead").click()
    await expect(page.get_by_text("Write what you allow instead of what was asked for.")).to_be_visible()
    await card(page).get_by_label("Allow instead").fill("25.50")
    await card(page).get_by_label("A word to Lea Brandt").fill("As we did for Kofi.")
    await card(page).get_by_role("button", name="Offer this instead").click()
    await expect(card(page)).to_have_count(0)
    decided = await found(site, grant)
    assert (decided.state, decided.note) == ("countered", "As we did for Kofi.")
    assert decided.granted == Limit.model_validate({"amount": 25.5, "currency": "EUR"})


async def test_denied_in_two_clicks(site: Site, context: BrowserContext, page: Page) -> None:
    grant = await ask(site)
    await lead(site, context, page)
    await card(page).get_by_role("button", name="Deny").click()
    await card(page).get_by_role("button", name="No, deny it").click()
    await expect(card(page)).to_have_count(0)
    assert (await found(site, grant)).state == "denied"


async def test_what_one_writes_stays_while_others_ask(site: Site, context: BrowserContext, page: Page) -> None:
    await ask(site)
    await lead(site, context, page)
    await card(page).get_by_role("button", name="Deny").click()
    await card(page).get_by_label("A word to Lea Brandt").fill("Not this time, because")
    await page.mouse.move(2, 2)
    await page.get_by_role("link", name="Supervisor").focus()
    await ask(site, "agent-jonas", 75)
    await expect(card(page)).to_have_count(2)
    await expect(card(page).first.get_by_label("A word to Lea Brandt")).to_have_value("Not this time, because")


async def test_nobody_decides_their_own(site: Site, context: BrowserContext, page: Page) -> None:
    await ask(site, "lead-henrik")
    await lead(site, context, page)
    await expect(card(page)).to_contain_text("another supervisor decides")
    await expect(card(page).get_by_role("button")).to_have_count(0)


async def test_handovers_that_nobody_accepted(site: Site, context: BrowserContext, page: Page) -> None:
    await lead(site, context, page)
    given = dict.fromkeys(HandoverPayload.model_fields, ()) | dict.fromkeys(("urgency", "reason", "emotion", "introduction"), "as told")
    offer = Offer(to_team="Journeys", brief=HandoverPayload.model_validate(given))
    await site.application.handovers.offer(await caller(site, "agent-lea"), MARTA, offer)
    row = page.get_by_role("list", name="Handovers nobody has accepted").get_by_role("listitem")
    await expect(row).to_contain_text("Marta Lindqvist")
    await expect(row).to_contain_text("Lea Brandt → Journeys")
    await expect(row.get_by_role("link", name="Read the brief")).to_be_visible()


async def test_a_colleagues_question_is_answered_here(site: Site, context: BrowserContext, page: Page) -> None:
    await site.application.questions.ask(await caller(site, "agent-lea"), MARTA, Asked(text="Does a cello need a seat?"))
    await lead(site, context, page)
    row = page.get_by_role("list", name="Questions without an answer").get_by_role("listitem")
    await row.locator("summary").click()
    await row.get_by_label("Your answer").fill("Yes, one next to the owner.")
    await row.get_by_role("button", name="Answer").click()
    await expect(page.get_by_text("Answered. They see it at once.")).to_be_visible()
    answered = await site.application.questions.of_conversation(await caller(site, "agent-lea"), MARTA)
    assert answered[0].answer == "Yes, one next to the owner."


async def test_who_waits_by_heat_or_by_wait(site: Site, context: BrowserContext, page: Page) -> None:
    await lead(site, context, page)
    rows = page.get_by_role("region", name="Conversations").get_by_role("listitem")
    await expect(rows.first).to_contain_text("Marta Lindqvist")
    await page.get_by_role("button", name="By wait").click()
    await expect(rows.first).to_contain_text("Harold Whitcombe")
    await expect(page.get_by_role("button", name="By wait")).to_have_attribute("aria-pressed", "true")
    await expect(rows).to_have_count(12)
    await page.get_by_role("button", name="Show all 13").click()
    await expect(rows).to_have_count(13)


async def test_promises_due_can_be_given_away(site: Site, context: BrowserContext, page: Page) -> None:
    await lead(site, context, page)
    due = page.get_by_role("region", name="Promises due")
    await due.get_by_role("listitem").filter(has_text="I will add the points").get_by_role("button", name="Give to").click()
    await page.get_by_role("dialog").get_by_label("Who keeps it").select_option(label="Tom Okafor")
    await page.get_by_role("dialog").get_by_role("button", name="Give it over").click()
    await expect(page.get_by_text("Tom Okafor keeps it now.")).to_be_visible()
    theirs = await site.application.day.owing.promises(await caller(site, "agent-tom"), "me")
    assert "I will add the points by Tuesday and confirm it to you" in [one.promise.text for one in theirs]


async def test_figures_of_five_who_answered_are_shown_and_of_fewer_are_not(site: Site, context: BrowserContext, page: Page) -> None:
    await lead(site, context, page)
    teams = page.get_by_role("region", name="Teams").get_by_role("article")
    refunds, journeys = (teams.filter(has=page.get_by_role("heading", name=name)) for name in ("Refunds", "Journeys"))
    await expect(refunds.locator(".figure").first).to_have_text(re.compile(r"\d"))
    await expect(journeys).to_contain_text("Too small to show.")
    await expect(journeys.locator("svg")).to_have_count(0)


class Eight:
    """A team of eight over eight weeks; another of four."""

    async def of_teams(self, tenant: str) -> Figures:
        small = Team(team="Journeys", periods=(Period(days=30, shown=False, reason=TOO_SMALL),))
        return Figures(as_of=datetime.now(UTC), least=5, teams=(Team(team="Refunds", periods=(week(0.91, days=30),)), small))

    async def weeks(self, tenant: str) -> dict[str, tuple[Period, ...]]:
        return {"Refunds": tuple(week(share / 10) for share in (6, 6, 7, 7, 8, 8, 9, 9))}


def week(share: float, days: int = 7) -> Period:
    return Period(
        days=days,
        shown=True,
        reason="",
        conversations=240,
        promises_due=88,
        promises_kept=share,
        reasks=4.2,
        mood_change=-17.4,
        repeats=0.22,
    )


async def test_a_large_group_is_drawn(site: Site, context: BrowserContext, page: Page) -> None:
    double: Any = Eight()
    site.application.day = replace(site.application.day, figuring=double)
    await lead(site, context, page)
    teams = page.get_by_role("region", name="Teams")
    await expect(teams.locator("dd").first).to_contain_text("91%")
    await expect(teams.locator("dd").nth(2)).to_contain_text("17 calmer")
    await expect(teams.get_by_role("img", name="Last weeks: rising")).to_be_visible()
    await expect(teams.get_by_text("Too small to show.")).to_have_count(1)


def test_a_trend_is_coarse_and_leaves_gaps() -> None:
    drawn = trend([0.1, 0.11, None, 0.9, 1.0], 0, 1)
    assert len(drawn.parts) == 2
    first, second = (point.split(",") for point in drawn.parts[0].split(" "))
    assert first[1] == second[1]
    assert drawn.words == "rising"
    assert drawn.end is not None
    assert 0 < drawn.end[1] < HEIGHT


@pytest.mark.parametrize("values", [[], [None], [None, None, 0.5]])
def test_a_trend_of_next_to_nothing(values: list[float | None]) -> None:
    assert trend(values, 0, 1).parts == ()
    assert trend(values, 0, 1).words == ""
