"""short: a chat reply is two to five sentences."""

import re
from typing import ClassVar

from evals.casebook.format import Case
from evals.metrics.base import About, CaseMetric, Reading
from evals.outcome import Outcome
from evals.reading.words import sentences, words

FEWEST, MOST = 2, 5
_WRITTEN_AS_SPOKEN = ("chat", "sms")
_GREETING = re.compile(r"^(?:dear|hello|hi|guten tag|hallo|hola|estimad[oa])\b[^.!?]{0,60}[,!]$", re.IGNORECASE)


class Short(CaseMetric):
    """In chat and SMS; a letter may take its time."""

    name = "short"
    ability: ClassVar[About] = "empathy"
    source = "CRAFT, Replies 8."
    says = "The share of replies in chat and SMS that have two to five sentences, a greeting not counted."

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None in other channels, or without a reply."""
        reply = next(outcome.shown("reply"), None)
        if reply is None or outcome.turn.channel not in _WRITTEN_AS_SPOKEN:
            return None
        found = [one.text for one in sentences(reply.text) if len(words(one.text)) > 1 and not _GREETING.match(one.text)]
        fits = FEWEST <= len(found) <= MOST
        return Reading(float(fits), "" if fits else f"{len(found)} sentences: {reply.text}")
