"""What metrics on data from outside have in common."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from evals.metrics.base import Metric, Reading


class SampleMetric(Metric):
    """A metric that reads what a task's solver left of one sample."""

    task: ClassVar[str]

    def read(self, found: Mapping[str, Any]) -> Reading | None:
        """Pure. None: there is nothing to count in this sample."""
        raise NotImplementedError


class Ratio(SampleMetric):
    """Counts over counts: a sample's `value` is what was counted, its `truth` what there was to count; long samples weigh more."""

    def figure(self, values: Sequence[float], truths: Sequence[float]) -> float:
        """All that was counted over all there was. Raises ValueError without anything to count."""
        if not sum(truths):
            raise ValueError("there is nothing to count")
        return sum(values) / sum(truths)


class Auroc(SampleMetric):
    """`value` is a score, `truth` 1 or 0: the chance that a sample of the one class scores higher than one of the other (ties: half)."""

    def figure(self, values: Sequence[float], truths: Sequence[float]) -> float:
        """By ranks (Hanley & McNeil 1982). Raises ValueError for samples of one class."""
        import numpy as np
        from scipy.stats import rankdata

        right = np.asarray(truths) > 0
        ones, noughts = int(right.sum()), int((~right).sum())
        if not ones or not noughts:
            raise ValueError("AUROC needs samples of both classes")
        return float((rankdata(values)[right].sum() - ones * (ones + 1) / 2) / (ones * noughts))
