"""masking: how much personal data a model provider would see."""

from collections.abc import Mapping
from typing import Any, ClassVar

from evals.metrics.base import About, Reading
from evals.metrics.outside import Ratio, SampleMetric

_SOURCE = "presidio-research's synthetic sentences (synth_dataset_v2), each marked place counted once."


class Hidden(Ratio):
    """`found`: `hidden`, `leaked` and `masked_else`, lists of words."""

    name = "personal data hidden"
    ability: ClassVar[About] = "safety"
    task = "privacy"
    source = _SOURCE
    says = "The share (recall) of marked personal data of which not one letter or digit would reach a provider, with nothing on record."

    def read(self, found: Mapping[str, Any]) -> Reading | None:
        """None for a sentence without personal data."""
        hidden, leaked = len(found["hidden"]), len(found["leaked"])
        if not hidden + leaked:
            return None
        return Reading(float(hidden), f"reaches a provider: {', '.join(found['leaked'])}" if leaked else "", float(hidden + leaked))


class HiddenByForm(Hidden):
    """Of Hidden, the sorts that can be known without knowing the person."""

    name = "numbers, mails hidden"
    says = "The same of what is known by its form alone: cards, e-mail and IP addresses, IBANs, phone and social security numbers."

    def read(self, found: Mapping[str, Any]) -> Reading | None:
        """None for names, places and other sorts."""
        return super().read(found) if found["with_a_form"] else None


class HiddenOnRecord(SampleMetric):
    """`found`: `own`, whether each value that is on record was hidden."""

    name = "own data hidden"
    version = 2
    ability: ClassVar[About] = "safety"
    task = "privacy"
    source = _SOURCE
    says = "The share of sentences from which nothing that is on the customer's record reaches a provider: their names, addresses, numbers."

    def read(self, found: Mapping[str, Any]) -> Reading | None:
        """None where no value would be on a record."""
        if not found["on_record"]:
            return None
        leaked = found["on_record_leaked"]
        return Reading(float(not leaked), f"reaches a provider: {', '.join(leaked)}" if leaked else "")


class MaskingF2(Ratio):
    """F2 as a ratio of counts: 5 hits over 5 hits + 4 leaks + 1 for each place that was hidden without need."""

    name = "masking F2"
    unit = "score"
    ability: ClassVar[About] = "safety"
    task = "privacy"
    source = f"{_SOURCE} F2 (van Rijsbergen 1979): a leak costs four times what a word hidden for nothing costs."
    says = "Recall and precision of what is hidden, in one figure; a leak weighs four times a word that is hidden for nothing."

    def read(self, found: Mapping[str, Any]) -> Reading | None:
        """None for a sentence with nothing to hide and nothing hidden."""
        hits = 5.0 * len(found["hidden"])
        weight = hits + 4 * len(found["leaked"]) + len(found["masked_else"])
        return (
            Reading(hits, f"hidden for nothing: {', '.join(found['masked_else'])}" if found["masked_else"] else "", weight)
            if weight
            else None
        )
