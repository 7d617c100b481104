"""Keeping the indexes in step with the record: they can be thrown away and are made again from SQL."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from copilot.domain.base import Frozen
from copilot.domain.errors import Unavailable
from copilot.domain.knowledge import Passage
from copilot.domain.memory import Memory
from copilot.domain.ports.records import Database
from copilot.domain.ports.search import Embedder, LexicalIndex, VectorIndex
from copilot.retrieval import indexing
from copilot.retrieval.passages import passage_text_for_index

log = structlog.get_logger()
Progress = Callable[[int, int], None]
"""Called with (done, all)."""
LEXICAL = "lexical_version"
VECTORS = "vectors_version"
"""Names of the state values that say up to which knowledge version an index has come, and for which collection."""
PROBES = 200
BATCH = 256


class Rebuilt(Frozen):
    """What a rebuild did. `found`: the share of probes that find themselves."""

    passages: int
    memories: int
    found: float


@dataclass
class Indexes:
    """The vector and the lexical index of every tenant."""

    database: Database
    embedder: Embedder
    vectors: VectorIndex
    lexical: LexicalIndex
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def passages(self, tenant: str, removed: Sequence[str], added: Sequence[Passage]) -> None:
        """Bring a change of articles into both indexes. Words are searchable at once; a vector index out of reach is caught up later."""
        await self.lexical.replace(tenant, removed, added)
        collection = self.collection(tenant, "passages")
        try:
            if added:
                vectors = await self.embedder.encode([passage_text_for_index(p) for p in added])
                await self.vectors.upsert(collection, [p.id for p in added], vectors)
            if removed:
                await self.vectors.delete(collection, removed)
        except Unavailable as error:
            log.warning("vectors_behind", tenant=tenant, reason=str(error))
            return
        await self._note(tenant)

    async def memories(self, tenant: str, memories: Sequence[Memory]) -> None:
        """Vectors of memories, for recall."""
        if not memories:
            return
        try:
            for start in range(0, len(memories), BATCH):
                part = memories[start : start + BATCH]
                await self.vectors.upsert(
                    self.collection(tenant, "memories"), [m.id for m in part], await self.embedder.encode([m.text for m in part])
                )
        except Unavailable as error:
            log.warning("vectors_behind", tenant=tenant, reason=str(error))

    async def forget(self, tenant: str, memory_ids: Sequence[str]) -> None:
        """Remove vectors of memories and make them unreadable."""
        await self.vectors.delete(self.collection(tenant, "memories"), memory_ids)
        await self.vectors.compact()

    def collection(self, tenant: str, purpose: str) -> str:
        """The collection's name, with the index version in it."""
        return indexing.collection_name(tenant, purpose, self.embedder)

    async def refresh(self, tenant: str, progress: Progress | None = None) -> Rebuilt | None:
        """Bring both indexes up to the record; rebuilds what is missing, damaged or of another version. None: nothing to do."""
        async with self._locks.setdefault(tenant, asyncio.Lock()):
            async with self.database.read(tenant) as records:
                noted = await records.admin.state(VECTORS)
                version = await records.articles.version()
                _, passages = await records.articles.count()
            collection = self.collection(tenant, "passages")
            if await self.lexical.count(tenant) != passages:
                await self._lexical(tenant)
            if noted == f"{collection}@{version}" and await self.vectors.count(collection) == passages:
                return None
            return await self._rebuild(tenant, progress)

    async def reindex(self, tenant: str, progress: Progress | None = None) -> Rebuilt:
        """Make everything again from the record, verified."""
        async with self._locks.setdefault(tenant, asyncio.Lock()):
            await self._lexical(tenant)
            await self.vectors.drop(self.collection(tenant, "passages"))
            await self.vectors.drop(self.collection(tenant, "memories"))
            return await self._rebuild(tenant, progress)

    async def _lexical(self, tenant: str) -> None:
        await self.lexical.clear(tenant)
        async with self.database.read(tenant) as records:
            async for batch in records.articles.every():
                await self.lexical.replace(tenant, [], batch)

    async def _rebuild(self, tenant: str, progress: Progress | None) -> Rebuilt:
        collection, done, probes = self.collection(tenant, "passages"), 0, []
        async with self.database.read(tenant) as records:
            _, total = await records.articles.count()
            async for batch in records.articles.every(BATCH):
                vectors = await self.embedder.encode([passage_text_for_index(p) for p in batch])
                await self.vectors.upsert(collection, [p.id for p in batch], vectors)
                probes += [(p.id, vectors[i]) for i, p in enumerate(batch)][: max(1, PROBES * len(batch) // max(total, 1))]
                done += len(batch)
                if progress:
                    progress(done, total)
            remembered = [m async for batch in records.memories.every() for m in batch]
        await self.memories(tenant, remembered)
        found = await indexing.verify(collection, probes[:PROBES], self.vectors) if probes else 1.0
        await self._note(tenant)
        log.info("indexes_rebuilt", tenant=tenant, passages=done, memories=len(remembered), found=round(found, 4))
        return Rebuilt(passages=done, memories=len(remembered), found=found)

    async def _note(self, tenant: str) -> None:
        async with self.database.write(tenant) as records:
            version = await records.articles.version()
            await records.admin.put_state(VECTORS, f"{self.collection(tenant, 'passages')}@{version}")
