"""questions (judge): how useful the questions are."""

from typing import ClassVar

from evals.judge.rubrics import Name
from evals.metrics.base import About
from evals.metrics.judged import JudgedMetric


class JudgedQuestions(JudgedMetric):
    """Points of evals/judge/prompts/questions.md."""

    name = "questions (judge)"
    ability: ClassVar[About] = "questions"
    rubric: ClassVar[Name] = "questions"
    source = "CRAFT, Questions; the rubric in evals/judge/prompts/questions.md."
    says = "A model's points, 0 to 1, for questions whose answers change what is done."
