"""heat AUROC: whether heat is higher for people who are displeased; beside it VADER and words alone, on the same text."""

from collections.abc import Mapping
from typing import Any, ClassVar

from evals.metrics.base import About, Reading
from evals.metrics.outside import Auroc


class HeatAuroc(Auroc):
    """The copilot's own mood of each message."""

    name = "heat AUROC"
    task = "emotion"
    ability: ClassVar[About] = "de-escalation"
    version = 1
    source = "Crowdflower's airline tweets; complaints (Preoţiuc-Pietro et al., ACL 2019); USS (Sun et al., SIGIR 2021)."
    says = (
        "The chance that a displeased person's message is hotter than another's; told for each set, and pooled it means little. "
        "Too cold leaves someone waiting, too hot only has an agent look sooner."
    )
    by: ClassVar[str] = "heat"

    def read(self, found: Mapping[str, Any]) -> Reading | None:
        """None for texts without such a label, or where the reader is not installed."""
        told = found.get(self.by)
        return None if told is None or "low" not in found else Reading(float(told), truth=float(found["low"]))


class VaderAuroc(HeatAuroc):
    """A baseline."""

    name = "heat AUROC, VADER"
    by = "vader"
    source = "VADER (Hutto & Gilbert, ICWSM 2014), where vaderSentiment is installed."
    says = "The same for VADER's compound score, on the same cleaned text: what the copilot has to beat."


class WordsAuroc(HeatAuroc):
    """A baseline."""

    name = "heat AUROC, words"
    by = "words"
    source = "The product's list of feeling words, summed."
    says = "The same for feeling words counted without phrases, negation, context or encoder: what the rest has to add to."
