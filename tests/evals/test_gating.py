"""Gates: what holds, what does not and why; and the same as a CI server reads it."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from copilot.domain.errors import Invalid, Refused
from evals.gating import Gate, hold, read_gates
from evals.junit import write_junit
from tests.evals.house import made, row, several

REASON = "A case of high severity must not reach a customer."
HIGH = Gate(metric="as expected", only={"severity": "high"}, least=1.0, because=REASON)
KEPT = Gate(metric="as expected", no_worse_by=0.0, because="Nothing that held is lost.")
NEVER = Gate(metric="re-asked", most=0.0, because="Nobody is asked for what is on record.")


def test_a_gate_that_fails_names_its_samples() -> None:
    run = made("x", [row("fine", 1, severity="high"), row("broken", 0, severity="high"), row("other", 0, severity="low")])
    (held,) = hold([HIGH], run)
    assert not held.holds
    assert held.samples == ("broken",)
    assert "at least 1 is wanted" in held.found


def test_what_was_not_measured_does_not_hold() -> None:
    (held,) = hold([NEVER], made("x", [row("a", 1)]))
    assert (held.holds, held.found) == (False, "nothing was measured")


def test_less_is_better() -> None:
    assert hold([NEVER], made("x", several([0, 0], "re-asked")))[0].holds
    (held,) = hold([NEVER], made("x", several([0, 1], "re-asked")))
    assert held.samples == ("s1",)
    assert "at most 0 is allowed" in held.found


def test_no_worse_than_the_baseline() -> None:
    before, after = made("a", several([1, 1, 0])), made("b", several([1, 0, 0]))
    assert hold([KEPT], after) == []
    assert hold([KEPT], before, after)[0].holds
    (held,) = hold([KEPT], after, before)
    assert not held.holds
    assert "it was 0.667" in held.found


def test_a_baseline_that_counted_differently_is_refused() -> None:
    with pytest.raises(Refused, match="counted differently"):
        hold([HIGH], made("b", [row("a", 1, version=2)]), made("a", [row("a", 1)]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {metric: as expected, least: 1}", "because"),
        ("- {metric: as expected, because: it has to be so}", "it asks for nothing"),
        ("- {metric: kindness, least: 1, because: it has to be so}", "there is no metric 'kindness'; choose from as expected"),
        ("- {metric: as expected, atleast: 1, because: it has to be so}", "atleast"),
        ("- [", "cannot be read"),
    ],
)
def test_gates_that_are_wrong_are_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "gates.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid) as wrong:
        read_gates(path)
    assert said in str(wrong.value)
    assert "gates.yaml" in str(wrong.value)


def test_the_gates_that_ship_can_be_read_and_say_why() -> None:
    gates = read_gates()
    assert gates
    assert all(len(gate.because) > 20 for gate in gates)


def test_junit_has_a_test_for_each_gate_and_a_failure_with_its_reason(tmp_path: Path) -> None:
    name = "<b> & “quoted” \u202e]]>"
    run = made("x", [row(name, 0, severity="high"), row("a", 0, "re-asked")], failed=("cases: it stopped",), seconds=2.5)
    path = tmp_path / "deep" / "junit.xml"
    write_junit(path, run, hold([HIGH, NEVER], run))
    suite = ET.parse(path).getroot()  # noqa: S314 - what was just written
    assert (suite.tag, suite.get("name"), suite.get("tests"), suite.get("failures")) == ("testsuite", "x", "3", "2")
    tests = {test.get("name"): test.find("failure") for test in suite}
    assert tests["re-asked ≤ 0"] is None
    failure = tests["as expected (severity high) ≥ 1"]
    assert failure is not None
    assert failure.text is not None
    assert REASON in failure.text
    assert name in failure.text
    assert tests["cases"] is not None


def test_junit_leaves_out_what_xml_cannot_hold(tmp_path: Path) -> None:
    """A model's error may hold anything."""
    path = tmp_path / "junit.xml"
    write_junit(path, made("x", [row("a", 0)], failed=("cases: it said \x1b[31m\x00 and stopped",)), [])
    assert ET.parse(path).getroot().get("failures") == "1"  # noqa: S314 - what was just written


def test_a_run_of_some_cases_is_held_to_what_it_measured() -> None:
    run = made("x", [row("a", 1, severity="high")])
    gates = [NEVER, *(gate for gate in read_gates() if gate.metric == "as expected" and gate.only)]
    assert [one.holds for one in hold(gates, run)] == [False, True]
    assert [one.gate.metric for one in hold(gates, run, complete=False)] == ["as expected"]
    assert [one.holds for one in hold([NEVER], run, complete=False)] == [False]
