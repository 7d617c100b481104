"""The trained part of sensing: a linear head on the sentence encoder's 384 numbers and on the message's words; seven probabilities out."""

import re
import zlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Self

import numpy as np
import numpy.typing as npt

from copilot.domain.emotion import LABELS, Label
from copilot.sensing.lexicon import WHO
from copilot.sensing.naming import MASK

DIMENSION = 384
BUCKETS = 2**15
"""Into how many numbers words and pairs of words are hashed."""
READ_WORDS = 400
"""Words of a message that are read: about a page."""
_WEIGHTS = "head.npz"
_TELLS = 1.0
"""Weight from which a word tells something: few of a message do."""
_WORD = re.compile(r"\[name\]|[a-z]+(?:'[a-z]+)*|[!?]+|[^\w\s]", re.IGNORECASE)


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

    def chances(self, vector: npt.NDArray[np.floating], text: str = "", *, share: float = 1.0) -> dict[Label, float]:
        """Probability of each label for one unit vector of shape (384,) and its text. `share`: how much the words count, 0–1."""
        scores = self._weights @ np.asarray(vector, dtype=np.float32) + self._bias
        places = list({place for _, place in terms(text)}) if self._words is not None and text else []
        if self._words is not None and places:
            scores = scores + share * self._words[places].sum(axis=0) / np.sqrt(len(places))
        odds = np.exp(scores - scores.max())
        return dict(zip(LABELS, (odds / odds.sum()).tolist(), strict=True))

    def telling(self, text: str, label: Label, most: int = 2) -> list[str]:
        """The words of `text` that speak most for `label` (against the mean of all), the strongest first; in lower case."""
        if self._words is None:
            return []
        at = LABELS.index(label)
        said = {words: place for words, place in terms(text) if any(letter.isalpha() for letter in words) and MASK.lower() not in words}
        scored = {words: float(self._words[place, at] - self._words[place].mean()) for words, place in said.items()}
        best = sorted((words for words in scored if scored[words] > _TELLS), key=lambda words: -scored[words])
        return _apart(best)[:most]


def _apart(found: Sequence[str]) -> list[str]:
    """Without words that stand in a longer or stronger find."""
    kept: list[str] = []
    for words in found:
        if not any(set(words.split()) & set(other.split()) for other in kept):
            kept.append(words)
    return kept


def terms(text: str) -> list[tuple[str, int]]:
    """Words and pairs of neighbouring words, each with its number below BUCKETS. Words for who somebody is are left out."""
    words = [word.lower() for word in _WORD.findall(text.replace("’", "'"))[:READ_WORDS]]
    words = [word for word in words if word not in WHO]
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    return [(term, zlib.crc32(term.encode()) % BUCKETS) for term in (*words, *pairs)]


@cache
def _shipped() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    with (files("copilot.sensing") / _WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as kept:
        words = kept["words"].astype(np.float32) * kept["scale"].astype(np.float32)
        return kept["weights"].astype(np.float32), kept["bias"].astype(np.float32), words
