"""How much of a title was said: the words that make a title a name weigh most."""

import math
from collections.abc import Callable, Iterable, Mapping

ORDINARY = 0.5
"""What a title has to overcome: one whose words are all ordinary ("Refunds") names nothing in particular."""


def weight(in_titles: int, in_texts: int, total: int) -> float:
    """How much a word of a title is a name: rare among titles, and seldom in texts compared with titles.

    The counts are passages: with the word in the title, with it in the text, and all.
    """
    if not in_titles:
        return 0.0
    rarity = math.log(1 + (total - in_titles + 0.5) / (in_titles + 0.5))
    own = in_titles / (in_titles + in_texts)
    return rarity * own * own


def affinity(title: Iterable[str], said: Mapping[str, float], weigh: Callable[[str], float]) -> float:
    """0–1: the weighted share of the title's words that were said; `said` holds weights 0–1 per word."""
    weights = {word: weigh(word) for word in title}
    return sum(w * said.get(word, 0.0) for word, w in weights.items()) / (sum(weights.values()) + ORDINARY)
