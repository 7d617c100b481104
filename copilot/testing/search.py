"""Doubles of the search ports, in memory. One conformance suite (tests/adapters) holds them and the real adapters to the same behaviour."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from copilot.domain.knowledge import Passage
from copilot.domain.ports.search import LexicalBuild, PassageFilter, Vectors, WordMatch
from copilot.retrieval import names
from copilot.retrieval.passages import plain_text
from copilot.retrieval.words import stem, tokens

K1, B = 1.2, 0.75
"""BM25's usual constants (Robertson & Zaragoza 2009), those of Tantivy."""


class MemoryVectors:
    """VectorIndex: exact cosines over arrays."""

    def __init__(self) -> None:
        self._collections: dict[str, dict[str, Vectors]] = {}

    async def upsert(self, collection: str, ids: Sequence[str], vectors: Vectors) -> None:
        """Add or replace; `vectors` has shape (len(ids), dimension)."""
        if len(ids) != len(vectors):
            raise ValueError(f"{len(ids)} ids for {len(vectors)} vectors")
        if ids:
            self._collections.setdefault(collection, {}).update(zip(ids, np.asarray(vectors, dtype=np.float32), strict=True))

    async def query(self, collection: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """(id, cosine), best first."""
        items = self._collections.get(collection, {})
        if not items or limit <= 0:
            return []
        matrix = np.stack(list(items.values()))
        lengths = np.linalg.norm(matrix, axis=1) * np.linalg.norm(vector)
        cosines = matrix @ vector / np.maximum(lengths, 1e-9)
        keys = list(items)
        return [(keys[i], float(cosines[i])) for i in np.argsort(-cosines, kind="stable")[:limit]]

    async def get(self, collection: str, ids: Sequence[str]) -> dict[str, Vectors]:
        """Those that exist."""
        items = self._collections.get(collection, {})
        return {key: items[key] for key in ids if key in items}

    async def delete(self, collection: str, ids: Sequence[str]) -> None:
        """Unknown ids are no error."""
        for key in ids:
            self._collections.get(collection, {}).pop(key, None)

    async def drop(self, collection: str) -> None:
        """An unknown collection is no error."""
        self._collections.pop(collection, None)

    async def collections(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._collections)

    async def count(self, collection: str) -> int:
        """0 when it does not exist."""
        return len(self._collections.get(collection, {}))

    async def ids(self, collection: str) -> set[str]:
        """Nothing when it does not exist."""
        return set(self._collections.get(collection, {}))

    async def compact(self) -> None:
        """Nothing deleted is left."""

    def close(self) -> None:
        """There is nothing to close."""


class MemoryLexical:
    """LexicalIndex: BM25 over English stems of title, heading and text; for a few thousand passages."""

    def __init__(self) -> None:
        self._tenants: dict[str, dict[str, _Document]] = {}

    async def replace(self, tenant: str, removed: Sequence[str], added: Sequence[Passage]) -> None:
        """Searchable when this returns."""
        documents = self._tenants.setdefault(tenant, {})
        for key in removed:
            documents.pop(key, None)
        documents.update((passage.id, _Document(passage)) for passage in added)

    async def query(self, tenant: str, terms: Mapping[str, float], limit: int) -> list[tuple[str, float]]:
        """(passage id, BM25), best first."""
        rated = self._rated(tenant, terms, self._tenants.get(tenant, {}))
        return _best({key: match.score for key, match in rated.items()}, limit)

    async def match(self, tenant: str, terms: Mapping[str, float], ids: Sequence[str]) -> dict[str, WordMatch]:
        """See LexicalIndex.match."""
        return self._rated(tenant, terms, ids)

    def _rated(self, tenant: str, terms: Mapping[str, float], ids: Iterable[str]) -> dict[str, WordMatch]:
        documents = self._tenants.get(tenant, {})
        mean = sum(d.length for d in documents.values()) / max(len(documents), 1)
        telling = {
            word: weight * _idf(sum(word in d.counts for d in documents.values()), len(documents))
            for word, weight in _stemmed(terms).items()
        }
        rated = {}
        for key in ids:
            if (document := documents.get(key)) is None:
                continue
            matched = {word: told for word, told in telling.items() if word in document.counts}
            if any(matched.values()):
                score = sum(told * _saturated(document.counts[w], document.length / max(mean, 1)) for w, told in matched.items())
                rated[key] = WordMatch(score, sum(matched.values()) / sum(telling.values()))
        return rated

    async def named(self, tenant: str, said: Mapping[str, float], limit: int) -> list[tuple[str, float]]:
        """See LexicalIndex.named."""
        documents = self._tenants.get(tenant, {}).values()
        in_titles = Counter(word for d in documents for word in d.title)
        in_texts = Counter(word for d in documents for word in d.words)
        weights = _stemmed(said)

        def weigh(word: str) -> float:
            return names.weight(in_titles[word], in_texts[word], len(documents))

        scores = {d.id: names.affinity(d.title, weights, weigh) for d in documents if d.title & weights.keys()}
        return _best({key: score for key, score in scores.items() if score > 0}, limit)

    async def count(self, tenant: str) -> int:
        """Passages of the tenant."""
        return len(self._tenants.get(tenant, {}))

    async def fork(self, tenant: str) -> "MemoryLexical":
        """A copy."""
        copied = MemoryLexical()
        copied._tenants[tenant] = dict(self._tenants.get(tenant, {}))
        return copied

    async def beside(self, tenant: str) -> LexicalBuild:
        """Another one of these, with one tenant."""
        return _MemoryBuild(self, tenant)

    def serve(self, tenant: str, documents: "dict[str, _Document]") -> None:
        """Put what was made beside in the place of what answers."""
        self._tenants[tenant] = documents

    async def clear(self, tenant: str) -> None:
        """Forget the tenant."""
        self._tenants.pop(tenant, None)

    def close(self) -> None:
        """There is nothing to close."""


class _MemoryBuild:
    """LexicalBuild."""

    def __init__(self, owner: MemoryLexical, tenant: str) -> None:
        self._owner, self._tenant = owner, tenant
        self._documents: dict[str, _Document] = {}

    async def replace(self, removed: Sequence[str], added: Sequence[Passage]) -> None:
        for key in removed:
            self._documents.pop(key, None)
        self._documents.update((passage.id, _Document(passage)) for passage in added)

    async def count(self) -> int:
        return len(self._documents)

    async def serve(self) -> None:
        self._owner.serve(self._tenant, self._documents)

    async def discard(self) -> None:
        self._documents.clear()


class _Document:
    def __init__(self, passage: Passage) -> None:
        self.id = passage.id
        self.title = frozenset(map(stem, tokens(passage.title)))
        text = [stem(word) for word in tokens(plain_text(passage.text))]
        self.words = frozenset(text)
        # A word of the title counts twice, as in the real index.
        self.counts = Counter([*self.title, *self.title, *map(stem, tokens(passage.heading)), *text])
        self.length = sum(self.counts.values())


def _stemmed(words: Mapping[str, float]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for word, weight in words.items():
        weights[stem(word)] = max(weight, weights.get(stem(word), 0.0))
    return weights


def _idf(holding: int, total: int) -> float:
    return math.log(1 + (total - holding + 0.5) / (holding + 0.5))


def _saturated(count: int, relative_length: float) -> float:
    return count * (K1 + 1) / (count + K1 * (1 - B + B * relative_length))


def _best(scores: Mapping[str, float], limit: int) -> list[tuple[str, float]]:
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[: max(limit, 0)]


class MemoryPassages:
    """PassageSource over a list: all count as published; validity, language and audience are checked as in SQL."""

    def __init__(self, passages: Iterable[Passage] = ()) -> None:
        self._passages = {passage.id: passage for passage in passages}

    async def fetch(self, ids: Sequence[str], allow: PassageFilter) -> dict[str, Passage]:
        """Those of the ids that exist and pass the filter."""
        return {key: p for key in ids if (p := self._passages.get(key)) is not None and _allowed(p, allow)}

    async def pieces(self, article_ids: Sequence[str], allow: PassageFilter) -> dict[str, Passage]:
        """All passages of those articles that pass the filter."""
        return {key: p for key, p in self._passages.items() if p.article_id in article_ids and _allowed(p, allow)}

    def remove(self, passage_id: str) -> None:
        """As when an article is archived while the indexes still hold it."""
        self._passages.pop(passage_id, None)


def _allowed(passage: Passage, allow: PassageFilter) -> bool:
    return (
        passage.audience in allow.audiences
        and (not allow.locales or passage.locale in allow.locales or not passage.locale)
        and (passage.valid_from is None or passage.valid_from <= allow.at)
    )
