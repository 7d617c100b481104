"""Re-indexing as people and starts ask for it: a durable job with progress and a report, one at a time for each tenant."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog

from copilot.domain.base import Frozen, Instant, new_id
from copilot.domain.errors import Conflict, NotFound, Unavailable
from copilot.domain.ports.records import Database, Records
from copilot.retrieval.indexing import PURPOSES
from copilot.services.searching import generations
from copilot.services.searching.rebuilding import Rebuilding, Rebuilt

log = structlog.get_logger()
REINDEX = "reindex"
"""The durable job; its subject is the re-index's id."""
TIDY = "tidy_indexes"
"""The durable job that drops what a re-index replaced; its subject is the moment of the swap."""
KEPT = timedelta(minutes=1)
"""Searches that were under way at the swap may read the old vectors for so long."""
STATE = "reindex"
"""The named state with the last report."""
FEW_MISSING = 1000
"""So many memories without a vector are made up for at once: half a minute of encoding."""


class Reindex(Frozen):
    """The report of a re-index, from the moment it was asked for."""

    id: str
    state: Literal["requested", "running", "done", "failed"]
    requested_at: Instant
    ended_at: Instant | None = None
    done: int = 0
    """Passages and memories that are indexed."""
    total: int = 0
    passages: int = 0
    """Passages in the new index; known when it is done."""
    memories: int = 0
    found: float | None = None
    """The share of 200 probes that find themselves, 0–1."""
    reason: str = ""
    """Why it failed. What served before goes on serving."""

    @property
    def open(self) -> bool:
        """Whether it has not ended."""
        return self.state in ("requested", "running")


