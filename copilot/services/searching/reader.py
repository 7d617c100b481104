"""What the graph reads of articles, each question in its own short transaction."""

from collections.abc import Sequence

from copilot.domain.knowledge import Article, Passage
from copilot.domain.ports.records import Database
from copilot.domain.ports.search import Embedder, PassageFilter, Vectors
from copilot.retrieval import rules
from copilot.retrieval.query import SearchQuery
from copilot.retrieval.steering import Steering
from copilot.services.searching.rulebook import Rulebook


class KnowledgeReader:
    """A tenant's articles. Those with levers are few and asked for every turn, so they are kept until knowledge changes."""

    def __init__(self, database: Database, tenant_id: str, embedder: Embedder) -> None:
        self._database, self._tenant = database, tenant_id
        self.rulebook = Rulebook(database, tenant_id, embedder)
        self._levers: tuple[int, list[Article]] = (-1, [])

    async def fetch(self, ids: Sequence[str], allow: PassageFilter) -> dict[str, Passage]:
        async with self._database.read(self._tenant) as records:
            return await records.articles.fetch(ids, allow)

    async def pieces(self, article_ids: Sequence[str], allow: PassageFilter) -> dict[str, Passage]:
        async with self._database.read(self._tenant) as records:
            return await records.articles.pieces(article_ids, allow)

    async def articles(self, ids: list[str]) -> dict[str, Article]:
        async with self._database.read(self._tenant) as records:
            return await records.articles.many(ids)

    async def with_levers(self) -> list[Article]:
        async with self._database.read(self._tenant) as records:
            version = await records.articles.version()
            if version != self._levers[0]:
                self._levers = (version, await records.articles.with_levers())
        return self._levers[1]

    async def steering(self, query: SearchQuery, vector: Vectors | None) -> Steering:
        """What editors decided about this question."""
        return rules.steering(await self.rulebook.holding(query, vector))
