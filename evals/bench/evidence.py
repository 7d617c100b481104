"""Evidence at scale: sense + recall + search for one turn, with many passages and interactions (issue: p95 ≤ 60 ms, recall ≤ 15 ms)."""

import asyncio
import json
import random
import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil

from copilot.bootstrap import Application, build
from copilot.domain.base import new_id
from copilot.domain.conversation import Conversation, Message
from copilot.domain.emotion import Sensed
from copilot.domain.memory import Memory
from copilot.domain.people import Assurance, Customer
from copilot.graph.build import Run, run
from copilot.services.conversations.cases import load
from copilot.services.conversations.suggest import Nobody
from copilot.settings import Settings
from evals.bench import corpus

TENANT = "default"
DEEP = 300
"""Interactions of the customers that are asked about: as many as recall ever looks at."""
ASKED = 100
"""Turns that are measured."""
TOGETHER = 2000


async def measure(folder: Path, passages: int, interactions: int) -> list[dict[str, Any]]:
    """Build the installation, then ask. Returns rows of (figure, value, target)."""
    application = build(Settings(data_dir=folder))
    await application.embedder.warm()
    await application.open()
    rows, people = await _installation(application, folder, passages, interactions)
    timings = [await _turn(application, people[i % len(people)], i) for i in range(ASKED + 5)][5:]
    size = f"{passages:,} passages, {interactions:,} interactions"
    for name, target in (("evidence", "≤ 60"), ("recall", "≤ 15"), ("search", ""), ("sense", ""), ("encode", ""), ("read", "")):
        values = sorted(t[name] for t in timings)
        rows.append(_row(f"{name} p95, {size}", f"{_p95(values):.1f} ms (median {median(values):.1f})", target and f"{target} ms"))
    rows.append(_row("memory of this process", f"{psutil.Process().memory_info().rss / 1e9:.2f} GB", "≤ 1.5 GB"))
    await application.close()
    return rows


async def _installation(
    application: Application, folder: Path, passages: int, interactions: int
) -> tuple[list[dict[str, Any]], list[Customer]]:
    """Built, or found as an earlier run left it in the same folder: rows of the import, and the customers who write."""
    built = folder / "bench.json"
    if not built.exists():
        rows = [await _import(application, passages)]
        people = await _history(application, interactions)
        built.write_text(json.dumps({"rows": rows, "people": [p.model_dump(mode="json") for p in people]}))
    kept = json.loads(built.read_text())
    return kept["rows"], [Customer.model_validate(person) for person in kept["people"]]


async def _import(application: Application, passages: int) -> dict[str, Any]:
    started = time.perf_counter()
    batch = []
    for article in corpus.articles(passages):
        batch.append(article)
        if len(batch) == 200:
            await application.knowledge.save(TENANT, batch)
            batch = []
    await application.knowledge.save(TENANT, batch)
    spent = time.perf_counter() - started
    async with application.database.read(TENANT) as records:
        _, count = await records.articles.count()
    return _row("import", f"{count:,} passages in {spent:.0f} s: {count / spent:.0f} a second", "printed")


