"""memory recall@5: whether the moments that matter are among the first five that are shown; and how many of the others are."""

from collections.abc import Mapping
from typing import Any, ClassVar

from evals.metrics.base import About, Better, Reading
from evals.metrics.outside import SampleMetric
from evals.metrics.ranking import NEWEST, PLAIN, RANKING, RELEVANT, OfRanking, read

FIRST = 5
"""What an agent sees without scrolling."""


class EvidenceRecall(OfRanking):
    """Of the first five items of one person's long history."""

    name = "memory recall@5"
    ability: ClassVar[About] = "memory"
    task = "memory"
    measure = "R@5"
    source = "LoCoMo (Maharana et al., ACL 2024): its annotated evidence turns; computed by ir-measures."
    says = (
        "The share of the earlier moments that answer a question which are among the first five that memory shows, out of all that two "
        "people ever said, some hundred turns. One missed makes the customer repeat it. Its weights were set looking at these chats."
    )


class Reached(EvidenceRecall):
    """The product looks at 300 records of one person (DESIGN §5), conversations; here they are single turns of talk."""

    name = "recall@5, newest 300"
    says = "The same when only the newest 300 turns take part: as if each turn were a record, and older ones out of reach."

    def read(self, found: Mapping[str, Any]) -> Reading:
        """As for all of them."""
        return read(self.measure, found[PLAIN][NEWEST], found[RELEVANT])


class Irrelevant(SampleMetric):
    """Precision at five, turned round; where fewer are shown, of those."""

    name = "irrelevant shown"
    ability: ClassVar[About] = "memory"
    task = "memory"
    better: ClassVar[Better] = "lower"
    source = "LoCoMo's annotated evidence turns: usually one or two for a question, so that three or four of five have to be irrelevant."
    says = "Of the first five that are shown, the share that nobody marked as evidence. One costs a glance; a missing one a repetition."

    def read(self, found: Mapping[str, Any]) -> Reading | None:
        """None where nothing is shown."""
        first = found[RANKING][:FIRST]
        if not first:
            return None
        idle = [key for key in first if key not in found[RELEVANT]]
        return Reading(len(idle) / len(first), f"{len(idle)} of {len(first)}")
