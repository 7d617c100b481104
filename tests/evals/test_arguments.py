"""`-T key=value`: a task's own arguments, by our command and by Inspect's, on a folder of two tiny sets."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from copilot.domain.errors import Invalid
from evals.arguments import arguments, together
from evals.runs import read_run
from evals.tasks.outside import chosen
from tests.evals.house import House

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two of grounding's four sets, a faithful and an unfaithful reply each."""
    folder = tmp_path / "data" / "grounding"
    (folder / "q2").mkdir(parents=True)
    with (folder / "begin_dev_cmu.tsv").open("w", newline="") as file:
        rows = [
            ["It is blue.", "The sky is blue.", "Fully attributable"],
            ["It is 7 years old.", "The sky is blue.", "Not fully attributable"],
        ]
        csv.writer(file, delimiter="\t").writerows([["response", "knowledge", "begin_label"], *rows])
    head = "knowledge,dodeca_response,memnet_response,dodeca_label,memnet_label"
    (folder / "q2" / "cross_annotation.csv").write_text(f"{head}\nThe sky is blue.,It is blue.,It cost 9 EUR.,0,1\n")
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["nonsense=1"], "grounding takes no argument 'nonsense'. grounding takes data, sets."),
        (["data"], "-T data is no key=value. grounding takes data, sets."),
        (["data=a", "data=b"], "-T data is given twice. Name it once."),
        (["sets=q2", "--data=a", "data=b"], "data is named twice"),
        (["data=a", "sets=q2,wow,nothing"], "There is no set 'nothing'. Choose from cmu, tc, wow, q2."),
    ],
)
def test_what_cannot_be_an_argument_is_said_before_anything_runs(house: House, written: list[str], said: str) -> None:
    options = [one if one.startswith("--") else f"-T{one}" for one in written]
    ran = house("run", "grounding", *options)
    assert ran.code == 2
    assert said in ran.err
    assert not (house.folder / ".evals").exists()


def test_values_have_the_type_that_the_task_takes() -> None:
    assert arguments(["whole=true"], ["injection"]) == {"whole": True}
    assert arguments(["rows=12", "sets=SGD,MWOZ"], ["emotion"]) == {"rows": 12, "sets": "SGD,MWOZ"}
    assert arguments(["data=here"], ["privacy", "memory"]) == {"data": str(Path("here").resolve())}
    with pytest.raises(Invalid, match="-T whole does not take 'perhaps'") as wrong:
        arguments(["whole=perhaps"], ["injection"])
    assert wrong.value.todo == "It is true or false."
    with pytest.raises(Invalid, match=r"-T rows does not take '1\.5'"):
        arguments(["rows=1.5"], ["emotion"])
    with pytest.raises(Invalid, match="No task of this suite takes an argument 'whole'"):
        arguments(["whole=true"], ["privacy", "memory"])


def test_an_option_and_its_long_form_may_agree() -> None:
    assert together({"data": "/a", "model": ""}, {"data": "/a", "rows": 3}) == {"data": "/a", "model": "", "rows": 3}
    with pytest.raises(Invalid, match="data is named twice"):
        together({"data": "/a"}, {"data": "/b"})


def test_sets_are_names_with_commas_or_the_list_that_inspect_makes_of_them() -> None:
    assert chosen("a, b", ["a", "b", "c"]) == chosen(["a", "b"], ["a", "b", "c"]) == ["a", "b"]
    assert chosen("", ["a", "b"]) == ["a", "b"]
    with pytest.raises(Invalid, match="There is no set ','"):
        chosen(",", ["a"])


def test_a_task_runs_on_the_sets_that_are_named_and_goes_on_by_its_name(house: House, data: Path) -> None:
    """The rest of a run that was cut short is done by the same command; the figure is told for each set."""
    run = ("run", "grounding", "-T", f"data={data}", "-T", "sets=cmu,q2", "--name", "x")
    assert house(*run, "--limit", 3).code == 0
    whole = house(*run)
    assert (whole.code, "4 samples, 3 of them done before" in whole.err) == (0, True)
    assert {"  begin_dev_cmu", "  q2"} <= {line[2:17].rstrip() for line in whole.out.splitlines()}
    found = read_run("x")
    assert {row.facts["set"] for row in found.rows} == {"begin_dev_cmu", "q2"}
    assert found.tried == {"data": str(data), "sets": "cmu,q2"}
    assert "all 4 samples were done before" in house(*run).err
    other = house("run", "grounding", "-T", f"data={data}", "-T", "sets=q2", "--name", "x")
    assert (other.code, "sets changed since" in other.err) == (1, True)


def test_what_a_task_takes_unless_it_is_told_is_no_other_trial(house: House, data: Path) -> None:
    """Inspect keeps defaults with the arguments that were given: a run without them goes on all the same."""
    (data / "grounding" / "begin_dev_tc.tsv").write_bytes((data / "grounding" / "begin_dev_cmu.tsv").read_bytes())
    (data / "grounding" / "begin_dev_wow.tsv").write_bytes((data / "grounding" / "begin_dev_cmu.tsv").read_bytes())
    for _ in range(2):
        ran = house("run", "grounding", "--data", data, "--name", "y")
        assert ran.code == 0, ran.err
    assert "all 8 samples were done before" in ran.err


def test_the_same_task_by_inspects_own_command(data: Path, tmp_path: Path) -> None:
    """It names its folder as ours does; without it the task is not run, and says what to do in a sentence."""

    def inspect(*more: str) -> subprocess.CompletedProcess[str]:
        own = [sys.executable, "-m", "inspect_ai", "eval", "evals/tasks/grounding.py", "--model", "none", "--display", "plain"]
        command = [*own, "--log-dir", str(tmp_path / "logs"), *more]
        return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)  # noqa: S603 - Inspect's own command

    ran = inspect("-T", f"data={data}", "-T", "sets=cmu,q2")
    assert ran.returncode == 0, ran.stderr
    assert "grounding (4 samples)" in ran.stdout
    absent = inspect("-T", f"data={tmp_path / 'nowhere'}")
    assert absent.returncode != 0
    assert "Name the folder that holds it with -T data=FOLDER." in " ".join((absent.stdout + absent.stderr).split())
    assert "Traceback" not in absent.stdout + absent.stderr
