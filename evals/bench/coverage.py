"""Is "the answer is not here" told from "here it is"? `python -m evals.bench coverage [DATA]`.

Two ways to take answers away, from an index that is really without them: half of the articles (five draws with fixed seeds), and only the
article that answers, whose neighbours stay – the near miss, which is what a knowledge base with a gap looks like. Of those, 1 − recall
are taken for covered. Beside the public sets the sample company's own cases (coverage_cases.yaml) need no data.
"""

import asyncio
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import yaml

from copilot.adapters.embedder import make_embedder
from copilot.adapters.lexical import TantivyLexical
from copilot.adapters.vectors import ChromaVectors
from copilot.domain.conversation import Message
from copilot.domain.knowledge import Hit
from copilot.domain.ports.search import Embedder, PassageFilter, Vectors
from copilot.retrieval.articles import parse_file
from copilot.retrieval.coverage import THRESHOLD
from copilot.retrieval.indexing import collection_name
from copilot.retrieval.passages import passage_text_for_index, split
from copilot.retrieval.query import SearchQuery, compose
from copilot.retrieval.search import Search
from copilot.sensing.language import detect
from copilot.testing.search import MemoryPassages
from evals.bench.search import Corpus, Question, encoded, load

SEEDS = (1, 2, 3, 4, 5)
WANTED = {"stackfaq": "≥ .95", "workarena_kb": "≥ .87"}
KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
TENANT = "bench"
ALLOW = PassageFilter(at=datetime(2026, 3, 2, tzinfo=UTC))

Rows = list[dict[str, Any]]


@dataclass
class Judged:
    """Questions as they were judged: whether the answer is absent, our score, and the plain top cosine."""

    absent: list[bool] = field(default_factory=list)
    score: list[float] = field(default_factory=list)
    cosine: list[float] = field(default_factory=list)

    def add(self, absent: bool, score: float, cosine: float) -> None:
        """One question."""
        self.absent.append(absent)
        self.score.append(score)
        self.cosine.append(cosine)


class House:
    """Real indexes over some articles; others can be taken away and brought back."""

    def __init__(self, corpus: Corpus, embedder: Embedder, vectors: ChromaVectors, lexical: TantivyLexical) -> None:
        self._corpus = corpus
        self._vectors, self._lexical = vectors, lexical
        self._search = Search(embedder, vectors, lexical)
        self._name = collection_name(TENANT, "passages", embedder)
        self._there = np.ones(len(corpus.passages), dtype=bool)
        self._source = MemoryPassages(corpus.passages)
        self._of = np.array([p.article_id for p in corpus.passages])

    async def fill(self) -> None:
        """Everything is there."""
        await self._change([], range(len(self._corpus.passages)))

    async def keep(self, articles: set[str]) -> None:
        """Only these articles are left."""
        wanted = np.isin(self._of, list(articles))
        gone, back = np.flatnonzero(self._there & ~wanted), np.flatnonzero(wanted & ~self._there)
        await self._change(gone.tolist(), back.tolist())
        self._there = wanted

    async def find(self, query: SearchQuery, vector: Vectors) -> tuple[Hit, ...]:
        """The passages found in what is there."""
        return (await self._search.search(TENANT, self._name, query, self._source, ALLOW, query_vector=vector)).hits

    async def ask(self, question: Question, vector: Vectors) -> tuple[float, float]:
        """Our score, and the top cosine, for what is there."""
        hits = await self.find(question.query, vector)
        cosines = self._corpus.vectors[self._there] @ vector
        return max((hit.score for hit in hits), default=0.0), float(cosines.max(initial=-1.0))

    async def _change(self, gone: Sequence[int], back: Sequence[int]) -> None:
        passages = self._corpus.passages
        ids = [passages[i].id for i in gone]
        await self._lexical.replace(TENANT, ids, [passages[i] for i in back])
        if ids:
            await self._vectors.delete(self._name, ids)
        if back:
            await self._vectors.upsert(self._name, [passages[i].id for i in back], self._corpus.vectors[list(back)])


def auroc(absent: Sequence[bool], scores: Sequence[float]) -> float:
    """How often a question whose answer is absent scores below one whose answer is there; ties count half."""
    missing = np.array([s for s, a in zip(scores, absent, strict=True) if a])
    there = np.sort([s for s, a in zip(scores, absent, strict=True) if not a])
    above = len(there) - np.searchsorted(there, missing, side="right")
    level = np.searchsorted(there, missing, side="right") - np.searchsorted(there, missing, side="left")
    return float((above + level / 2).sum() / (len(missing) * len(there)))


def measure(data: Path | None) -> Rows:
    """The sample company's cases, then each set under `data`."""
    return asyncio.run(_measure(data))


async def _measure(data: Path | None) -> Rows:
    embedder = make_embedder()
    try:
        rows = await _company(embedder)
        for name, wanted in WANTED.items():
            if data is not None and (data / name).is_dir():
                rows += await _set(await load(data / name, embedder), embedder)
            else:
                rows.append({"figure": f"not covered, {name}", "value": "left out: no such data set was named", "target": wanted})
    finally:
        await embedder.close()
    return rows


