"""People's say over what is remembered: approve, correct or forget a memory; and what knowledge lacks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.case import Gap
from copilot.domain.errors import Invalid, NotFound
from copilot.domain.memory import Memory, MemoryState
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Database
from copilot.domain.staff import Caller
from copilot.services.conversations.reading import actor
from copilot.services.customers import correcting
from copilot.services.customers.correcting import Correction
from copilot.services.searching.indexing import Indexes


@dataclass(frozen=True)
class Curating:
    """Memories and gaps."""

    database: Database
    indexes: Indexes
    privacy: Privacy
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def memories(self, caller: Caller, customer: str, states: Sequence[MemoryState]) -> list[Memory]:
        """A customer's memories, newest first. Who looked is noted. Raises NotFound."""
        async with self.database.write(caller.tenant_id) as records:
            found = await records.customers.find(customer)
            if found is None:
                raise NotFound(f"There is no customer {customer!r}.", todo="Check the id.")
            await records.log.event("customer.viewed", subject_id=found.id, actor=actor(caller), data={"what": "memories"})
            return await records.memories.of_customer(found.id, states)

    async def viewed(self, caller: Caller, customer_id: str, what: str) -> None:
        """Somebody looked at a customer: noted for the audit."""
        async with self.database.write(caller.tenant_id) as records:
            await records.log.event("customer.viewed", subject_id=customer_id, actor=actor(caller), data={"what": what})

    async def judge(self, caller: Caller, memory_id: str, given: Correction) -> Memory:
        """Approve what was learned, correct it, or forget what is remembered. What was forgotten stays so."""
        if given == Correction():
            raise Invalid("Nothing is named that should change.", todo=f"Send any of {', '.join(Correction.model_fields)}.")
        async with self.database.write(caller.tenant_id) as records:
            memory = await records.memories.get(memory_id)
            if memory is None:
                raise NotFound(f"There is no memory {memory_id!r}.", todo="List the customer's memories.")
            changed = await correcting.apply(records, caller, memory, given, self.privacy)
        if changed == memory:
            return memory
        if changed.state == "active":
            await self.indexes.memories(caller.tenant_id, [changed])
        elif changed.state == "forgotten":
            await self.indexes.sweep(caller.tenant_id)
        self.wake(caller.tenant_id)
        return changed

    async def gaps(self, tenant: str, limit: int = 200) -> list[Gap]:
        """Questions that knowledge did not cover: open ones first, newest first."""
        async with self.database.read(tenant) as records:
            return await records.gaps.all(limit)
