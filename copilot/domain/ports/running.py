"""The log and the housekeeping of a tenant: part of `Records`, see `copilot.domain.ports.records`."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from copilot.domain.case import Event
from copilot.domain.staff import Key, User
from copilot.domain.tenant import Outdating, TenantSettings


class Log(Protocol):
    """Events, and the outbox of work to start."""

    async def event(
        self, type_: str, *, conversation_id: str = "", subject_id: str = "", actor: str = "system", data: Mapping[str, Any] | None = None
    ) -> Event:
        """Append; ids rise within the database."""
        ...

    async def events(self, after: int, *, conversation_id: str = "", limit: int = 500) -> list[Event]: ...

    async def last_event(self) -> int: ...

    async def enqueue(self, job: str, subject_id: str) -> None:
        """A row of the outbox: the dispatcher starts the durable job after commit."""
        ...


class Admin(Protocol):
    """A tenant's settings, users, keys, budget, idempotency, tombstones, index state."""

    async def settings(self) -> TenantSettings: ...

    async def put_settings(self, settings: TenantSettings) -> TenantSettings:
        """Stored as the next version, which is returned."""
        ...

    async def put_user(self, user: User) -> None: ...

    async def user(self, ref: str) -> User | None:
        """By id or external id."""
        ...

    async def users(self) -> list[User]: ...

    async def put_key(self, key: Key, digest: str) -> None: ...

    async def keys(self) -> list[Key]: ...

    async def revoke_key(self, key_id: str, at: datetime) -> bool: ...

    async def spent(self, day: date) -> int:
        """Micro-dollars of model calls on that day."""
        ...

    async def spend(self, day: date, microusd: int, input_tokens: int, output_tokens: int) -> None: ...

    async def remembered(self, key: str, route: str) -> tuple[str, int, str] | None:
        """(fingerprint of the request, status, body) stored for an Idempotency-Key."""
        ...

    async def claim(self, key: str, route: str, fingerprint: str, by: str, instead_of: str = "") -> tuple[str, int, str] | None:
        """Before a request is carried out: None when it is `by`'s to do now, else what is stored.

        As `remembered`, or, while somebody else is at it, with status 0 and their name as body. `instead_of`: take it from them.
        """
        ...

    async def unclaim(self, key: str, route: str, by: str) -> None:
        """The request was not carried out: whoever comes next may."""
        ...

    async def remember(self, key: str, route: str, fingerprint: str, status: int, body: str) -> None: ...

    async def outdated(self, class_: Outdating, before: datetime, limit: int) -> list[str]:
        """The oldest records of a class from before that moment; of conversations, only closed ones."""
        ...

    async def discard(self, class_: Outdating, ids: Sequence[str]) -> dict[str, list[str]]:
        """Delete these records with everything that belongs to them; the ids of what went, by class."""
        ...

    async def bury(self, digests: Sequence[str]) -> None:
        """Erasure tombstones: keyed hashes of a person's ids and addresses."""
        ...

    async def buried(self, digests: Sequence[str]) -> bool: ...

    async def state(self, name: str) -> str:
        """A small named value (active collection, index versions); empty when unset."""
        ...

    async def put_state(self, name: str, value: str) -> None: ...
