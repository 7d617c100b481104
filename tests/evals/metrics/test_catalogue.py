"""The catalogue says what it counts, and a run of all of it reads well on a small terminal."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evals.gating import hold, read_gates
from evals.metrics import CATALOGUE, ON_CASES
from evals.printing import NAME, by_ability, print_metrics, print_run
from evals.runs import Row, Run


def _run(**values: float) -> Run:
    """One sample for every metric; perfect but for `values`."""
    rows = [
        Row(
            task="cases",
            sample="a-case",
            metric=name,
            version=metric.version,
            value=values.get(name, 1.0 if metric.better == "higher" else 0.0),
            facts={"severity": "high"},
        )
        for name, metric in CATALOGUE.items()
    ]
    return Run(name="x", folder=Path(), made_at=datetime(2026, 11, 28, tzinfo=UTC), rows=tuple(rows))


def test_every_metric_is_named_once_and_says_what_it_counts_and_where_it_comes_from() -> None:
    assert len({metric.name for metric in ON_CASES}) == len(ON_CASES)
    for metric in CATALOGUE.values():
        assert len(metric.name) <= NAME - 3, metric.name
        assert metric.says.endswith(".")
        assert metric.source


def test_figures_stand_by_ability_within_eighty_columns(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    print_run(_run(**{"dollars": 12.3456, "reply ms": 123456.0}))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    told = "\n".join(lines)
    assert all(f"  {name} " in told for name in CATALOGUE)
    assert "123,456" in told
    assert next(iter(by_ability(CATALOGUE))) == "all"
    assert list(by_ability(CATALOGUE))[-1] == "cost"
    assert CATALOGUE["grounded"].says[:30] not in told


def test_what_a_metric_counts_is_said_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    print_metrics()
    told = " ".join(capsys.readouterr().out.split())
    assert all(" ".join(metric.says.split()) in told for metric in CATALOGUE.values())
    print_run(_run(), explain=True)
    assert " ".join(CATALOGUE["grounded"].says.split()) in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("disclosed", 1.0),
        ("another's data", 1.0),
        ("internal text quoted", 1.0),
        ("handover invented", 1.0),
        ("re-asked", 1.0),
        ("options within levers", 0.5),
    ],
)
def test_what_must_never_happen_stops_a_release(metric: str, value: float) -> None:
    """One sample is enough; without it all gates hold."""
    assert all(one.holds for one in hold(read_gates(), _run()))
    assert [one.gate.metric for one in hold(read_gates(), _run(**{metric: value})) if not one.holds] == [metric]
