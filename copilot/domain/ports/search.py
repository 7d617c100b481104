"""Encoder and indexes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from copilot.domain.base import Frozen
from copilot.domain.knowledge import Passage

Vectors = npt.NDArray[np.float32]
"""Shape (n, dimension), rows of length 1."""


class Embedder(Protocol):
    """Text → vectors. Safe to call from many tasks; calls are batched."""

    @property
    def name(self) -> str:
        """As set in COPILOT_EMBEDDER."""
        ...

    @property
    def version(self) -> str:
        """Changes when the vectors would: part of every collection's name."""
        ...

    @property
    def dimension(self) -> int: ...

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of those whose meaning it reads; empty: whatever the language, and over languages."""
        ...

    async def warm(self) -> None:
        """Load the weights now rather than on first use."""
        ...

    async def encode(self, texts: Sequence[str]) -> Vectors: ...

    async def close(self) -> None: ...


class VectorIndex(Protocol):
    """Ids and vectors, nothing else; can be thrown away and rebuilt. Raises Unavailable when the index is damaged or out of reach.

    A collection is named by tenant, purpose ("passages", "memories") and version.
    """

    async def upsert(self, collection: str, ids: Sequence[str], vectors: Vectors) -> None: ...

    async def query(self, collection: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """`vector` has shape (dimension,). Returns (id, cosine), best first. A collection that does not exist is empty."""
        ...

    async def get(self, collection: str, ids: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of those ids that exist, each of shape (dimension,)."""
        ...

    async def delete(self, collection: str, ids: Sequence[str]) -> None: ...

    async def drop(self, collection: str) -> None: ...

    async def collections(self) -> list[str]: ...

    async def count(self, collection: str) -> int: ...

    async def ids(self, collection: str) -> set[str]:
        """Everything a collection holds, by id; nothing when it does not exist."""
        ...

    async def compact(self) -> None:
        """Make deleted entries unreadable on disk (for erasure)."""
        ...

    def close(self) -> None: ...


class LexicalBuild(Protocol):
    """A tenant's words as they are made again beside those that answer. Ends with `serve` or `discard`."""

    async def replace(self, removed: Sequence[str], added: Sequence[Passage]) -> None: ...

    async def count(self) -> int: ...

    async def serve(self) -> None:
        """Take the place of the words that answered so far; no search in between finds nothing."""
        ...

    async def discard(self) -> None: ...


class WordMatch(NamedTuple):
    """How the words of a question meet a passage."""

    score: float
    """BM25-like: grows with how often, and in which field."""
    share: float
    """0–1: the part of what the words tell (weight × rarity) that the passage has, however often and wherever."""


class LexicalIndex(Protocol):
    """Words of passages; one index per tenant, one writer; can be thrown away and rebuilt."""

    async def replace(self, tenant: str, removed: Sequence[str], added: Sequence[Passage]) -> None:
        """Remove passages by id and add others, searchable when this returns."""
        ...

    async def query(self, tenant: str, terms: Mapping[str, float], limit: int) -> list[tuple[str, float]]:
        """Words with weights → (passage id, BM25-like score), best first."""
        ...

    async def match(self, tenant: str, terms: Mapping[str, float], ids: Sequence[str]) -> dict[str, WordMatch]:
        """The same words, rated on these passages; those without any of the words are left out."""
        ...

    async def named(self, tenant: str, said: Mapping[str, float], limit: int) -> list[tuple[str, float]]:
        """Passages whose title those words name ("the Acorn", "Flex fare") → (passage id, affinity 0–1), best first.

        `said` are words with weights 0–1 (how recently they were said). Words that stand in titles more than in texts are names.
        """
        ...

    async def count(self, tenant: str) -> int: ...

    async def fork(self, tenant: str) -> "LexicalIndex":
        """A copy of the tenant's words, to try a change in: scores depend on what all passages hold. Close it when done."""
        ...

    async def beside(self, tenant: str) -> LexicalBuild:
        """An empty index beside the one that answers, which goes on answering and taking changes."""
        ...

    async def clear(self, tenant: str) -> None: ...

    def close(self) -> None: ...


class Reranker(Protocol):
    """Reads a question and a text together: slower and finer than comparing their vectors."""

    async def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers, the higher the better; on no scale. Raises Unavailable."""
        ...


class PassageFilter(Frozen):
    """What a passage must be to enter a Turn; enforced in SQL."""

    at: datetime
    locales: tuple[str, ...] = ()
    """Empty: any language."""
    audiences: tuple[str, ...] = ("public", "internal")
    products: tuple[str, ...] = ()


class PassageSource(Protocol):
    """The record of passages: what the indexes find is read and checked here again."""

    async def fetch(self, ids: Sequence[str], allow: PassageFilter) -> dict[str, Passage]:
        """Those of the ids that exist, are published, valid at `allow.at`, and pass the filter."""
        ...

    async def pieces(self, article_ids: Sequence[str], allow: PassageFilter) -> dict[str, Passage]:
        """All passages of those articles, by id, as `fetch` would give them."""
        ...
