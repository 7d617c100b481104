"""What is measured. One file each, one entry here."""

from evals.metrics.anothers_data import AnothersData
from evals.metrics.answered_right import AnsweredRight
from evals.metrics.answered_unfounded import AnsweredUnfounded
from evals.metrics.base import CaseMetric, Metric
from evals.metrics.canned import Canned
from evals.metrics.cited import Cited
from evals.metrics.cited_right import CitedRight
from evals.metrics.concrete import Concrete
from evals.metrics.disclosed import Disclosed
from evals.metrics.emotion_f1 import EmotionF1, WordsF1
from evals.metrics.evidence import EvidenceRecall, Irrelevant, Reached
from evals.metrics.expected import AsExpected
from evals.metrics.fault_invented import FaultInvented
from evals.metrics.fault_owned import FaultOwned
from evals.metrics.grounded import Grounded
from evals.metrics.grounding import WAYS
from evals.metrics.handover_compression import HandoverCompression
from evals.metrics.handover_coverage import HandoverCoverage
from evals.metrics.handover_invented import HandoverInvented
from evals.metrics.heat_auroc import HeatAuroc, VaderAuroc, WordsAuroc
from evals.metrics.heat_spread import HeatSpread
from evals.metrics.hit import Hit
from evals.metrics.i_not_we import INotWe
from evals.metrics.injection import FalseAlarm, Injected
from evals.metrics.internal_quoted import InternalQuoted
from evals.metrics.irrelevant_memories import IrrelevantMemories
from evals.metrics.judged import JudgedMetric
from evals.metrics.judged_empathy import JudgedEmpathy
from evals.metrics.judged_entailment import JudgedEntailment
from evals.metrics.judged_handover import JudgedHandover
from evals.metrics.judged_options import JudgedOptions
from evals.metrics.judged_questions import JudgedQuestions
from evals.metrics.language_right import LanguageRight
from evals.metrics.latency import AcknowledgeMs, CueMs, HandoverMs, OptionsMs, QuestionsMs, ReplyMs
from evals.metrics.lead import FalseWarning, Lead, Warned
from evals.metrics.masking import Hidden, HiddenByForm, HiddenOnRecord, MaskingF2
from evals.metrics.mrr import Mrr
from evals.metrics.ndcg import Ndcg
from evals.metrics.options_differ import OptionsDiffer
from evals.metrics.options_unequal import OptionsUnequal
from evals.metrics.options_within import OptionsWithin
from evals.metrics.outside import SampleMetric
from evals.metrics.promise_dated import PromiseDated
from evals.metrics.questions_decide import QuestionsDecide
from evals.metrics.questions_differ import QuestionsDiffer
from evals.metrics.ranking import WAYS as PLAIN_WAYS
from evals.metrics.ranking import OfPlain, OfRanking
from evals.metrics.reasked import Reasked
from evals.metrics.recall import Recall
from evals.metrics.rouge import Rouge
from evals.metrics.second_apology import SecondApology
from evals.metrics.short import Short
from evals.metrics.spending import Cached, Dollars, TokensIn, TokensOut

ON_CASES: tuple[CaseMetric, ...] = (
    AsExpected(),
    # honesty
    Grounded(),
    CitedRight(),
    Cited(),
    PromiseDated(),
    AnsweredRight(),
    AnsweredUnfounded(),
    # empathy
    Concrete(),
    INotWe(),
    FaultOwned(),
    FaultInvented(),
    SecondApology(),
    Canned(),
    Short(),
    LanguageRight(),
    # memory and identity
    Reasked(),
    IrrelevantMemories(),
    Disclosed(),
    # handover
    HandoverCoverage(),
    HandoverInvented(),
    HandoverCompression(),
    # questions and options
    QuestionsDecide(),
    QuestionsDiffer(),
    OptionsWithin(),
    OptionsDiffer(),
    # safety
    InternalQuoted(),
    AnothersData(),
    # cost
    TokensIn(),
    TokensOut(),
    Cached(),
    Dollars(),
    ReplyMs(),
    AcknowledgeMs(),
    CueMs(),
    QuestionsMs(),
    OptionsMs(),
    HandoverMs(),
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


def _beside_plain(ours: OfRanking) -> list[SampleMetric]:
    """A metric of a ranking, and the same of every plain way to search."""
    return [ours, *(OfPlain(ours, way) for way in PLAIN_WAYS)]


ON_DATA: tuple[SampleMetric, ...] = (
    *_beside_plain(Ndcg()),
    *_beside_plain(Recall()),
    *_beside_plain(Hit()),
    *_beside_plain(Mrr()),
    *_beside_plain(EvidenceRecall()),
    Reached(),
    Irrelevant(),
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
    *WAYS,
    Injected(),
    FalseAlarm(),
    Hidden(),
    HiddenByForm(),
    HiddenOnRecord(),
    MaskingF2(),
)
"""Measured on data from outside, each in its own task."""

ELSEWHERE: tuple[Metric, ...] = (
    HeatSpread(),
    OptionsUnequal(),
)
"""Measured by tasks of their own."""

CATALOGUE: dict[str, Metric] = {metric.name: metric for metric in (*ON_CASES, *BY_JUDGE, *ELSEWHERE, *ON_DATA)}
"""All metrics by name."""
