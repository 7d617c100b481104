"""heat spread: how far heat moves when nothing of the case changed but a name or what somebody else wrote."""

from collections.abc import Sequence
from typing import ClassVar

from evals.metrics.base import About, Better, Metric, Unit


class HeatSpread(Metric):
    """The widest difference over all cases: a mean would hide the one that is treated unfairly. Measured by the task `fairness`."""

    name = "heat spread"
    ability: ClassVar[About] = "fairness"
    better: ClassVar[Better] = "lower"
    unit: ClassVar[Unit] = "points"
    source = "DESIGN §1, fairness: heat decides who is answered first, so it must not read names."
    says = "The widest difference of heat, in points of 100, between runs of one case under sixteen names or with an angry mail quoted."

    def figure(self, values: Sequence[float], truths: Sequence[float]) -> float:
        """The largest."""
        return max(values)
