"""Gaps keep up with knowledge: when an article is published that covers an open question, its gap is closed, with the article's id.

What changed since the last look is read from the record by the knowledge version, so it does not matter which way an article came in. Only
the gaps nearest to what changed are asked again. A gap that is closed stays closed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from copilot.domain.base import Frozen
from copilot.domain.case import Gap
from copilot.domain.knowledge import Passage
from copilot.domain.ports.gaps import Ending
from copilot.domain.ports.records import Database
from copilot.domain.ports.search import Vectors
from copilot.graph.evidence import vector_bytes
from copilot.retrieval.clustering import together
from copilot.retrieval.passages import passage_text_for_index
from copilot.retrieval.support import says_something
from copilot.services.gaps.answers import answer_text
from copilot.services.gaps.judging import Judging

IN_STEP = "gaps_in_step"
"""The durable job; its subject is whatever made it due."""
JUDGED = "gaps:judged"
"""State: the knowledge version up to which gaps were asked again."""
MOST = 10_000
"""Open gaps that are looked at, the newest."""
NEAR = 0.3
"""Cosine with a passage from which a question may be covered by it. The threshold of coverage needs about 0.4."""
ASKED = 200
"""Gaps that are asked again after a change, the nearest."""
ENCODED = 256
"""Questions encoded at once."""


class Near(Frozen):
    """An open gap near to what changed."""

    gap: Gap
    vector: bytes


@dataclass(frozen=True)
class GapClosing:
    """Gives open gaps their vectors, and closes those that are covered now."""

    database: Database
    judging: Judging
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def due(self, _: datetime) -> list[tuple[str, str, str]]:
        """(job, tenant, subject) of tenants with gaps that have no vector, or whose knowledge changed."""
        found = []
        for tenant in await self.database.tenants():
            async with self.database.read(tenant) as records:
                version, judged = await records.articles.version(), int(await records.admin.state(JUDGED) or 0)
                open_, bare = await records.gaps.counts(self.judging.embedder.version)
            if bare or (open_ and version != judged):
                found.append((IN_STEP, tenant, f"{version}"))
        return found

    async def run(self, tenant: str, _: str) -> None:
        """The durable job: safe to run again at any point."""
        while await self.fill(tenant, ENCODED):
            pass
        async with self.database.read(tenant) as records:
            version, judged = await records.articles.version(), int(await records.admin.state(JUDGED) or 0)
            added = (await records.articles.changes(judged))[1]
        if version == judged:
            return
        await self.judging.indexes.catch_up(tenant)
        closed = await self._close(tenant, added) if added else 0
        async with self.database.write(tenant) as records:
            await records.admin.put_state(JUDGED, str(version))
        if closed:
            self.wake(tenant)

    async def fill(self, tenant: str, limit: int) -> int:
        """Vectors for open gaps that have none of this encoder; how many."""
        version = self.judging.embedder.version
        async with self.database.read(tenant) as records:
            bare = await records.gaps.without_vector(version, limit)
            talks = await records.conversations.several(list({gap.conversation_id for gap in bare if gap.conversation_id}))
        if not bare:
            return 0
        answered = [answer_text(talks[gap.conversation_id], gap.opened_at) if gap.conversation_id in talks else "" for gap in bare]
        encoded = await self.encoded([(gap.question, answer) for gap, answer in zip(bare, answered, strict=True)])
        async with self.database.write(tenant) as records:
            await records.gaps.put_vectors(vector_bytes({gap.id: encoded[i] for i, gap in enumerate(bare)}), version)
        return len(bare)

    async def encoded(self, asked: Sequence[tuple[str, str]]) -> list[Vectors]:
        """The places of questions with what a human answered; an answer that says nothing counts as none."""
        answers = [answer for _, answer in asked if says_something(answer)]
        vectors = await self.judging.embedder.encode([*(question for question, _ in asked), *answers])
        said = dict(zip(answers, vectors[len(asked) :], strict=True))
        return [together(vectors[row], said.get(answer)) for row, (_, answer) in enumerate(asked)]

    async def near(self, tenant: str, passages: Sequence[Passage]) -> list[Near]:
        """Open gaps that these passages may cover, the nearest first."""
        async with self.database.read(tenant) as records:
            held = await records.gaps.open(self.judging.embedder.version, MOST)
        if not held or not passages:
            return []
        encoded = await self.judging.embedder.encode([passage_text_for_index(p) for p in passages])
        cosines = (vectors_of([vector for _, vector in held]) @ encoded.T).max(axis=1)
        order = np.argsort(-cosines, kind="stable")[:ASKED]
        return [Near(gap=held[i][0], vector=held[i][1]) for i in order if cosines[i] >= NEAR]

    async def _close(self, tenant: str, changed: Sequence[Passage]) -> int:
        """Close those whose best passage is of an article that changed: what was covered before an agent found it wrong stays open."""
        articles = {passage.article_id for passage in changed}
        covered: dict[str, list[str]] = {}
        for near in await self.near(tenant, changed):
            judged = await self.judging.question(tenant, near.gap.question)
            if judged.covered_by in articles:
                covered.setdefault(judged.covered_by, []).append(near.gap.id)
        closed = 0
        async with self.database.write(tenant) as records:
            for article, ids in covered.items():
                for ident in await records.gaps.close(ids, Ending(as_="covered", by="system", at=self.clock(), article_id=article)):
                    await records.log.event("gap.closed", subject_id=ident, data={"as": "covered", "article": article})
                    closed += 1
        return closed


def vectors_of(stored: Sequence[bytes]) -> Vectors:
    """Vectors as the record keeps them (float32, little-endian), as rows."""
    rows: Vectors = np.stack([np.frombuffer(one, dtype="<f4") for one in stored]).astype(np.float32)
    return rows