async def _company(embedder: Embedder) -> Rows:
    cases = yaml.safe_load((files("evals.bench") / "coverage_cases.yaml").read_text(encoding="utf-8"))
    texts = [(text, absent) for kind, absent in (("covered", False), ("not_covered", True)) for text in cases[kind]]
    questions = [Question(str(i), asked(text), text) for i, (text, _) in enumerate(texts)]
    corpus = await company(embedder, questions)
    judged = Judged()
    with opened(corpus, embedder) as house:
        await house.fill()
        known = await encoded([q.query.text for q in questions], embedder)
        for i, (_, absent) in enumerate(texts):
            judged.add(absent, *await house.ask(questions[i], known[i]))
    return _rows("sample company, as it is", [judged], "printed")


async def company(embedder: Embedder, questions: list[Question]) -> Corpus:
    """The sample company's published articles, split and encoded."""
    found = (parse_file(file.read_text(encoding="utf-8"), file.name, ALLOW.at) for file in sorted(KNOWLEDGE.rglob("*.md")))
    articles = [article for article in found if article.status == "published"]
    passages = [p for article in articles for p in split(article)]
    vectors = await encoded([passage_text_for_index(p) for p in passages], embedder)
    return Corpus("sample company", articles, passages, vectors, questions, {})


def asked(text: str) -> SearchQuery:
    """As a customer's first message is read."""
    return compose([Message(id="1", author="customer", text=text.strip(), sent_at=ALLOW.at)], (), detect(text))


async def _set(corpus: Corpus, embedder: Embedder) -> Rows:
    known = await encoded([q.query.text for q in corpus.questions], embedder)
    with opened(corpus, embedder) as house:
        await house.fill()
        near = await _near_misses(house, corpus, known)
        halves = [await _half(house, corpus, known, seed) for seed in SEEDS]
    return _rows(f"{corpus.name}, half removed", halves, WANTED[corpus.name]) + _rows(
        f"{corpus.name}, only the answer removed", [near], "printed"
    )


async def _half(house: House, corpus: Corpus, known: Vectors, seed: int) -> Judged:
    names = sorted(a.id for a in corpus.articles)
    left = set(random.Random(seed).sample(names, len(names) - len(names) // 2))
    await house.keep(left)
    judged = Judged()
    for question, vector in zip(corpus.questions, known, strict=True):
        judged.add(not left & _golds(corpus, question), *await house.ask(question, vector))
    return judged


async def _near_misses(house: House, corpus: Corpus, known: Vectors) -> Judged:
    """Each question twice: with all articles, and without those that answer it."""
    everything = {a.id for a in corpus.articles}
    judged = Judged()
    by_gold: dict[frozenset[str], list[int]] = {}
    for i, question in enumerate(corpus.questions):
        judged.add(False, *await house.ask(question, known[i]))
        by_gold.setdefault(frozenset(_golds(corpus, question)), []).append(i)
    for golds, those in by_gold.items():
        await house.keep(everything - golds)
        for i in those:
            judged.add(True, *await house.ask(corpus.questions[i], known[i]))
    return judged


def _golds(corpus: Corpus, question: Question) -> set[str]:
    return {key for key, grade in corpus.relevant[question.id].items() if grade > 0}


@contextmanager
def opened(corpus: Corpus, embedder: Embedder) -> Iterator[House]:
    """Empty indexes of a corpus, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        vectors, lexical = ChromaVectors(Path(folder) / "vectors"), TantivyLexical(Path(folder) / "lexical")
        try:
            yield House(corpus, embedder, vectors, lexical)
        finally:
            vectors.close()
            lexical.close()


def _rows(name: str, draws: Sequence[Judged], wanted: str) -> Rows:
    """AUROC beside that of the plain top cosine, and what the shipped threshold does; means over the draws."""
    ours = [auroc(d.absent, d.score) for d in draws]
    plainly = [auroc(d.absent, d.cosine) for d in draws]
    spread = f" ({min(ours):.3f} to {max(ours):.3f})" if len(ours) > 1 else ""
    precision, recall, kept = (fmean(values) for values in zip(*(_threshold(d) for d in draws), strict=True))
    return [
        {
            "figure": f"not covered, {name}: AUROC (top cosine)",
            "value": f"{fmean(ours):.3f}{spread} ({fmean(plainly):.3f})",
            "target": wanted,
        },
        {
            "figure": f"  at the threshold of {THRESHOLD}: precision, recall / covered kept",
            "value": f"{precision:.3f}, {recall:.3f} / {kept:.3f}",
            "target": "printed",
        },
    ]


def _threshold(judged: Judged) -> tuple[float, float, float]:
    """Precision and recall of "not covered", and the share of the covered questions that count as covered."""
    absent, said = np.array(judged.absent), np.array(judged.score) < THRESHOLD
    return float(absent[said].mean()) if said.any() else 1.0, float(said[absent].mean()), float(1 - said[~absent].mean())
