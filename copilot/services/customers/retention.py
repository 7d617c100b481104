"""Retention: what is older than the company keeps it goes, once a day; guarded memories when they expire, ids of deliveries after a week.

Any other class of records is kept for ever unless the settings give it days. Days end at midnight UTC, so that what is due is due all at
once.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from copilot.domain.ports.records import Database, Records
from copilot.domain.ports.work import DurableEngine
from copilot.domain.tenant import Outdating
from copilot.services.searching.indexing import Indexes

RETAIN = "retain"
"""The durable job; its subject is the day (2026-03-01)."""
REMEMBERED = timedelta(days=7)
"""For so long at least a chat tool's delivery is known by its id: longer than a signed time holds, so no replay is taken for new."""
AT_ONCE = 100
"""Records a transaction: others want to write, too."""


@dataclass(frozen=True)
class Retention:
    """Lets go of what is not to be kept."""

    database: Database
    indexes: Indexes
    engine: DurableEngine
    clock: Callable[[], datetime]
    _looked: dict[str, str] = field(default_factory=dict)
    """Tenant → the day on which nothing is left to do."""

    async def due(self, _: datetime) -> list[tuple[str, str, str]]:
        """(job, tenant, day) of tenants with something to let go of."""
        day, found = self.clock().date().isoformat(), []
        for tenant in await self.database.tenants():
            if self._looked.get(tenant) == day:
                continue
            async with self.database.read(tenant) as records:
                for class_, before in await _limits(records, day):
                    if await records.admin.outdated(class_, before, 1):
                        found.append((RETAIN, tenant, day))
                        break
                else:
                    self._looked[tenant] = day
        return found

    async def run(self, tenant: str, day: str) -> None:
        """The durable job: safe to run again at any point."""
        removed: Counter[str] = Counter()
        async with self.database.read(tenant) as records:
            limits = await _limits(records, day)
        for class_, before in limits:
            while gone := await self._some(tenant, class_, before):
                removed.update({name: len(ids) for name, ids in gone.items()})
                await self.engine.forget(tenant, gone.get("turns", []))
        if removed["memories"]:
            await self.indexes.sweep(tenant)
        # Also after a run that was interrupted between the rows and their vectors.
        await self.indexes.in_step(tenant)
        if removed:
            async with self.database.write(tenant) as records:
                await records.log.event("retention.swept", subject_id=day, data={"removed": dict(removed)})

    async def _some(self, tenant: str, class_: Outdating, before: datetime) -> dict[str, list[str]]:
        async with self.database.write(tenant) as records:
            return await records.admin.discard(class_, await records.admin.outdated(class_, before, AT_ONCE))


async def _limits(records: Records, day: str) -> list[tuple[Outdating, datetime]]:
    """Up to when a class is outdated on that day."""
    midnight = datetime.combine(datetime.fromisoformat(day), time(), UTC)
    kept = (await records.admin.settings()).retention_days
    limits: list[tuple[Outdating, datetime]] = [(class_, midnight - timedelta(days=days)) for class_, days in kept.items()]
    return [*limits, ("expired_memories", midnight), ("deliveries", midnight - REMEMBERED)]