@dataclass(frozen=True)
class Reindexing:
    """Asks for, runs and reports on re-indexes."""

    rebuilding: Rebuilding
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def request(self, tenant: str, actor: str = "system") -> Reindex:
        """Start one, or tell of the one that is under way."""
        async with self._database.write(tenant) as records:
            last = await _held(records)
            if last is not None and last.open:
                return last
            report = Reindex(id=new_id(), state="requested", requested_at=self.clock())
            await _put(records, report)
            await records.log.event("knowledge.reindex_requested", subject_id=report.id, actor=actor)
            await records.log.enqueue(REINDEX, report.id)
        self.wake(tenant)
        return report

    async def report(self, tenant: str) -> Reindex:
        """The last one. Raises NotFound."""
        async with self._database.read(tenant) as records:
            last = await _held(records)
        if last is None:
            raise NotFound("The indexes were never made again.", todo="Ask for it: POST /v1/knowledge/reindex.")
        return last

    async def run(self, tenant: str, ident: str) -> None:
        """The durable job: safe to run again at any point, from the beginning."""
        async with self._database.write(tenant) as records:
            held = await _held(records)
            if held is None or held.id != ident or not held.open:
                return
            report = held.model_copy(update={"state": "running"})
            await _put(records, report)

        async def progress(done: int, total: int) -> None:
            async with self._database.write(tenant) as records:
                await _put(records, report.model_copy(update={"done": done, "total": total}))

        try:
            rebuilt = await self.rebuilding.run(tenant, progress)
        except Conflict:
            log.info("reindex_overtaken", tenant=tenant, reindex=ident)
            return
        await self._end(tenant, report, rebuilt)

    async def failed(self, tenant: str, ident: str) -> None:
        """The job was given up after its retries: the report says so, what was half built goes."""
        async with self._database.write(tenant) as records:
            report = await _held(records)
            if report is None or report.id != ident or not report.open:
                return
            reason = "It was interrupted by an error again and again; the log says which. Run copilot doctor, then ask for it again."
            await _put(records, report.model_copy(update={"state": "failed", "ended_at": self.clock(), "reason": reason}))
        await self.rebuilding.give_up(tenant)
        self.wake(tenant)

    async def tidy(self, tenant: str, _: str) -> None:
        """The durable job: drop what was replaced."""
        await self.rebuilding.tidy(tenant)

    async def unfinished(self, before: datetime) -> list[tuple[str, str, str]]:
        """(job, tenant, subject): re-indexes requested before `before` that have not ended, and what they replaced."""
        left = []
        for tenant in await self._database.tenants():
            async with self._database.read(tenant) as records:
                report = await _held(records)
                held = [await generations.standing(records, purpose, self.rebuilding.indexes.embedder) for purpose in PURPOSES]
            if report is not None and report.open and report.requested_at < before:
                left.append((REINDEX, tenant, report.id))
            swapped = [one.retired_at for one in held if one.retired_at is not None]
            if swapped and max(swapped) < self.clock() - KEPT:
                left.append((TIDY, tenant, max(swapped).isoformat()))
        return left

    async def refresh(self, tenant: str, *, working: bool) -> None:
        """At start: catch up, and make again what is missing or damaged: words at once, which takes seconds; vectors by a job if `working`.

        Until that job is done, words answer, and what is published meanwhile is found by its meaning too.
        """
        if not await self._whole(tenant):
            log.warning("vectors_incomplete", tenant=tenant)
            if working:
                await self.request(tenant)
            else:
                await self._at_once(tenant)

    async def _whole(self, tenant: str) -> bool:
        """Whether both indexes hold what is on record, after little was made up for. Vectors out of reach are nobody's to make again."""
        indexes = self.rebuilding.indexes
        async with self._database.read(tenant) as records:
            _, passages = await records.articles.count()
        try:
            held = await indexes.vectors.count(await indexes.serving(tenant, "passages"))
            if passages and not held:
                await self._begin_anew(tenant)
            await self._words(tenant, passages)
            if await indexes.vectors.count(await indexes.serving(tenant, "passages")) != passages:
                return False
            async with self._database.read(tenant) as records:
                missing = await records.memories.count() - await indexes.vectors.count(await indexes.serving(tenant, "memories"))
            if missing > FEW_MISSING:
                return False
            await indexes.in_step(tenant)
        except Unavailable as error:
            log.warning("vectors_out_of_reach", tenant=tenant, reason=str(error))
            await self._words(tenant, passages)
        return True

    async def _words(self, tenant: str, passages: int) -> None:
        await self.rebuilding.indexes.catch_up(tenant)
        if await self.rebuilding.indexes.lexical.count(tenant) != passages:
            await self.rebuilding.words(tenant)

    async def _begin_anew(self, tenant: str) -> None:
        """Nothing is indexed (a new encoder, a lost folder): the job encodes everything, so that a start or a publish need not."""
        embedder = self.rebuilding.indexes.embedder
        async with self._database.write(tenant) as records:
            now = await generations.standing(records, "passages", embedder)
            version = await records.articles.version()
            await generations.put(records, "passages", embedder, now.model_copy(update={"version": version}))

    async def _at_once(self, tenant: str) -> None:
        """For a command without a running service: nobody else would do it."""
        rebuilt = await self.rebuilding.run(tenant)
        # Nobody searches yet.
        await self.rebuilding.tidy(tenant)
        if rebuilt.reason:
            log.error("reindex_failed", tenant=tenant, reason=rebuilt.reason)

    async def _end(self, tenant: str, report: Reindex, rebuilt: Rebuilt) -> None:
        count = rebuilt.passages + rebuilt.memories
        changed = {"ended_at": self.clock(), "done": count, "total": count, **rebuilt.model_dump()}
        ended = report.model_copy(update={"state": "failed" if rebuilt.reason else "done", **changed})
        async with self._database.write(tenant) as records:
            await _put(records, ended)
            await records.log.event(f"knowledge.reindex_{ended.state}", subject_id=ended.id, data={"found": rebuilt.found})
        self.wake(tenant)

    @property
    def _database(self) -> Database:
        return self.rebuilding.indexes.database


async def _held(records: Records) -> Reindex | None:
    held = await records.admin.state(STATE)
    return Reindex.model_validate_json(held) if held else None


async def _put(records: Records, report: Reindex) -> None:
    await records.admin.put_state(STATE, report.model_dump_json())