async def _history(application: Application, interactions: int) -> list[Customer]:
    """Customers with 20 interactions each, and ten with as many as recall looks at.

    Vectors of the crowd are random: only the ten are asked about, and of the others the index's size is what counts.
    """
    chance, now = random.Random(2), corpus.present()
    asked: list[Customer] = []
    done = number = 0
    collection = await application.indexes.serving(TENANT, "memories")
    while done < interactions:
        people: list[Customer] = []
        episodes: list[Memory] = []
        async with application.database.write(TENANT) as records:
            while len(episodes) < TOGETHER and done < interactions:
                person = await records.customers.upsert(corpus.customer(number, now))
                count = min(DEEP if number < 10 else 20, interactions - done)
                for i in range(count):
                    conversation, episode = corpus.interaction(person, i, chance, now)
                    await records.conversations.upsert(conversation)
                    episodes.append(episode)
                people.append(person)
                done, number = done + count, number + 1
            await records.memories.put(episodes)
        real = [e for e in episodes if number <= 12]
        if real:
            await application.indexes.memories(TENANT, real)
        crowd = [e for e in episodes if number > 12]
        if crowd:
            vectors = np.random.default_rng(number).standard_normal((len(crowd), application.embedder.dimension)).astype(np.float32)
            await application.vectors.upsert(collection, [e.id for e in crowd], vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
        asked += people if len(asked) < 10 else []
    return asked[:10]


async def _turn(application: Application, person: Customer, number: int) -> dict[str, float]:
    """One new message of a customer, after one that had its turn: evidence only, as the service makes it."""
    chance, now = random.Random(number), corpus.present()
    subject, place = chance.choice(corpus.SUBJECTS), chance.choice(corpus.PLACES)
    texts = [
        f"Hello, my {subject} to {place}, case {number}.",
        f"How long do I have to wait for the {subject} after the delay? I called twice.",
    ]
    messages = tuple(
        Message(id=new_id(), external_id=f"q{number}-{i}", author="customer", text=t, sent_at=now - timedelta(minutes=5 - i))
        for i, t in enumerate(texts)
    )
    conversation = Conversation(
        id=new_id(), external_id=f"q{number}", channel="chat", customer_id=person.id, assurance=Assurance.PROVEN, messages=messages
    )
    earlier = conversation.model_copy(update={"messages": messages[:1]})
    _, before = await _evidence(application, earlier, {})
    timings, _ = await _evidence(application, conversation, before)
    return timings


async def _evidence(application: Application, conversation: Conversation, sensed: dict[str, Sensed]) -> tuple[dict[str, float], Any]:
    """Milliseconds by part, and what was sensed. `sensed`: of messages that had their turn."""
    started = time.perf_counter()
    async with application.database.read(TENANT) as records:
        case = await load(records, conversation, turn_id=new_id(), as_of=corpus.present(), embedder=application.embedder)
    read = (time.perf_counter() - started) * 1000
    drafting, watcher = application.drafting, Unwanted()
    context = Run(drafting.tools, drafting.reader(TENANT), watcher, only=())
    turn, _ = await run(drafting.graph, {"case": case.model_copy(update={"sensed": sensed}), "timings": {"read": read}}, context)
    return turn.timings_ms | {"read": read, "evidence": turn.timings_ms["evidence"] + read}, watcher.felt


class Unwanted(Nobody):
    """Stops after the evidence."""

    def __init__(self) -> None:
        self.felt: dict[str, Sensed] = {}

    async def frozen(self, turn: object, sensed: list[Sensed], vectors: dict[str, bytes]) -> None:
        self.felt = {one.message_id: one for one in sensed}

    async def wanted(self, turn: object) -> bool:
        return False


def _p95(values: list[float]) -> float:
    return float(np.percentile(values, 95))


def _row(figure: str, value: str, target: str = "") -> dict[str, Any]:
    return {"figure": figure, "value": value, "target": target}


def run_bench(passages: int = 10_000, interactions: int = 100_000, keep: Path | None = None) -> list[dict[str, Any]]:
    """The rows, at the named size and with a hundredth of the interactions (recall must not grow).

    `keep`: a folder in which the installations stay for the next run, which only measures.
    """
    rows = []
    for count in (interactions // 100, interactions):
        with TemporaryDirectory() as temporary:
            folder = keep / str(count) if keep else Path(temporary)
            rows += asyncio.run(measure(folder, passages if count == interactions else min(passages, 400), count))
    return rows


if __name__ == "__main__":
    import sys

    sizes = [int(a) for a in sys.argv[1:] if a.isdigit()]
    folders = [Path(a) for a in sys.argv[1:] if not a.isdigit()]
    passages, interactions = sizes if len(sizes) == 2 else (10_000, 100_000)
    for row in run_bench(passages, interactions, folders[0] if folders else None):
        sys.stdout.write(f"{row['figure']:<60} {row['value']:<40} {row['target']}\n")
