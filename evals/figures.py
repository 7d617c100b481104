"""Figures with their uncertainty: what k of n says, and whether two runs differ."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from copilot.measures.shares import POWER_Z, Z, wilson
from evals.metrics import CATALOGUE
from evals.metrics.base import Metric
from evals.runs import Row

DRAWS = 2000
"""Bootstrap samples."""
CHANCE = 0.05
"""Of calling a difference what is none."""
FEW = 5
"""Pairs below which no difference is called seen."""
Floats = npt.NDArray[np.float64]


class Figure(NamedTuple):
    """A metric over samples, with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int
    k: int | None = None
    """How many samples count, where each counts or not."""


class Difference(NamedTuple):
    """B minus A over the samples that both have, with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int
    least_seen: float
    """The least difference that so many samples would show four times of five."""

    @property
    def seen(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def figure(rows: Sequence[Row]) -> Figure:
    """Rows of one metric (at least one). k of n has Wilson's interval; any other figure one from bootstrap samples."""
    metric = CATALOGUE[rows[0].metric]
    values, truths = _columns(rows)
    value = _of(metric, values, truths)
    if not len(truths) and set(values) <= {0.0, 1.0}:
        low, high = wilson(int(values.sum()), len(values))
        return Figure(value, low, high, len(rows), int(values.sum()))
    drawn = [_figure(metric, values, truths, pick) for pick in _picks(len(values))]
    return Figure(value, *_interval(drawn), len(rows))


def difference(before: Sequence[Row], after: Sequence[Row]) -> Difference | None:
    """Rows of one metric; paired by sample. None without common samples.

    Where each sample counts or not, Newcombe's interval: bootstrap samples of a few that all moved alike would be sure of themselves.
    """
    first = {row.key: row for row in before}
    pairs = [(first[row.key], row) for row in after if row.key in first]
    if not pairs:
        return None
    metric = CATALOGUE[after[0].metric]
    a, a_truth = _columns([one for one, _ in pairs])
    b, b_truth = _columns([other for _, other in pairs])
    value = _of(metric, b, b_truth) - _of(metric, a, a_truth)
    if np.array_equal(a, b):
        return Difference(0.0, 0.0, 0.0, len(pairs), 0.0)
    if not len(b_truth) and set(a) | set(b) <= {0.0, 1.0}:
        low, high = newcombe(a, b)
        return Difference(value, *_of_few(low, high, len(pairs)), len(pairs), min(1.0, POWER_Z * (high - low) / (2 * Z)))
    drawn = [_figure(metric, b, b_truth, pick) - _figure(metric, a, a_truth, pick) for pick in _picks(len(pairs))]
    return Difference(value, *_of_few(*_interval(drawn), len(pairs)), len(pairs), POWER_Z * float(np.nanstd(drawn)))


def _of_few(low: float, high: float, pairs: int) -> tuple[float, float]:
    """With so few pairs zero stays possible: a sign test could not tell four heads in a row from a fair coin."""
    return (min(low, 0.0), max(high, 0.0)) if pairs < FEW else (low, high)


def newcombe(before: Floats, after: Floats) -> tuple[float, float]:
    """The 95 % interval of the difference of two paired shares (Newcombe 1998, method 10); values are 0 or 1."""
    n = len(before)
    both, neither = float((before * after).sum()), float(((1 - before) * (1 - after)).sum())
    lost, won = float((before * (1 - after)).sum()), float(((1 - before) * after).sum())
    margins = (both + lost) * (won + neither) * (both + won) * (lost + neither)
    bound = both * neither - lost * won
    together = (max(bound - n / 2, 0.0) if bound > 0 else bound) / math.sqrt(margins) if margins else 0.0
    was, now = float(before.mean()), float(after.mean())
    (was_low, was_high), (low, high) = wilson(int(before.sum()), n), wilson(int(after.sum()), n)
    down, up = now - low, was_high - was
    below = math.sqrt(max(0.0, down * down - 2 * together * down * up + up * up))
    down, up = was - was_low, high - now
    above = math.sqrt(max(0.0, down * down - 2 * together * down * up + up * up))
    return max(-1.0, now - was - below), min(1.0, now - was + above)


def _columns(rows: Sequence[Row]) -> tuple[Floats, Floats]:
    truths = [row.truth for row in rows if row.truth is not None]
    return np.array([row.value for row in rows]), np.array(truths if len(truths) == len(rows) else [])


def _picks(n: int) -> list[npt.NDArray[np.int64]]:
    chance = np.random.default_rng(20260101)
    return [chance.integers(0, n, n) for _ in range(DRAWS if n < 5000 else DRAWS // 10)]


def _figure(metric: Metric, values: Floats, truths: Floats, pick: npt.NDArray[np.int64]) -> float:
    return _of(metric, values[pick], truths[pick] if len(truths) else truths)


def _of(metric: Metric, values: Floats, truths: Floats) -> float:
    """NaN where there is none: samples of only one class have no AUROC."""
    try:
        return metric.figure(list(values), list(truths))
    except ValueError:
        return math.nan


def _interval(drawn: Sequence[float]) -> tuple[float, float]:
    if np.isnan(drawn).all():
        return math.nan, math.nan
    low, high = np.nanquantile(np.array(drawn), [CHANCE / 2, 1 - CHANCE / 2])
    return float(low), float(high)
