"""A figure over a sample in which the risky ones are preferred, as if everybody had been looked at, and how sure it is."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from copilot.domain.scorecards import Estimate
from copilot.measures.shares import wilson

SURE = 0.95
Floats = npt.NDArray[np.float64]


def estimate(values: Sequence[float], chances: Sequence[float]) -> Estimate | None:
    """The weighted mean of values from 0 to 1 (Hájek 1971): each counts 1 / its chance. None without values.

    It is the Horvitz-Thompson total over the estimated number of conversations: unbiased up to terms of 1/n, where the plain mean of the
    sample is off by what risk and score have in common, however much is sampled. The variance is the linearised one of sampling with
    replacement (Särndal, Swensson & Wretman 1992, 2.9 and 5.6): too wide rather than too narrow when much of a period was drawn. Where
    all rated ones are alike it would be 0; then Wilson's interval over the effective number says what so few can say.
    """
    if not values:
        return None
    y, w = np.asarray(values, float), 1 / np.asarray(chances, float)
    value = float((w * y).sum() / w.sum())
    effective = float(w.sum() ** 2 / (w**2).sum())
    low, high = _interval(y, w, value, effective)
    return Estimate(value=value, low=max(0.0, low), high=min(1.0, high), n=len(y), effective=effective)


def _interval(y: Floats, w: Floats, value: float, effective: float) -> tuple[float, float]:
    if len(y) < 2 or np.ptp(y) == 0:
        return wilson(value * effective, effective)
    n = len(y)
    error = math.sqrt(n / (n - 1) * float((w**2 * (y - value) ** 2).sum())) / float(w.sum())
    from scipy import stats

    half = float(stats.t.ppf((1 + SURE) / 2, max(1.0, effective - 1))) * error
    return value - half, value + half
