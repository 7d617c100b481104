"""Our conversation ids → the sender's, for streams and lists that name many conversations."""

import asyncio
from collections.abc import Iterable

from copilot.domain.ports.records import Database

KEPT = 10_000
"""Pairs kept in memory; they never change, and the oldest go first."""


class References:
    """A cache in front of the record. Of many who ask for the same at once, one reads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[str, str], str] = {}
        self._reading = asyncio.Lock()

    async def of(self, tenant: str, ids: Iterable[str | None]) -> dict[str, str]:
        """The sender's id of each conversation that exists."""
        wanted = {ident for ident in ids if ident}
        if self._missing(tenant, wanted):
            async with self._reading:
                missing = self._missing(tenant, wanted)
                if missing:
                    await self._read(tenant, missing)
        return {ident: self._known[(tenant, ident)] for ident in wanted if (tenant, ident) in self._known}

    def _missing(self, tenant: str, wanted: Iterable[str]) -> list[str]:
        return [ident for ident in wanted if (tenant, ident) not in self._known]

    async def _read(self, tenant: str, ids: list[str]) -> None:
        async with self._database.read(tenant) as records:
            found = await records.conversations.references(ids)
        for ident, ref in found.items():
            while len(self._known) >= KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[(tenant, ident)] = ref
