"""Languages of a question and a passage: what a similarity between them is worth.

An encoder that was trained on one language sees, in another, hardly more than that it is another: German questions are all near German
passages. What they have in common then is told by their words, and over two languages by nothing.
"""

import math
import re
from collections.abc import Collection
from typing import Literal

Common = Literal["meaning", "words", "names"]
"""What a question and a passage can be compared by: `names` are all that two languages share."""

MIDDLE, STEEPNESS = 0.74, 6.0
"""The bearing of words (see `borne_out`) at which an answer is as likely as not, and how fast it becomes surer.

Of the 97 questions of evals/bench/language_cases.yaml 3 are covered by a wrong article, and 20 if the encoder is believed; of the 21
that an article in their own language answers 17 are covered, and 21 (evals/bench/languages.py).
"""
FOREIGN = 0.45
"""Likelihood that a passage in another language has at most: below the threshold of coverage. It is there to be read."""


def base(locale: str) -> str:
    """`de-AT` → `de`; English where none is given, as for the lexical index."""
    return re.split(r"[-_]", locale.strip().lower())[0] or "en"


def common(asked: str, passage: str, read: Collection[str]) -> Common:
    """`asked`, `passage`: their locales. `read`: languages whose meaning the encoder reads; empty: all, and over languages."""
    ours, theirs = base(asked), base(passage)
    if not read or {ours, theirs} <= set(read):
        return "meaning"
    return "words" if ours == theirs else "names"


def unread(locale: str) -> str:
    """For the agent: why a question in this language finds less."""
    from babel import Locale

    code = base(locale)
    return f"The encoder does not read {Locale('en').languages.get(code, code)}: what answers is judged by its words."


def borne_out(share: float, words: int) -> float:
    """0–1: how likely words alone make an answer. `share`: the part of what the question's `words` tell that the passage has.

    A short question is answered where most of it stands; of a letter only a line or two ever stands in the answer. So the share
    counts by the square root of the words it is a share of.
    """
    return round(1 / (1 + math.exp(-STEEPNESS * (share * math.sqrt(words) - MIDDLE))), 4)
