"""What is measured. One file each, one entry here."""

from evals.metrics.base import CaseMetric, Metric
from evals.metrics.expected import AsExpected
from evals.metrics.reasked import Reasked

ON_CASES: tuple[CaseMetric, ...] = (
    AsExpected(),
    Reasked(),
)
"""Measured on every case."""

CATALOGUE: dict[str, Metric] = {metric.name: metric for metric in ON_CASES}
"""All metrics by name."""
