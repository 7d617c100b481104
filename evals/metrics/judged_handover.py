"""handover (judge): how complete a handover is."""

from typing import ClassVar

from evals.judge.rubrics import Name
from evals.metrics.base import About
from evals.metrics.judged import JudgedMetric


class JudgedHandover(JudgedMetric):
    """Points of evals/judge/prompts/handover.md."""

    name = "handover (judge)"
    ability: ClassVar[About] = "handover"
    rubric: ClassVar[Name] = "handover"
    source = "CRAFT, Handovers (I-PASS, Starmer et al. 2014); the rubric in evals/judge/prompts/handover.md."
    says = "A model's points, 0 to 1, for a handover that loses nothing and invents nothing. What is invented costs more than what is long."
