"""evidence recall@5: whether the moments that matter are among the first five that are recalled."""

from typing import ClassVar

from evals.metrics.base import About
from evals.metrics.ranking import OfRanking


class EvidenceRecall(OfRanking):
    """Of the first five items of one person's long history."""

    name = "evidence recall@5"
    ability: ClassVar[About] = "memory"
    task = "memory"
    measure = "R@5"
    source = "LoCoMo (Maharana et al., ACL 2024): its annotated evidence turns; computed by ir-measures."
    says = (
        "The share of the earlier moments that answer a question which are among the first five. One missed makes the customer repeat it."
    )
