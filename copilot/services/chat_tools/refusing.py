"""Refused deliveries, counted on record: when the last one was and why, whichever replica refused it.

Anybody may send forged ones, as many as they like: the first is written at once, then one write a minute takes along all that came since.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from copilot.domain.connections import Connection
from copilot.domain.errors import CopilotError
from copilot.domain.ports.records import Database

log = structlog.get_logger()
EVERY: Final = timedelta(minutes=1)
LONGEST: Final = 300
"""Characters of a reason."""


@dataclass
class _Seen:
    """Of one connection: what is not on record yet, and when something last was written."""

    count: int = 0
    last: datetime | None = None
    why: str = ""
    written: datetime | None = None


@dataclass(frozen=True)
class Refusing:
    """Counts what was refused."""

    database: Database
    clock: Callable[[], datetime]
    _seen: dict[tuple[str, str], _Seen] = field(default_factory=dict)

    async def note(self, tenant: str, connection: str, why: str) -> None:
        """One more. Raises nothing: the sender is told of the refusal, not of our database."""
        seen = self._seen.setdefault((tenant, connection), _Seen())
        seen.count, seen.last, seen.why = seen.count + 1, self.clock(), why[:LONGEST]
        if self._is_due(seen):
            await self._write(tenant, connection, seen)

    def known(self, tenant: str, connection: Connection) -> Connection:
        """With what is not on record yet."""
        seen = self._seen.get((tenant, connection.id))
        if seen is None or not seen.count:
            return connection
        return connection.model_copy(update={"refused": connection.refused + seen.count, "refused_at": seen.last, "refused_why": seen.why})

    async def due(self, _: datetime) -> list[tuple[str, str, str]]:
        """Writes what has waited for its minute. Asked by the dispatcher; leaves no work to it."""
        for (tenant, connection), seen in list(self._seen.items()):
            if seen.count and self._is_due(seen):
                await self._write(tenant, connection, seen)
        return []

    async def close(self) -> None:
        """Writes all that is left."""
        for (tenant, connection), seen in list(self._seen.items()):
            if seen.count:
                await self._write(tenant, connection, seen)

    def _is_due(self, seen: _Seen) -> bool:
        return seen.written is None or self.clock() - seen.written >= EVERY

    async def _write(self, tenant: str, connection: str, seen: _Seen) -> None:
        at = seen.last or self.clock()
        count, seen.count, seen.written = seen.count, 0, self.clock()  # before anything is waited for: no second one writes the same
        try:
            async with self.database.write(tenant) as records:
                await records.connections.refuse(connection, count, at, seen.why)
        except CopilotError as error:
            seen.count += count
            log.warning("refusals_wait", tenant=tenant, connection=connection, reason=error.detail)
