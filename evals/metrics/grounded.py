"""grounded: what a draft claims stands on record."""

import re
from typing import ClassVar

from evals.casebook.format import Case
from evals.metrics.base import About, CaseMetric, Reading
from evals.outcome import Outcome
from evals.reading.figures import figures, unlisted
from evals.reading.record import known, sources
from evals.reading.words import COMMITS, sentences

_GIFTS = re.compile(
    r"\b(refund|reimburs|compensat|rebook|upgrad|voucher|discount|waive|free of charge|credit|gutschein|gutschrift|erstatt|kostenlos|"
    r"entschädig|reembols|indemniz|vale|descuento|gratis)\w*",
    re.IGNORECASE,
)
"""What a commitment may give away."""
_BINDS = ("passage:", "lever:", "promise:", "ask:", "message:")


class Grounded(CaseMetric):
    """Read by figures alone, units included; the product's `unsupported` reads calendars, ranges and who said it, too."""

    name = "grounded"
    ability: ClassVar[About] = "honesty"
    source = "Faithfulness as the share of supported claims (RAGAS, Es et al. 2024; Q², Honovich et al. 2021); RELIABILITY, invariant 9."
    says = (
        "The share of sums, numbers, dates, times, references and goods promised in texts for the customer that stand in the evidence or "
        "the conversation. A claim that stands nowhere may bind the company; one that is on record but read otherwise costs a look."
    )

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where no draft for the customer claims anything."""
        supports = known(outcome.turn)
        bound = "\n".join(text for name, text in sources(outcome.turn) if name.startswith(_BINDS)).casefold()
        claims: dict[str, bool] = {}
        for suggestion in outcome.told():
            for sentence in sentences(unlisted(suggestion.text)):
                claims |= {figure.text: supports.supports(figure, sentence.text) for figure in figures(sentence.text)}
                if COMMITS.search(sentence.text):
                    claims |= {gift[0]: gift[1].casefold() in bound for gift in _GIFTS.finditer(sentence.text)}
        if not claims:
            return None
        loose = [text for text, stands in claims.items() if not stands]
        return Reading(1 - len(loose) / len(claims), f"stands nowhere: {', '.join(loose)}" if loose else "")
