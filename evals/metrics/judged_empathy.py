"""empathy (judge): how far a reply shows that somebody listened."""

from typing import ClassVar

from evals.judge.rubrics import Name
from evals.metrics.base import About
from evals.metrics.judged import JudgedMetric


class JudgedEmpathy(JudgedMetric):
    """Points of evals/judge/prompts/empathy.md."""

    name = "empathy (judge)"
    ability: ClassVar[About] = "empathy"
    rubric: ClassVar[Name] = "empathy"
    source = "CRAFT, Replies 1 to 4 and 6; the rubric in evals/judge/prompts/empathy.md."
    says = "A model's points, 0 to 1, for a reply that names thing, feeling and history, and owns what is ours."
