"""What is measured. One file each, one entry here."""

from evals.metrics.base import CaseMetric, Metric
from evals.metrics.expected import AsExpected
from evals.metrics.judged import JudgedMetric
from evals.metrics.judged_empathy import JudgedEmpathy
from evals.metrics.judged_entailment import JudgedEntailment
from evals.metrics.judged_handover import JudgedHandover
from evals.metrics.judged_options import JudgedOptions
from evals.metrics.judged_questions import JudgedQuestions
from evals.metrics.reasked import Reasked

ON_CASES: tuple[CaseMetric, ...] = (
    AsExpected(),
    Reasked(),
)
"""Measured on every case."""

BY_JUDGE: tuple[JudgedMetric, ...] = (
    JudgedEmpathy(),
    JudgedHandover(),
    JudgedQuestions(),
    JudgedOptions(),
    JudgedEntailment(),
)
"""Measured where a judge is named."""

CATALOGUE: dict[str, Metric] = {metric.name: metric for metric in (*ON_CASES, *BY_JUDGE)}
"""All metrics by name."""
