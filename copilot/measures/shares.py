"""Shares with their uncertainty, of drafts that come in conversations."""

import math
from typing import Final

from copilot.measures.clusters import Clustered

Z: Final = 1.959964
"""Of a two-sided 95 % interval."""
POWER_Z: Final = Z + 0.841621
"""z of a two-sided test at 5 % plus that of a power of .8: with a standard error it gives the least difference that would be seen."""


def wilson(k: float, n: float) -> tuple[float, float]:
    """The 95 % interval of k of n (Wilson 1927): sensible at 0 and at n, where a naive one has no width."""
    z = Z
    middle = (k + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(max(0.0, k * (n - k) / n) + z * z / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def interval(share: Clustered) -> tuple[float, float]:
    """Wilson's of the effective sample size: n over the design effect (Franco, Little, Louis & Slud 2019, J. Surv. Stat. Methodol. 7).

    Never narrower than for as many drafts of different conversations; where all or none count, the conversations are counted instead.
    """
    alone = share.value * (1 - share.value) / max(1, share.n - 1)
    size = float(share.clusters) if alone <= 0 or share.clusters < 2 else share.n / max(1.0, share.variance / alone)
    return wilson(share.value * size, size)


def newcombe(before: Clustered, after: Clustered) -> tuple[float, float]:
    """The 95 % interval of the difference of two independent shares, of both Wilson intervals (Newcombe 1998, Stat. Med. 17, method 10)."""
    (low_before, high_before), (low_after, high_after) = interval(before), interval(after)
    was, now = before.value, after.value
    below = math.hypot(now - low_after, high_before - was)
    above = math.hypot(high_after - now, was - low_before)
    return max(-1.0, now - was - below), min(1.0, now - was + above)
