"""Runs of suites: the latest figures with their uncertainty, and how each metric moved from run to run."""

from collections.abc import Sequence
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.domain.base import Frozen
from copilot.domain.quality import MetricFigure, QualityRun
from copilot.web.render import page
from copilot.web.sessions import page_router
from copilot.web.trends import Trend, trend

router = page_router()
SHOWN: Final = 20
"""Runs that a line is drawn over."""


class Cell(Frozen):
    """A figure as it is shown."""

    value: str
    between: str
    of: str


class Metric(Frozen):
    """A metric's latest figure and its way there. `moved`: against the run before, in words, where the two intervals do not meet."""

    name: str
    version: int
    latest: Cell
    drawn: Trend
    moved: str


class RunRow(Frozen):
    """A run with its figures, in the order of `names`."""

    run: QualityRun
    tried: str
    cells: tuple[Cell | None, ...]


def cell(figure: MetricFigure | None) -> Cell | None:
    """In words; None where a run has no such figure."""
    if figure is None:
        return None
    of = f"{figure.k} of {figure.n}" if figure.k is not None else f"{figure.n} samples"
    return Cell(
        value=written(figure.value, figure.unit),
        between=f"{written(figure.low, figure.unit)} to {written(figure.high, figure.unit)}",
        of=of,
    )


def written(value: float, unit: str) -> str:
    """With its unit."""
    if unit == "share":
        return f"{100 * value:.3g} %"
    return f"${value:.4g}" if unit == "dollars" else f"{value:.3g} ms" if unit == "ms" else f"{value:.3g}"


def metric(runs: Sequence[QualityRun], name: str) -> Metric | None:
    """`runs`: newest first. Another version of a metric is another metric: it leaves a gap in the line."""
    figures = [next((figure for figure in run.figures if figure.metric == name), None) for run in runs[:SHOWN]]
    latest = next((figure for figure in figures if figure is not None), None)
    shown = cell(latest)
    if latest is None or shown is None:
        return None
    same = [figure if figure is not None and figure.version == latest.version else None for figure in figures]
    values = [None if figure is None else figure.value for figure in reversed(same)]
    there = [value for value in values if value is not None]
    low, high = (0.0, 1.0) if all(0 <= value <= 1 for value in there) else (min(there), max(there))
    told = [figure for figure in same if figure is not None]
    moved = _moved(told[0], told[1]) if len(told) > 1 else ""
    return Metric(name=name, version=latest.version, latest=shown, drawn=trend(values, low, high), moved=moved)


def _moved(now: MetricFigure, before: MetricFigure) -> str:
    if now.low <= before.high and before.low <= now.high:
        return "no difference to the run before that could be seen"
    return "better than the run before" if (now.value > before.value) == (now.better == "higher") else "worse than the run before"


@router.get("/quality/runs")
async def runs(request: Request, app: App, me: Me) -> Response:
    """The page."""
    found = list(await app.quality.cases.runs(me.tenant_id))
    names = list(dict.fromkeys(figure.metric for run in found for figure in run.figures))
    metrics = [one for one in (metric(found, name) for name in names) if one is not None]
    rows = [
        RunRow(
            run=run,
            tried=", ".join(f"{name} {value}" for name, value in run.tried.items()),
            cells=tuple(cell(next((figure for figure in run.figures if figure.metric == name), None)) for name in names),
        )
        for run in found
    ]
    return page(request, "quality/runs.html", names=names, metrics=metrics, rows=rows)
