"""Search quality and speed on public sets: `python -m evals.bench.search DATA`.

`DATA` is a folder of BEIR folders (`corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`). Every method gets the same query text: for dialogues
(`turns`) that is what `compose` makes of the conversation, and again the whole conversation, whichever suits the baseline better.
"""

import asyncio
import csv
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from copilot.adapters.embedder import make_embedder
from copilot.adapters.lexical import TantivyLexical
from copilot.adapters.vectors import ChromaVectors
from copilot.domain.conversation import Message
from copilot.domain.knowledge import Article, Passage
from copilot.domain.ports.search import Embedder, PassageFilter, Vectors
from copilot.retrieval.articles import read_beir
from copilot.retrieval.indexing import collection_name, verify
from copilot.retrieval.passages import passage_text_for_index, split
from copilot.retrieval.query import SearchQuery, compose, plain
from copilot.retrieval.search import Search
from copilot.testing.search import MemoryPassages

RRF_K = 60
DEPTH = 100
"""Articles per ranking that is fused."""
ASKED = 20
"""Hits asked for, so that ten different articles are among them."""

Ranking = list[str]


@dataclass(frozen=True)
class Question:
    """A query of a set, as each method sees it."""

    id: str
    query: SearchQuery
    whole: str
    """The whole conversation, or the same text again."""


@dataclass(frozen=True)
class Corpus:
    """One set, split and encoded."""

    name: str
    articles: list[Article]
    passages: list[Passage]
    vectors: Vectors
    questions: list[Question]
    relevant: dict[str, dict[str, int]]


def run(data: Path) -> list[dict[str, Any]]:
    """One row per set: nDCG@10 of BM25, dense, RRF, convex and ours, and the milliseconds of our search without encoding."""
    if not data.is_dir():
        return []
    return asyncio.run(_run([folder for folder in sorted(data.iterdir()) if (folder / "qrels" / "test.tsv").is_file()]))


async def _run(folders: Sequence[Path]) -> list[dict[str, Any]]:
    embedder = make_embedder()
    try:
        rows = [await _measure(folder, embedder) for folder in folders]
    finally:
        embedder.close()
    return rows + _mean(rows)


async def _measure(folder: Path, embedder: Embedder) -> dict[str, Any]:
    corpus = await _load(folder, embedder)
    texts = {"": [q.query.text for q in corpus.questions]}
    if any(q.whole != q.query.text for q in corpus.questions):
        texts["whole"] = [q.whole for q in corpus.questions]
    scores: dict[str, float] = {}
    for queries in texts.values():
        words = _bm25(corpus, queries)
        meaning = _dense(corpus, await _encoded(queries, embedder))
        rankings = {
            "bm25": [_ranked(row) for row in words],
            "dense": [_ranked(row) for row in meaning],
            "rrf": [_rrf([_ranked(a), _ranked(b)]) for a, b in zip(words, meaning, strict=True)],
            "convex": [_ranked(_convex(b, a)) for a, b in zip(words, meaning, strict=True)],
        }
        for name, ranking in rankings.items():
            scores[name] = max(scores.get(name, 0.0), _ndcg(corpus, ranking))
    ours, milliseconds, found = await _ours(corpus, embedder)
    return {
        "set": corpus.name,
        "passages": len(corpus.passages),
        "queries": len(corpus.questions),
        **scores,
        "ours": _ndcg(corpus, ours),
        "self_found": found,
        "p50_ms": statistics.median(milliseconds),
        "p95_ms": float(np.percentile(milliseconds, 95)),
    }


