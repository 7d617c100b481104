"""Search: from a query to ranked, checked passages."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from copilot.domain.base import Frozen
from copilot.domain.errors import Unavailable
from copilot.domain.knowledge import Hit, Passage
from copilot.domain.ports.search import (
    Embedder,
    LexicalIndex,
    PassageFilter,
    PassageSource,
    Reranker,
    VectorIndex,
    Vectors,
    WordMatch,
)
from copilot.retrieval.calibration import HOPELESS, SURE, Standing, likelihood, margin, overlap
from copilot.retrieval.choosing import Choice, Chosen
from copilot.retrieval.contradictions import newest_first
from copilot.retrieval.coverage import THRESHOLD
from copilot.retrieval.explaining import Candidate, Explanation
from copilot.retrieval.fusion import NAME_FROM, NO_WORDS, Found, fuse, unit
from copilot.retrieval.passages import passage_text_for_index
from copilot.retrieval.query import SearchQuery
from copilot.retrieval.statements import nearest_by_words
from copilot.retrieval.steering import UNSTEERED, Steering
from copilot.retrieval.tongues import FOREIGN, base, borne_out, common, unread
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

UNFILLED = 0.1
"""Share of the candidates without a vector from which cosines compare too little: the vector index is being filled."""
FILLING = "Searched by words only. The vector index is being filled."

READ_AGAIN = 24
"""Candidates that a reranker reads, where one is set."""

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


class Proposed(NamedTuple):
    """What the indexes propose, best first; along which meaning was measured, None without it; and what could not be asked."""

    found: list[Found]
    along: Directions | None
    degraded: str


class Ran(NamedTuple):
    """One search, through to its hits."""

    found: list[Found]
    standing: Standing
    hits: tuple[Hit, ...]
    degraded: str
    reads: frozenset[str]
    """Languages whose meaning the encoder reads; empty: all."""


class Search:
    """Hybrid search. Indexes only propose: every hit is read from the record and checked there before it counts."""

    def __init__(self, embedder: Embedder, vectors: VectorIndex, lexical: LexicalIndex, reranker: Reranker | None = None) -> None:
        self._embedder = embedder
        self._vectors = vectors
        self._lexical = lexical
        self._reranker = reranker

    def over(self, vectors: VectorIndex, lexical: LexicalIndex) -> "Search":
        """The same search over other indexes (to try what is not published)."""
        return Search(self._embedder, vectors, lexical, self._reranker)

    async def search(
        self,
        tenant: str,
        collection: str,
        query: SearchQuery,
        source: PassageSource,
        allow: PassageFilter,
        limit: int = 6,
        query_vector: Vectors | None = None,
        steering: Steering = UNSTEERED,
    ) -> SearchResult:
        """At most `limit` passages, best first. `query_vector`, shape (dimension,), is that of `query.text` when it is known already.

        Raises Unavailable only when neither index answers.
        """
        if not query.text.strip():
            return SearchResult(hits=())
        ran = await self._run(tenant, collection, query, source, allow, Choice(limit, steering), query_vector)
        return SearchResult(hits=ran.hits, degraded=ran.degraded)

    async def explain(
        self,
        tenant: str,
        collection: str,
        query: SearchQuery,
        source: PassageSource,
        allow: PassageFilter,
        limit: int = 6,
        query_vector: Vectors | None = None,
        steering: Steering = UNSTEERED,
    ) -> Explanation:
        """The same search, reading every candidate's passage to say what became of it."""
        if not query.text.strip():
            return Explanation(query=query, hits=())
        choice = Choice(limit, steering)
        ran = await self._run(tenant, collection, query, source, allow, choice, query_vector, thorough=True)
        candidates = _explained(ran, choice, query)
        return Explanation(query=query, hits=ran.hits, candidates=candidates, degraded=ran.degraded)

    async def _run(
        self,
        tenant: str,
        collection: str,
        query: SearchQuery,
        source: PassageSource,
        allow: PassageFilter,
        choice: Choice,
        known: Vectors | None,
        *,
        thorough: bool = False,
    ) -> Ran:
        """What both searches do; `thorough` reads every candidate's passage."""
        pinned = await _pinned(source, allow, choice.steering)
        found, along, degraded = await self._found(tenant, collection, query, known, pinned)
        found = await self._read_again(found, query, source, allow)
        reads = self._reads()
        read, asked = common(query.language, query.language, reads) == "meaning", query.terms
        if not read:
            asked = query.own_terms
            found = await self._borne(tenant, asked, found)
        await _read(found, source, allow, _pinning(choice, found, pinned), thorough=thorough)
        standing = await self._standing(choice, along, {stem(word): weight for word, weight in asked.items()}, read=read)
        told = degraded or ("" if read else unread(query.language))
        return Ran(found, standing, _hits(choice.taken, query, standing, reads), told, reads)

    async def _borne(self, tenant: str, asked: Mapping[str, float], found: list[Found]) -> list[Found]:
        """The candidates with what they have of the question's own words: what was remembered beside it bears nothing out."""
        matched = await _tried(lambda: self._lexical.match(tenant, asked, [candidate.id for candidate in found]))
        if isinstance(matched, Unavailable):
            return found
        return [candidate._replace(covered=matched[candidate.id].share if candidate.id in matched else 0.0) for candidate in found]

    def _reads(self) -> frozenset[str]:
        """Languages whose meaning the encoder reads; empty also where its weights cannot be found: then words decide anyway."""
        try:
            return self._embedder.languages
        except Unavailable:
            return frozenset()

    async def _found(
        self,
        tenant: str,
        collection: str,
        query: SearchQuery,
        known: Vectors | None,
        pinned: Iterable[str],
    ) -> Proposed:
        """All candidates, the pinned among them."""
        near, match, named = await asyncio.gather(
            _tried(lambda: self._nearest(collection, query, known)),
            _tried(lambda: self._lexical.query(tenant, query.terms, MATCHING)),
            _tried(lambda: self._lexical.named(tenant, query.said, NAMED)),
        )
        if isinstance(near, Unavailable) and isinstance(match, Unavailable):
            raise near
        names = {} if isinstance(named, Unavailable) else {key: affinity for key, affinity in named if affinity > NAME_FROM}
        proposed = dict.fromkeys([*(() if isinstance(match, Unavailable) else dict(match)), *names, *pinned])
        if isinstance(near, Unavailable):
            words = await self._matching(tenant, query, proposed, match)
            return Proposed(fuse(None, dict.fromkeys(pinned, NO_WORDS) | words, names), None, _degraded(near, match))
        meaning, along = near
        candidates = {**meaning, **proposed}
        meaning, words = await asyncio.gather(
            self._completed(collection, meaning, along.question, list(proposed)),
            self._matching(tenant, query, candidates, match),
        )
        if not isinstance(match, Unavailable) and len(candidates) - len(meaning) > UNFILLED * len(candidates):
            # By cosines what has a vector would come before what has none yet.
            return Proposed(fuse(None, dict.fromkeys(candidates, NO_WORDS) | words, names), None, FILLING)
        return Proposed(fuse(meaning, dict.fromkeys(pinned, NO_WORDS) | words, names), along, _degraded(near, match))

    async def _read_again(self, found: list[Found], query: SearchQuery, source: PassageSource, allow: PassageFilter) -> list[Found]:
        """The first candidates in the order of a reranker, where one is set and answers. How sure each is stays as it was measured."""
        reranker = self._reranker
        if reranker is None:
            return found
        passages = await source.fetch([candidate.id for candidate in found[:READ_AGAIN]], allow)
        first = [candidate for candidate in found[:READ_AGAIN] if candidate.id in passages]
        texts = [passage_text_for_index(passages[candidate.id]) for candidate in first]
        scores = await _tried(lambda: reranker.scores(query.text, texts))
        if isinstance(scores, Unavailable):
            return found
        order = sorted(range(len(first)), key=lambda place: -scores[place])
        ranked = [first[place]._replace(rank=first[i].rank) for i, place in enumerate(order)]
        read = {candidate.id for candidate in first}
        return [*ranked, *(candidate for candidate in found if candidate.id not in read)]

    async def _standing(self, choice: Choice, along: Directions | None, asked: Mapping[str, float], *, read: bool) -> Standing:
        """How the first hit stands among what may be shown: above its neighbours, and with one of its statements.

        `read`: whether the encoder reads the question's language; where it does not, a statement's vector tells no more than the passage's.
        """
        if not choice.taken:
            return Standing()
        best = choice.ranked[0].found
        unread = Standing(margin=margin(*choice.rivals()), words=len(asked))
        if along is None or best.meaning is None or not read or not HOPELESS <= likelihood(best, 0.0, unread) < SURE:
            return unread
        texts = nearest_by_words([chosen.passage for chosen in choice.ranked], asked)
        encoded = await _tried(lambda: self._embedder.encode(texts))
        return unread if isinstance(encoded, Unavailable) else unread._replace(nearer=along.nearest(encoded) - best.meaning)

    async def _matching(
        self, tenant: str, query: SearchQuery, candidates: Iterable[str], match: list[tuple[str, float]] | Unavailable
    ) -> dict[str, WordMatch]:
        """Words rated on all candidates, whichever index proposed them; nothing when the lexical index does not answer."""
        if isinstance(match, Unavailable):
            return {}
        rated = await _tried(lambda: self._lexical.match(tenant, query.terms, list(candidates)))
        return {key: WordMatch(score, 0.0) for key, score in match} if isinstance(rated, Unavailable) else rated

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


