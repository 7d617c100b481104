"""`copilot eval` as somebody who is new to it meets it: help, errors that say what to do, and a walk from a failing case to a gate."""

import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from copilot.testing.provider import ScriptedProvider
from tests.evals.house import BAG, SEAT, WRONG, House

PROMPTS = Path(__file__).parents[2] / "prompts"
COMMANDS = ("run", "compare", "gate", "check", "suites", "runs", "schema", "view")
READ = "I have read every line you wrote."


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(house: House, command: str) -> None:
    shown = house(command, "--help")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith(f"Usage: copilot eval {command}")
    assert len(shown.out.splitlines()) > 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("compare", "a", "b"), "There is no run 'a'. Runs: none yet. Make one with: copilot eval run cases --name a"),
        (("gate", "a"), "There is no run 'a'"),
        (("run", "nosuch"), "There is no suite 'nosuch'. Choose from offline"),
        (("run", "cases", "--name", "a b"), "'a b' cannot name a run"),
        (("run", "cases", "--against", "gone"), "There is no run 'gone'"),
        (("run", "cases", "--prompts", "gone"), "There is no folder"),
        (("run", "cases", "--cases", "gone.yaml"), "There is no file or folder"),
        (("check", "gone.yaml"), "There is no file or folder gone.yaml. Name YAML files with cases"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_missing_is_said_before_anything_runs(house: House, arguments: tuple[str, ...], said: str) -> None:
    ran = house(*arguments)
    assert ran.code == 2
    assert ran.err.startswith("copilot: ")
    assert said in ran.err
    assert not (house.folder / ".evals").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- case: [", "bad.yaml, line 1"),
        ("case: one", "bad.yaml: a file of cases is a list. Begin each case with `- case: <name>`."),
        ("- case: nothing expected\n  ability: memory\n  conversation: [{customer: Hi}]", "bad.yaml, case 'nothing expected'"),
        ("- case: misspelt\n  ability: memory\n  conversation: [{customer: Hi}]\n  must: [{sayy: x}]", "there is no expectation 'sayy'"),
        ("- case: wrong value\n  ability: memory\n  conversation: [{customer: Hi}]\n  must: [{heat: hot}]", "heat does not take 'hot'"),
        ("- case: two\n  ability: kindness\n  conversation: [{customer: Hi}]\n  must: [{say: x}]", "ability"),
    ],
)
def test_cases_that_are_wrong_are_named(house: House, text: str, said: str) -> None:
    (house.folder / "bad.yaml").write_text(text, encoding="utf-8")
    ran = house("check", "bad.yaml")
    assert ran.code == 2
    assert said in ran.err


def test_one_name_is_one_case(house: House) -> None:
    house.cases(SEAT, name="one.yaml")
    house.cases(SEAT, name="two.yaml")
    assert "two.yaml: the case 'a seat is free of charge' stands in one.yaml too" in house("check", ".").err


def test_what_ships_can_be_read_and_is_listed(house: House) -> None:
    assert house("check").code == 0
    assert "offline" in house("suites").out
    assert "copilot eval run offline" in house("runs").out


def test_json_is_json_alone(house: House) -> None:
    house.cases(SEAT, WRONG)
    first = house.run("one", "--json").json
    assert first["metrics"]["as expected"]["k"] == 1
    assert list(first["against_expectation"]) == ["what-cannot-be-found"]
    compared = house("compare", "one", "one", "--json").json
    assert (compared["against"], compared["differences"]["as expected"]["word"], compared["moved"]) == ("one", "the same", [])


def test_a_gate_stops_a_release_and_says_why(house: House) -> None:
    house.cases(BAG | {"must": [{"find": "no-such-article"}]}, SEAT)
    assert house.run("x").code == 0
    ran = house("gate", "x", "--junit", "junit.xml", "--html", "report.html")
    assert ran.code == 1
    assert "✗ as expected (severity high) ≥ 1" in ran.out
    assert "– a-missing-suitcase-is-answered-with-the-sum" in ran.out
    assert "a-seat-is-free-of-charge" not in ran.out
    suite = ET.parse(house.folder / "junit.xml").getroot()  # noqa: S314 - what was just written
    assert suite.get("failures") == "1"
    assert "must not be released" in (house.folder / "report.html").read_text(encoding="utf-8")
    held = house("gate", "x", "--json").json["gates"]
    assert [one["holds"] for one in held if one["gate"]["only"]] == [False]


def test_a_case_fails_a_prompt_is_changed_and_it_passes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What README tells QA people to do, with a scripted model: what else moved is told, too, and a gate of their own holds it."""
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    house.cases(
        BAG | {"severity": "medium", "must": [{"say": READ, "in": "reply"}]},
        SEAT | {"must": [{"find": "seats"}], "must_not": [{"say": READ, "in": "reply"}]},
    )
    prompts = Path(shutil.copytree(PROMPTS, house.folder / "prompts"))
    with ScriptedProvider("auto") as provider:
        model = ("--model", "openai/scripted", "--api-base", provider.base_url)
        before = house.run("before", *model)
        assert "✗ a-missing-suitcase-is-answered-with-the-sum" in before.out
        text = (prompts / "reply.md").read_text(encoding="utf-8")
        rule = f"- `acknowledgement`: begin with what happened, end with “{READ}”\n\n"
        (prompts / "reply.md").write_text(text.replace("## Silence", f"{rule}## Silence"), encoding="utf-8")
        after = house.run("after", *model, "--prompts", prompts, "--against", "before", "--html", "report.html")
    assert "▲ as expected: a-missing-suitcase-is-answered-with-the-sum 0 → 1" in after.out
    assert "▼ as expected: a-seat-is-free-of-charge 1 → 0" in after.out
    report = (house.folder / "report.html").read_text(encoding="utf-8")
    assert "1 case that went right goes wrong now" in report
    assert "reply@1:" in report
    (house.folder / "gates.yaml").write_text(
        "- {metric: as expected, no_worse_by: 0.0, because: No case that went right may go wrong.}\n", encoding="utf-8"
    )
    assert house("gate", "after", "--against", "before", "--thresholds", "gates.yaml").code == 0
    assert house("compare", "before", "after").code == 0
