"""Search: from a query to ranked, checked passages."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from copilot.domain.base import Frozen
from copilot.domain.errors import Unavailable
from copilot.domain.knowledge import Hit, Passage
from copilot.domain.ports.search import Embedder, LexicalIndex, PassageFilter, PassageSource, VectorIndex, Vectors
from copilot.retrieval.calibration import Standing, likelihood, margin, overlap
from copilot.retrieval.contradictions import newest_first
from copilot.retrieval.fusion import NAME_FROM, Found, fuse, same_text, unit
from copilot.retrieval.query import SearchQuery
from copilot.retrieval.statements import nearest_by_words
from copilot.retrieval.words import stem, tokens

T = TypeVar("T")

NEAREST = 100
"""Candidates asked of the vector index."""
MATCHING = 100
"""Candidates asked of the lexical index."""
NAMED = 300
"""Passages about what the conversation names: a hotel has a hundred, and three may be under discussion."""

PIECES = 0.5
"""How much the best matching piece of a long question counts against the question as a whole."""
CONTEXT = 0.25
"""Share of the earlier message in the meaning of a thin question."""

PER_ARTICLE = 3
"""Pieces of one article among the hits: the list shows sources, not one article in slices."""

COPY = 0.9
"""Share of words from which two passages are copies of each other; the better one is shown."""

ROUNDS = 4
"""How often more candidates are read when SQL refuses many of them (expired, another language)."""


class SearchResult(Frozen):
    """What was found. `degraded` says, for the agent, what could not be asked; empty when all answered."""

    hits: tuple[Hit, ...]
    degraded: str = ""


class Directions(NamedTuple):
    """Along which cosines are measured."""

    question: Vectors
    """Shape (dimension,); leans towards its context where there is one."""
    pieces: list[Vectors]
    """Those of a long question."""

    def nearest(self, vectors: Vectors) -> float:
        """The greatest cosine of a row with the question, or with the question and its best piece."""
        whole = vectors @ self.question
        if self.pieces:
            piece = (vectors @ np.stack(self.pieces).T).max(axis=1)
            whole = np.maximum(whole, (1 - PIECES) * whole + PIECES * piece)
        return float(whole.max())


class Search:
    """Hybrid search. Indexes only propose: every hit is read from the record and checked there before it counts."""

    def __init__(self, embedder: Embedder, vectors: VectorIndex, lexical: LexicalIndex) -> None:
        self._embedder = embedder
        self._vectors = vectors
        self._lexical = lexical

    async def search(
        self,
        tenant: str,
        collection: str,
        query: SearchQuery,
        source: PassageSource,
        allow: PassageFilter,
        limit: int = 6,
        query_vector: Vectors | None = None,
    ) -> SearchResult:
        """At most `limit` passages, best first. `query_vector`, shape (dimension,), is that of `query.text` when it is known already.

        Raises Unavailable only when neither index answers.
        """
        if not query.text.strip():
            return SearchResult(hits=())
        near, match, named = await asyncio.gather(
            _tried(self._nearest(collection, query, query_vector)),
            _tried(self._lexical.query(tenant, query.terms, MATCHING)),
            _tried(self._lexical.named(tenant, query.said, NAMED)),
        )
        if isinstance(near, Unavailable) and isinstance(match, Unavailable):
            raise near
        words = {} if isinstance(match, Unavailable) else dict(match)
        names = {} if isinstance(named, Unavailable) else {key: affinity for key, affinity in named if affinity > NAME_FROM}
        meaning: dict[str, float] | None = None
        along: Directions | None = None
        if not isinstance(near, Unavailable):
            meaning, along = near
            meaning = await self._completed(collection, meaning, along.question, [*words, *names])
        chosen = await self._checked(fuse(meaning, words, names), source, allow, limit)
        asked = {stem(word): weight for word, weight in query.terms.items()}
        standing = await self._standing(chosen, along, asked)
        hits = [_hit(candidate, passage, words, asked, standing) for candidate, passage, words in chosen.taken]
        return SearchResult(hits=_scored(newest_first(hits, query)), degraded=_degraded(near, match))

    async def _nearest(self, collection: str, query: SearchQuery, known: Vectors | None) -> tuple[dict[str, float], Directions]:
        """Cosines of the nearest passages, and what they were measured along."""
        along = await self._directions(query, known)
        direction, pieces = along
        meaning = await self._along(collection, direction)
        best: dict[str, float] = {}
        for piece in pieces:
            for key, cosine in (await self._along(collection, piece)).items():
                best[key] = max(cosine, best.get(key, 0.0))
        if not best:
            return meaning, along
        floor = min(meaning.values(), default=0.0)
        mixed = {key: (1 - PIECES) * meaning.get(key, floor) + PIECES * cosine for key, cosine in best.items()}
        return {key: max(cosine, mixed.get(key, 0.0)) for key, cosine in meaning.items()} | {
            key: cosine for key, cosine in mixed.items() if key not in meaning
        }, along

    async def _along(self, collection: str, direction: Vectors) -> dict[str, float]:
        straight, length = unit(direction)
        return {key: cosine * length for key, cosine in await self._vectors.query(collection, straight, NEAREST)}

    async def _directions(self, query: SearchQuery, known: Vectors | None) -> Directions:
        """The question's direction (leaning towards its context), and one for each of its pieces."""
        texts = [text for text in query.texts if known is None or text != query.text]
        encoded = list(await self._embedder.encode(texts)) if texts else []
        question = known if known is not None else encoded.pop(0)
        if not query.context:
            return Directions(question, encoded)
        mixed: Vectors = ((1 - CONTEXT) * question + CONTEXT * encoded[0]).astype(np.float32)
        return Directions(mixed, encoded[1:])

    async def _completed(self, collection: str, meaning: dict[str, float], direction: Vectors, others: Sequence[str]) -> dict[str, float]:
        """Cosines for what only words or names found, so that all candidates are compared by the same measure."""
        missing = [key for key in dict.fromkeys(others) if key not in meaning]
        try:
            vectors = await self._vectors.get(collection, missing) if missing else {}
        except Unavailable:
            return meaning
        if not vectors:
            return meaning
        cosines = np.stack(list(vectors.values())) @ direction
        return meaning | {key: float(cosine) for key, cosine in zip(vectors, cosines, strict=True)}

    async def _checked(self, found: Sequence[Found], source: PassageSource, allow: PassageFilter, limit: int) -> "_Chosen":
        chosen = _Chosen(limit)
        size = max(4 * limit, 24)
        for start in range(0, min(len(found), ROUNDS * size), size):
            part = found[start : start + size]
            passages = await source.fetch([candidate.id for candidate in part], allow)
            for candidate in part:
                if (passage := passages.get(candidate.id)) is not None:
                    chosen.offer(candidate, passage)
            if chosen.full:
                break
        return chosen

    async def _standing(self, chosen: "_Chosen", along: Directions | None, asked: dict[str, float]) -> Standing:
        """How the first hit stands among what may be shown: above its neighbours, and with one of its statements."""
        if not chosen.taken:
            return Standing()
        first = chosen.taken[0][0]
        above = margin(*chosen.rivals())
        if along is None or first.meaning is None:
            return Standing(margin=above, words=len(asked))
        texts = nearest_by_words([passage for _, passage, _ in chosen.taken], asked)
        encoded = await _tried(self._embedder.encode(texts))
        if isinstance(encoded, Unavailable):
            return Standing(margin=above, words=len(asked))
        return Standing(nearer=along.nearest(encoded) - first.meaning, margin=above, words=len(asked))


