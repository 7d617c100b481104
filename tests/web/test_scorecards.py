"""Scorecards in the browser: switched on with a reason, drawn, rated with a comment on a message, read and answered by whom it is about."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import Browser, BrowserContext, Page, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.scorecards import Sample, Scored
from copilot.web.pages.scorecards import label
from tests.web.conftest import PATIENCE_MS, watch
from tests.web.site import Site

REASON = "Refunds were promised without a date; we want to see whether that has changed."


async def enter(site: Site, browser: Browser, who: str) -> tuple[BrowserContext, Page, list[str]]:
    context = await browser.new_context(base_url=site.address, viewport={"width": 1280, "height": 768}, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    await site.sign_in(context, who)
    page = await context.new_page()
    return context, page, watch(page)


async def drawn(site: Site) -> list[Scored]:
    async with site.application.database.read(DEFAULT_TENANT) as records:
        return [card for sample in await records.scorecards.samples() for card in await records.scorecards.cards(sample.id)]


async def test_from_the_switch_to_the_agents_answer(site: Site, browser: Browser) -> None:
    context, ada, wrong = await enter(site, browser, "admin-ada")
    await ada.goto("/quality/scorecards")
    await expect(ada.get_by_text("Nobody ever switched them on here.")).to_be_visible()
    await ada.get_by_label("Why?").fill(REASON)
    await ada.get_by_role("button", name="Switch on").click()
    await expect(ada.get_by_text("Scorecards are on.")).to_be_visible()
    await context.close()

    context, quentin, also = await enter(site, browser, "qa-quentin")
    await quentin.goto("/quality/scorecards")
    await expect(quentin.get_by_role("button", name="Switch off")).to_have_count(0)
    await quentin.get_by_role("textbox", name="From").fill((site.clock() - timedelta(days=365)).date().isoformat())
    await quentin.get_by_label("Rated by two").select_option("none")
    await quentin.get_by_role("button", name="Draw it").click()
    await quentin.get_by_role("list").get_by_role("link").first.click()
    await expect(quentin.get_by_role("region", name="What was said")).to_be_visible()
    for point in await quentin.get_by_role("group").filter(has=quentin.get_by_role("radio")).all():
        await point.get_by_role("radio").first.check()
    concern = quentin.get_by_role("group", name="Names the concern")
    await concern.get_by_text("Comment on a message").click()
    await concern.get_by_role("textbox", name="Comment").fill("It names nothing.")
    await quentin.get_by_role("button", name="Rate it").click()
    await expect(quentin.get_by_text("Choose the message that your comment is about.")).to_be_visible()
    await concern.get_by_role("combobox", name="Message").select_option(index=1)
    await quentin.get_by_role("button", name="Rate it").click()
    await expect(concern.get_by_text("It names nothing.")).to_be_visible()
    await context.close()

    (rated,) = [one for one in await drawn(site) if one.ratings]
    assert rated.ratings[0].level("concern") == 0
    async with site.application.database.read(DEFAULT_TENANT) as records:
        agent = await records.admin.user(rated.card.agent_id)
    assert agent is not None
    context, theirs, too = await enter(site, browser, agent.external_id)
    await theirs.goto("/scorecards")
    await expect(theirs.get_by_text(REASON)).to_be_visible()
    await expect(theirs.get_by_text("It names nothing.")).to_be_visible()
    await expect(theirs.locator("main")).not_to_contain_text("Quentin")
    await theirs.get_by_label("How do you see it?").fill("It is in the note.")
    await theirs.get_by_label("Somebody else should decide").check()
    await theirs.get_by_role("button", name="Answer").click()
    await expect(theirs.get_by_role("group", name="Your answer")).to_contain_text("It is in the note.")
    (answered,) = [one for one in await drawn(site) if one.ratings]
    assert answered.open_dispute
    await context.close()
    assert not [*wrong, *also, *too]


def test_a_period_is_written_with_its_last_day() -> None:
    given = {"id": "s", "seed": "s", "wanted": 1, "population": 1, "twice": 0, "rubric_version": 0}
    times = {
        "since": datetime(2025, 12, 1, tzinfo=UTC),
        "until": datetime(2026, 3, 1, tzinfo=UTC),
        "drawn_at": datetime(2026, 3, 1, tzinfo=UTC),
    }
    assert label(Sample.model_validate(given | times), "UTC") == "1 Dec 2025 – 28 Feb 2026"
