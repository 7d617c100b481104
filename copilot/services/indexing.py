"""Keeping the indexes in step with the record: they can be thrown away and are made again from SQL.

Each index notes in SQL up to which version of the knowledge it has come. One mechanism – catch up from there – serves a publish, another
replica's publish, and a crash between the record and an index.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import structlog

from copilot.domain.base import Frozen
from copilot.domain.errors import Unavailable
from copilot.domain.knowledge import Passage
from copilot.domain.memory import Memory
from copilot.domain.ports.records import Database
from copilot.domain.ports.search import Embedder, LexicalIndex, VectorIndex, Vectors
from copilot.retrieval import indexing
from copilot.retrieval.passages import passage_text_for_index

log = structlog.get_logger()
Progress = Callable[[int, int], None]
"""Called with (done, all)."""
Apply = Callable[[str, Sequence[str], Sequence[Passage]], Awaitable[None]]
"""Brings (tenant, ids to remove, passages to add) into one index."""
Probe = tuple[str, Vectors]
PROBES = 200
BATCH = 256


class Rebuilt(Frozen):
    """What a rebuild did. `found`: the share of probes that find themselves."""

    passages: int
    memories: int
    found: float


@dataclass
class Indexes:
    """The vector and the lexical index of every tenant. Words are kept by each replica, vectors by all together."""

    database: Database
    embedder: Embedder
    vectors: VectorIndex
    lexical: LexicalIndex
    replica: str
    _locks: dict[tuple[str, str], asyncio.Lock] = field(default_factory=dict)

    def collection(self, tenant: str, purpose: indexing.Purpose) -> str:
        """The collection's name, with the index version in it."""
        return indexing.collection_name(tenant, purpose, self.embedder)

    async def catch_up(self, tenant: str) -> None:
        """Bring what changed in the record into both indexes. Words first: they are searchable even while vectors are out of reach."""
        async with self._lock(tenant):
            await self._catch_up(tenant, self._words(), self._apply_words)
            try:
                await self._catch_up(tenant, self._meaning(tenant), self._apply_vectors)
            except Unavailable as error:
                log.warning("vectors_behind", tenant=tenant, reason=str(error))

    async def refresh(self, tenant: str, progress: Progress | None = None) -> None:
        """At start: catch up, and make again what is missing or damaged."""
        async with self.database.read(tenant) as records:
            _, passages = await records.articles.count()
        await self.catch_up(tenant)
        if await self.lexical.count(tenant) != passages:
            await self._all_words(tenant)
        try:
            complete = await self.vectors.count(self.collection(tenant, "passages")) == passages
        except Unavailable as error:
            log.warning("vectors_out_of_reach", tenant=tenant, reason=str(error))
            return
        if not complete:
            log.warning("vectors_incomplete", tenant=tenant, passages=passages)
            await self.reindex(tenant, progress)
        await self.in_step(tenant)

    async def reindex(self, tenant: str, progress: Progress | None = None) -> Rebuilt:
        """Make everything again from the record, verified."""
        await self._all_words(tenant)
        async with self._lock(tenant):
            await self.vectors.drop(self.collection(tenant, "passages"))
            async with self._lock(tenant, "memories"):
                await self.vectors.drop(self.collection(tenant, "memories"))
            return await self._all_vectors(tenant, progress)

    async def memories(self, tenant: str, memories: Sequence[Memory]) -> None:
        """Vectors of memories, for recall. What was erased or forgotten by now gets none: an erasure never waits for an encoder."""
        try:
            for start in range(0, len(memories), BATCH):
                part = memories[start : start + BATCH]
                await self._remember(tenant, [m.id for m in part], await self.embedder.encode([m.text for m in part]))
        except Unavailable as error:
            log.warning("vectors_behind", tenant=tenant, reason=str(error))

    async def sweep(self, tenant: str) -> None:
        """Remove the vectors of memories that are not on record as active, so that no file holds them. Call it after the commit.

        The collection is made again from the vectors that stay: deleting alone would leave id and vector in the index's write-ahead
        table, and vectors can partly be turned back into words. What is on record decides, not a list made before: nothing that was
        indexed in between is overlooked.
        """
        async with self._lock(tenant, "memories"):
            await self._keep_active(tenant)

    async def _remember(self, tenant: str, ids: Sequence[str], vectors: Vectors) -> None:
        """Index the active ones among `ids`, so that an erasure comes wholly before (they are gone) or after (it sweeps them)."""
        async with self._lock(tenant, "memories"):
            active = await self._active(tenant, ids)
            rows = [row for row, ident in enumerate(ids) if ident in active]
            if not rows:
                return
            await self.vectors.upsert(self.collection(tenant, "memories"), [ids[row] for row in rows], vectors[rows])
            # Our lock does not hold another replica back.
            if active != await self._active(tenant, ids):
                await self._keep_active(tenant)

    async def _keep_active(self, tenant: str) -> None:
        collection, kept = self.collection(tenant, "memories"), dict[str, Vectors]()
        stay = sorted(await self._active(tenant))
        for start in range(0, len(stay), BATCH):
            kept |= await self.vectors.get(collection, stay[start : start + BATCH])
        await self.vectors.drop(collection)
        ids = list(kept)
        for start in range(0, len(ids), BATCH):
            part = ids[start : start + BATCH]
            await self.vectors.upsert(collection, part, np.stack([kept[ident] for ident in part]))
        await self.vectors.compact()

    async def _active(self, tenant: str, ids: Sequence[str] | None = None) -> set[str]:
        async with self.database.read(tenant) as records:
            return await records.memories.active(ids)

    async def in_step(self, tenant: str) -> None:
        """What a crash between the record and the index, or a damaged index, took away or left behind."""
        there = await self.vectors.ids(self.collection(tenant, "memories"))
        active = await self._active(tenant)
        if there - active:
            log.warning("vectors_without_memories", tenant=tenant, count=len(there - active))
            await self.sweep(tenant)
        if active - there:
            async with self.database.read(tenant) as records:
                missing = [m async for batch in records.memories.every() for m in batch if m.id not in there]
            await self.memories(tenant, missing)

    async def _catch_up(self, tenant: str, name: str, apply: Apply) -> None:
        async with self.database.read(tenant) as records:
            noted = int(await records.admin.state(name) or 0)
            version = await records.articles.version()
            if noted == version:
                return
            removed, added = await records.articles.changes(noted)
        await apply(tenant, removed, added)
        await self._note(tenant, name, version)

    async def _apply_words(self, tenant: str, removed: Sequence[str], added: Sequence[Passage]) -> None:
        await self.lexical.replace(tenant, removed, added)

    async def _apply_vectors(self, tenant: str, removed: Sequence[str], added: Sequence[Passage]) -> None:
        collection = self.collection(tenant, "passages")
        for start in range(0, len(added), BATCH):
            await self._embed(collection, added[start : start + BATCH])
        gone = set(removed) - {p.id for p in added}
        if gone:
            await self.vectors.delete(collection, sorted(gone))

    async def _embed(self, collection: str, passages: Sequence[Passage]) -> list[Probe]:
        vectors = await self.embedder.encode([passage_text_for_index(p) for p in passages])
        await self.vectors.upsert(collection, [p.id for p in passages], vectors)
        return [(p.id, vectors[i]) for i, p in enumerate(passages)]

    async def _all_words(self, tenant: str) -> None:
        async with self._lock(tenant):
            await self.lexical.clear(tenant)
            async with self.database.read(tenant) as records:
                version = await records.articles.version()
                async for batch in records.articles.every():
                    await self.lexical.replace(tenant, [], batch)
            await self._note(tenant, self._words(), version)

    async def _all_vectors(self, tenant: str, progress: Progress | None) -> Rebuilt:
        collection = self.collection(tenant, "passages")
        done = 0
        probes: list[Probe] = []
        async with self.database.read(tenant) as records:
            version = await records.articles.version()
            _, total = await records.articles.count()
            async for batch in records.articles.every(BATCH):
                embedded = await self._embed(collection, batch)
                probes += embedded[: max(1, PROBES * len(batch) // max(total, 1))]
                done += len(batch)
                if progress:
                    progress(done, total)
            remembered = [m async for part in records.memories.every() for m in part]
        await self.memories(tenant, remembered)
        found = await indexing.verify(collection, probes[:PROBES], self.vectors) if probes else 1.0
        await self._note(tenant, self._meaning(tenant), version)
        log.info("indexes_rebuilt", tenant=tenant, passages=done, memories=len(remembered), found=round(found, 4))
        return Rebuilt(passages=done, memories=len(remembered), found=found)

    async def _note(self, tenant: str, name: str, version: int) -> None:
        async with self.database.write(tenant) as records:
            await records.admin.put_state(name, str(version))

    def _words(self) -> str:
        return f"index:words:{self.replica}"

    def _meaning(self, tenant: str) -> str:
        return f"index:{self.collection(tenant, 'passages')}"

    def _lock(self, tenant: str, purpose: indexing.Purpose = "passages") -> asyncio.Lock:
        """One for each collection; who needs both takes the passages' first."""
        return self._locks.setdefault((tenant, purpose), asyncio.Lock())
