"""Gaps of the sample company: are the topics that editors see first real ones, and do they hold together? And what sorting costs.

The gaps arise as they do for a customer of ours: history is imported, and the durable job looks through it. `gaps_gold.json` says what each
conversation asks for; the job does not see it.
"""

import json
import time
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from copilot.bootstrap import DEFAULT_TENANT, Application, build
from copilot.commands.demo import fill
from copilot.domain.case import Gap
from copilot.domain.topics import Topic
from copilot.retrieval.clustering import cluster
from copilot.settings import Settings

GOLD: Final = Path(__file__).parent / "gaps_gold.json"
FIRST: Final = 20
"""Topics whose precision is counted."""
PURE: Final = 0.8
"""Share of a topic's questions that ask for the same thing, from which it is one topic."""
MANY: Final = 10_000


async def measure() -> list[dict[str, Any]]:
    """Rows of (figure, value, target)."""
    with TemporaryDirectory() as folder:
        application = build(Settings(data_dir=Path(folder), model="", fallback_models=()))
        try:
            return await _measured(application)
        finally:
            await application.close()


async def _measured(application: Application) -> list[dict[str, Any]]:
    await application.embedder.warm()
    await application.open()
    await fill(application)
    started = time.perf_counter()
    await application.gaps.history.run(DEFAULT_TENANT, "bench")
    looked = time.perf_counter() - started
    found = await application.gaps.topics.page(DEFAULT_TENANT, 0, 500)
    async with application.database.read(DEFAULT_TENANT) as records:
        gaps = {gap.id: gap for gap in await records.gaps.all(1000)}
        refs = await records.conversations.references([gap.conversation_id for gap in gaps.values()])
        talks = len(await records.gaps.threads("", 10_000))
    gold = {ident: about(gap, refs) for ident, gap in gaps.items()}
    return [*quality(found.topics, gold), _row("history looked through", f"{talks} conversations in {looked:.1f} s"), _many(found.topics)]


def about(gap: Gap, refs: dict[str, str]) -> str:
    """What it asks for; what begins with a dash is no gap."""
    labels: dict[str, str] = json.loads(GOLD.read_text(encoding="utf-8"))["conversations"]
    return labels.get(refs.get(gap.conversation_id, ""), "-other")


def quality(topics: Sequence[Topic], gold: dict[str, str]) -> list[dict[str, Any]]:
    """How good the list is against what each gap asks for."""
    first = [_one(topic, gold) for topic in topics[:FIRST]]
    real = [name for name in first if name]
    wanted = Counter(name for name in gold.values() if not name.startswith("-"))
    together = [pair for topic in topics for pair in combinations(sorted(topic.gap_ids), 2)]
    right = sum(gold[a] == gold[b] and not gold[a].startswith("-") for a, b in together)
    alike = sum(count * (count - 1) // 2 for count in wanted.values())
    return [
        _row(f"precision of the first {FIRST} topics", f"{len(real) / max(1, len(first)):.2f} ({len(set(real))} different)", "≥ 0.80"),
        _row("pairs of questions sorted together: precision", f"{right / max(1, len(together)):.2f} of {len(together)}"),
        _row("pairs that belong together: recall", f"{right / max(1, alike):.2f} of {alike}"),
        _row("questions found that knowledge does not cover", f"{sum(wanted.values())} on {len(wanted)} topics", "≥ 20"),
        _row("beside them, covered or no question for an article", str(sum(name.startswith("-") for name in gold.values()))),
    ]


def _one(topic: Topic, gold: dict[str, str]) -> str:
    """The real topic that it is; empty when it is none, or several."""
    name, count = Counter(gold[ident] for ident in topic.gap_ids).most_common(1)[0]
    return "" if name.startswith("-") or count < PURE * topic.count else name


def _many(topics: Sequence[Topic]) -> dict[str, Any]:
    """Ten thousand questions in the proportions of real ones: the sample's words, each with places around its own."""
    random = np.random.default_rng(7)
    said = [text for topic in topics for text in (topic.question, *topic.questions)]
    centres = random.standard_normal((len(said), 384))
    rows = random.integers(0, len(said), MANY)
    vectors = centres[rows] / np.linalg.norm(centres[rows], axis=1, keepdims=True) + 0.03 * random.standard_normal((MANY, 384))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    texts = [f"{said[row]} {number}" for number, row in enumerate(rows)]
    started = time.perf_counter()
    made = cluster(texts, vectors)
    took = time.perf_counter() - started
    return _row(f"{MANY:,} questions sorted", f"{took:.1f} s, {len(made)} topics")


def _row(figure: str, value: str, target: str = "") -> dict[str, Any]:
    return {"figure": figure, "value": value, "target": target}
