"""What the copilot's reading is held against, on the same cleaned text: VADER, and words alone."""

import re
from collections.abc import Callable
from functools import cache

from copilot.domain.emotion import LABELS, Label
from copilot.sensing.lexicon import feeling

_WORD = re.compile(r"[a-z][a-z'-]*", re.IGNORECASE)
_UNPLEASANT: tuple[Label, ...] = ("worried", "disappointed", "frustrated", "angry")


def words_label(text: str) -> Label:
    """The label that the most weight of feeling words speaks for; neutral without any."""
    told = _told(text)
    return max(told, key=lambda label: told[label]) if any(told.values()) else "neutral"


def words_heat(text: str) -> float:
    """Weight of unpleasant feeling words less that of pleasant ones. No negation, no phrases, no context."""
    told = _told(text)
    return sum(told[label] for label in _UNPLEASANT) - told["grateful"]


def _told(text: str) -> dict[Label, float]:
    found: dict[Label, float] = dict.fromkeys(LABELS, 0.0)
    for word in _WORD.findall(text.lower().replace("’", "'")):
        told = feeling(word)
        if told:
            found[told[0]] += told[1]
    return found


def vader_heat(text: str) -> float | None:
    """VADER's compound score (Hutto & Gilbert 2014) turned round, so that more is worse. None where vaderSentiment is not installed.

    It is no dependency of ours: its last release is of 2020. `pip install vaderSentiment` adds the column.
    """
    polarity = _vader()
    return -polarity(text)["compound"] if polarity else None


@cache
def _vader() -> Callable[[str], dict[str, float]] | None:
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        return None
    polarity: Callable[[str], dict[str, float]] = SentimentIntensityAnalyzer().polarity_scores
    return polarity
