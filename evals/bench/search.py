"""Search quality and speed on public sets: `python -m evals.bench.search DATA`.

`DATA` holds BEIR folders (`corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`) in `retrieval` and `history`. Every method gets the same
query text: for dialogues (`turns`) that is what `compose` makes of the conversation, and again the whole conversation, whichever suits the
baseline better. Where questions name a chat (`conv`), its items (ids begin with it) are searched by themselves.
"""

import asyncio
import csv
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

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

ASKED = 20
"""Hits asked for, so that ten different articles are among them."""
METHODS = ("bm25", "dense", "rrf", "convex")
PIECE = 1024
"""Texts that are encoded, and kept, together."""
DRAWS = 2000
"""Of the bootstrap."""

RRF_K = 60
TENANT = "bench"

Ranking = list[str]
Values = npt.NDArray[np.float64]
Scores = dict[str, float]
"""nDCG@10 by question."""


@dataclass(frozen=True)
class Question:
    """A query of a set, as each method sees it."""

    id: str
    query: SearchQuery
    whole: str
    """The whole conversation, or the same text again."""
    chat: str = ""
    """The chat that is searched; empty: all items."""


@dataclass(frozen=True)
class Corpus:
    """One set, split and encoded."""

    name: str
    articles: list[Article]
    passages: list[Passage]
    vectors: Vectors
    questions: list[Question]
    relevant: dict[str, dict[str, int]]


@dataclass(frozen=True)
class Measured:
    """A set's figures."""

    row: dict[str, Any]
    best: list[float]
    """nDCG@10 of the best baseline, by question."""
    rrf: list[float]
    ours: list[float]
    dialogues: bool


def run(data: Path) -> list[dict[str, Any]]:
    """One row per set: nDCG@10 of BM25, dense, RRF, convex and ours, and the milliseconds of our search without encoding."""
    folders = [file.parent.parent for place in (".", "retrieval", "history") for file in (data / place).glob("*/qrels/test.tsv")]
    return asyncio.run(_run(sorted(folders)))


async def _run(folders: Sequence[Path]) -> list[dict[str, Any]]:
    if not folders:
        return []
    embedder = make_embedder()
    try:
        measured = [await _measure(folder, embedder) for folder in folders]
    finally:
        await embedder.close()
    return [m.row for m in measured] + _mean([m for m in measured if not m.dialogues])


async def _measure(folder: Path, embedder: Embedder) -> Measured:
    corpus = await load(folder, embedder)
    by_chat = chats(corpus)
    dialogues = any(q.whole != q.query.text for q in corpus.questions)
    compared = [await _compared(by_chat, embedder, whole=whole) for whole in ((False, True) if dialogues else (False,))]
    methods = {name: max((scores[name] for scores in compared), key=_average) for name in METHODS}
    ours: Scores = {}
    milliseconds: list[float] = []
    found: list[float] = []
    for chat in by_chat:
        rankings, taken, self_found = await _ours(chat, embedder)
        ours |= _ndcg(chat, rankings)
        milliseconds += taken
        found.append(self_found)
    best = max(methods.values(), key=_average)
    asked = [q.id for q in corpus.questions]
    one, other = [ours[key] for key in asked], [best[key] for key in asked]
    row = {
        "set": corpus.name,
        "passages": len(corpus.passages),
        "queries": len(asked),
        **{name: _average(scores) for name, scores in methods.items()},
        "ours": _average(ours),
        "even, odd": f"{statistics.fmean(one[::2]):.3f}, {statistics.fmean(one[1::2]):.3f}",
        "ours - best": _interval([one], [other], lambda ours, best: ours - best),
        "self_found": min(found),
        "p50_ms": statistics.median(milliseconds),
        "p95_ms": float(np.percentile(milliseconds, 95)),
    }
    return Measured(row, other, [methods["rrf"][key] for key in asked], one, dialogues)


def _mean(sets: Sequence[Measured]) -> list[dict[str, Any]]:
    """Of the sets whose queries are single questions."""
    if not sets:
        return []
    row: dict[str, Any] = {name: statistics.fmean(m.row[name] for m in sets) for name in (*METHODS, "ours")}
    ours = [m.ours for m in sets]
    row["ours - best"] = _interval(ours, [m.best for m in sets], lambda ours, best: ours - best)
    row["ours / rrf"] = _interval(ours, [m.rrf for m in sets], lambda ours, rrf: ours / rrf)
    return [{"set": "mean without dialogues", **row}]


def _interval(ours: Sequence[list[float]], theirs: Sequence[list[float]], compare: Callable[[float, float], float]) -> str:
    """The comparison of the sets' means, with its paired bootstrap 95 % interval: questions are drawn anew within each set."""
    rng = np.random.default_rng(0)
    pairs = [np.array([mine, other]) for mine, other in zip(ours, theirs, strict=True)]
    drawn = []
    for _ in range(DRAWS):
        means = [pair[:, rng.integers(0, pair.shape[1], pair.shape[1])].mean(axis=1) for pair in pairs]
        drawn.append(compare(*np.mean(means, axis=0)))
    low, high = np.percentile(drawn, [2.5, 97.5])
    value = compare(*np.mean([pair.mean(axis=1) for pair in pairs], axis=0))
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def _average(scores: Scores) -> float:
    return statistics.fmean(scores.values())