def _mean(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if not rows:
        return []
    names = ("bm25", "dense", "rrf", "convex", "ours")
    return [{"set": "mean", **{name: statistics.fmean(row[name] for row in rows) for name in names}}]


async def _load(folder: Path, embedder: Embedder) -> Corpus:
    articles = list(read_beir(folder / "corpus.jsonl"))
    passages = [passage for article in articles for passage in split(article)]
    relevant: dict[str, dict[str, int]] = {}
    with (folder / "qrels" / "test.tsv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            relevant.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [_question(record) for line in lines if (record := json.loads(line))["_id"] in relevant]
    vectors = await _encoded([passage_text_for_index(passage) for passage in passages], embedder)
    return Corpus(folder.name, articles, passages, vectors, questions, relevant)


def _question(record: Mapping[str, Any]) -> Question:
    turns = record.get("turns")
    if not turns:
        return Question(record["_id"], plain(record["text"]), plain(record["text"]).text)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    messages = [
        Message(id=str(i), author=turn["author"], text=turn["text"], sent_at=start + timedelta(minutes=i)) for i, turn in enumerate(turns)
    ]
    return Question(record["_id"], compose(messages, ()), "\n".join(m.text for m in messages))


async def _encoded(texts: Sequence[str], embedder: Embedder) -> Vectors:
    """Vectors, kept in BENCH_CACHE (a folder) between runs when that is set."""
    cache = os.environ.get("BENCH_CACHE")
    if not cache:
        return await embedder.encode(texts)
    import hashlib

    key = hashlib.blake2b("\x1f".join([embedder.version, *texts]).encode(), digest_size=12).hexdigest()
    file = Path(cache) / f"{key}.npy"
    if not file.exists():
        np.save(file, await embedder.encode(texts))
    loaded: Vectors = np.load(file)
    return loaded


def _bm25(corpus: Corpus, queries: Sequence[str]) -> list[dict[str, float]]:
    """Plain bm25s over whole articles."""
    import bm25s

    index = bm25s.BM25()
    index.index(bm25s.tokenize([f"{a.title} {a.text}" for a in corpus.articles], show_progress=False), show_progress=False)
    found, scores = index.retrieve(
        bm25s.tokenize(list(queries), show_progress=False), k=min(DEPTH, len(corpus.articles)), show_progress=False
    )
    return [
        {corpus.articles[int(i)].id: float(s) for i, s in zip(row, values, strict=True)} for row, values in zip(found, scores, strict=True)
    ]


def _dense(corpus: Corpus, queries: Vectors) -> list[dict[str, float]]:
    """Exact cosines; an article counts as its best piece."""
    rows = []
    for query in queries:
        cosines = corpus.vectors @ query
        row: dict[str, float] = {}
        for i in np.argsort(-cosines, kind="stable"):
            row.setdefault(corpus.passages[int(i)].article_id, float(cosines[i]))
            if len(row) == DEPTH:
                break
        rows.append(row)
    return rows


def _ranked(scores: Mapping[str, float]) -> Ranking:
    return sorted(scores, key=lambda key: -scores[key])


def _rrf(rankings: Iterable[Ranking]) -> Ranking:
    scores: dict[str, float] = {}
    for ranking in rankings:
        for place, key in enumerate(ranking, 1):
            scores[key] = scores.get(key, 0.0) + 1 / (RRF_K + place)
    return _ranked(scores)


def _convex(meaning: Mapping[str, float], words: Mapping[str, float]) -> dict[str, float]:
    """0.7 dense + 0.3 BM25, each min-max scaled over its candidates."""
    a, b = _scaled(meaning), _scaled(words)
    return {key: 0.7 * a.get(key, 0.0) + 0.3 * b.get(key, 0.0) for key in {*a, *b}}


def _scaled(scores: Mapping[str, float]) -> dict[str, float]:
    low, high = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
    return {key: (score - low) / (high - low) if high > low else 0.0 for key, score in scores.items()}


async def _ours(corpus: Corpus, embedder: Embedder) -> tuple[list[Ranking], list[float], float]:
    """Our rankings through the real adapters, milliseconds per search without encoding, and the share of items that find themselves."""
    allow = PassageFilter(at=datetime(2026, 1, 2, tzinfo=UTC))
    source = MemoryPassages(corpus.passages)
    known = await _encoded([q.query.text for q in corpus.questions], embedder)
    name = collection_name("bench", "passages", embedder)
    with tempfile.TemporaryDirectory() as folder:
        vectors, lexical = ChromaVectors(Path(folder) / "vectors"), TantivyLexical(Path(folder) / "lexical")
        await lexical.replace("bench", [], corpus.passages)
        await vectors.upsert(name, [p.id for p in corpus.passages], corpus.vectors)
        step = max(1, len(corpus.passages) // 200)
        probes = [(p.id, v) for p, v in list(zip(corpus.passages, corpus.vectors, strict=True))[::step]]
        found = await verify(name, probes, vectors)
        search = Search(embedder, vectors, lexical)
        rankings, milliseconds = [], []
        for question, vector in zip(corpus.questions, known, strict=True):
            if question.query.context:
                await embedder.encode([question.query.context])
            begun = time.perf_counter()
            result = await search.search("bench", name, question.query, source, allow, ASKED, vector)
            milliseconds.append((time.perf_counter() - begun) * 1000)
            rankings.append(list(dict.fromkeys(hit.article_id for hit in result.hits)))
        vectors.close()
        lexical.close()
    return rankings, milliseconds, found


def _ndcg(corpus: Corpus, rankings: Sequence[Ranking]) -> float:
    import ir_measures
    from ir_measures import nDCG

    results = {
        q.id: {key: float(DEPTH - place) for place, key in enumerate(ranking[:DEPTH])}
        for q, ranking in zip(corpus.questions, rankings, strict=True)
    }
    return float(ir_measures.calc_aggregate([nDCG @ 10], corpus.relevant, results)[nDCG @ 10])


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as Markdown."""
    columns = ("set", "passages", "queries", "bm25", "dense", "rrf", "convex", "ours", "self_found", "p50_ms", "p95_ms")
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for row in rows:
        cells = [_cell(column, row.get(column, "")) for column in columns]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(column: str, value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}" if column.endswith("_ms") else f"{value:.3f}"
    return str(value)


def main(arguments: Sequence[str]) -> int:
    """Print the table. The argument is a folder of BEIR folders, or one that holds it as `retrieval`."""
    if len(arguments) != 1:
        sys.stderr.write("Usage: python -m evals.bench.search DATA (a folder of BEIR folders)\n")
        return 2
    given = Path(arguments[0])
    rows = run(given / "retrieval" if (given / "retrieval").is_dir() else given)
    sys.stdout.write((table(rows) if rows else f"{given} holds no BEIR folders: nothing measured.") + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
