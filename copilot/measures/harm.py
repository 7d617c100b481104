"""A bound that holds however often somebody looks: whether a variant does worse, judged after every conversation if need be.

The difference of two shares, times the information in it (one over its variance), moves like Brownian motion whose time is that
information, whatever the shares are, as conversations are independent of each other. Mixing over possible differences with a normal
weight gives a line that it crosses, at whatever time, with a chance of at most `alpha` when there is no difference.

Sources: Robbins 1970 (Ann. Math. Stat. 41); Howard, Ramdas, McAuliffe & Sekhon 2021 (Ann. Stat. 49: the one-sided normal mixture);
Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2024 (Ann. Stat. 52: with estimated variances, from a start that is not too early: FEWEST).
"""

import math
from typing import Final, NamedTuple

from copilot.measures.clusters import Clustered

ALPHA: Final = 0.05
"""Chance of stopping an experiment in which there is no difference, over all looks and everything that is watched."""
TYPICAL: Final = 0.2
"""Share of the conversations that get a variant, as one would guess it beforehand."""
FEWEST: Final = 25
"""Conversations in each arm before the first look that can stop."""


class Gap(NamedTuple):
    """Variant less control, and the variance of it."""

    value: float
    variance: float


def gap(control: Clustered, variant: Clustered) -> Gap:
    """Of two shares. Where counts are small, the variance is at least that of both arms together with one more draft either way.

    (Agresti & Caffo 2000: an arm in which nothing happened yet would be sure of itself.)
    """
    k = control.value * control.n + variant.value * variant.n
    together = (k + 1) / (control.n + variant.n + 2)
    least = together * (1 - together) * (1 / control.n + 1 / variant.n)
    return Gap(variant.value - control.value, max(control.variance + variant.variance, least))


def planned_information(conversations: int, usual: float) -> float:
    """What the plan will know in the end: the bound is tightest there. `usual`: a share as one would guess it beforehand.

    It must not change once somebody has looked, so it knows nothing of how many get the variant: that may be raised on the way.
    """
    return conversations * TYPICAL * (1 - TYPICAL) / (usual * (1 - usual))


def worse_by(variance: float, planned: float, alpha: float) -> float:
    """How far below zero the gap may lie at any look without being called worse."""
    known = 1 / variance
    mixed = _mixing(planned, 2 * alpha)
    line = math.sqrt(2 * (known + mixed) * math.log1p(math.sqrt((known + mixed) / mixed) / (2 * alpha)))
    return line / known


def at_any_time(of: Gap, planned: float, alpha: float) -> tuple[float, float]:
    """The interval of 1 − alpha that holds at all looks together."""
    known, mixed = 1 / of.variance, _mixing(planned, alpha)
    wide = math.sqrt((known + mixed) * math.log((known + mixed) / (mixed * alpha * alpha))) / known
    return of.value - wide, of.value + wide


def _mixing(planned: float, alpha: float) -> float:
    """The weight for which the line is lowest at the planned information (Howard et al. 2021, section 3.5)."""
    return planned / (2 * math.log(1 / alpha) + math.log(1 + 2 * math.log(1 / alpha)))
