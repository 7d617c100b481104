"""different: the options are different ways, not one way with another amount."""

import re
from itertools import combinations
from typing import Any, Literal

from evals.expectations.base import Expectation, Seen
from evals.outcome import Outcome

ALIKE = 0.6
"""Share of the telling words of the shorter title that two titles have in common when they are one way. Measured on the sample company's
levers: one way with another amount shares .75 and more, two kinds of credit .6, other ways .57 at most."""
_SMALL = frozenset(
    re.findall(
        r"\w+",
        "a an the of to and or for with in on at by this that your up one no not as from within per each der die das ein eine zu und mit",
    )
)


class Different(Expectation):
    """No two options stand on the same lever or say the same but for a figure; read from titles, not by the product's own classes."""

    name = "different"
    takes = "Write true: at least two options, and no two of them are the same way."
    value = Literal[True]
    kinds = ("options",)

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        options = [option for s in outcome.shown("options") for option in s.payload.get("options", [])]
        if len(options) < 2:
            return Seen(False, f"there are {len(options)} options")
        for one, other in combinations(options, 2):
            same = one["lever_id"] == other["lever_id"] or (one["authority"] == other["authority"] and _alike(one["title"], other["title"]))
            if same:
                return Seen(False, f"the same way twice: “{one['title']}” and “{other['title']}”")
        return Seen(True, " | ".join(str(option["title"]) for option in options))


def _alike(one: str, other: str) -> bool:
    first, second = _words(one), _words(other)
    return len(first & second) >= ALIKE * max(1, min(len(first), len(second)))


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text.casefold())) - _SMALL
