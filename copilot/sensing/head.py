"""The trained part of sensing: a linear head on the sentence encoder's 384 numbers and on the message's words; seven probabilities out."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Self
from zlib import crc32

import numpy as np
import numpy.typing as npt

from copilot.domain.emotion import LABELS, Label
from copilot.sensing.lexicon import WHO
from copilot.sensing.naming import MASK

DIMENSION = 384
BUCKETS = 2**15
"""Into how many numbers words and pairs of words are hashed."""
READ_WORDS = 200
"""Words of a message that are read: about half a page."""
_WEIGHTS = "head.npz"
_TELLS = 0.6
"""Weight from which a word tells something: few of a message do."""
_WORD = re.compile(r"\[name\]|[a-z]+(?:'[a-z]+)*|[!?]+|[^\w\s]")


class Head:
    """Multinomial logistic regression, trained on GoEmotions (Apache-2.0) by `evals/emotion/train.py`; see MODEL_CARD.md.

    It only means something for vectors of all-MiniLM-L6-v2, of texts that went through `sensing.cleaning.clean`.
    """

    def __init__(
        self, weights: npt.NDArray[np.float32], bias: npt.NDArray[np.float32], words: npt.NDArray[np.float32] | None = None
    ) -> None:
        """`weights` (7, 384) for the vector, `bias` (7,), `words` (32768, 7) for hashed words; without it words say nothing."""
        expected = ((len(LABELS), DIMENSION), (len(LABELS),), (BUCKETS, len(LABELS)))
        found = (weights.shape, bias.shape, expected[2] if words is None else words.shape)
        if found != expected:
            raise ValueError(f"a head has weights, biases and words of shape {expected}; got {found}")
        self._weights, self._bias, self._words = weights, bias, words

    @classmethod
    def load(cls) -> Self:
        """The weights that ship with the package; read from disk once."""
        return cls(*_shipped())

    def chances(self, vector: npt.NDArray[np.floating], text: str = "") -> dict[Label, float]:
        """Probability of each label for one unit vector of shape (384,) and its text."""
        return self.hear(vector, text).chances()

    def hear(self, vector: npt.NDArray[np.floating], text: str) -> "Heard":
        """What vector and words say, apart from each other."""
        meaning = self._weights @ np.asarray(vector, dtype=np.float32) + self._bias
        said = terms(text) if self._words is not None else {}
        if self._words is None or not said:
            return Heard(meaning, np.zeros_like(meaning), {})
        rows = {term: self._words[place] for term, place in said.items()}
        words = self._words[list(set(said.values()))]
        return Heard(meaning, words.sum(axis=0) / np.sqrt(len(words)), rows)


class Heard:
    """One message as the head reads it."""

    def __init__(self, meaning: npt.NDArray[np.float32], words: npt.NDArray[np.float32], terms: dict[str, npt.NDArray[np.float32]]) -> None:
        """Scores of shape (7,) from the vector and from the words, and each term's weights."""
        self._meaning, self._words, self._terms = meaning, words, terms

    def chances(self, share: float = 1.0) -> dict[Label, float]:
        """Probability of each label. `share`: how much the words count, 0–1."""
        scores = self._meaning + share * self._words
        odds = np.exp(scores - scores.max())
        return dict(zip(LABELS, (odds / odds.sum()).tolist(), strict=True))

    def telling(self, label: Label, most: int = 2) -> list[str]:
        """The words that speak most for `label`, against the mean of all; the strongest first, in lower case."""
        at = LABELS.index(label)
        scored = {term: float(row[at] - row.mean()) for term, row in self._terms.items() if term[:1].isalpha() and MASK.lower() not in term}
        best = sorted((term for term in scored if scored[term] > _TELLS), key=lambda term: -scored[term])
        return _apart(best)[:most]


def _apart(found: Sequence[str]) -> list[str]:
    """Without words that stand in a longer or stronger find."""
    kept: list[str] = []
    for words in found:
        if not any(set(words.split()) & set(other.split()) for other in kept):
            kept.append(words)
    return kept


def terms(text: str) -> dict[str, int]:
    """Words and pairs of neighbouring words, each with its number below BUCKETS. Words for who somebody is are left out."""
    words = [word for word in _WORD.findall(text.lower().replace("’", "'"))[:READ_WORDS] if word not in WHO]
    said = dict.fromkeys([*words, *(f"{one} {other}" for one, other in pairwise(words))])
    return {term: crc32(term.encode()) % BUCKETS for term in said}


@cache
def _shipped() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    with (files("copilot.sensing") / _WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as kept:
        words = kept["words"].astype(np.float32) * kept["scale"].astype(np.float32)
        return kept["weights"].astype(np.float32), kept["bias"].astype(np.float32), words
