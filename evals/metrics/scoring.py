"""Metrics as Inspect's scorers: one for each, so that its viewer shows a column for each."""

import math
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import cast

from inspect_ai.scorer import Metric as InspectMetric
from inspect_ai.scorer import SampleScore, Score, Scorer, Target, metric, scorer
from inspect_ai.solver import TaskState

from evals.metrics.base import Metric, Reading

Read = Callable[[TaskState], Reading | Awaitable[Reading | None] | None]


def as_scorer(measured: Metric, read: Read, version: str | None = None) -> Scorer:
    """Scores a sample with `read`; a sample with nothing to count is left unscored. `version`: where it is more than the metric's own."""

    @metric(name="figure")
    def figure() -> InspectMetric:
        def over(scores: list[SampleScore]) -> float:
            return figure_of(measured, [(_number(one.score), (one.score.metadata or {}).get("truth")) for one in scores])

        return cast("InspectMetric", over)

    @scorer(metrics=[figure()], name=measured.name)
    def make() -> Scorer:
        async def score(state: TaskState, target: Target) -> Score:
            found = read(state)
            reading = await found if isawaitable(found) else found
            facts = {"version": version or measured.version}
            if reading is None:
                return Score(value=math.nan, explanation="nothing to count", metadata=facts)
            return Score(value=reading.value, explanation=reading.why, metadata=facts | {"truth": reading.truth})

        return score

    return make()


def figure_of(measured: Metric, read: list[tuple[float, float | None]]) -> float:
    """The figure over the samples that were counted; NaN without any."""
    counted = [(value, truth) for value, truth in read if not math.isnan(value)]
    if not counted:
        return math.nan
    return measured.figure([value for value, _ in counted], [truth for _, truth in counted if truth is not None])


def _number(score: Score) -> float:
    return float(score.value) if isinstance(score.value, int | float) else math.nan
