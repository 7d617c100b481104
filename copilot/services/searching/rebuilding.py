"""Making the indexes again from the record while they serve: new ones are filled beside, proved whole, and put in their place.

Searches and changes go on with those that serve. What changes meanwhile is brought into the new ones before the swap, which is one write
in SQL that fails when anything changed since: nothing is lost in between, on no replica.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import structlog

from copilot.domain.base import Frozen
from copilot.domain.errors import Conflict
from copilot.domain.knowledge import Passage
from copilot.domain.memory import Memory
from copilot.domain.ports.search import LexicalBuild, Vectors
from copilot.retrieval import indexing
from copilot.services.searching import generations
from copilot.services.searching.indexing import BATCH, Indexes

log = structlog.get_logger()
Progress = Callable[[int, int], Awaitable[None]]
"""Called with (done, all) items."""
PROBES = 200
ENOUGH = 0.99
"""The share of probes that must find themselves before vectors may serve (RELIABILITY, invariant 7)."""
WORDS_BATCH = 2000
"""Passages per commit of words."""


class Rebuilt(Frozen):
    """What a rebuild did. `found`: the share of probes that find themselves; `reason`: why the old vectors go on serving, if they do."""

    passages: int
    memories: int
    found: float
    reason: str = ""


@dataclass
class _Filling:
    """A collection that is being filled."""

    purpose: indexing.Purpose
    generation: int
    collection: str
    count: int = 0
    probes: dict[str, Vectors] = field(default_factory=dict)
    found: float = 1.0
    reason: str = ""

    def take(self, ids: Sequence[str], vectors: Vectors, share: float) -> None:
        """Note some of what was stored, evenly over the whole, to look for it later."""
        for row in np.unique(np.linspace(0, len(ids) - 1, max(1, round(share * len(ids)))).astype(int)):
            self.probes[ids[row]] = vectors[row]


@dataclass(frozen=True)
class Rebuilding:
    """Blue and green."""

    indexes: Indexes
    clock: Callable[[], datetime]

    async def run(self, tenant: str, progress: Progress | None = None) -> Rebuilt:
        """Everything again. Raises Conflict when another replica began the same later, and Unavailable when an index is out of reach."""
        async with self.indexes.lock(tenant, "build"):
            await self.words(tenant)
            async with self.indexes.database.read(tenant) as records:
                _, passages = await records.articles.count()
                memories = await records.memories.count()
            report = _Progress(progress, passages + memories)
            first = await self._passages(tenant, passages, report)
            second = await self._memories(tenant, report)
        checked = [filling for filling in (first, second) if filling.probes]
        return Rebuilt(
            passages=first.count,
            memories=second.count,
            found=min((filling.found for filling in checked), default=1.0),
            reason=" ".join(filling.reason for filling in checked if filling.reason),
        )

    async def words(self, tenant: str) -> None:
        """This replica's words again; the old ones answer meanwhile."""
        indexes = self.indexes
        build = await indexes.lexical.beside(tenant)
        try:
            async with indexes.database.read(tenant) as records:
                version = await records.articles.version()
            async for batch in self._pages(tenant, WORDS_BATCH):
                await build.replace([], batch)
            async with indexes.lock(tenant, "passages"):
                await self._serve_words(tenant, build, version)
        except BaseException:
            await build.discard()
            raise

    async def tidy(self, tenant: str) -> None:
        """Drop what neither serves nor is being filled: of earlier generations, and of versions that no encoder here speaks."""
        listed, live = await self.indexes.vectors.collections(), set[str]()
        for purpose in indexing.PURPOSES:
            async with self.indexes.lock(tenant, purpose), self.indexes.database.write(tenant) as records:
                now = await generations.standing(records, purpose, self.indexes.embedder)
                live |= {self.indexes.name(tenant, purpose, generation) for generation in now.live}
                if now.retired_at is not None:
                    await generations.put(records, purpose, self.indexes.embedder, now.model_copy(update={"retired_at": None}))
        theirs = tuple(indexing.collection_prefix(tenant, purpose) for purpose in indexing.PURPOSES)
        for name in listed:
            if name not in live and name.startswith(theirs):
                await self.indexes.vectors.drop(name)

    async def give_up(self, tenant: str) -> None:
        """Nothing is being filled any more; what was filled goes."""
        for purpose in indexing.PURPOSES:
            async with self.indexes.database.write(tenant) as records:
                now = await generations.standing(records, purpose, self.indexes.embedder)
                await generations.put(records, purpose, self.indexes.embedder, now.model_copy(update={"building": 0}))
            if now.building:
                await self.indexes.vectors.drop(self.indexes.name(tenant, purpose, now.building))

    async def _serve_words(self, tenant: str, build: LexicalBuild, version: int) -> None:
        indexes = self.indexes
        async with indexes.database.read(tenant) as records:
            present = await records.articles.version()
            removed, added = await records.articles.changes(version)
        await build.replace(removed, added)
        await build.serve()
        async with indexes.database.write(tenant) as records:
            await records.admin.put_state(indexes.words_note(), str(present))

    async def _passages(self, tenant: str, total: int, report: "_Progress") -> _Filling:
        filling = await self._begin(tenant, "passages")
        async with self.indexes.database.read(tenant) as records:
            version = await records.articles.version()
        async for batch in self._pages(tenant, BATCH):
            filling.take([passage.id for passage in batch], await self.indexes.embed(filling.collection, batch), PROBES / max(1, total))
            await report.advance(len(batch))
        version, _ = await self._caught_up(tenant, filling, version)
        await self._verify(filling)
        async with self.indexes.lock(tenant, "passages"):
            while not filling.reason:
                version, filling.count = await self._caught_up(tenant, filling, version)
                held = await self.indexes.vectors.count(filling.collection)
                if held != filling.count:
                    filling.reason = f"The new index of passages holds {held} instead of {filling.count}."
                elif await self._swap(tenant, filling, version):
                    return filling
        return await self._kept_old(tenant, filling)

    async def _caught_up(self, tenant: str, filling: _Filling, version: int) -> tuple[int, int]:
        """(the knowledge version up to which the new collection has come now, passages in it)."""
        async with self.indexes.database.read(tenant) as records:
            present = await records.articles.version()
            removed, added = await records.articles.changes(version)
            _, count = await records.articles.count()
        await self.indexes.apply(filling.collection, removed, added)
        for key in removed:
            filling.probes.pop(key, None)
        return present, count

    async def _memories(self, tenant: str, report: "_Progress") -> _Filling:
        filling = await self._begin(tenant, "memories")
        async with self.indexes.database.read(tenant) as records:
            remembered = [memory async for part in records.memories.every() for memory in part]
        for start in range(0, len(remembered), BATCH):
            await self._remember(tenant, filling, remembered[start : start + BATCH], PROBES / len(remembered))
            await report.advance(len(remembered[start : start + BATCH]))
        gone = filling.probes.keys() - await self.indexes.active(tenant, list(filling.probes))
        filling.probes = {key: vector for key, vector in filling.probes.items() if key not in gone}
        await self._verify(filling)
        async with self.indexes.lock(tenant, "memories"):
            if not filling.reason:
                await self._complete(tenant, filling)
                await self._swap(tenant, filling, 0)
                return filling
        return await self._kept_old(tenant, filling)

    async def _remember(self, tenant: str, filling: _Filling, memories: Sequence[Memory], share: float) -> None:
        ids = [memory.id for memory in memories]
        vectors = await self.indexes.embedder.encode([memory.text for memory in memories])
        async with self.indexes.lock(tenant, "memories"):
            await self.indexes.remember_in(tenant, filling.collection, ids, vectors)
        filling.take(ids, vectors, share)

    async def _complete(self, tenant: str, filling: _Filling) -> None:
        """What was remembered since is in the one that serves: taken from there, so that nobody waits for an encoder."""
        indexes = self.indexes
        active, there = await indexes.active(tenant), await indexes.vectors.ids(filling.collection)
        if there - active:
            await indexes.keep_active(tenant)
        newer = await indexes.vectors.get(await indexes.serving(tenant, "memories"), sorted(active - there))
        if newer:
            await indexes.remember_in(tenant, filling.collection, list(newer), np.stack(list(newer.values())))
        filling.count = await indexes.vectors.count(filling.collection)

    async def _begin(self, tenant: str, purpose: indexing.Purpose) -> _Filling:
        """A new generation; what an interrupted rebuild left is dropped."""
        async with self.indexes.database.write(tenant) as records:
            now = await generations.standing(records, purpose, self.indexes.embedder)
            await generations.put(records, purpose, self.indexes.embedder, now.model_copy(update={"building": now.next, "begun": now.next}))
        if now.building:
            log.info("half_built_index_dropped", tenant=tenant, purpose=purpose, generation=now.building)
            await self.indexes.vectors.drop(self.indexes.name(tenant, purpose, now.building))
        collection = self.indexes.name(tenant, purpose, now.next)
        # A restored backup may have forgotten a generation that is still on disk.
        await self.indexes.vectors.drop(collection)
        return _Filling(purpose, now.next, collection)

    async def _verify(self, filling: _Filling) -> None:
        probes = list(filling.probes.items())
        chosen = probes[:: max(1, len(probes) // PROBES)][:PROBES]
        filling.found = await indexing.verify(filling.collection, chosen, self.indexes.vectors)
        if filling.found < ENOUGH:
            filling.reason = (
                f"Only {filling.found:.1%} of {len(chosen)} {filling.purpose} found themselves in the new index ({ENOUGH:.0%} must)."
            )

    async def _swap(self, tenant: str, filling: _Filling, version: int) -> bool:
        """One write: from here on the new collection serves. False when passages changed since `version`: catch up first."""
        async with self.indexes.database.write(tenant) as records:
            now = await generations.standing(records, filling.purpose, self.indexes.embedder)
            if now.building != filling.generation:
                raise Conflict("Another re-index began meanwhile.", todo="Wait for that one.")
            if filling.purpose == "passages" and await records.articles.version() != version:
                return False
            served = {"generation": filling.generation, "version": version, "building": 0, "retired_at": self.clock()}
            swapped = now.model_copy(update=served)
            await generations.put(records, filling.purpose, self.indexes.embedder, swapped)
        return True

    async def _kept_old(self, tenant: str, filling: _Filling) -> _Filling:
        log.error("new_index_refused", tenant=tenant, purpose=filling.purpose, reason=filling.reason)
        async with self.indexes.database.write(tenant) as records:
            now = await generations.standing(records, filling.purpose, self.indexes.embedder)
            if now.building == filling.generation:
                await generations.put(records, filling.purpose, self.indexes.embedder, now.model_copy(update={"building": 0}))
        await self.indexes.vectors.drop(filling.collection)
        return filling

    async def _pages(self, tenant: str, size: int) -> AsyncIterator[list[Passage]]:
        """The published passages, each page read by itself: a transaction that lasts as long as encoding would hold everything up."""
        after = ""
        while True:
            async with self.indexes.database.read(tenant) as records:
                page: list[Passage] = await anext(records.articles.every(size, after), [])
            if not page:
                return
            yield page
            after = page[-1].id


@dataclass
class _Progress:
    """Counts what is done."""

    told: Progress | None
    total: int
    done: int = 0

    async def advance(self, by: int) -> None:
        self.done += by
        if self.told is not None:
            # What was published meanwhile may make it more than there was.
            await self.told(min(self.done, self.total), self.total)
