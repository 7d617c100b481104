"""What the judged metrics have in common: a rubric's points for one kind of draft, by a model that is not the copilot's."""

from typing import ClassVar

from evals.judge.material import TEXTS, Material, setting
from evals.judge.rubrics import CATALOGUE, Name
from evals.metrics.base import Metric, Unit
from evals.outcome import Outcome


class JudgedMetric(Metric):
    """0 to 1: the rubric's 1 to 5. Its rows' version names model and prompt, so that only what was judged alike is compared."""

    rubric: ClassVar[Name]
    unit: ClassVar[Unit] = "score"

    def material(self, sample: str, outcome: Outcome) -> Material | None:
        """What is judged. None: nothing of that kind is shown."""
        text = TEXTS[CATALOGUE[self.rubric].kind](outcome)
        return Material(setting=setting(sample, outcome.turn), text=text) if text else None

    def version_by(self, identity: str) -> str:
        """Of a row; `identity`: model and prompt."""
        return f"{self.version} {identity}"
