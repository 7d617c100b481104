"""A case is born with the mouse, read by a person, and comes out as a file that `copilot eval` reads; and why a draft came about."""

from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.quality import MetricFigure, QualityCase
from copilot.services.quality.candidates import RunGiven
from evals.casebook.format import Case
from evals.casebook.reading import read_cases
from evals.subject import Variant, opened
from tests.web.busy import judged
from tests.web.cast import caller
from tests.web.conftest import PATIENCE_MS, watch
from tests.web.site import Site

MARTA = "live-marta-refund"
SELECTS = """(place, words) => {
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + words.length);
    const selection = document.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    place.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
    return true;
  }
  return false;
}"""
"""Marks words as a mouse does."""
SELECTS_ALL = """place => {
  document.getSelection().selectAllChildren(place);
  place.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
}"""


def copilot(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Copilot")


async def reviewer(site: Site, browser: Browser) -> tuple[BrowserContext, Page, list[str]]:
    """Quentin, who looks after quality, in a browser of his own."""
    context = await browser.new_context(
        base_url=site.address, viewport={"width": 1280, "height": 768}, locale="en-GB", accept_downloads=True
    )
    context.set_default_timeout(PATIENCE_MS)
    await site.sign_in(context, "qa-quentin")
    page = await context.new_page()
    return context, page, watch(page)


async def stored(site: Site) -> list[QualityCase]:
    async with site.application.database.read(DEFAULT_TENANT) as records:
        return await records.quality.cases(("candidate", "approved", "rejected"))


async def test_from_a_dismissed_draft_to_a_case_that_evals_reads(site: Site, lea: Page, browser: Browser, tmp_path: Path) -> None:
    await lea.goto(f"/desk?conversation={MARTA}")
    reply = copilot(lea).get_by_role("region", name="Reply")
    text = await copilot(lea).locator("[data-main]").get_attribute("data-text")
    await reply.get_by_role("button", name="Dismiss").first.click()
    await reply.get_by_role("button", name="Make this a case").click()
    dialog = lea.get_by_role("dialog", name="Make this a case")
    chosen = await dialog.get_by_role("radio", checked=True).first.get_attribute("value")
    assert chosen is not None
    assert text is not None
    assert chosen in text
    await dialog.get_by_label("If it fails, it").select_option("stops a release")
    await dialog.get_by_label("Tags").fill("refund, broken promise")
    await dialog.get_by_role("button", name="Make the case").click()
    await expect(dialog).to_be_hidden()
    await expect(lea.get_by_text("It counts once somebody")).to_be_visible()

    context, quentin, wrong = await reviewer(site, browser)
    await quentin.goto("/")
    await expect(quentin.get_by_role("link", name="Cases")).to_have_attribute("aria-current", "page")
    await quentin.get_by_role("listitem").filter(has_text="must not say").get_by_role("link").first.click()
    await expect(quentin.get_by_role("heading", name="What was said")).to_be_visible()
    for name in ("Marta", "Lindqvist", "Lea Brandt"):
        await expect(quentin.locator("main")).not_to_contain_text(name)
    await expect(quentin.locator("mark.side-must_not")).to_be_visible()
    await quentin.get_by_role("button", name="Approve").click()
    await quentin.get_by_role("dialog").get_by_role("button", name="Approve it").click()
    await expect(quentin.get_by_text("Nothing waits for you")).to_be_visible()
    async with quentin.expect_download() as downloading:
        await quentin.get_by_role("link", name="Download the approved").click()
    file = tmp_path / "approved.yaml"
    await (await downloading.value).save_as(file)
    (case,) = read_cases([file])
    assert (case.severity, case.tags, case.must_not[0].name) == ("high", ("refund", "broken promise"), "say")
    assert not [name for name in ("Marta", "Lindqvist", "Brandt") if name in file.read_text(encoding="utf-8")]
    await context.close()
    assert not wrong, wrong


async def test_a_case_from_the_desk_behaves_like_the_conversation_it_came_from(site: Site) -> None:
    """Run as `copilot eval run` runs it: the broken promise, the mood, the identity and what is on record are there again."""
    there = await judged(site)
    async with site.application.database.read(DEFAULT_TENANT) as records:
        made = await records.quality.case(there["case"])
        suggestion = await records.suggestions.get(there["suggestion"])
        assert made is not None
        assert suggestion is not None
        before = await records.turns.get(suggestion.turn_id)
    assert before is not None
    assert before.turn is not None
    async with opened(Variant(embedder="hash")) as subject:
        outcome = await subject.run(Case.model_validate(made.body))
    then, now = before.turn, outcome.turn
    assert now.person is not None
    assert now.person.name != "Marta Lindqvist"
    assert [message.author for message in now.window] == [message.author for message in then.window]
    assert [promise.state for promise in now.evidence.promises if promise.state == "overdue"]
    assert abs(now.evidence.emotion.heat - then.evidence.emotion.heat) <= 5
    assert now.assurance == then.assurance
    on_record = {detail.field for detail in then.evidence.known_details if detail.source == "profile"}
    assert on_record <= {detail.field for detail in now.evidence.known_details}


async def test_words_marked_with_the_mouse_become_a_case_without_the_numbers_of_their_sources(site: Site, lea: Page) -> None:
    await lea.goto(f"/desk?conversation={MARTA}")
    draft = copilot(lea).locator("[data-main]")
    assert await draft.locator(".draft-text .cite").count(), "numbers stand between the words"
    await draft.locator(".draft-text").first.evaluate(SELECTS_ALL)
    await lea.get_by_role("toolbar", name="Make a case of the marked words").get_by_role("button", name="Must be said").click()
    dialog = lea.get_by_role("dialog", name="Make this a case")
    assert await dialog.locator("[name=words]").get_attribute("value") == await draft.get_attribute("data-text")
    await expect(dialog.get_by_role("radio", name="must be said")).to_be_checked()
    await dialog.get_by_role("button", name="Make the case").click()
    await expect(dialog).to_be_hidden()
    (case,) = await stored(site)
    assert [list(one) for one in case.body["must"]] == [["say", "in"]]
    assert case.source == "made"


async def test_a_case_is_made_by_keyboard_alone(site: Site, lea: Page) -> None:
    await lea.goto(f"/desk?conversation={MARTA}")
    await expect(copilot(lea).locator("[data-main]").first).to_be_visible()
    await lea.keyboard.press("m")
    dialog = lea.get_by_role("dialog", name="Make this a case")
    await expect(dialog.get_by_role("radio").first).to_be_focused()
    await lea.keyboard.press("ArrowDown")
    second = await dialog.get_by_role("radio", checked=True).first.get_attribute("value")
    await dialog.get_by_role("button", name="Make the case").focus()
    await lea.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    (case,) = await stored(site)
    assert len(str(case.body["must_not"][0]["say"]).split()) == len(str(second).split())


async def test_on_its_page_words_are_marked_and_taken_away_and_the_case_is_named(site: Site, lea: Page, browser: Browser) -> None:
    await lea.goto(f"/desk?conversation={MARTA}")
    await lea.keyboard.press("m")
    await lea.get_by_role("dialog").get_by_role("button", name="Make the case").click()
    await expect(lea.get_by_text("It counts once somebody")).to_be_visible()
    (made,) = await stored(site)
    context, quentin, wrong = await reviewer(site, browser)
    await quentin.goto(f"/quality/cases/{made.id}")
    words = " ".join(made.draft.text.split()[-4:])
    assert await quentin.locator(".draft-text").evaluate(SELECTS, words)
    await quentin.get_by_role("button", name="Must be said").click()
    expected = quentin.get_by_role("list", name="What is expected")
    await expect(expected.get_by_role("listitem")).to_have_count(2)
    await expect(expected).to_contain_text(f"must say “{words}”")
    await expected.get_by_role("listitem").filter(has_text="must not").get_by_role("button", name="Take away").click()
    await expect(expected.get_by_role("listitem")).to_have_count(1)
    # A case that expects nothing is none.
    await expect(expected.get_by_role("button", name="Take away")).to_have_count(0)
    await quentin.get_by_label("do what").select_option("cite")
    await quentin.get_by_label("Words, or the article’s id").fill("refund-timelines-2024")
    await quentin.get_by_role("button", name="Add").click()
    await expect(expected.get_by_role("listitem")).to_have_count(2)
    await quentin.get_by_label("Name").fill("A refund that is late is owned")
    await quentin.get_by_role("button", name="Save").click()
    await expect(quentin.get_by_role("heading", level=1)).to_have_text("A refund that is late is owned")
    (now,) = await stored(site)
    assert now.body["must"] == [{"say": words, "in": "reply"}, {"cite": "refund-timelines-2024"}]
    await quentin.locator("h1").click()
    await quentin.keyboard.press("n")
    await expect(quentin.get_by_text("Nothing waits for you")).to_be_visible()
    await context.close()
    assert not wrong, wrong


async def test_a_harvest_on_the_page_brings_what_was_said_to_be_wrong(site: Site, lea: Page, browser: Browser) -> None:
    await lea.goto(f"/desk?conversation={MARTA}")
    reply = copilot(lea).get_by_role("region", name="Reply")
    await reply.get_by_role("button", name="Dismiss").first.click()
    await reply.get_by_role("button", name="Wrong fact").click()
    await expect(reply.get_by_text("Dismissed: wrong fact")).to_be_visible()
    context, quentin, wrong = await reviewer(site, browser)
    await quentin.goto("/quality")
    await quentin.get_by_role("button", name="Harvest from decisions").click()
    await expect(quentin.get_by_text("The dangerous ones stand first")).to_be_visible()
    row = quentin.get_by_role("listitem").filter(has_text="said to be wrong")
    await expect(row.first).to_contain_text("stops a release")
    await expect(quentin.locator("main")).not_to_contain_text("Lea Brandt")
    await quentin.get_by_role("button", name="Harvest from decisions").click()
    await expect(quentin.get_by_text("There is nothing new to harvest.")).to_be_visible()
    await context.close()
    assert not wrong, wrong


async def test_why_a_draft_came_about_is_read_in_words(site: Site, context: BrowserContext, page: Page) -> None:
    async with site.application.database.read(DEFAULT_TENANT) as records:
        talk = await records.conversations.find(MARTA)
        assert talk is not None
        reply = next(one for one in await records.suggestions.of_conversation(talk.id) if one.kind == "reply")
        stored_turn = await records.turns.get(reply.turn_id)
    assert stored_turn is not None
    assert stored_turn.turn is not None
    evidence = stored_turn.turn.evidence
    await site.sign_in(context, "qa-quentin")
    await page.goto(f"/quality/drafts/{reply.id}")
    main = page.locator("main")
    await expect(main).to_contain_text(evidence.coverage.query)
    for hit in evidence.passages:
        await expect(main.get_by_role("heading", name=hit.title).first).to_be_visible()
    for memory in evidence.memories:
        await expect(main).to_contain_text(memory.why)
    await expect(main).to_contain_text(f"{round(100 * evidence.passages[0].score)} of 100")
    for field in ("identity", "heat", "by", "time"):
        await expect(main.get_by_role("term").filter(has_text=field).first).to_be_visible()
    async with site.application.database.read(DEFAULT_TENANT) as records:
        looked = [event.type for event in await records.log.events(0) if event.type == "customer.viewed" or "viewed" in event.type]
    assert looked, "who looked at whom is in the audit"


async def test_runs_show_where_each_metric_stands_and_how_it_moved(site: Site, context: BrowserContext, page: Page) -> None:
    quentin = await caller(site, "qa-quentin")
    for number, value in enumerate((0.9, 0.92, 0.4)):
        figure = MetricFigure(metric="expected", version=1, value=value, low=value - 0.05, high=value + 0.05, n=100, k=round(100 * value))
        given = {"name": f"cases-{number}", "made_at": site.clock(), "tried": {"prompts": "shorter"} if number == 2 else {}}
        await site.application.quality.cases.publish(quentin, RunGiven.model_validate(given | {"figures": (figure,)}))
        site.clock.forward(hours=1)
    await site.sign_in(context, "qa-quentin")
    await page.goto("/quality/runs")
    expected = page.get_by_role("listitem").filter(has_text="Expected")
    await expect(expected).to_contain_text("worse than the run before")
    await expect(expected).to_contain_text("40 of 100")
    await expect(expected.get_by_role("img", name="falling")).to_be_visible()
    await expect(page.get_by_role("row").nth(1)).to_contain_text("prompts shorter")
