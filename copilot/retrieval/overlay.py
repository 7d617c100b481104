"""Knowledge as it would be: the indexes and the record as they are, with one article in the place of what is published of it.

The words are tried in a copy of the lexical index (its scores depend on what all passages hold), vectors and passages over the real ones.
Search itself is the same, so what it finds here is what it will find once the article is published.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from copilot.domain.knowledge import Article, Passage
from copilot.domain.ports.search import PassageFilter, VectorIndex, Vectors
from copilot.retrieval.query import SearchQuery
from copilot.retrieval.steering import Steering


class TriedVectors:
    """VectorIndex for reading one collection: without the hidden passages, with the added ones."""

    def __init__(self, base: VectorIndex, hidden: Sequence[str], added: Mapping[str, Vectors]) -> None:
        self._base, self._hidden, self._added = base, frozenset(hidden), dict(added)
        self._matrix = np.stack(list(self._added.values())) if self._added else None

    async def query(self, collection: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """As the index would answer."""
        away = self._hidden | self._added.keys()
        found = [pair for pair in await self._base.query(collection, vector, limit + len(away)) if pair[0] not in away]
        if self._matrix is not None:
            found += zip(self._added, (float(cosine) for cosine in self._matrix @ vector), strict=True)
        return sorted(found, key=lambda pair: -pair[1])[:limit]

    async def get(self, collection: str, ids: Sequence[str]) -> dict[str, Vectors]:
        """The added ones first."""
        base = await self._base.get(collection, [ident for ident in ids if ident not in self._hidden and ident not in self._added])
        return base | {ident: self._added[ident] for ident in ids if ident in self._added}

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{name}: knowledge that is only tried is not changed")


class TriedPassages:
    """The record with the article as it would be. `base`: a `graph.case.Knowledge`."""

    def __init__(self, base: Any, article: Article, hidden: Sequence[str], passages: Sequence[Passage]) -> None:
        self._base, self._article, self._hidden = base, article, frozenset(hidden)
        self._passages = {passage.id: passage for passage in passages}

    async def fetch(self, ids: Sequence[str], allow: PassageFilter) -> dict[str, Passage]:
        """As the record would answer."""
        away = self._hidden | self._passages.keys()
        base: dict[str, Passage] = await self._base.fetch([ident for ident in ids if ident not in away], allow)
        return base | {i: p for i in ids if (p := self._passages.get(i)) is not None and self._allowed(p, allow)}

    async def pieces(self, article_ids: Sequence[str], allow: PassageFilter) -> dict[str, Passage]:
        """As the record would answer."""
        base: dict[str, Passage] = await self._base.pieces([ident for ident in article_ids if ident != self._article.id], allow)
        theirs = self._passages if self._article.id in article_ids else {}
        return base | {ident: passage for ident, passage in theirs.items() if self._allowed(passage, allow)}

    async def articles(self, ids: list[str]) -> dict[str, Article]:
        """With the article as it would be."""
        found: dict[str, Article] = await self._base.articles(ids)
        return found | ({self._article.id: self._article} if self._article.id in ids else {})

    async def with_levers(self) -> list[Article]:
        """With the article's levers as they would be."""
        others: list[Article] = [article for article in await self._base.with_levers() if article.id != self._article.id]
        published = self._article.status == "published" and self._article.levers
        return sorted([*others, *([self._article] if published else [])], key=lambda article: article.id)

    async def steering(self, query: SearchQuery, vector: Vectors | None) -> Steering:
        """The rules are those of today."""
        decided: Steering = await self._base.steering(query, vector)
        return decided

    def _allowed(self, passage: Passage, allow: PassageFilter) -> bool:
        """What the record asks of a passage in SQL."""
        valid = all(at is None or at <= allow.at for at in (passage.valid_from, self._article.valid_from))
        return valid and passage.audience in allow.audiences and _speaks(passage.locale, allow.locales) and self._about(allow.products)

    def _about(self, wanted: Sequence[str]) -> bool:
        return not self._article.products or not wanted or not set(self._article.products).isdisjoint(wanted)


def _speaks(locale: str, wanted: Sequence[str]) -> bool:
    """`en` and `en-GB` are one language for whoever names only the language."""
    if not locale or not wanted:
        return True
    has = locale.casefold().replace("_", "-")
    asked = [choice.casefold().replace("_", "-") for choice in wanted]
    return any(has == choice or has.startswith(choice + "-") or choice.startswith(has + "-") for choice in asked)
