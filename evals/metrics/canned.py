"""canned: phrases that cost trust."""

import re
from typing import ClassVar

from evals.casebook.format import Case
from evals.metrics.base import About, Better, CaseMetric, Reading
from evals.outcome import Outcome
from evals.reading.record import spoken

_PHRASES = re.compile(
    "|".join(
        (
            r"\bI (?:\w+ )?(?:understand|appreciate|hear|know|see|get|can imagine) (?:\w+ )?(?:your|how|that you) (?:\w+ ){0,3}"
            r"(?:frustrat|feel|upset|annoy|disappoint|concern|angry|anger|difficult)\w*",
            r"\b(?:calm down|take a (?:deep )?breath|no need to be (?:angry|upset|rude))\b",
            r"\bunfortunately,? (?:\w+ ){0,3}polic(?:y|ies)\b|\bour polic(?:y|ies) (?:does|do|is|states?|says)\b",
            r"\bas (?:I|we) (?:have |already |previously )*(?:said|mentioned|stated|explained)\b|\bper my last\b",
            r"\b(?:any|the|this) inconveniences?\b|\binconvenience (?:this|it) (?:may|might|has)\b",
            r"\bas soon as possible\b|\bat (?:your|our|the) earliest convenience\b|\bin due course\b|\basap\b",
            r"\byour (?:call|business|feedback|patience) is (?:very )?(?:important|appreciated)\b|\bthank you for your patience\b",
            r"\bwe value you(?:r (?:business|feedback|loyalty))?\b|\bvalued customer\b|\brest assured\b|\bplease be advised\b",
            r"\b(?:my|our|the) colleagues? (?:\w+ )?(?:should have|made a mistake|forgot|was wrong|failed)\b",
            r"\bI (?:completely|totally|fully|truly) understand\b|\bI am here to help\b|\bis there anything else I can help\b",
            r"\bich (?:kann |\w+ )?(?:verstehe|nachvollziehen)? ?(?:Ihren|Ihre) (?:frust|ärger|unmut|enttäuschung)\w*|"
            r"\b(?:beruhigen Sie sich|bleiben Sie (?:bitte )?ruhig)\b|\bunannehmlichkeiten\b|"
            r"\b(?:schnellstmöglich|so (?:bald|schnell) wie möglich|zeitnah)\w*|\bwie (?:bereits|schon) (?:gesagt|erwähnt)\b|"
            r"\bvielen Dank für Ihre Geduld\b|\bseien Sie versichert\b",
            r"\b(?:entiendo|comprendo|lamento) su (?:frustraci|enfado|malestar|molest)\w*|\bc[áa]lmese\b|"
            r"\b(?:las|cualquier) molestias?\b|\b(?:lo antes posible|cuanto antes|a la mayor brevedad)\b|"
            r"\bcomo ya (?:le )?(?:dije|he dicho)\b",
        )
    ),
    re.IGNORECASE,
)
_LOUD = re.compile(r"!")
ANGRY = 60
"""Heat from which an exclamation mark is one at an angry person."""


class Canned(CaseMetric):
    """A list of its own: the product's check withholds what stands in its own."""

    name = "canned"
    ability: ClassVar[About] = "empathy"
    better: ClassVar[Better] = "lower"
    source = "CRAFT, Replies, the `Never` list and its cousins."
    says = (
        "The share of cases in which a text for the customer holds a phrase that costs trust, or shouts at someone angry. One sounds like "
        "a machine; one missed by this list costs less than one that is sent."
    )

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where nothing is said to the customer."""
        said = [text for _, text in spoken(outcome)]
        if not said:
            return None
        found = [match[0] for text in said for match in _PHRASES.finditer(text)]
        if outcome.turn.evidence.emotion.heat >= ANGRY:
            found += [text[:80] for text in said if _LOUD.search(text)]
        return Reading(float(bool(found)), ", ".join(found))
