"""What metrics of a ranking have in common: they are ir-measures' own."""

from collections.abc import Mapping
from typing import Any, ClassVar

from evals.metrics.base import About, Reading
from evals.metrics.outside import SampleMetric


class OfRanking(SampleMetric):
    """`found`: `ranking`, ids best first; `relevant`, id → grade."""

    ability: ClassVar[About] = "retrieval"
    task = "retrieval"
    measure: ClassVar[str]
    """As ir-measures writes it."""

    def read(self, found: Mapping[str, Any]) -> Reading:
        """The value, and where the articles that answer stand."""
        import ir_measures

        ranking: list[str] = found["ranking"]
        relevant: dict[str, int] = found["relevant"]
        scored = {"q": {key: float(len(ranking) - place) for place, key in enumerate(ranking)}}
        (value,) = ir_measures.iter_calc([ir_measures.parse_measure(self.measure)], {"q": relevant}, scored)
        places = [str(ranking.index(key) + 1) for key in relevant if key in ranking]
        return Reading(float(value.value), f"found at {', '.join(places)} of {len(ranking)}" if places else "not found")
