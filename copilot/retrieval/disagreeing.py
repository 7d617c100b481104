"""Published articles that give different figures for the same thing, found without anybody asking.

Only sentences that say nearly the same are compared, and only when they speak of what both articles are named after: an editor who is sent
to look at ten pairs for one that matters stops looking. What is put in other words shows in conversations (`Coverage.conflict`).
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from copilot.domain.base import Frozen
from copilot.domain.knowledge import Article, Passage
from copilot.retrieval.contradictions import differ, figures_of
from copilot.retrieval.passages import plain_text, split
from copilot.retrieval.words import STOPWORDS, stem, tokens

SHARED = 0.6
"""Share of the shorter sentence's telling words that both sentences have."""
LEAST = 3
"""Telling words that they share at least."""
COMMON = 40
"""A word in more sentences than this finds no pairs: it says too little."""


class Disagreement(Frozen):
    """Another article says something else. `ours` and `theirs` are the sentences, where they are known.

    `turns`: in how many conversations' turns both were on the question, with different figures.
    """

    article_id: str
    title: str
    ours: str = ""
    theirs: str = ""
    turns: int = 0


@dataclass(frozen=True)
class Said:
    """A sentence with figures."""

    article: Article
    sentence: str
    words: frozenset[str]
    figures: dict[str, frozenset[float]]


def disagreements(articles: Sequence[Article], read: Sequence[Sequence[Said]] = ()) -> dict[str, tuple[Disagreement, ...]]:
    """By article id; each pair of articles once in each direction. Articles in different languages, or about different products, never.

    `read`: the statements of each, where they are known.
    """
    found: dict[str, dict[str, Disagreement]] = defaultdict(dict)
    for one, other in _pairs([said for told in read or map(statements, articles) for said in told]):
        for mine, theirs in ((one, other), (other, one)):
            told = Disagreement(article_id=theirs.article.id, title=theirs.article.title, ours=mine.sentence, theirs=theirs.sentence)
            found[mine.article.id].setdefault(theirs.article.id, told)
    return {ident: tuple(others.values()) for ident, others in found.items()}


def statements(article: Article) -> list[Said]:
    """What it says with figures."""
    return list(_statements(article))


def _statements(article: Article) -> Iterator[Said]:
    for passage in split(article):
        for sentence in _sentences(passage):
            figures = figures_of(sentence)
            if figures:
                words = frozenset(stem(w) for w in tokens(sentence) if w.lower() not in STOPWORDS and not any(c.isdigit() for c in w))
                yield Said(article, sentence, words, figures)


def _sentences(passage: Passage) -> list[str]:
    """Without rows of tables: a table holds figures for several cases."""
    prose = "\n".join(line for line in passage.text.splitlines() if not line.lstrip().startswith("|"))
    return [s.strip() for s in re.split(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ0-9])|\n+", plain_text(prose)) if s.strip()]


def _pairs(said: Sequence[Said]) -> Iterator[tuple[Said, Said]]:
    by_word: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(said):
        for word in one.words:
            by_word[word].append(place)
    seen: set[tuple[int, int]] = set()
    for places in by_word.values():
        if len(places) <= COMMON:
            seen.update(combinations(places, 2))
    for i, j in sorted(seen):
        if _against(said[i], said[j]):
            yield said[i], said[j]


def _against(one: Said, other: Said) -> bool:
    a, b = one.article, other.article
    if a.id == b.id or a.locale != b.locale or not _same_products(a, b):
        return False
    shared = one.words & other.words
    if len(shared) < LEAST or len(shared) < SHARED * min(len(one.words), len(other.words)):
        return False
    return bool(shared & _name(a) & _name(b)) and differ(one.figures, other.figures)


def _same_products(a: Article, b: Article) -> bool:
    return not a.products or not b.products or not set(a.products).isdisjoint(b.products)


def _name(article: Article) -> set[str]:
    return {stem(w) for w in tokens(article.title) if w.lower() not in STOPWORDS and not w.isdigit()}
