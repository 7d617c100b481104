"""Work that must not be lost, and what is live only now."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from copilot.domain.base import Frozen


class DurableEngine(Protocol):
    """Runs named jobs by id at least once, to their end, over crashes. Inputs and outputs are ids only."""

    def register(self, name: str, job: Callable[[str, str], Awaitable[None]]) -> None:
        """Before launch: `job(tenant_id, subject_id)` is one idempotent step."""
        ...

    def on_failure(self, job: Callable[[str, str], Awaitable[None]]) -> None:
        """Before launch: called as `job(tenant_id, subject_id)` when a run was given up after its retries.

        Not when the job was Unavailable: that passes (a full disk, a database out of reach), and `renew` takes the run up again.
        """
        ...

    async def launch(self) -> None: ...

    async def start(self, name: str, tenant_id: str, subject_id: str) -> None:
        """Start once: the same name and subject again is the same run."""
        ...

    async def renew(self, name: str, tenant_id: str, subject_id: str) -> bool:
        """Start a run again that ended (given up, or done without effect); False when it is under way, here or on another replica."""
        ...

    async def adopt(self, silent: list[str]) -> int:
        """Take over what replicas that fell silent left unfinished; returns how many runs."""
        ...

    async def forget(self, tenant_id: str, subject_ids: list[str]) -> None:
        """Delete what the engine keeps about these runs (for erasure)."""
        ...

    async def close(self) -> None: ...


class LiveEvent(Frozen):
    """Something on a tenant's stream. `id` > 0: durable, resumable. 0: lives only now (token deltas)."""

    id: int
    tenant_id: str
    type: str
    conversation_id: str = ""
    data: dict[str, Any] = {}
