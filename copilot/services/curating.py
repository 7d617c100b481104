"""People's say over what is remembered: approve or forget a memory, settle a promise, see what knowledge lacks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from copilot.domain.case import Gap
from copilot.domain.errors import Conflict, NotFound, Refused
from copilot.domain.memory import Memory, MemoryState, Promise
from copilot.domain.ports.records import Database
from copilot.domain.staff import Caller
from copilot.services.indexing import Indexes
from copilot.services.reading import actor, own_names

EVERYONES: tuple[str, ...] = ("supervisor", "integrator", "admin")
"""Roles that see all open promises, because somebody has to notice one before it falls due; others see their own."""


@dataclass(frozen=True)
class Curating:
    """Memories, promises, gaps."""

    database: Database
    indexes: Indexes
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

    async def judge(self, caller: Caller, memory_id: str, state: Literal["active", "forgotten"]) -> Memory:
        """Approve what was learned, or forget what is remembered. What was forgotten stays so."""
        async with self.database.write(caller.tenant_id) as records:
            memory = await records.memories.get(memory_id)
            if memory is None:
                raise NotFound(f"There is no memory {memory_id!r}.", todo="List the customer's memories.")
            if memory.state == state:
                return memory
            if memory.state == "forgotten":
                raise Conflict("This memory was forgotten.", todo="Let it be learned anew.")
            await records.memories.set_state(memory_id, state)
            name = "memory.approved" if state == "active" else "memory.forgotten"
            await records.log.event(name, conversation_id=memory.conversation_id or "", subject_id=memory_id, actor=actor(caller))
        changed = memory.model_copy(update={"state": state})
        if state == "active":
            await self.indexes.memories(caller.tenant_id, [changed])
        else:
            await self.indexes.forget(caller.tenant_id, [memory_id])
        self.wake(caller.tenant_id)
        return changed

    async def promises(self, caller: Caller, owner: str = "") -> list[Promise]:
        """Open and overdue promises, the most urgent first. Only one's own can be picked out by owner: no list of one colleague's."""
        now = self.clock()
        async with self.database.read(caller.tenant_id) as records:
            own = await own_names(records, caller)
            if owner and owner != "me" and owner not in own:
                raise Refused("One person's promises are shown to that person only.", todo="Leave `owner` out, or write owner=me.")
            open_ = await records.memories.promises_open()
        mine_only = bool(owner) or caller.role not in EVERYONES
        return [p.at(now) for p in open_ if not mine_only or p.owner in own]

    async def settle(self, caller: Caller, promise_id: str, state: Literal["kept", "withdrawn"]) -> Promise:
        """A person says that a promise was kept, or that it no longer holds."""
        now = self.clock()
        async with self.database.write(caller.tenant_id) as records:
            promise = await records.memories.promise(promise_id)
            if promise is None:
                raise NotFound(f"There is no promise {promise_id!r}.", todo="List the open promises.")
            if promise.state == state:
                return promise
            if promise.state in ("kept", "withdrawn"):
                raise Conflict(f"This promise was already {promise.state}.", todo="Nothing is left to do.")
            settled = promise.model_copy(update={"state": state, "settled_at": now})
            await records.memories.put_promise(settled)
            await records.log.event(f"promise.{state}", conversation_id=promise.conversation_id, subject_id=promise_id, actor=actor(caller))
        self.wake(caller.tenant_id)
        return settled

    async def gaps(self, tenant: str, limit: int = 200) -> list[Gap]:
        """Questions that knowledge did not cover: open ones first, newest first."""
        async with self.database.read(tenant) as records:
            return await records.log.gaps(limit)
