"""entailment (judge): which sentences of a reply stand in its evidence."""

from typing import ClassVar

from evals.judge.rubrics import Name
from evals.metrics.base import About, Unit
from evals.metrics.judged import JudgedMetric


class JudgedEntailment(JudgedMetric):
    """The share that stands, by evals/judge/prompts/entailment.md."""

    name = "entailment (judge)"
    ability: ClassVar[About] = "honesty"
    rubric: ClassVar[Name] = "entailment"
    unit: ClassVar[Unit] = "share"
    source = "Natural language inference over evidence (Honovich et al. 2022, TRUE); evals/judge/prompts/entailment.md."
    says = "The share of a reply's sentences that a model finds to stand in the evidence, averaged over replies."
