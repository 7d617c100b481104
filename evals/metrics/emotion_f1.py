"""emotion macro-F1: whether the label is the one that people gave."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from copilot.domain.emotion import LABELS
from evals.emotion.scores import macro_f1
from evals.metrics.base import About, Reading, Unit
from evals.metrics.outside import SampleMetric


class EmotionF1(SampleMetric):
    """The label that the desk shows."""

    name = "emotion macro-F1"
    task = "emotion"
    ability: ClassVar[About] = "de-escalation"
    unit: ClassVar[Unit] = "score"
    version = 1
    source = "GoEmotions' test split (Demszky et al., ACL 2020), its 28 emotions mapped to our seven labels."
    says = "The mean over the seven labels of their F1, so that a rare feeling counts as much as a common one."
    by: ClassVar[str] = "label"

    def read(self, found: Mapping[str, Any]) -> Reading | None:
        """Places in LABELS. None for texts without such a label."""
        if "wanted" not in found:
            return None
        told, wanted = str(found[self.by]), str(found["wanted"])
        names: list[str] = list(LABELS)
        return Reading(float(names.index(told)), "" if told == wanted else f"{told}, people say {wanted}", float(names.index(wanted)))

    def figure(self, values: Sequence[float], truths: Sequence[float]) -> float:
        """Over all samples."""
        return macro_f1(values, truths)


class WordsF1(EmotionF1):
    """A baseline."""

    name = "emotion F1, words"
    by = "words_label"
    source = "The product's list of feeling words: the label that most of their weight speaks for."
    says = "The same for feeling words counted without phrases, negation, context or encoder."
