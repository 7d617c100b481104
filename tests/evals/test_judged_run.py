"""Runs with a model and a judge, end to end on a scripted provider: stopped by a budget, gone on with, answered from what is kept."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from copilot.domain.errors import Invalid, Refused
from copilot.testing.provider import ScriptedProvider
from evals.answers.estimate import Estimate
from evals.answers.purse import Purse
from evals.answers.store import Store
from evals.comparing import compare
from evals.duel.pairs import draw
from evals.judge.trust import doubts
from evals.metrics import CATALOGUE as METRICS
from evals.printing import as_data
from evals.running import Plan, run
from evals.runs import Run
from evals.session import Session
from evals.suites import suite

MODEL, JUDGE = "openai/gpt-4o-mini", "openai/gpt-4o"
COUNT = 7
SENT = "Dear Ines, five days. I looked at your booking myself and it is on its way."
ASKED = (
    "How long does a refund take?",
    "Can I bring a cello on board?",
    "My bag did not arrive and nobody answers!",
    "Which card is best for me?",
)


def cases() -> str:
    made = [
        {
            "case": f"case number {number}",
            "ability": ("honesty", "handover")[number % 2],
            "customer": {"name": f"Ines Duarte {number}"},
            "conversation": [{"customer": ASKED[number % len(ASKED)]}],
            "kinds": ["handover"],
            "must": [{"speak": "en"}],
        }
        for number in range(COUNT)
    ]
    made[0]["human"] = SENT  # an honesty case: a reply
    made[1]["human"] = SENT  # a handover: no reply is put beside it
    return yaml.safe_dump(made)


@dataclass
class Story:
    """What happened, run by run: requests that reached the provider, and what each command spent."""

    runs: dict[str, Run] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    purses: dict[str, Purse] = field(default_factory=dict)
    estimates: dict[str, Estimate] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Told once: the tests below read it."""
    folder, told, before = tmp_path_factory.mktemp("runs"), Story(), Path.cwd()
    (folder / "cases.yaml").write_text(cases())
    os.chdir(folder)
    try:
        with ScriptedProvider("auto") as provider:
            _tell(told, provider, folder)
        yield told
    finally:
        os.chdir(before)


def _tell(told: Story, provider: ScriptedProvider, folder: Path) -> None:
    given = {"where": str(folder / "cases.yaml"), "embedder": "hash", "model": MODEL, "api_base": provider.base_url}
    judged = {**given, "judge": JUDGE, "judge_base": provider.base_url}

    def do(step: str, name: str, given: dict[str, str], limit: int | None = None, kept: bool = True) -> None:
        purse, already = Purse(limit), len(provider.requests)
        session = Session(purse, Store(folder / "answers") if kept else None)

        def confirm(found: Estimate) -> None:
            told.estimates[step] = found

        told.runs[step] = asyncio.run(run(Plan(suite("cases"), name, given), session, confirm))
        told.requests[step] = len(provider.requests) - already
        told.purses[step] = purse

    do("stopped", "first", judged, limit=1)
    do("gone on", "first", judged)
    do("again", "second", judged)
    do("asked anew", "third", given, kept=False)
    do("other judge", "fourth", {**judged, "judge": MODEL})
    do("offline", "offline", {"where": given["where"], "embedder": "hash"})
    told.questions = [request.model + request.text for request in provider.requests[: told.requests["stopped"] + told.requests["gone on"]]]


def test_a_budget_stops_a_run_and_the_run_says_so(story: Story) -> None:
    stopped = story.runs["stopped"]
    measured = {row.sample for row in stopped.rows}
    assert len(measured) < COUNT
    (reason,) = stopped.failed
    assert f"{COUNT - len(measured)} of {COUNT} samples were not run" in reason
    assert "The budget of $0.00 is spent." in reason
    assert story.requests["stopped"] > 0


def test_the_same_command_goes_on(story: Story) -> None:
    whole = story.runs["gone on"]
    assert whole.failed == ()
    assert len({row.sample for row in whole.of("as expected")}) == COUNT
    assert len(story.questions) == len(set(story.questions)), "what was answered before the stop is not asked again"


def test_another_run_of_the_same_is_answered_from_what_is_kept(story: Story) -> None:
    assert story.requests["again"] == 0
    assert story.purses["again"].spent == 0
    first, second = story.runs["gone on"], story.runs["again"]
    same = [{row.key: (row.value, row.why) for row in run.rows if METRICS[row.metric].unit != "ms"} for run in (first, second)]
    assert same[0] == same[1]


def test_without_the_store_all_is_asked_anew(story: Story) -> None:
    assert story.requests["asked anew"] >= COUNT
    assert story.purses["asked anew"].kept == 0


def test_the_cost_is_estimated_beforehand(story: Story) -> None:
    said, paid = story.estimates["stopped"], story.purses["stopped"].spent + story.purses["gone on"].spent
    asked = story.purses["stopped"].asked + story.purses["gone on"].asked
    assert said.samples == COUNT
    assert said.unpriced == ()
    assert 0.5 * asked <= said.questions <= 2 * asked
    assert 0.2 < said.dollars / (paid / 1_000_000) < 5
    assert story.estimates["again"].questions == 0
    assert "offline" not in story.estimates


def test_what_is_judged_names_its_judge_and_is_compared_only_with_its_like(story: Story) -> None:
    rows = story.runs["gone on"].of("empathy (judge)")
    assert len(rows) == COUNT
    assert all(str(row.version).startswith(f"1 {JUDGE} empathy@1:") for row in rows)
    assert story.runs["gone on"].of("handover (judge)")
    compare(story.runs["gone on"], story.runs["again"])
    with pytest.raises(Refused, match="empathy"):
        compare(story.runs["gone on"], story.runs["other judge"])


def test_a_judge_that_nobody_checked_is_doubted_in_print_and_data(story: Story) -> None:
    said = doubts(story.runs["gone on"])
    assert any(f"empathy (judge): the judge {JUDGE} empathy@1" in one and "not calibrated" in one for one in said)
    assert {one["metric"] for one in as_data(story.runs["gone on"], None)["judged"] if one["doubt"]} >= {
        "empathy (judge)",
        "handover (judge)",
    }
    assert any("the same model wrote" in one for one in doubts(story.runs["other judge"]))
    assert doubts(story.runs["offline"]) == []


def test_two_runs_make_pairs(story: Story) -> None:
    found = draw("first", "offline")
    assert found.pairs
    assert len(found.pairs) + found.alike + found.one_sided == COUNT
    for pair in found.pairs:
        assert (pair.a.run, pair.b.run) == ("first", "offline")
        assert pair.a.text != pair.b.text
        assert any(line.author == "customer" and line.text in ASKED for line in pair.said)
        assert pair.rubric == ("handover" if pair.ability == "handover" else "empathy")
    assert len(draw("first", "offline", 1).pairs) == 1
    with pytest.raises(Invalid, match="no sample with two different drafts"):
        draw("first", "second")


def test_a_run_is_put_beside_what_a_person_sent(story: Story) -> None:
    (pair,) = draw("human", "first").pairs
    assert (pair.sample, pair.a.run, pair.a.text, pair.b.run) == ("case-number-0", "human", SENT, "first")
    assert pair.b.text not in ("", SENT)
    assert draw("first", "human").one_sided == COUNT - 1
