"""What the quality pages work out, without a browser: marks in a draft, how a metric moved."""

from datetime import UTC, datetime
from typing import Any

import pytest

from copilot.domain.quality import MetricFigure, QualityRun
from copilot.web.pages.quality import Expected, Piece, marked
from copilot.web.pages.quality_runs import metric, written

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def say(side: Any, value: str) -> Expected:
    return Expected(side=side, place=0, word="say", value=value, kind="reply")


def run(value: float, **changed: Any) -> QualityRun:
    given = {"metric": "m", "version": 1, "value": value, "low": value - 0.02, "high": value + 0.02, "n": 50} | changed
    return QualityRun(id=str(value), name=str(value), made_at=NOON, figures=(MetricFigure.model_validate(given),), posted_at=NOON)


def test_what_must_and_must_not_be_said_is_marked_where_it_stands() -> None:
    pieces = marked("It comes tomorrow. I am sorry.", [say("must_not", "tomorrow"), say("must", "I am sorry."), say("must", "not there")])
    assert pieces == (
        Piece(text="It comes "),
        Piece(text="tomorrow", side="must_not"),
        Piece(text=". "),
        Piece(text="I am sorry.", side="must"),
    )
    assert marked("", [say("must", "x")]) == ()
    assert marked("Plain.", []) == (Piece(text="Plain."),)


@pytest.mark.parametrize(
    ("now", "better", "said"),
    [
        (0.90, "higher", "no difference to the run before that could be seen"),
        (0.95, "higher", "better than the run before"),
        (0.80, "higher", "worse than the run before"),
        (0.95, "lower", "worse than the run before"),
        (0.80, "lower", "better than the run before"),
    ],
)
def test_a_figure_moved_only_where_the_ranges_do_not_meet(now: float, better: str, said: str) -> None:
    shown = metric([run(now, better=better), run(0.88, better=better)], "m")
    assert shown is not None
    assert shown.moved == said


def test_another_version_of_a_metric_is_never_compared() -> None:
    shown = metric([run(0.9, version=2), run(0.5), run(0.4)], "m")
    assert shown is not None
    assert shown.moved == ""
    assert shown.drawn.parts == ()
    assert metric([run(0.9)], "another") is None


def test_a_figure_is_written_with_its_unit() -> None:
    assert [written(0.876, unit) for unit in ("share", "score", "ms", "dollars")] == ["87.6 %", "0.876", "0.876 ms", "$0.876"]
