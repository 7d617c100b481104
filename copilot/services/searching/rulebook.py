"""The rules of search that hold for a question, read for every search: a turn's, a typed one, a tried one."""

from datetime import datetime

from copilot.domain.curation import SearchRule
from copilot.domain.errors import Unavailable
from copilot.domain.ports.records import Database
from copilot.domain.ports.search import Embedder, Vectors
from copilot.retrieval import rules
from copilot.retrieval.query import SearchQuery


class Rulebook:
    """A tenant's active rules. Each rule's question is encoded once, when the first question comes that may be meant by it."""

    def __init__(self, database: Database, tenant_id: str, embedder: Embedder) -> None:
        self._database, self._tenant, self._embedder = database, tenant_id, embedder
        self._vectors: dict[str, tuple[datetime, Vectors]] = {}

    async def holding(self, query: SearchQuery, vector: Vectors | None) -> list[SearchRule]:
        """Active rules for this question, newest first. `vector`, shape (dimension,): that of `query.text`; None: words decide."""
        async with self._database.read(self._tenant) as records:
            active = await records.curation.rules(("active",))
        self._forget({rule.id for rule in active})
        same = {rule.id for rule in active if rules.same(rule, query)}
        if vector is None:
            return [rule for rule in active if rule.id in same]
        told = [rule for rule in active if rule.id not in same and rules.perhaps(rule, query)]
        same |= {rule.id for rule, own in zip(told, await self._encoded(told), strict=True) if own is not None and rules.near(own, vector)}
        return [rule for rule in active if rule.id in same]

    async def _encoded(self, wanted: list[SearchRule]) -> list[Vectors | None]:
        """In their order; None where nothing encodes at the moment: then only the same words count."""
        new = [rule for rule in wanted if self._vectors.get(rule.id, (None,))[0] != rule.changed_at]
        if new:
            try:
                encoded = await self._embedder.encode([rule.query for rule in new])
            except Unavailable:
                return [self._vectors[rule.id][1] if rule not in new else None for rule in wanted]
            self._vectors |= {rule.id: (rule.changed_at, vector) for rule, vector in zip(new, encoded, strict=True)}
        return [self._vectors[rule.id][1] for rule in wanted]

    def _forget(self, active: set[str]) -> None:
        self._vectors = {ident: kept for ident, kept in self._vectors.items() if ident in active}
