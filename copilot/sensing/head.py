"""The trained part of sensing: a linear head on the sentence encoder's 384 numbers and on the message's words; seven probabilities out."""

import re
from collections.abc import Iterable, Sequence
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

Floats = npt.NDArray[np.float32]
Keys = npt.NDArray[np.uint32]

DIMENSION = 384
READ_WORDS = 200
"""Words of a message that are read: about half a page."""
PIECES = (3, 4, 5)
"""Lengths of the pieces into which words are cut, in characters; a word's edges count as one."""
_WEIGHTS = "head.npz"
_TELLS, _BESIDE = 1.0, 0.5
"""Weight from which a word tells something, and its share of the strongest word's: few of a message do."""
_WORD = re.compile(r"\[name\]|[a-z]+(?:'[a-z]+)*|[!?]+|[^\w\s]")
_EDGE = " "
_PIECE = "\n"
"""Before a piece: no word holds it, so that no piece is taken for one."""


class Table:
    """What was learnt of each known term: words, pairs of neighbouring words, and pieces of words."""

    def __init__(self, keys: Keys, rows: Floats) -> None:
        """`keys` (n,) of the terms, ascending; `rows` (n, 7), a weight for each label."""
        if rows.shape != (len(keys), len(LABELS)) or (np.diff(keys.astype(np.int64)) <= 0).any():
            raise ValueError(f"a table has n ascending keys and rows of shape (n, {len(LABELS)}); got {keys.shape} and {rows.shape}")
        self._keys, self._rows = keys, rows

    def known(self, terms: Sequence[str]) -> dict[str, Floats]:
        """The weights (7,) of those terms that were learnt, in their order."""
        if not terms or not len(self._keys):
            return {}
        keys = keys_of(terms)
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        there = self._keys[places] == keys
        return {term: self._rows[place] for term, place, known in zip(terms, places, there, strict=True) if known}


class Head:
    """Multinomial logistic regression, trained on GoEmotions (Apache-2.0) by `evals/emotion/train.py`; see MODEL_CARD.md.

    It only means something for vectors of all-MiniLM-L6-v2, of texts that went through `sensing.cleaning.clean`.
    """

    def __init__(self, weights: Floats, bias: Floats, table: Table | None = None) -> None:
        """`weights` (7, 384) for the vector, `bias` (7,); without a table words say nothing."""
        expected, found = ((len(LABELS), DIMENSION), (len(LABELS),)), (weights.shape, bias.shape)
        if found != expected:
            raise ValueError(f"a head has weights and biases of shape {expected}; got {found}")
        self._weights, self._bias, self._table = weights, bias, table

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
        if self._table is None:
            return Heard(meaning, [], {}, {})
        words = words_of(text)
        return Heard(meaning, words, self._table.known(terms(words)), self._table.known(pieces(words)))


class Heard:
    """One message as the head reads it."""

    def __init__(self, meaning: Floats, words: Sequence[str], terms: dict[str, Floats], pieces: dict[str, Floats]) -> None:
        """Scores of shape (7,) from the vector, the words in order, and the weights of the known terms and pieces."""
        self._meaning, self._words, self._terms, self._pieces = meaning, words, terms, pieces

    def chances(self, share: float = 1.0) -> dict[Label, float]:
        """Probability of each label. `share`: how much the words count, 0–1."""
        scores = self._meaning + share * (_together(self._terms.values()) + _together(self._pieces.values()))
        odds = np.exp(scores - scores.max())
        return dict(zip(LABELS, (odds / odds.sum()).tolist(), strict=True))

    def telling(self, label: Label, most: int = 2) -> list[str]:
        """The words that speak most for `label`, against the mean of all; the strongest first, in lower case."""
        at = LABELS.index(label)
        read = [term for term in dict.fromkeys([*self._words, *self._terms]) if term[:1].isalpha() and MASK.lower() not in term]
        rows = {term: self._weight(term) for term in read}
        scored = {term: float(row[at] - row.mean()) for term, row in rows.items()}
        least = max(_TELLS, _BESIDE * max(scored.values(), default=0.0))
        best = sorted((term for term in scored if scored[term] > least), key=lambda term: -scored[term])
        return _apart(best)[:most]

    def _weight(self, term: str) -> Floats:
        """What a term adds, its pieces included, in units in which a term's own weight is one."""
        own = self._terms.get(term, np.zeros(len(LABELS), dtype=np.float32))
        cut = [self._pieces[piece] for piece in pieces([term]) if piece in self._pieces] if " " not in term else []
        return own + np.sum(cut, axis=0) * np.sqrt(max(1, len(self._terms)) / len(self._pieces)) if cut else own


def _together(rows: Iterable[Floats]) -> Floats:
    """Their sum over the root of their number, so that a long message is not louder than a short one."""
    found = list(rows)
    return np.sum(found, axis=0) / np.sqrt(np.float32(len(found))) if found else np.zeros(len(LABELS), dtype=np.float32)


def _apart(found: Sequence[str]) -> list[str]:
    """Without words that stand in a longer or stronger find."""
    kept: list[str] = []
    for words in found:
        if not any(set(words.split()) & set(other.split()) for other in kept):
            kept.append(words)
    return kept


def words_of(text: str) -> list[str]:
    """The words and marks that are read, in order. Words for who somebody is are left out."""
    return [word for word in _WORD.findall(text.lower().replace("’", "'"))[:READ_WORDS] if word not in WHO]


def terms(words: Sequence[str]) -> list[str]:
    """Words and pairs of neighbouring words, each once."""
    return list(dict.fromkeys([*words, *(f"{one} {other}" for one, other in pairwise(words))]))


def pieces(words: Sequence[str]) -> list[str]:
    """Each word cut into overlapping pieces, each once: other forms and spellings of a word share most of theirs."""
    edged = [f"{_EDGE}{word}{_EDGE}" for word in dict.fromkeys(words) if word != MASK.lower()]
    cut = (word[at : at + length] for word in edged for length in PIECES for at in range(len(word) - length + 1))
    return list(dict.fromkeys(f"{_PIECE}{piece}" for piece in cut))


def keys_of(terms: Sequence[str]) -> Keys:
    """The number by which a table knows each term, shape (n,)."""
    return np.array([crc32(term.encode()) for term in terms], dtype=np.uint32)


@cache
def _shipped() -> tuple[Floats, Floats, Table]:
    with (files("copilot.sensing") / _WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as kept:
        rows = kept["rows"].astype(np.float32) * kept["scale"].astype(np.float32)
        return kept["weights"].astype(np.float32), kept["bias"].astype(np.float32), Table(kept["keys"], rows)
