"""ask: the customer is asked for this (a field on record, or its words)."""

import re
from typing import Any

from evals.expectations.base import Expectation, Seen, any_of, listed
from evals.outcome import Outcome

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_ASKS = re.compile(
    r"\?|\b(?:please|could you|can you|would you|may I|tell (?:me|us)|let (?:me|us) (?:know|have)|send (?:me|us)|give (?:me|us)|provide|"
    r"share|(?<!you )confirm|need (?:your|to know)|what(?:'s| is)|which|bitte|können Sie|könnten Sie|nennen|schicken|teilen|brauche|"
    r"por favor|puede|podría|indíqueme|díganos|necesito)\b",
    re.IGNORECASE,
)


class Ask(Expectation):
    """A sentence that asks and names the thing. Read from the words alone, not by the product's own check."""

    name = "ask"
    takes = "Write what is asked for, such as `booking reference`, or a list of words of which one is enough."
    value = str | list[str]
    kinds = ("reply",)

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        asking = [s for said in outcome.told(kind) for s in _SENTENCE.split(said.text) if _ASKS.search(s)]
        return any_of(asking, [one.replace("_", " ") for one in listed(value)])
