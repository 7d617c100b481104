"""Erasure: a durable job with a receipt that reaches rows, vectors and workflow state; and tombstones so that nobody comes back."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from copilot.domain.base import Frozen, Instant, new_id
from copilot.domain.errors import NotFound
from copilot.domain.ports.records import Database, Records
from copilot.domain.ports.work import DurableEngine
from copilot.services.customers.tombstones import Tombstones
from copilot.services.searching.indexing import Indexes

ERASE = "erase"
"""The durable job; its subject is the erasure's id."""
OPEN = "erasures:open"
"""The named state that lists erasures which are not done."""


class Receipt(Frozen):
    """What was erased, in numbers; it names nobody."""

    id: str
    state: str
    """requested, done"""
    requested_at: Instant
    done_at: Instant | None = None
    removed: dict[str, int] = {}
    """Rows by class; `vectors` and `workflows` too."""


@dataclass(frozen=True)
class Erasure:
    """Erases people."""

    database: Database
    indexes: Indexes
    engine: DurableEngine
    tombstones: Tombstones
    clock: Callable[[], datetime]
    wake: Callable[[], None]
    forget: Callable[[], Awaitable[None]]
    """Drops texts that the process keeps for speed."""

    async def request(self, tenant: str, ref: str, actor: str) -> Receipt:
        """Bury the person at once (nothing new is taken in), and start the job that erases what is there."""
        async with self.database.write(tenant) as records:
            customer = await records.customers.find(ref)
            if customer is None:
                raise NotFound(f"There is no customer {ref!r}.", todo="Check the id; they may have been erased already.")
            receipt = Receipt(id=new_id(), state="requested", requested_at=self.clock())
            theirs = await records.customers.records_of(customer.id)
            await records.admin.bury(sorted({digest for one in theirs for digest in self.tombstones.digests(tenant, one)}))
            # Who they are is settled now: what is joined or parted before the rows go changes nothing.
            await _put(records, receipt, [one.id for one in theirs])
            await records.admin.put_state(OPEN, json.dumps([*await _open(records), receipt.id]))
            await records.log.event("customer.erasure_requested", subject_id=receipt.id, actor=actor)
            await records.log.enqueue(ERASE, receipt.id)
        self.wake()
        return receipt

    async def unfinished(self, before: datetime) -> list[tuple[str, str, str]]:
        """Erasures requested before `before` that are not done, as (job, tenant, receipt)."""
        left = []
        for tenant in await self.database.tenants():
            async with self.database.read(tenant) as records:
                held = [Receipt.model_validate((await _held(records, ident))["receipt"]) for ident in await _open(records)]
            left += [(ERASE, tenant, receipt.id) for receipt in held if receipt.requested_at < before]
        return left

    async def run(self, tenant: str, receipt_id: str) -> None:
        """The durable job: safe to run again at any point, since the person's id is kept until everything else is gone."""
        async with self.database.read(tenant) as records:
            person = await _person(records, await _held(records, receipt_id))
        if not person:
            return
        receipt, turns = await self._rows(tenant, receipt_id, person)
        # Only now, when nobody can add to what is there: whatever was indexed or begun before the rows went is found.
        await self.indexes.sweep(tenant)
        await self.engine.forget(tenant, turns)
        await self.forget()
        await self.database.vacuum()
        async with self.database.write(tenant) as records:
            await _put(records, receipt.model_copy(update={"state": "done", "done_at": self.clock()}))
            await records.admin.put_state(OPEN, json.dumps([ident for ident in await _open(records) if ident != receipt_id]))
            await records.log.event("customer.erased", subject_id=receipt_id, data={"removed": receipt.removed})

    async def _rows(self, tenant: str, receipt_id: str, person: Sequence[str]) -> tuple[Receipt, list[str]]:
        """Delete the rows. The turns' ids are kept with the receipt until it is done: their workflows are found by them only."""
        async with self.database.write(tenant) as records:
            held = await _held(records, receipt_id)
            receipt = Receipt.model_validate(held["receipt"])
            gone = await records.customers.erase(*person)
            turns = [*held.get("turns", []), *gone.get("turns", [])]
            counted = {name: len(ids) for name, ids in gone.items()} | {"vectors": len(gone.get("memories", [])), "workflows": len(turns)}
            # A run after an interrupted one finds nothing any more: what the first one removed stands.
            removed = {name: max(counted.get(name, 0), receipt.removed.get(name, 0)) for name in {**receipt.removed, **counted}}
            receipt = receipt.model_copy(update={"removed": removed})
            await _put(records, receipt, person, turns)
        return receipt, turns

    async def again(self, tenant: str) -> int:
        """After a restore: erase everyone whom a tombstone names. Returns how many."""
        gone, after = 0, ""
        while True:
            async with self.database.read(tenant) as records:
                people = await records.customers.all(after)
                back = [p for p in people if await records.admin.buried(self.tombstones.recognised(tenant, p))]
            for person in back:
                async with self.database.write(tenant) as records:
                    await records.customers.erase(person.id)
            gone += len(back)
            if not people:
                return gone
            after = people[-1].id

    async def receipt(self, tenant: str, receipt_id: str) -> Receipt:
        """Raises NotFound."""
        async with self.database.read(tenant) as records:
            held = await _held(records, receipt_id)
        if not held:
            raise NotFound(f"There is no erasure {receipt_id!r}.", todo="Check the receipt's id.")
        return Receipt.model_validate(held["receipt"])


async def _held(records: Records, receipt_id: str) -> dict[str, Any]:
    """{"receipt": …}, and until the erasure is done {"customers": [our ids], "turns": [our ids]}; empty when there is none."""
    held: dict[str, Any] = json.loads(await records.admin.state(_name(receipt_id)) or "{}")
    return held


async def _person(records: Records, held: Mapping[str, Any]) -> list[str]:
    """The records to erase. `customer`: as an earlier version noted one that is under way; it meant all of the person's."""
    if not (leading := held.get("customer")):
        return list(held.get("customers", []))
    return [one.id for one in await records.customers.records_of(leading)] or [leading]


async def _put(records: Records, receipt: Receipt, person: Sequence[str] = (), turns: Sequence[str] = ()) -> None:
    held = {"receipt": receipt.model_dump(mode="json")} | ({"customers": [*person], "turns": [*turns]} if person else {})
    await records.admin.put_state(_name(receipt.id), json.dumps(held))


async def _open(records: Records) -> list[str]:
    """Ids of the receipts that are not done."""
    found: list[str] = json.loads(await records.admin.state(OPEN) or "[]")
    return found


def _name(receipt_id: str) -> str:
    return f"erasure:{receipt_id}"