async def _pinned(source: PassageSource, allow: PassageFilter, steering: Steering) -> dict[str, Passage]:
    """The passages that may be pinned, as the record gives them."""
    if not (steering.pinned_articles or steering.pinned_passages):
        return {}
    return await source.fetch(steering.pinned_passages, allow) | await source.pieces(steering.pinned_articles, allow)


def _pinning(choice: Choice, found: Sequence[Found], pinned: Mapping[str, Passage]) -> Choice:
    for candidate in found if pinned else ():
        choice.pin(candidate, pinned)
    return choice


async def _read(found: Sequence[Found], source: PassageSource, allow: PassageFilter, choice: Choice, *, thorough: bool = False) -> Choice:
    """Offer the candidates as the record gives them, piece by piece: until the list is full, or all of them.

    Those of the piece in which it became full are met too: the first hit is compared with them.
    """
    size = max(4 * choice.limit, 24)
    for start in range(0, len(found) if thorough else min(len(found), ROUNDS * size), size):
        part = found[start : start + size]
        met = not choice.full
        passages = await source.fetch([candidate.id for candidate in part], allow)
        for candidate in part:
            passage = passages.get(candidate.id)
            if met and passage is not None:
                choice.meet(candidate, passage)
            if thorough or not choice.full:
                choice.offer(candidate, passage)
        if choice.full and not thorough:
            break
    return choice


