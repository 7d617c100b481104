"""Experiments in the browser: started by a form, read in plain words, stopped with one button; and what the words are made of."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.experiments import Difference, Experiment, Results
from copilot.measures.experiments import results
from copilot.settings import Settings
from copilot.testing.models import ScriptedModels
from copilot.web.pages.experiments import percent, shares, summary
from tests.adapters.database.samples import NOON, experiment
from tests.measures.test_experiments import both
from tests.web.busy import tried
from tests.web.site import Company, Site
from tests.web.test_quality import reviewer

OTHER = "openai/other"


def after(control: int, variant: int, **changed: Any) -> Experiment:
    one = experiment(**changed)
    return one.model_copy(update={"results": results(one, both(80, control, variant), NOON)})


def test_while_it_runs_only_what_holds_at_any_time_is_said() -> None:
    told = summary(after(60, 56))
    assert told[:2] == [
        "Drafts of the variant were used in 70 % of the turns, those of what ran before in 75 %.",
        "No harm is seen so far.",
    ]
    assert told[2].startswith("However often you look, the difference lies between −")
    assert summary(experiment()) == ["Nothing can be said yet: no conversation of both arms is settled."]


def test_once_it_is_over_it_says_what_was_seen() -> None:
    ended = {"state": "ended", "over": "planned"}
    assert summary(after(40, 64, **ended))[1].startswith("30 points more (between +1")
    assert summary(after(60, 60, **ended))[1].startswith("No difference is seen; one of ")
    harmed = summary(after(60, 20, state="stopped", over="harm"))
    assert harmed[1].startswith("It did harm: fewer of its drafts were used.")
    assert "before its plan was done" in summary(after(60, 58, state="stopped", over="hand"))[1]


@pytest.mark.parametrize(
    ("figure", "value", "mood"), [("used", 0.2, "good"), ("used", -0.2, "bad"), ("withheld", 0.2, "bad"), ("abstained", 0.2, "plain")]
)
def test_more_is_better_or_worse_by_what_is_counted(figure: str, value: float, mood: str) -> None:
    arms = {name: {"arm": name} for name in ("control", "variant")}
    found = Difference(figure=figure, value=value, low=value - 0.1, high=value + 0.1, least_seen=0.1)
    shown = shares(Results.model_validate({"as_of": NOON, "conversations": 9, **arms, "differences": [found]}))
    assert [one.mood for one in shown if one.said] == [mood]


def test_small_shares_keep_a_digit() -> None:
    assert [percent(value) for value in (0.0, 0.034, 0.1, 1.0)] == ["0 %", "3.4 %", "10 %", "100 %"]


async def test_it_is_started_read_and_stopped(company: Company, browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    settings = Settings(data_dir=folder, embedder="hash", model="openai/scripted", experiment_models=(OTHER,))
    application = company.copy(folder, models=ScriptedModels(name="openai/scripted"), settings=settings)
    async with Site(application) as site:
        context, quentin, wrong = await reviewer(site, browser)
        await quentin.goto("/quality/experiments")
        await expect(quentin.get_by_text("Nothing was tried yet")).to_be_visible()
        await quentin.get_by_label("Name").fill("<b>Cheaper</b> replies")
        await quentin.get_by_label("What you expect, and why").fill("The small model is as good for short answers.")
        await quentin.get_by_role("button", name="Start").click()
        await expect(quentin.get_by_text("Give other prompts, another model, or both.")).to_be_visible()
        await quentin.get_by_label("Model").select_option(OTHER)
        await quentin.get_by_label("Percent of the conversations").fill("20")
        await quentin.get_by_role("button", name="Start").click()
        await expect(quentin.get_by_role("heading", name="<b>Cheaper</b> replies")).to_be_visible()
        await expect(quentin.get_by_text("Nothing can be said yet")).to_be_visible()
        async with application.database.read(DEFAULT_TENANT) as records:
            (made,) = await records.experiments.running()
        assert (made.share, made.model, made.kinds, made.prompts) == (0.2, OTHER, ("reply",), {})
        await quentin.get_by_role("button", name="Stop it").click()
        await quentin.get_by_role("dialog").get_by_role("button", name="Stop it").click()
        await expect(quentin.get_by_text("Somebody stopped it.")).to_be_visible()
        await expect(quentin.get_by_role("button", name="Stop it")).to_be_hidden()
        await context.close()
    assert not wrong, wrong


async def test_an_agent_sees_neither_the_page_nor_an_arm(site: Site, browser: Browser) -> None:
    await tried(site)
    context, quentin, wrong = await reviewer(site, browser)
    await quentin.goto("/quality/experiments/tried")
    await expect(quentin.get_by_role("heading", name="What became of the drafts")).to_be_visible()
    await expect(quentin.get_by_text("64 of 400 conversations settled")).to_be_visible()
    await context.close()
    agent = await browser.new_context(base_url=site.address)
    await site.sign_in(agent, "agent-lea")
    answer = await agent.request.get(f"{site.address}/quality/experiments/tried")
    assert answer.status == 403
    await agent.close()
    assert not wrong, wrong
