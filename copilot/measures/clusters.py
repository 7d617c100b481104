"""Figures of drafts that come in conversations. Drafts of one conversation are alike, so that conversations are what is counted on."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
DRAWS: Final = 2000
"""Bootstrap samples."""
CHANCE: Final = 0.05
"""What the interval leaves out."""


class Clustered(NamedTuple):
    """A mean over `n` drafts of so many conversations (`clusters`). `variance`: of the mean; infinite with fewer than two conversations."""

    value: float
    n: int
    clusters: int
    variance: float


class Sums(NamedTuple):
    """Per conversation: the sum over its drafts, and how many there are (at least one). Both of shape (conversations,)."""

    sums: Floats
    counts: Floats


def sums(values: Sequence[tuple[str, float]]) -> Sums:
    """Of (conversation, value) pairs."""
    added: dict[str, list[float]] = {}
    for conversation, value in values:
        one = added.setdefault(conversation, [0.0, 0.0])
        one[0] += value
        one[1] += 1
    table = np.array(list(added.values()), dtype=float).reshape(-1, 2)
    return Sums(table[:, 0], table[:, 1])


def mean(of: Sums) -> Clustered:
    """The mean over drafts with its linearised variance between conversations (ratio estimator: Cochran 1977, ch. 6 and 9)."""
    drafts, conversations = float(of.counts.sum()), len(of.counts)
    value = float(of.sums.sum()) / drafts
    if conversations < 2:
        return Clustered(value, round(drafts), conversations, math.inf)
    rest = of.sums - value * of.counts
    variance = conversations / (conversations - 1) * float((rest**2).sum()) / drafts**2
    return Clustered(value, round(drafts), conversations, variance)


def resampled(of: Sums, seed: int, draws: int = DRAWS) -> Floats:
    """Means of bootstrap samples of whole conversations (Field & Welsh 2007, J. R. Stat. Soc. B 69), shape (draws,)."""
    size = len(of.counts)
    chance = np.random.default_rng(seed)
    made = np.empty(draws)
    for place in range(draws):
        pick = chance.integers(0, size, size)
        made[place] = of.sums[pick].sum() / of.counts[pick].sum()
    return made


def between(drawn: Floats) -> tuple[float, float]:
    """The 95 % interval of bootstrap samples."""
    low, high = np.quantile(drawn, [CHANCE / 2, 1 - CHANCE / 2])
    return float(low), float(high)
