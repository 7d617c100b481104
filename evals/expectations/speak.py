"""speak: the language that the customer is answered in."""

from typing import Any

from copilot.sensing.language import detect
from evals.expectations.base import Expectation, Seen
from evals.outcome import Outcome


class Speak(Expectation):
    """Every text for the customer is in it."""

    name = "speak"
    takes = "Write a language as two letters, such as de."
    value = str
    kinds = ("reply",)

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        texts = [suggestion.text for suggestion in outcome.told(kind)]
        spoken = [detect(text) for text in texts]
        return Seen(
            bool(spoken) and all(one == value for one in spoken),
            f"{', '.join(map(str, spoken)) or 'nothing was said'}: {' | '.join(texts)[:200]}",
        )
