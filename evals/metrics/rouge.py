"""ROUGE: how much of what people wrote down of a conversation stands in a story of it, and how much else."""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Literal

from evals.metrics.base import About, Reading
from evals.metrics.outside import SampleMetric

Which = Literal["rouge1", "rouge2", "rougeL"]
_SHORT: dict[Which, str] = {"rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeL": "ROUGE-L"}
_SHARED: dict[Which, str] = {"rouge1": "words", "rouge2": "pairs of words", "rougeL": "words in the same order"}


class Rouge(SampleMetric):
    """F1 with the nearest of several references. `found`: the text of each way to tell it, and `references`."""

    ability: ClassVar[About] = "handover"
    task = "handover"
    unit = "score"
    source = "Lin, ACL 2004, by the package rouge-score with stems; TweetSumm's human summaries (Feigenblat et al., EMNLP 2021)."

    def __init__(self, which: Which, told: str = "story") -> None:
        self._which, self._told = which, told
        self.name = f"{told} {_SHORT[which]}"  # type: ignore[misc]
        whose = "the fallback handover's story" if told == "story" else f"a plain way to tell it ({told})"
        self.says = f"How far {whose} and the nearest human summary share their {_SHARED[which]}."  # type: ignore[misc]

    def read(self, found: Mapping[str, Any]) -> Reading:
        """The best reference counts."""
        scores = {text: _scorer().score(text, found[self._told])[self._which].fmeasure for text in found["references"]}
        best = max(scores, key=lambda text: scores[text])
        return Reading(float(scores[best]), f"nearest: {best}")


@cache
def _scorer() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(list(_SHORT), use_stemmer=True)
