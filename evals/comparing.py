"""Two runs beside each other: what got better, what got worse, and which samples moved."""

from typing import Literal, NamedTuple

from copilot.domain.errors import Refused
from evals.figures import Difference, Figure, difference, figure
from evals.metrics import CATALOGUE
from evals.runs import Row, Run, by_metric

Word = Literal["better", "worse", "no difference seen", "the same"]


class Compared(NamedTuple):
    """One metric in both runs."""

    metric: str
    before: Figure
    after: Figure
    difference: Difference | None
    word: Word


class Moved(NamedTuple):
    """One sample whose value changed; `worse` by the metric's own sense of better."""

    before: Row
    after: Row
    worse: bool

    @property
    def size(self) -> float:
        """How far it moved."""
        return abs(self.after.value - self.before.value)


class Comparison(NamedTuple):
    """B against A."""

    before: Run
    after: Run
    metrics: list[Compared]
    moved: list[Moved]
    """The worst regressions first, what a release must not lose before the rest; what got dearer or slower after all that."""
    only_before: list[str]
    only_after: list[str]
    """Samples that only one of them has."""


SEVERITY = {"high": 0, "medium": 1, "low": 2}
EXPECTED = "as expected"


def compare(before: Run, after: Run) -> Comparison:
    """Raises Refused when a metric was counted differently in the two."""
    same_versions(before, after)
    first, second = by_metric(before.rows), by_metric(after.rows)
    metrics = [_compared(name, first[name], second[name]) for name in second if name in first]
    kept = {row.key: row for row in before.rows}
    moved = [_moved(kept[row.key], row) for row in after.rows if row.key in kept and row.value != kept[row.key].value]
    moved.sort(key=_first)
    names = [{(row.task, row.sample) for row in run.rows} for run in (before, after)]
    return Comparison(
        before,
        after,
        metrics,
        moved,
        sorted(sample for _, sample in names[0] - names[1]),
        sorted(sample for _, sample in names[1] - names[0]),
    )


def _first(moved: Moved) -> tuple[bool, bool, int, bool, float, tuple[str, str, str]]:
    """What a person wants to see first: what was promised of a case before any other figure, what it costs last of all."""
    after = moved.after
    severity = SEVERITY.get(str(after.facts.get("severity")), 1)
    return CATALOGUE[after.metric].ability == "cost", not moved.worse, severity, after.metric != EXPECTED, -moved.size, after.key


def _compared(name: str, before: list[Row], after: list[Row]) -> Compared:
    found = difference(before, after)
    word: Word = "no difference seen"
    if found is not None and found.value == found.low == found.high == 0:
        word = "the same"
    elif found is not None and found.seen:
        word = "better" if (found.value > 0) == (CATALOGUE[name].better == "higher") else "worse"
    return Compared(name, figure(before), figure(after), found, word)


def _moved(before: Row, after: Row) -> Moved:
    higher = CATALOGUE[after.metric].better == "higher"
    return Moved(before, after, worse=(after.value < before.value) == higher)


def same_versions(before: Run, after: Run) -> None:
    """Raises Refused when a metric was counted differently in the two."""
    counted = {row.metric: row.version for row in before.rows}
    other = sorted({row.metric for row in after.rows if counted.get(row.metric, row.version) != row.version})
    if other:
        raise Refused(
            f"{', '.join(other)}: the two runs counted differently (another version of the metric).",
            todo=f"Run the suite again on what {before.name} tried, with the present metrics, and compare with that.",
        )
