"""second apology: sorry is said again for the same thing."""

import re
from typing import ClassVar

from evals.casebook.format import Case
from evals.metrics.base import About, Better, CaseMetric, Reading
from evals.outcome import FOR_CUSTOMER, Outcome
from evals.reading.words import sentences

_SORRY = re.compile(
    r"\b(?:sorry|apologi[sz]e|apolog(?:y|ies)|entschuldig\w+|tut (?:mir|uns)\b[^.!?]{0,20}\bleid|"
    r"lo siento|sentimos|disculp\w+|perd[óo]n\w*)",
    re.IGNORECASE,
)
_SYMPATHY = re.compile(
    r"\bsorry (?:to (?:hear|read|learn)|for your loss|about your)\b|\bcondolences\b|\bbeileid\b|\bsiento (?:mucho )?(?:su|tu) p[ée]rdida\b",
    re.IGNORECASE,
)


class SecondApology(CaseMetric):
    """Sympathy for what nobody of us did is not one."""

    name = "second apology"
    ability: ClassVar[About] = "empathy"
    better: ClassVar[Better] = "lower"
    source = "CRAFT, Replies, the `Never` list: a second apology for the same thing."
    says = "The share of cases with an apology in a draft where the same text, or an agent before it, has said sorry already."

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where no draft apologises."""
        texts = [one.text for one in outcome.shown() if one.kind in FOR_CUSTOMER]
        counts = {text: len(_apologies(text)) for text in texts}
        if not any(counts.values()):
            return None
        before = any(_apologies(message.text) for message in outcome.turn.window if message.is_answer)
        again = [text for text, count in counts.items() if count > 1 or (count and before)]
        return Reading(float(bool(again)), "\n".join(again))


def _apologies(text: str) -> list[str]:
    return [one.text for one in sentences(text) if _SORRY.search(one.text) and not _SYMPATHY.search(one.text)]