def _hits(taken: Sequence[Chosen], query: SearchQuery, standing: Standing, reads: frozenset[str]) -> tuple[Hit, ...]:
    """Pinned ones first, as sure as what they were put before, and sure enough to be shown."""
    found = [_hit(c.found, c.passage, c.words, query, standing, reads) for c in taken if not c.pinned]
    if common(query.language, query.language, reads) != "meaning":
        found.sort(key=lambda hit: -hit.score)  # the order was made by an encoder that does not read the question
    ranked = newest_first(found, query)
    pinned = [_hit(c.found, c.passage, c.words, query, standing, reads) for c in taken if c.pinned]
    sure = max((THRESHOLD, *(hit.score for hit in [*pinned, *ranked])))
    return _scored([*(hit.model_copy(update={"score": sure}) for hit in pinned), *ranked])


def _asked(query: SearchQuery) -> dict[str, float]:
    return {stem(word): weight for word, weight in query.terms.items()}


def _explained(ran: Ran, choice: Choice, query: SearchQuery) -> tuple[Candidate, ...]:
    """Every candidate with what became of it; `choice` was offered all of them."""
    pinned = {chosen.found.id for chosen in choice.taken if chosen.pinned}
    shown = {hit.passage_id: place for place, hit in enumerate(ran.hits, 1)}
    explained = []
    for place, offered in enumerate((choice.offered[candidate.id] for candidate in ran.found), 1):
        found_as, passage = offered.found, offered.passage
        explained.append(
            Candidate(
                passage_id=found_as.id,
                passage=passage,
                words=found_as.words,
                covered=found_as.covered,
                meaning=found_as.meaning,
                named=found_as.named,
                rank=found_as.rank,
                place=place,
                score=None
                if passage is None
                else _hit(found_as, passage, frozenset(map(stem, tokens(passage.text))), query, ran.standing, ran.reads).score,
                verdict=offered.verdict,
                shown=shown.get(found_as.id, 0),
                like=offered.like,
                pinned=found_as.id in pinned,
            )
        )
    return tuple(explained)


def _hit(candidate: Found, passage: Passage, words: frozenset[str], query: SearchQuery, standing: Standing, reads: frozenset[str]) -> Hit:
    everything = words.union(map(stem, tokens(f"{passage.title} {passage.heading}")))
    likely = likelihood(candidate, overlap(_asked(query), everything), standing)
    return Hit(
        article_id=passage.article_id,
        title=passage.title,
        passage_id=passage.id,
        text=passage.text,
        score=_believed(likely, candidate, query, passage, standing, reads),
        audience=passage.audience,
        heading=passage.heading,
        locale=passage.locale,
        valid_from=passage.valid_from,
    )


def _believed(likely: float, candidate: Found, query: SearchQuery, passage: Passage, standing: Standing, reads: frozenset[str]) -> float:
    """The likelihood as far as the two languages can be compared; what words bear out where meaning says nothing."""
    by = common(query.language, passage.locale, reads)
    if by == "names" or (candidate.meaning is None and base(query.language) != base(passage.locale)):
        return min(likely, FOREIGN)
    return borne_out(candidate.covered, standing.words) if by == "words" else likely


def _scored(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """No hit claims more than the one before it: the order knows more (the name, the date) than the single score."""
    scored: list[Hit] = []
    ceiling = 1.0
    for hit in hits:
        ceiling = min(ceiling, hit.score)
        scored.append(hit if hit.score == ceiling else hit.model_copy(update={"score": ceiling}))
    return tuple(scored)


async def _tried(ask: Callable[[], Awaitable[T]]) -> T | Unavailable:
    """What it answers, or why not. Asked only once it runs: a turn that is taken back before then leaves nothing unawaited."""
    try:
        return await ask()
    except Unavailable as error:
        return error


def _degraded(near: object, match: object) -> str:
    if isinstance(near, Unavailable):
        return f"Searched by words only. {near.detail}"
    if isinstance(match, Unavailable):
        return f"Searched by meaning only. {match.detail}"
    return ""
