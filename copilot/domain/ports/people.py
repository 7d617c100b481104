"""What the record keeps of people: part of `Records`, see `copilot.domain.ports.records`."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from copilot.domain.memory import Memory, MemoryState, Promise, PromiseState
from copilot.domain.people import Customer, IdentityType, Match


class Customers(Protocol):
    """Customers with their identities and further fields.

    A person may have several records, one for each source that knows them. `find` tells of the person, whichever of their records is
    named; and what is asked of a customer anywhere (conversations, memories, promises) is answered for the person.
    """

    async def upsert(self, customer: Customer, connection: str = "file") -> Customer:
        """Create or update a record by (connection, external_id); `customer.id` is used only when created. Returns it as stored."""
        ...

    async def find(self, ref: str) -> Customer | None:
        """The person: all their records in one, under the id of the leading one."""
        ...

    async def record(self, ref: str) -> Customer | None:
        """One record, as its source tells it."""
        ...

    async def records_of(self, customer_id: str) -> list[Customer]:
        """All records of the person, the leading one first."""
        ...

    async def same(self, one: str | None, other: str | None) -> bool:
        """Whether two records are one person's. None is nobody."""
        ...

    async def by_identity(self, type_: IdentityType, value: str, *, verified: bool = False, most: int = 1000) -> list[Customer]:
        """Records that have an address, the `most` oldest. `verified`: only those for which it was proven."""
        ...

    async def all(self, after: str = "", limit: int = 200) -> list[Customer]:
        """Records by id, from the one behind `after`."""
        ...

    async def erase(self, *record_ids: str) -> dict[str, list[str]]:
        """Delete what is of these records in every table, and nothing of the person's other ones.

        Returns the ids by class ("memories", "conversations", "turns", "messages" …).
        """
        ...


class Matches(Protocol):
    """Pairs of records that are, or may be, the same person's."""

    async def get(self, match_id: str) -> Match | None: ...

    async def between(self, one: str, other: str) -> Match | None: ...

    async def of(self, customer_id: str) -> list[Match]:
        """Of any of the person's records, the latest first."""
        ...

    async def joined(self, record_ids: Sequence[str]) -> list[Match]:
        """Pairs among these that hold though nobody said so: by proof alone."""
        ...

    async def put(self, match: Match) -> list[str]:
        """Upsert; who is one person follows at once. Returns the ids of all records that it concerns."""
        ...


class Memories(Protocol):
    """Memories and promises."""

    async def put(self, memories: Sequence[Memory]) -> None:
        """Upsert by id."""
        ...

    async def get(self, memory_id: str) -> Memory | None: ...

    async def candidates(self, customer_id: str, at: datetime, limit: int) -> list[Memory]:
        """Active, not expired and not later than `at`; the most important and recent first when there are more than `limit`."""
        ...

    async def of_customer(self, customer_id: str, states: Sequence[MemoryState] = ("active",)) -> list[Memory]: ...

    async def set_state(self, memory_id: str, state: MemoryState) -> None: ...

    async def count(self) -> int:
        """Active memories."""
        ...

    async def active(self, ids: Sequence[str] | None = None) -> set[str]:
        """Ids of the active memories: all of them, or those among `ids`."""
        ...

    def every(self, batch: int = 500) -> AsyncIterator[list[Memory]]:
        """All active memories, for re-indexing."""
        ...

    async def put_promise(self, promise: Promise) -> None:
        """Upsert by id."""
        ...

    async def promise(self, promise_id: str) -> Promise | None: ...

    async def promises_of(self, customer_id: str, until: datetime) -> list[Promise]:
        """Made no later than `until`, oldest first, with their stored state."""
        ...

    async def promises_due(self, since: datetime, until: datetime) -> list[Promise]:
        """Open ones that are due after `since`, and not after `until`; the earliest first."""
        ...

    async def promises_late(self, after: int, since: datetime, until: datetime) -> list[Promise]:
        """As `promises_due`, of those that came on record behind the event `after`."""
        ...

    async def promises_open(self, owner: str = "") -> list[Promise]: ...

    async def set_promise_state(self, promise_id: str, state: PromiseState, at: datetime) -> None: ...
