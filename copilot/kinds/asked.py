"""Does a sentence ask for what is on record? No draft may."""

import re

from copilot.domain.turn import Turn
from copilot.memory.fields import FIELD_WORDS, standard_name
from copilot.memory.questions import asks_for

_BRING = re.compile(
    r"\b(?:with|include|have ready|enter|state|quote|mention|mit|samt|angeben|con|incluya|indique)\s+"
    r"(?:the|your|ihrer|der|dem|ihrem|su|el|la)\s+$",
    re.IGNORECASE,
)
"""What articles say instead of a question: `write to us with the booking reference`."""


def fields_asked(text: str) -> set[str]:
    """Standard names of the fields that `text` asks the customer for, questions and instructions alike."""
    asked = {standard_name(field) for field, _ in asks_for(text)}
    low = text.casefold()
    for field, phrases in FIELD_WORDS.items():
        for phrase in phrases:
            at = low.find(phrase.casefold())
            if at > 0 and _BRING.search(low[max(0, at - 40) : at]):
                asked.add(standard_name(field))
    return asked


def asks_for_known(turn: Turn, text: str) -> bool:
    """Whether it asks for a detail that is on record and fresh."""
    fresh = {standard_name(d.field) for d in turn.evidence.known_details if d.state == "fresh"}
    return bool(fresh) and bool(fields_asked(text) & fresh)
