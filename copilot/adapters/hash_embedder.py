"""Text → vectors by hashed words, without any model."""

import itertools
import zlib
from collections.abc import Sequence

import numpy as np

from copilot.domain.ports.search import Vectors
from copilot.retrieval.words import fold, stem, telling, tokens

SCHEME = 1
"""Raised when the same text would get another vector."""


class HashEmbedder:
    """Hashed words, word pairs and letter triples: deterministic, no model, microseconds a text.

    For tests and very small installations: it finds shared words and word parts, not meaning (Weinberger et al., Feature Hashing, 2009).
    """

    WORD, PAIR, TRIPLE, EMPTY_WORD = 1.0, 0.5, 0.2, 0.1

    def __init__(self, dimension: int = 256) -> None:
        self._dimension = dimension

    @property
    def name(self) -> str:
        """`hash`."""
        return "hash"

    @property
    def version(self) -> str:
        """Changes with the dimension and the scheme."""
        return f"hash{SCHEME}-{self._dimension}"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    @property
    def languages(self) -> frozenset[str]:
        """None in particular: it compares words as they are written."""
        return frozenset()

    async def warm(self) -> None:
        """There is nothing to load."""

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension), float32, rows of length 1."""
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            self._fill(row, text)
            if not row.any():
                row[0] = 1.0
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    async def close(self) -> None:
        """There is nothing to close."""

    def _fill(self, row: Vectors, text: str) -> None:
        words = [(stem(word), self.WORD if telling(word) else self.EMPTY_WORD) for word in tokens(text)]
        for word, weight in words:
            self._add(row, f"w{word}", weight)
            if weight == self.WORD:
                padded = f"^{fold(word)}$"
                for i in range(len(padded) - 2):
                    self._add(row, f"t{padded[i : i + 3]}", self.TRIPLE)
        for (left, first), (right, second) in itertools.pairwise(words):
            if first == second == self.WORD:
                self._add(row, f"p{left} {right}", self.PAIR)

    def _add(self, row: Vectors, feature: str, weight: float) -> None:
        digest = zlib.crc32(feature.encode())
        row[digest % self._dimension] += weight if digest & 0x40000000 else -weight
