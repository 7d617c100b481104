"""Our conversation ids → the sender's, for streams and lists that name many conversations."""

from collections.abc import Iterable

from copilot.domain.ports.records import Database

KEPT = 10_000
"""Pairs kept in memory; they never change, and the oldest go first."""


class References:
    """A cache in front of the record."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[str, str], str] = {}

    async def of(self, tenant: str, ids: Iterable[str | None]) -> dict[str, str]:
        """The sender's id of each conversation that exists."""
        wanted = {ident for ident in ids if ident}
        missing = [ident for ident in wanted if (tenant, ident) not in self._known]
        if missing:
            async with self._database.read(tenant) as records:
                for ident in missing:
                    found = await records.conversations.find(ident)
                    if found is not None:
                        self._keep((tenant, ident), found.external_id)
        return {ident: self._known[(tenant, ident)] for ident in wanted if (tenant, ident) in self._known}

    def _keep(self, key: tuple[str, str], ref: str) -> None:
        while len(self._known) >= KEPT:
            self._known.pop(next(iter(self._known)))
        self._known[key] = ref
