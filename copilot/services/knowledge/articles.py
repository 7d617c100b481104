"""Articles in, passages found. Imports land file by file: good ones in, bad ones listed."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.base import Frozen
from copilot.domain.errors import CopilotError, Invalid, NotFound, Refused, Unavailable
from copilot.domain.knowledge import Article, Audience
from copilot.domain.ports.records import Database
from copilot.domain.ports.search import PassageFilter
from copilot.retrieval.articles import parse_file
from copilot.retrieval.passages import split
from copilot.retrieval.query import plain
from copilot.retrieval.search import Search, SearchResult
from copilot.sensing.language import detect
from copilot.services.knowledge import publishing
from copilot.services.searching.indexing import Indexes
from copilot.services.searching.reader import KnowledgeReader


class SourceFile(Frozen):
    """A file of articles: its name decides how it is read (.md, .html, .htm)."""

    name: str
    text: str


class Refusal(Frozen):
    """What was not taken in, and what to do about it."""

    name: str
    reason: str


class Imported(Frozen):
    """What an import did."""

    saved: int = 0
    unchanged: int = 0
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class KnowledgeBase:
    """A tenant's articles, written and searched."""

    database: Database
    indexes: Indexes
    search_engine: Search
    clock: Callable[[], datetime]
    reader: Callable[[str], KnowledgeReader]
    wake: Callable[[str], None]

    async def import_files(self, tenant: str, files: Sequence[SourceFile], actor: str = "system") -> Imported:
        """Each file by itself; two files with one article id: the second is refused, and nothing is lost."""
        articles, refused, seen = [], [], dict[str, str]()
        for file in files:
            try:
                article = parse_file(file.text, file.name, self.clock())
            except CopilotError as error:
                refused.append(Refusal(name=file.name, reason=str(error)))
                continue
            if article.id in seen:
                reason = f"The article id {article.id!r} stands in {seen[article.id]} too. Give each article its own id."
                refused.append(Refusal(name=file.name, reason=reason))
                continue
            seen[article.id] = file.name
            articles.append(article)
        done = await self.save(tenant, articles, actor)
        mirrored = [one.model_copy(update={"name": seen[one.name]}) for one in done.refused]
        return done.model_copy(update={"refused": (*refused, *mirrored)})

    async def save(self, tenant: str, articles: Sequence[Article], actor: str = "system") -> Imported:
        """Store articles as new revisions where they changed, and make them searchable. Those of a master are refused, by id."""
        saved, unchanged = 0, 0
        refused: list[Refusal] = []
        # In a thread, before the transaction: a long text takes seconds, and nobody waits for it.
        cut = await asyncio.to_thread(lambda: [(article, split(article)) for article in articles])
        async with self.database.write(tenant) as records:
            for article, passages in cut:
                try:
                    done = await publishing.store(records, article, actor, passages)
                except Refused as error:
                    refused.append(Refusal(name=article.id, reason=str(error)))
                    continue
                saved, unchanged = saved + done.changed, unchanged + (not done.changed)
        if saved:
            self.wake(tenant)  # agents whose drafts quote an article do not wait for the indexes
            await self.indexes.catch_up(tenant)
        self.wake(tenant)
        return Imported(saved=saved, unchanged=unchanged, refused=tuple(refused))

    async def search(
        self, tenant: str, query: str, limit: int = 6, audiences: tuple[Audience, ...] = ("public", "internal")
    ) -> SearchResult:
        """Passages for a typed question, of articles for these audiences. Raises Unavailable only when neither index answers."""
        if not query.strip():
            raise Invalid("The question is empty.", todo="Type a few words.")
        asked = plain(query, detect(query))
        reader = self.reader(tenant)
        try:
            vector = (await self.indexes.embedder.encode([asked.text]))[0]
        except Unavailable:
            vector = None
        return await self.search_engine.search(
            tenant,
            await self.indexes.serving(tenant, "passages"),
            asked,
            reader,
            PassageFilter(at=self.clock(), audiences=audiences),
            limit=limit,
            query_vector=vector,
            steering=await reader.steering(asked, vector),
        )

    async def article(self, tenant: str, article_id: str) -> Article:
        """An article, or the one it was merged into. Raises NotFound."""
        async with self.database.read(tenant) as records:
            article = await records.articles.get(article_id)
            if article is None or article.status == "archived":
                redirect = await records.editing.redirect(article_id)
                article = await records.articles.get(redirect.to_id) if redirect else article
        if article is None:
            raise NotFound(f"There is no article {article_id!r}.", todo="Search for it, or list the articles.")
        return article

    async def articles(self, tenant: str, status: str = "", after: str = "", limit: int = 200) -> list[Article]:
        async with self.database.read(tenant) as records:
            return await records.articles.all(status, after, limit)
