"""A suite is run: what is kept of it, how it goes on after it was stopped, and what it refuses to mix."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from copilot.domain.errors import Invalid, NotFound
from evals import running
from evals.casebook.format import Case
from evals.metrics.expected import AsExpected
from evals.outcome import Outcome
from evals.runs import read_run
from evals.subject import Subject
from evals.suites import suite
from tests.evals.house import BAG, SEAT, WRONG, House


class Watched:
    """Which cases the copilot is asked about; `act` may stop it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.ran: list[str] = []
        real = Subject.run

        async def run(subject: Subject, case: Case) -> Outcome:
            self.ran.append(case.case)
            await self.act(case)
            return await real(subject, case)

        patch.setattr(Subject, "run", run)

    async def act(self, case: Case) -> None:
        """Nothing, unless a test says otherwise."""


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setattr(running, "AT_ONCE", 1)
    return Watched(monkeypatch)


def test_a_run_goes_on_and_repeats_nothing_but_what_changed(house: House, watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """First one of two; then the other; then nothing is left; then a case is edited and another added; then a metric counts otherwise."""
    house.cases(BAG, SEAT)
    assert house.run("x", "--limit", 1).code == 0
    second = house.run("x")
    assert (second.code, watched.ran) == (0, [BAG["case"], SEAT["case"]])
    assert "2 samples, 1 of them done before" in second.err
    assert "all 2 samples were done before" in house.run("x").err
    assert len(watched.ran) == 2
    house.cases(BAG, SEAT | {"must": [{"find": "nowhere"}]}, WRONG)
    house.run("x")
    assert watched.ran[2:] == [SEAT["case"], WRONG["case"]]
    values = {row.sample: row.value for row in read_run("x").of("as expected")}
    assert values == {"a-missing-suitcase-is-answered-with-the-sum": 1, "a-seat-is-free-of-charge": 0, "what-cannot-be-found": 0}
    monkeypatch.setattr(AsExpected, "version", AsExpected.version + 1)
    house.run("x")
    assert len(watched.ran) == 7
    assert {row.version for row in read_run("x").of("as expected")} == {AsExpected.version}


def test_a_sample_that_breaks_off_is_told_and_tried_again(house: House, watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    house.cases(BAG, SEAT)

    async def fails(case: Case) -> None:
        if case.case == SEAT["case"]:
            raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(watched, "act", fails)
        broken = house.run("x")
    assert broken.code == 1
    (reason,) = read_run("x").failed
    assert reason.startswith("cases: a-seat-is-free-of-charge broke off: ")
    assert "the disk is full" in reason
    assert "did not end well" in broken.out
    assert [row.sample for row in read_run("x").of("as expected")] == ["a-missing-suitcase-is-answered-with-the-sum"]
    assert house("gate", "x").code == 1
    assert house.run("x").code == 0
    assert watched.ran == [BAG["case"], SEAT["case"], SEAT["case"]]
    assert read_run("x").failed == ()


async def test_a_run_that_is_killed_keeps_what_was_done(house: House, watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancelled while its second sample is under way, as Ctrl-C does."""
    given = {"where": str(house.cases(BAG, SEAT)), "knowledge": str(house.knowledge), "embedder": "hash"}
    plan = running.Plan(suite("cases"), "x", given)
    reached = asyncio.Event()

    async def waits(case: Case) -> None:
        if case.case == SEAT["case"]:
            reached.set()
            await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(watched, "act", waits)
        under_way = asyncio.create_task(running.run(plan))
        await reached.wait()
        under_way.cancel()
        await asyncio.wait([under_way])
    again = await running.run(plan)
    assert watched.ran == [BAG["case"], SEAT["case"], SEAT["case"]]
    assert again.failed == ()
    assert len(again.of("as expected")) == 2


def test_a_name_belongs_to_what_was_tried(house: House, tmp_path: Path) -> None:
    house.cases(SEAT)
    house.run("x")
    other = house("run", "cases", "--name", "x", "--cases", house.cases(SEAT), "--embedder", "hash")
    assert other.code == 1
    assert "The run 'x' tried something else: knowledge changed since. Choose another --name" in other.err
    (house.knowledge / "seats.md").write_text((house.knowledge / "seats.md").read_text() + "\nOr at the counter.\n")
    assert "knowledge changed since" in house.run("x").err


def test_rows_say_what_they_are_about_and_nothing_of_the_installation_is_touched(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run has a folder of its own, whatever the environment says; a case with articles of its own runs on them alone."""
    monkeypatch.setenv("COPILOT_DATA_DIR", str(house.folder / "data"))
    monkeypatch.setenv("COPILOT_MODEL", "openai/nobody")
    own: dict[str, Any] = {"articles": [{"id": "lift", "title": "Lifts", "text": "The lift goes to the fourth floor."}]}
    asked = {"case": "own articles", "conversation": [{"customer": "Where does the lift go?"}], "must": [{"find": "lift"}]}
    house.cases(BAG, SEAT | asked | own)
    assert house.run("x").code == 0
    assert not (house.folder / "data").exists()
    (row,) = read_run("x").of("as expected", tags="waiting", severity="high")
    assert (row.task, row.facts["ability"], row.facts["channel"]) == ("cases", "empathy", "chat")
    assert "rules" in row.facts["producer"]
    assert "case" not in row.facts
    assert read_run("x").of("as expected", tags="else") == []
    assert [one.value for one in read_run(str(Path(".evals") / "x")).of("as expected")] == [1, 1]


def test_runs_that_are_not_there_or_cannot_be_read(house: House) -> None:
    with pytest.raises(NotFound, match="Runs: none yet"):
        read_run("x")
    folder = house.folder / ".evals" / "torn"
    folder.mkdir(parents=True)
    with pytest.raises(Invalid, match="holds no run"):
        read_run("torn")
    (folder / "2026_cases_1.eval").write_bytes(b"PK torn")
    with pytest.raises(Invalid, match=r"2026_cases_1\.eval: this log cannot be read"):
        read_run("torn")


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "a b", "..", 'a"b'])
def test_names_that_are_no_folder(name: str) -> None:
    with pytest.raises(Invalid, match="cannot name a run"):
        running.check_name(name)
