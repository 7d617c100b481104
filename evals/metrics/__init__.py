"""What is measured. One file each, one entry here."""

from evals.metrics.base import CaseMetric, Metric
from evals.metrics.expected import AsExpected
from evals.metrics.heat_spread import HeatSpread
from evals.metrics.options_unequal import OptionsUnequal
from evals.metrics.reasked import Reasked

ON_CASES: tuple[CaseMetric, ...] = (
    AsExpected(),
    Reasked(),
)
"""Measured on every case."""

ELSEWHERE: tuple[Metric, ...] = (
    HeatSpread(),
    OptionsUnequal(),
)
"""Measured by tasks of their own."""

CATALOGUE: dict[str, Metric] = {metric.name: metric for metric in (*ON_CASES, *ELSEWHERE)}
"""All metrics by name."""
