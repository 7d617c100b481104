"""For knowledge editors: articles in, search, indexes, and what knowledge lacks."""

from typing import Annotated, Literal

from fastapi import Query, Request

from copilot.api import examples
from copilot.api.auth import App, Me
from copilot.api.bodies import KnowledgeIn, example
from copilot.api.routing import audience
from copilot.api.views import ArticlesView, FoundView, GapsView, outside
from copilot.domain.knowledge import Article, ArticleStatus
from copilot.services.conversations.reading import actor
from copilot.services.knowledge.articles import Imported
from copilot.services.searching.reindexing import Reindex

router = audience("knowledge")


@router.post("/knowledge/import")
async def import_knowledge(app: App, me: Me, given: Annotated[KnowledgeIn, example(examples.KNOWLEDGE)]) -> Imported:
    """Bring in articles, file by file. Good files land and are searchable when this returns; bad ones are listed."""
    return await app.knowledge.import_files(me.tenant_id, given.files, actor(me))


@router.get("/knowledge/search")
async def search(
    app: App,
    me: Me,
    q: Annotated[str, Query(min_length=1, max_length=2000, examples=["refund for a cancelled flight"])],
    limit: Annotated[int, Query(ge=1, le=50)] = 6,
    audience: Annotated[Literal["any", "public"], Query(description="public: only what may be quoted to customers.")] = "any",
) -> FoundView:
    """Passages that answer a typed question, best first."""
    found = await app.knowledge.search(me.tenant_id, q, limit, ("public",) if audience == "public" else ("public", "internal"))
    return FoundView(query=q, passages=list(found.hits), degraded=found.degraded)


@router.post("/knowledge/reindex", status_code=202)
async def reindex(app: App, me: Me) -> Reindex:
    """Make both indexes again from the record, beside those that serve until the new ones are verified. One at a time."""
    return await app.reindexing.request(me.tenant_id, actor(me))


@router.get("/knowledge/reindex")
async def reindexed(app: App, me: Me) -> Reindex:
    """How far the last re-index is, or how it ended."""
    return await app.reindexing.report(me.tenant_id)


@router.get("/articles")
async def articles(
    app: App,
    me: Me,
    status: Annotated[ArticleStatus | None, Query()] = None,
    after: Annotated[str, Query(max_length=200, description="The article id to go on behind.")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ArticlesView:
    """Articles by id."""
    found = await app.knowledge.articles(me.tenant_id, status or "", after, limit)
    return ArticlesView(articles=found, next=found[-1].id if len(found) == limit else "")


@router.get("/articles/{article_id:path}")
async def article(app: App, me: Me, article_id: str) -> Article:
    """An article's present revision."""
    return await app.knowledge.article(me.tenant_id, article_id)


@router.get("/gaps")
async def gaps(app: App, me: Me, request: Request, limit: Annotated[int, Query(ge=1, le=500)] = 200) -> GapsView:
    """Questions that knowledge did not cover: open ones first, newest first."""
    found = await app.curating.gaps(me.tenant_id, limit)
    refs = await request.app.state.references.of(me.tenant_id, [gap.conversation_id for gap in found])
    return GapsView(gaps=[outside(gap, refs) for gap in found])