def chats(corpus: Corpus) -> list[Corpus]:
    """The corpus, or one for each chat that is searched by itself."""
    names = sorted({q.chat for q in corpus.questions})
    return [_chat(corpus, name) for name in names] if any(names) else [corpus]


def _chat(corpus: Corpus, name: str) -> Corpus:
    kept = [i for i, passage in enumerate(corpus.passages) if passage.article_id.startswith(f"{name}:")]
    return replace(
        corpus,
        articles=[article for article in corpus.articles if article.id.startswith(f"{name}:")],
        passages=[corpus.passages[i] for i in kept],
        vectors=corpus.vectors[kept],
        questions=[q for q in corpus.questions if q.chat == name],
    )


async def load(folder: Path, embedder: Embedder, kept: Path | None = None) -> Corpus:
    """A BEIR folder, split as the product splits articles, and encoded. `kept`: where its vectors are kept between runs."""
    articles = list(read_beir(folder / "corpus.jsonl"))
    passages = [passage for article in articles for passage in split(article)]
    questions, relevant = read_questions(folder)
    vectors = await encoded([passage_text_for_index(passage) for passage in passages], embedder, kept)
    return Corpus(folder.name, articles, passages, vectors, questions, relevant)


def read_questions(folder: Path) -> tuple[list[Question], dict[str, dict[str, int]]]:
    """A BEIR folder's questions, and for each the articles that answer it, with their grades."""
    relevant: dict[str, dict[str, int]] = {}
    with (folder / "qrels" / "test.tsv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            relevant.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [_question(record) for line in lines if (record := json.loads(line))["_id"] in relevant], relevant


def _question(record: Mapping[str, Any]) -> Question:
    turns = record.get("turns")
    if not turns:
        asked = plain(record["text"])
        return Question(record["_id"], asked, asked.text, chat=str(record.get("conv", "")))
    start = datetime(2026, 1, 1, tzinfo=UTC)
    messages = [
        Message(id=str(i), author=turn["author"], text=turn["text"], sent_at=start + timedelta(minutes=i)) for i, turn in enumerate(turns)
    ]
    return Question(record["_id"], compose(messages, ()), "\n".join(m.text for m in messages))


async def encoded(texts: Sequence[str], embedder: Embedder, kept: Path | None = None) -> Vectors:
    """Vectors, kept between runs in the folder `kept` or in BENCH_CACHE, when one of them is named: in pieces, so that a stop costs one."""
    folder = kept or (Path(os.environ["BENCH_CACHE"]) if os.environ.get("BENCH_CACHE") else None)
    if folder is None or not texts:
        return await embedder.encode(texts)
    folder.mkdir(parents=True, exist_ok=True)
    return np.concatenate([await _piece(texts[at : at + PIECE], embedder, folder) for at in range(0, len(texts), PIECE)])


async def _piece(texts: Sequence[str], embedder: Embedder, folder: Path) -> Vectors:
    import hashlib

    key = hashlib.blake2b("\x1f".join([embedder.version, *texts]).encode(), digest_size=12).hexdigest()
    file = folder / f"{key}.npy"
    if not file.exists():
        np.save(file, await embedder.encode(texts))
    loaded: Vectors = np.load(file)
    return loaded


async def _compared(chats: Sequence[Corpus], embedder: Embedder, *, whole: bool) -> dict[str, Scores]:
    """The baselines' nDCG@10 by question. BM25 and convex: with stems or without, whichever is better."""
    stemmed: list[dict[str, Scores]] = []
    for stems in (False, True):
        scores: dict[str, Scores] = {name: {} for name in METHODS}
        for chat in chats:
            texts = [q.whole if whole else q.query.text for q in chat.questions]
            rankings = baselines(chat, texts, await encoded(texts, embedder), stems=stems)
            for name in METHODS:
                scores[name] |= _ndcg(chat, rankings[name])
        stemmed.append(scores)
    plain_words, with_stems = stemmed
    # As the data's own reference figures have it: RRF of plain BM25, the usual baseline.
    return plain_words | {name: max(plain_words[name], with_stems[name], key=_average) for name in ("bm25", "convex")}


def baselines(corpus: Corpus, queries: Sequence[str], vectors: Vectors, *, stems: bool) -> dict[str, list[Ranking]]:
    """By method, the ten best articles for each query. Words: bm25s over whole articles; dense: exact cosines, the best piece counts."""
    ids = np.array([article.id for article in corpus.articles])
    place = {key: i for i, key in enumerate(ids)}
    of = np.array([place[passage.article_id] for passage in corpus.passages])
    rankings: dict[str, list[Ranking]] = {name: [] for name in METHODS}
    for words, query in zip(_bm25(corpus, queries, stems=stems), vectors, strict=True):
        meaning = np.full(len(ids), -1.0)
        np.maximum.at(meaning, of, corpus.vectors @ query)
        scores = {
            "bm25": words,
            "dense": meaning,
            "rrf": 1 / (RRF_K + _places(words)) + 1 / (RRF_K + _places(meaning)),
            "convex": 0.7 * _scaled(meaning) + 0.3 * _scaled(words),
        }
        for name, values in scores.items():
            rankings[name].append([str(ids[i]) for i in np.argsort(-values, kind="stable")[:10]])
    return rankings


def _bm25(corpus: Corpus, queries: Sequence[str], *, stems: bool) -> Iterator[Values]:
    """Scores of all articles, query by query."""
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english") if stems else None
    index = bm25s.BM25()
    texts = [f"{a.title} {a.text}" for a in corpus.articles]
    index.index(bm25s.tokenize(texts, stemmer=stemmer, show_progress=False), show_progress=False)
    for words in bm25s.tokenize(list(queries), stemmer=stemmer, return_ids=False, show_progress=False):
        yield index.get_scores(words) if words else np.zeros(len(texts))


def _places(scores: Values) -> Values:
    """1 for the best."""
    places = np.empty(len(scores))
    places[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return places


def _scaled(scores: Values) -> Values:
    low, high = scores.min(), scores.max()
    return (scores - low) / (high - low) if high > low else np.zeros(len(scores))


@dataclass(frozen=True)
class Indexed:
    """A corpus behind the product's search, through the real adapters."""

    corpus: Corpus
    search: Search
    source: MemoryPassages
    vectors: ChromaVectors
    collection: str

    async def ask(self, question: Question, vector: Vectors | None = None) -> Ranking:
        """Ids of articles, best first. `vector`: of the question's text, where it is known."""
        allow = PassageFilter(at=datetime(2026, 1, 2, tzinfo=UTC))
        result = await self.search.search(TENANT, self.collection, question.query, self.source, allow, ASKED, vector)
        return list(dict.fromkeys(hit.article_id for hit in result.hits))


@asynccontextmanager
async def indexed(corpus: Corpus, embedder: Embedder) -> AsyncIterator[Indexed]:
    """The corpus in indexes of its own, for as long as the block runs."""
    name = collection_name(TENANT, "passages", embedder)
    with tempfile.TemporaryDirectory() as folder:
        vectors, lexical = ChromaVectors(Path(folder) / "vectors"), TantivyLexical(Path(folder) / "lexical")
        try:
            await lexical.replace(TENANT, [], corpus.passages)
            await vectors.upsert(name, [p.id for p in corpus.passages], corpus.vectors)
            yield Indexed(corpus, Search(embedder, vectors, lexical), MemoryPassages(corpus.passages), vectors, name)
        finally:
            vectors.close()
            lexical.close()


async def _ours(corpus: Corpus, embedder: Embedder) -> tuple[list[Ranking], list[float], float]:
    """Our rankings, milliseconds per search without encoding, and the share of items that find themselves."""
    known = await encoded([q.query.text for q in corpus.questions], embedder)
    step = max(1, len(corpus.passages) // 200)
    probes = [(p.id, v) for p, v in list(zip(corpus.passages, corpus.vectors, strict=True))[::step]]
    async with indexed(corpus, embedder) as index:
        found = await verify(index.collection, probes, index.vectors)
        rankings, milliseconds = [], []
        for question, vector in zip(corpus.questions, known, strict=True):
            if question.query.context:
                await embedder.encode([question.query.context])
            begun = time.perf_counter()
            rankings.append(await index.ask(question, vector))
            milliseconds.append((time.perf_counter() - begun) * 1000)
    return rankings, milliseconds, found


def _ndcg(corpus: Corpus, rankings: Sequence[Ranking]) -> Scores:
    import ir_measures
    from ir_measures import nDCG

    results = {
        q.id: {key: float(len(ranking) - place) for place, key in enumerate(ranking)}
        for q, ranking in zip(corpus.questions, rankings, strict=True)
    }
    relevant = {q.id: corpus.relevant[q.id] for q in corpus.questions}
    return {found.query_id: found.value for found in ir_measures.iter_calc([nDCG @ 10], relevant, results)}


COLUMNS = ("set", "passages", "queries", *METHODS, "ours", "even, odd", "ours - best", "ours / rrf", "self_found", "p50_ms", "p95_ms")


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as Markdown."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    lines += ["| " + " | ".join(_cell(column, row.get(column, "")) for column in COLUMNS) + " |" for row in rows]
    return "\n".join(lines)


def _cell(column: str, value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}" if column.endswith("_ms") else f"{value:.3f}"
    return str(value)


def main(arguments: Sequence[str]) -> int:
    """Print the table. The argument is a folder that holds BEIR folders in `retrieval` and `history`, or itself."""
    if len(arguments) != 1:
        sys.stderr.write("Usage: python -m evals.bench.search DATA (a folder of BEIR folders)\n")
        return 2
    given = Path(arguments[0])
    rows = run(given)
    sys.stdout.write((table(rows) if rows else f"{given} holds no BEIR folders: nothing measured.") + "\n")
    missing = [name for name in ("retrieval", "history") if not (given / name).is_dir()]
    if len(missing) == 1:
        sys.stdout.write(f"Left out: {given} has no folder `{missing[0]}`.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
