"""What is measured. One file each, one entry here."""

from evals.metrics.base import CaseMetric, Metric
from evals.metrics.emotion_f1 import EmotionF1, WordsF1
from evals.metrics.evidence import EvidenceRecall
from evals.metrics.expected import AsExpected
from evals.metrics.heat_auroc import HeatAuroc, VaderAuroc, WordsAuroc
from evals.metrics.hit import Hit
from evals.metrics.lead import FalseWarning, Lead, Warned
from evals.metrics.mrr import Mrr
from evals.metrics.ndcg import Ndcg
from evals.metrics.outside import SampleMetric
from evals.metrics.reasked import Reasked
from evals.metrics.recall import Recall
from evals.metrics.rouge import Rouge

ON_CASES: tuple[CaseMetric, ...] = (
    AsExpected(),
    Reasked(),
)
"""Measured on every case."""

ON_DATA: tuple[SampleMetric, ...] = (
    Ndcg(),
    Recall(),
    Hit(),
    Mrr(),
    EvidenceRecall(),
    EmotionF1(),
    WordsF1(),
    HeatAuroc(),
    VaderAuroc(),
    WordsAuroc(),
    Warned(),
    Lead(),
    FalseWarning(),
    Rouge("rouge1"),
    Rouge("rouge2"),
    Rouge("rougeL"),
    Rouge("rougeL", "lead-3"),
    Rouge("rougeL", "TextRank"),
)
"""Measured on data from outside, each in its own task."""

CATALOGUE: dict[str, Metric] = {metric.name: metric for metric in (*ON_CASES, *ON_DATA)}
"""All metrics by name."""
