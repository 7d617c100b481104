"""From a publish to its being found, and search, as the knowledge base grows: `python -m evals.bench.publish [SIZES] [FOLDER]`.

The base is filled with ready-made vectors: those of a few thousand real passages, leaning a little in random directions. What is published
and asked is encoded for real. FOLDER keeps the filled installations for the next run, which only measures.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from copilot.bootstrap import Application, build
from copilot.domain.knowledge import Article
from copilot.domain.ports.search import Vectors
from copilot.retrieval.passages import passage_text_for_index, split
from copilot.services.searching import generations
from copilot.settings import Settings
from evals.bench import corpus

TENANT = "default"
SIZES = (1_000, 10_000, 100_000)
REAL = 2_000
"""Passages that are encoded for real; the others' vectors are these, each turned a little its own way."""
TURN = 0.5
"""Length of the random part beside a vector of length 1: about what parts passages of one subject."""
PUBLISHED, ASKED = 40, 200


async def measure(folder: Path, passages: int) -> list[dict[str, Any]]:
    """Fill, then publish and search. Returns rows of (figure, value, target)."""
    application = build(Settings(data_dir=folder))
    await application.embedder.warm()
    await application.open()
    if not (folder / "bench.json").exists():
        await _fill(application, passages)
        (folder / "bench.json").write_text(json.dumps({"passages": passages}))
    try:
        published = [await _publish(application, number) for number in range(PUBLISHED + 3)][3:]
        searched = [await _search(application, number) for number in range(ASKED + 5)][5:]
        beside = await _while_reindexing(application)
    finally:
        await application.close()
    size = f"{passages:,} passages"
    return [
        _row(f"publish to searchable, {size}", published, "p95 ≤ 2000 ms"),
        _row(f"search, {size}", searched, "p95 ≤ 60 ms"),
        _row(f"publish during a re-index, {size}", beside[0], "p95 ≤ 2000 ms"),
        _row(f"search during a re-index, {size}", beside[1], "printed"),
    ]


async def _while_reindexing(application: Application) -> tuple[list[float], list[float]]:
    """Milliseconds of publishes and searches while words and vectors are made again; that is broken off at the end."""
    rebuilding = application.reindexing.rebuilding
    task = asyncio.create_task(rebuilding.run(TENANT))
    published: list[float] = []
    searched: list[float] = []
    while len(published) < PUBLISHED // 2:
        published.append(await _publish(application, len(published)))
        searched += [await _search(application, 1000 + 5 * len(published) + number) for number in range(5)]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await rebuilding.give_up(TENANT)
    return published, searched


async def _publish(application: Application, number: int) -> float:
    """Milliseconds from saving an article of four passages to the answer of a search that finds it."""
    (made,) = islice(corpus.articles(corpus.PER_ARTICLE, seed=time.time_ns()), 1)
    word = f"zq{time.time_ns()}"
    article = made.model_copy(update={"id": f"new-{word}", "title": f"{made.title} {word}"})
    started = time.perf_counter()
    await application.knowledge.save(TENANT, [article])
    hits = (await application.knowledge.search(TENANT, f"{article.title}, how does it work?")).hits
    spent = (time.perf_counter() - started) * 1000
    if article.id not in {hit.article_id for hit in hits}:
        raise AssertionError("what was published is not found")
    return spent


async def _search(application: Application, number: int) -> float:
    chance = random.Random(number)
    subject, place, case = chance.choice(corpus.SUBJECTS), chance.choice(corpus.PLACES), chance.choice(corpus.SITUATIONS)
    query = f"How do I get my {subject} back {case} in {place}, and what does it cost for {number} days?"
    started = time.perf_counter()
    await application.knowledge.search(TENANT, query)
    return (time.perf_counter() - started) * 1000


async def _fill(application: Application, passages: int) -> None:
    """Records, words and vectors of a large base, without encoding all of it."""
    real = await _real(application)
    chance = np.random.default_rng(1)
    async for articles in _saved(application, passages):
        ids = [passage.id for article in articles for passage in split(article)]
        turned = real[chance.integers(len(real), size=len(ids))] + TURN * _directions(chance, len(ids), real.shape[1])
        collection = await application.indexes.serving(TENANT, "passages")
        await application.vectors.upsert(collection, ids, turned / np.linalg.norm(turned, axis=1, keepdims=True))
    await application.reindexing.rebuilding.words(TENANT)
    async with application.database.write(TENANT) as records:
        version = await records.articles.version()
        await generations.put(records, "passages", application.embedder, generations.Standing(version=version))


async def _saved(application: Application, passages: int) -> AsyncIterator[Sequence[Article]]:
    made = corpus.articles(passages)
    while articles := tuple(islice(made, 500)):
        async with application.database.write(TENANT) as records:
            for article in articles:
                await records.articles.save(article, split(article), "bench")
        yield articles


async def _real(application: Application) -> Vectors:
    made = [passage for article in corpus.articles(REAL, seed=7) for passage in split(article)]
    return await application.embedder.encode([passage_text_for_index(passage) for passage in made])


def _directions(chance: np.random.Generator, count: int, dimension: int) -> Vectors:
    rows: Vectors = chance.standard_normal((count, dimension)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def _row(figure: str, values: Sequence[float], target: str) -> dict[str, Any]:
    value = f"p50 {median(values):.0f}, p95 {float(np.percentile(values, 95)):.0f}, worst {max(values):.0f} ms"
    return {"figure": figure, "value": value, "target": target}


def run_bench(sizes: Sequence[int] = SIZES, keep: Path | None = None) -> Iterator[dict[str, Any]]:
    """The rows of every size, as they are measured."""
    for size in sizes:
        with TemporaryDirectory() as temporary:
            yield from asyncio.run(measure(keep / str(size) if keep else Path(temporary), size))


if __name__ == "__main__":
    sizes = [int(a) for a in sys.argv[1:] if a.isdigit()]
    folders = [Path(a) for a in sys.argv[1:] if not a.isdigit()]
    for row in run_bench(sizes or SIZES, folders[0] if folders else None):
        sys.stdout.write(f"{row['figure']:<44} {row['value']:<44} {row['target']}\n")
        sys.stdout.flush()