class _Chosen:
    """The list as it grows: copies and too many pieces of one article are left out."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.taken: list[tuple[Found, Passage, frozenset[str]]] = []
        self._articles: dict[str, list[Found]] = {}

    @property
    def full(self) -> bool:
        return len(self.taken) >= self._limit

    def rivals(self) -> tuple[Found, list[Found]]:
        """The nearest passage of the first hit's article, and those of all other articles that were offered."""
        own = self.taken[0][1].article_id
        best = {article: max(found, key=lambda f: (f.meaning or 0.0, f.words)) for article, found in self._articles.items()}
        return best.pop(own), list(best.values())

    def offer(self, candidate: Found, passage: Passage) -> None:
        self._articles.setdefault(passage.article_id, []).append(candidate)
        if self.full or sum(p.article_id == passage.article_id for _, p, _ in self.taken) >= PER_ARTICLE:
            return
        words = frozenset(map(stem, tokens(passage.text)))
        # Under another title the same sentence says something else: "Breakfast is included" at two hotels.
        if any(p.title == passage.title and same_text(words, other, COPY) for _, p, other in self.taken):
            return
        self.taken.append((candidate, passage, words))


def _hit(candidate: Found, passage: Passage, words: frozenset[str], asked: dict[str, float], standing: Standing) -> Hit:
    everything = words.union(map(stem, tokens(f"{passage.title} {passage.heading}")))
    return Hit(
        article_id=passage.article_id,
        title=passage.title,
        passage_id=passage.id,
        text=passage.text,
        score=likelihood(candidate, overlap(asked, everything), standing),
        audience=passage.audience,
        heading=passage.heading,
        locale=passage.locale,
        valid_from=passage.valid_from,
    )


def _scored(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """No hit claims more than the one before it: the order knows more (the name, the date) than the single score."""
    scored: list[Hit] = []
    ceiling = 1.0
    for hit in hits:
        ceiling = min(ceiling, hit.score)
        scored.append(hit if hit.score == ceiling else hit.model_copy(update={"score": ceiling}))
    return tuple(scored)


async def _tried(asked: Awaitable[T]) -> T | Unavailable:
    try:
        return await asked
    except Unavailable as error:
        return error


def _degraded(near: object, match: object) -> str:
    if isinstance(near, Unavailable):
        return f"Searched by words only. {near.detail}"
    if isinstance(match, Unavailable):
        return f"Searched by meaning only. {match.detail}"
    return ""
