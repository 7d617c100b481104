"""Between runs and the desk: the schema both hold, approved cases as files, figures as rows."""

import json
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from copilot.domain.errors import Invalid
from copilot.domain.quality import ABILITIES, SEVERITIES, MetricFigure
from copilot.domain.schemas import written
from copilot.services.quality import case_format
from evals import desk
from evals.casebook.format import Case
from evals.casebook.reading import read_cases, shipped
from evals.casebook.schema import schema
from evals.runs import Row, Run

CASE: dict[str, Any] = {
    "case": "nobody promises a date",
    "ability": "honesty",
    "conversation": [{"customer": "When does it come?", "ago": "2m"}],
    "must_not": [{"say": ["tomorrow", "on Monday"], "in": "reply"}],
}


def test_the_desk_holds_the_same_format() -> None:
    there = (files("copilot") / "schemas" / "case.schema.json").read_text(encoding="utf-8")
    assert there == written(schema()), "run: make schemas"
    assert set(ABILITIES) == set(schema()["$defs"]["Case"]["properties"]["ability"]["enum"])
    assert set(SEVERITIES) == set(schema()["$defs"]["Case"]["properties"]["severity"]["enum"])


@pytest.mark.parametrize("path", sorted(shipped().rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_case_that_ships_fits_the_schema(path: Path) -> None:
    jsonschema.validate(json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str)), schema())


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"must_not": [{"shout": "x"}]}, "must_not"),
        ({"must_not": [{"say": "x", "ask": "y"}]}, "must_not"),
        ({"must_not": [{"in": "reply"}]}, "must_not"),
        ({"must_not": []}, "expects nothing"),
        ({"ability": "charm"}, "ability"),
        ({"wishes": 1}, "wishes"),
        ({"conversation": 1}, "conversation"),
    ],
)
def test_what_is_no_case_is_refused_with_its_place(changed: dict[str, Any], place: str) -> None:
    case_format.check(CASE)
    with pytest.raises(Invalid, match=place):
        case_format.check(CASE | changed)


def test_what_the_desk_writes_is_what_evals_reads(tmp_path: Path) -> None:
    other = CASE | {"case": "Größe / ../../x?"}
    (tmp_path / "all.yaml").write_text(case_format.as_yaml([CASE, other]), encoding="utf-8")
    assert read_cases([tmp_path]) == [Case.model_validate(CASE), Case.model_validate(other)]


def test_approved_cases_are_written_one_a_file_and_what_is_there_stays(tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    done, kept = desk.write([CASE, CASE | {"case": "../../Größe?"}], folder)
    assert sorted(path.name for path in done) == ["größe.yaml", "nobody-promises-a-date.yaml"]
    assert kept == []
    assert {path.parent for path in done} == {folder}
    (folder / "größe.yaml").write_text("- case: changed by hand\n", encoding="utf-8")
    assert desk.write([CASE | {"case": "../../Größe?"}], folder) == ([], [folder / "größe.yaml"])
    assert (folder / "größe.yaml").read_text(encoding="utf-8") == "- case: changed by hand\n"


def test_a_run_becomes_figures_that_the_desk_takes() -> None:
    rows = tuple(Row(task="cases", sample=str(n), metric="as expected", version=1, value=float(n != 0)) for n in range(10))
    tried = {"model": "x/y", "prompts": "/home/kim/prompts"}
    run = Run(name="one", folder=Path("one"), made_at=datetime(2026, 3, 1, tzinfo=UTC), tried=tried, rows=rows)
    (row,) = desk.figures(run)
    figure = MetricFigure.model_validate(row)
    assert (figure.metric, figure.value, figure.k, figure.n) == ("as expected", 0.9, 9, 10)
    assert figure.low < 0.9 < figure.high
    assert desk.tried(run) == {"model": "x/y", "prompts": "prompts"}, "no path of whoever made it"
