"""Keeping the indexes in step with the record: they can be thrown away and are made again from SQL (`rebuilding`).

Each index notes in SQL up to which version of the knowledge it has come. One mechanism – catch up from there – serves a publish, another
replica's publish, and a crash between the record and an index.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import structlog

from copilot.domain.errors import Unavailable
from copilot.domain.knowledge import Passage
from copilot.domain.memory import Memory
from copilot.domain.ports.records import Database
from copilot.domain.ports.search import Embedder, LexicalIndex, VectorIndex, Vectors
from copilot.retrieval import indexing
from copilot.retrieval.passages import passage_text_for_index
from copilot.services.searching import generations

log = structlog.get_logger()
BATCH = 256
"""Texts per round of encoding: about three seconds, so that progress is seen and a stop loses little."""


@dataclass
class Indexes:
    """The vector and the lexical index of every tenant. Words are kept by each replica, vectors by all together."""

    database: Database
    embedder: Embedder
    vectors: VectorIndex
    lexical: LexicalIndex
    replica: str
    _locks: dict[tuple[str, str], asyncio.Lock] = field(default_factory=dict)

    async def serving(self, tenant: str, purpose: indexing.Purpose) -> str:
        """The collection to search."""
        async with self.database.read(tenant) as records:
            return await generations.serving(records, purpose, self.embedder)

    async def catch_up(self, tenant: str) -> None:
        """Bring what changed in the record into both indexes. Words first: they are searchable even while vectors are out of reach."""
        async with self.lock(tenant, "passages"):
            await self._catch_up_words(tenant)
            try:
                while not await self._catch_up_vectors(tenant):
                    log.info("vectors_swapped_meanwhile", tenant=tenant)
            except Unavailable as error:
                log.warning("vectors_behind", tenant=tenant, reason=str(error))

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
        async with self.lock(tenant, "memories"):
            await self.keep_active(tenant)

    async def in_step(self, tenant: str) -> None:
        """What a crash between the record and the index, or a damaged index, took away or left behind."""
        there = await self.vectors.ids(await self.serving(tenant, "memories"))
        active = await self.active(tenant)
        if there - active:
            log.warning("vectors_without_memories", tenant=tenant, count=len(there - active))
            await self.sweep(tenant)
        if active - there:
            async with self.database.read(tenant) as records:
                missing = [m async for batch in records.memories.every() for m in batch if m.id not in there]
            await self.memories(tenant, missing)

    async def keep_active(self, tenant: str) -> None:
        """As `sweep`, for who holds the memories' lock. Collections that neither serve nor are being filled go as a whole."""
        # Listed first: what is begun after that is filled from the record as it is now.
        listed = await self.vectors.collections()
        async with self.database.read(tenant) as records:
            standing = await generations.standing(records, "memories", self.embedder)
        live = {self.name(tenant, "memories", generation) for generation in standing.live}
        stay = sorted(await self.active(tenant))
        for collection in listed:
            if collection in live:
                await self._rewrite(collection, stay)
            elif collection.startswith(indexing.collection_prefix(tenant, "memories")):
                await self.vectors.drop(collection)
        await self.vectors.compact()

    async def active(self, tenant: str, ids: Sequence[str] | None = None) -> set[str]:
        """Ids of the active memories: all of them, or those among `ids`."""
        async with self.database.read(tenant) as records:
            return await records.memories.active(ids)

    async def apply(self, collection: str, removed: Sequence[str], added: Sequence[Passage]) -> None:
        """Vectors are replaced in place (delete and add would cost recall), then old ids go."""
        for start in range(0, len(added), BATCH):
            await self.embed(collection, added[start : start + BATCH])
        gone = set(removed) - {p.id for p in added}
        if gone:
            await self.vectors.delete(collection, sorted(gone))

    async def embed(self, collection: str, passages: Sequence[Passage]) -> Vectors:
        """Encode and store; the vectors as they were encoded, shape (len(passages), dimension)."""
        encoded = await self.embedder.encode([passage_text_for_index(passage) for passage in passages])
        await self.vectors.upsert(collection, [passage.id for passage in passages], encoded)
        return encoded

    def words_note(self) -> str:
        """The named state that says up to which version this replica's words have come."""
        return f"index:words:{self.replica}"

    def lock(self, tenant: str, purpose: indexing.Purpose | Literal["build"]) -> asyncio.Lock:
        """One for each collection; `build` for who makes them again. Taken in the order build, passages, memories."""
        return self._locks.setdefault((tenant, purpose), asyncio.Lock())

    async def _catch_up_words(self, tenant: str) -> None:
        async with self.database.read(tenant) as records:
            noted = int(await records.admin.state(self.words_note()) or 0)
            version = await records.articles.version()
            if noted == version:
                return
            removed, added = await records.articles.changes(noted)
        await self.lexical.replace(tenant, removed, added)
        async with self.database.write(tenant) as records:
            await records.admin.put_state(self.words_note(), str(version))

    async def _catch_up_vectors(self, tenant: str) -> bool:
        """False when another replica put another collection in its place meanwhile: what was done counts for the old one."""
        async with self.database.read(tenant) as records:
            # In this order: a swap in between is of a collection that has come as far as this, or further.
            version = await records.articles.version()
            standing = await generations.standing(records, "passages", self.embedder)
            if standing.version == version:
                return True
            removed, added = await records.articles.changes(standing.version)
        await self.apply(self.name(tenant, "passages", standing.generation), removed, added)
        async with self.database.write(tenant) as records:
            present = await generations.standing(records, "passages", self.embedder)
            if present.generation != standing.generation:
                return False
            await generations.put(records, "passages", self.embedder, present.model_copy(update={"version": version}))
        return True

    async def _remember(self, tenant: str, ids: Sequence[str], vectors: Vectors) -> None:
        """Index the active ones among `ids`, so that an erasure comes wholly before (they are gone) or after (it sweeps them)."""
        async with self.lock(tenant, "memories"):
            served = ""
            # Our lock does not hold another replica back: it may put another collection in the place of the one that served.
            while served != (collection := await self.serving(tenant, "memories")):
                served = collection
                await self.remember_in(tenant, collection, ids, vectors)

    async def remember_in(self, tenant: str, collection: str, ids: Sequence[str], vectors: Vectors) -> None:
        """As `_remember`, in a named collection, for who holds the memories' lock."""
        active = await self.active(tenant, ids)
        rows = [row for row, ident in enumerate(ids) if ident in active]
        if not rows:
            return
        await self.vectors.upsert(collection, [ids[row] for row in rows], vectors[rows])
        # Nor does it hold another replica's erasure back.
        if active != await self.active(tenant, ids):
            await self.keep_active(tenant)

    async def _rewrite(self, collection: str, stay: Sequence[str]) -> None:
        kept = dict[str, Vectors]()
        for start in range(0, len(stay), BATCH):
            kept |= await self.vectors.get(collection, stay[start : start + BATCH])
        await self.vectors.drop(collection)
        ids = list(kept)
        for start in range(0, len(ids), BATCH):
            part = ids[start : start + BATCH]
            await self.vectors.upsert(collection, part, np.stack([kept[ident] for ident in part]))

    def name(self, tenant: str, purpose: indexing.Purpose, generation: int) -> str:
        """A generation's collection."""
        return indexing.collection_name(tenant, purpose, self.embedder, generation)
