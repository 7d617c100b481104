"""language right: the customer is answered in their language."""

import re
from typing import ClassVar

from copilot.checks.normalise import fold
from evals.casebook.format import Case
from evals.metrics.base import About, CaseMetric, Reading
from evals.outcome import Outcome

_TELLING = {
    "en": "the and you your is are of to that have with for this will what not it we was be at from",
    "de": "der die das und ist sie ihnen ihr ihre ich nicht ein eine mit für den auf wir haben zu bei von dem werden",
    "es": "el la los las que y de su usted un una con para por no en se lo le es hemos ha está del",
    "fr": "le la les et vous votre est un une avec pour nous de des que je ne pas dans sur",
    "it": "il la che di e un una con per non è lei suo sua del della abbiamo gli",
    "nl": "de het een en van u uw is niet met voor wij dat die op aan hebben",
    "pl": "i w nie na się jest z do że pan pani czy to po za od",
    "pt": "o a os as que e de seu sua um uma com para por não em você do da",
}
"""The small words that every sentence of a language has."""
_KNOWN = {language: frozenset(map(fold, listed.split())) for language, listed in _TELLING.items()}
FEWEST = 3
"""Small words below which a text has no language."""


class LanguageRight(CaseMetric):
    """By small words, where the product's check and its sensing ask a classifier."""

    name = "language right"
    ability: ClassVar[About] = "empathy"
    source = "CRAFT, Replies 8: the customer's language. Function words as evidence: Grefenstette 1995."
    says = "The share of texts for the customer that are in the language the case says they write."

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where nothing is said long enough to have a language that is known here."""
        wanted = outcome.turn.language.partition("-")[0] if isinstance(case.conversation, str) else case.language
        if wanted not in _KNOWN:
            return None
        found = [(tongue, one.text) for one in outcome.told() if (tongue := spoken_in(one.text))]
        wrong = [f"{tongue}: {text[:200]}" for tongue, text in found if tongue != wanted]
        return Reading(1 - len(wrong) / len(found), "\n".join(wrong)) if found else None


def spoken_in(text: str) -> str:
    """The language whose small words it has most of; empty when it has too few."""
    there = [fold(match[0]) for match in re.finditer(r"[^\W\d_]+", text)]
    counts = {language: sum(word in known for word in there) for language, known in _KNOWN.items()}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] >= FEWEST else ""
