"""options (judge): how creative the options are, within policy."""

from typing import ClassVar

from evals.judge.rubrics import Name
from evals.metrics.base import About
from evals.metrics.judged import JudgedMetric


class JudgedOptions(JudgedMetric):
    """Points of evals/judge/prompts/options.md."""

    name = "options (judge)"
    ability: ClassVar[About] = "options"
    rubric: ClassVar[Name] = "options"
    source = "CRAFT, Options; the rubric in evals/judge/prompts/options.md."
    says = "A model's points, 0 to 1, for ways out that differ in kind and are allowed. One that is not allowed costs all of them."
