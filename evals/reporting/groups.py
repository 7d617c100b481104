"""Figures of groups of samples: by ability, tag, channel, language, prompt version."""

from collections.abc import Sequence
from typing import NamedTuple

from evals.figures import Figure, figure
from evals.metrics import CATALOGUE
from evals.runs import Row, Run, by_metric

GROUPS = {
    "ability": "By ability",
    "severity": "By how bad it would be",
    "tags": "By tag",
    "channel": "By channel",
    "language": "By language",
    "prompt": "By version of the prompt",
    "producer": "By who wrote the drafts",
}
"""The fact of a sample, and how it is headed."""
MAIN = "as expected"
"""The metric that is told for every group: it is counted in every case."""
MOST, FEWEST = 24, 3
"""Values of one fact that are shown, the most frequent first; and how many cases a tag has at least, where others have more."""


class Line(NamedTuple):
    """One group's figure in both runs."""

    label: str
    before: Figure | None
    after: Figure


class Group(NamedTuple):
    """One heading with its lines; `left`: so many more values are not shown."""

    fact: str
    title: str
    lines: list[Line]
    left: int


class Measure(NamedTuple):
    """One metric over all samples."""

    name: str
    says: str
    unit: str
    better: str
    line: Line


def groups(run: Run, baseline: Run | None) -> list[Group]:
    """Those with more than one value; abilities and prompts always."""
    found = []
    for fact, title in GROUPS.items():
        values = _values(run.of(MAIN), fact)
        if len(values) > (0 if fact in ("ability", "prompt") else 1):
            lines = [_line(value, run.of(MAIN, **{fact: value}), baseline, fact) for value in values[:MOST]]
            shown = [line for line in lines if fact != "tags" or line.after.n >= FEWEST] or lines
            found.append(Group(fact, title, shown, len(values) - len(shown)))
    return found


def measures(run: Run, baseline: Run | None) -> list[Measure]:
    """Every metric of the run."""
    old = by_metric(baseline.rows) if baseline else {}
    found = []
    for name, rows in by_metric(run.rows).items():
        metric = CATALOGUE[name]
        line = Line(name, figure(old[name]) if name in old else None, figure(rows))
        found.append(Measure(name, metric.says, metric.unit, metric.better, line))
    return found


def _line(value: str, rows: Sequence[Row], baseline: Run | None, fact: str) -> Line:
    before = baseline.of(MAIN, **{fact: value}) if baseline else []
    return Line(value, figure(before) if before else None, figure(rows))


def _values(rows: Sequence[Row], fact: str) -> list[str]:
    """The most frequent first."""
    count: dict[str, int] = {}
    for row in rows:
        given = row.facts.get(fact, "")
        for value in given if isinstance(given, list) else [given]:
            if value and value != "rules":  # in every case, beside a model's drafts or those made without one
                count[str(value)] = count.get(str(value), 0) + 1
    return sorted(count, key=lambda value: (-count[value], value))
