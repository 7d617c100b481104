"""grounding: does what we say of a reply agree with what people say of it?"""

from collections.abc import Mapping
from typing import Any, ClassVar

from evals.metrics.base import About, Reading
from evals.metrics.outside import Auroc


class Grounding(Auroc):
    """`found`: the score of each way to judge a reply, and `faithful`, 1 or 0, from people."""

    ability: ClassVar[About] = "honesty"
    task = "grounding"
    unit = "score"
    source = "BEGIN (Dziri et al., TACL 2022) and Q2 (Honovich et al., EMNLP 2021): their human labels; AUROC as in TRUE (NAACL 2022)."

    def __init__(self, judged: str, says: str) -> None:
        self._judged = judged
        self.name = f"faithful, {judged}"  # type: ignore[misc]
        self.says = f"{says}: the chance that a faithful reply scores above an unfaithful one. 0.5 is a coin."  # type: ignore[misc]

    def read(self, found: Mapping[str, Any]) -> Reading:
        """The score and the label."""
        return Reading(float(found[self._judged]), truth=float(found["faithful"]))


WAYS = (
    Grounding("graded", "Words in pairs and figures against the evidence (evals.grounding: no draft is held to it)"),
    Grounding("our check", "The check `unsupported` alone, which knows figures, dates and links"),
    Grounding("shared words", "A plain baseline, the share of a reply's telling words and figures that the knowledge holds"),
)
