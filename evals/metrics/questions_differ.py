"""questions differ: no two ask the same."""

from itertools import combinations
from statistics import fmean
from typing import ClassVar

from evals.casebook.format import Case
from evals.metrics.base import About, CaseMetric, Reading, Unit
from evals.outcome import Outcome
from evals.reading.words import likeness


class QuestionsDiffer(CaseMetric):
    """1 minus the mean likeness of each two (Jaccard)."""

    name = "questions differ"
    ability: ClassVar[About] = "questions"
    unit: ClassVar[Unit] = "score"
    source = "Diversity as mean pairwise distance (Tevet & Berant 2021); CRAFT, Questions."
    says = "How little two questions of one case have in common, question and what it decides, from 0 (the same) to 1 (nothing)."

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None for fewer than two questions."""
        shown = [one for made in outcome.shown("questions") for one in made.payload.get("questions") or ()]
        texts = [f"{one['question']} {one['decides']}" for one in shown]
        if len(texts) < 2:
            return None
        pairs = list(combinations(texts, 2))
        nearest = max(pairs, key=lambda pair: likeness(*pair))
        return Reading(1 - fmean(likeness(*pair) for pair in pairs), f"nearest: {nearest[0]} / {nearest[1]}")
