"""What metrics of a ranking have in common: they are ir-measures' own."""

from collections.abc import Mapping
from typing import Any, ClassVar

from evals.metrics.base import About, Reading
from evals.metrics.outside import SampleMetric

RANKING, RELEVANT, PLAIN = "ranking", "relevant", "plain"
"""What a task leaves: ids best first; id → grade; and by method, what plain ways to search find."""
WAYS = {"bm25": "BM25", "dense": "dense", "rrf": "RRF"}
"""Plain ways by their key in PLAIN, as people call them."""
NEWEST = "newest"
"""In PLAIN too, for memory: what the product shows when it looks at as many records as it looks at of one person, the newest."""
_WAY = "bm25s without stems; exact cosines of the product's encoder, the best piece of each article; RRF of both, k = 60"


class OfRanking(SampleMetric):
    """Reads RANKING and RELEVANT."""

    ability: ClassVar[About] = "retrieval"
    task = "retrieval"
    measure: ClassVar[str]
    """As ir-measures writes it."""

    def read(self, found: Mapping[str, Any]) -> Reading:
        """The value, and where the articles that answer stand."""
        return read(self.measure, found[RANKING], found[RELEVANT])


class OfPlain(SampleMetric):
    """The same of a plain way to search the same text: a baseline."""

    def __init__(self, ours: OfRanking, way: str) -> None:
        self._measure, self._way = ours.measure, way
        self.name = f"{ours.name}, {WAYS[way]}"  # type: ignore[misc]
        self.ability, self.task, self.unit = ours.ability, ours.task, ours.unit  # type: ignore[misc]
        self.source = f"A baseline: {_WAY}."  # type: ignore[misc]
        self.says = f"The same for {WAYS[way]} on the same text: what the copilot has to beat."  # type: ignore[misc]

    def read(self, found: Mapping[str, Any]) -> Reading:
        """As OfRanking reads ours."""
        return read(self._measure, found[PLAIN][self._way], found[RELEVANT])


def read(measure: str, ranking: list[str], relevant: Mapping[str, int]) -> Reading:
    """One question's value, by ir-measures."""
    import ir_measures

    scored = {"q": {key: float(len(ranking) - place) for place, key in enumerate(ranking)}}
    (value,) = ir_measures.iter_calc([ir_measures.parse_measure(measure)], {"q": relevant}, scored)
    places = [str(ranking.index(key) + 1) for key in relevant if key in ranking]
    return Reading(float(value.value), f"found at {', '.join(places)} of {len(ranking)}" if places else "not found")
