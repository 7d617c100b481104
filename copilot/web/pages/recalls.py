"""Recalls: what a published article wrongly said, how many were told, and how far the corrections are. Leads also see who."""

from typing import Annotated, Any

from fastapi import Path, Query, Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.api.recalls import CaseView
from copilot.api.roles import LEADS
from copilot.bootstrap import Application
from copilot.domain.recalls import Recall
from copilot.domain.staff import Caller
from copilot.web.pages.article import names
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()
RecallId = Annotated[str, Path(max_length=200)]
About = Annotated[str, Query(max_length=200)]
Number = Annotated[str, Query(max_length=9)]


async def _titles(app: Application, me: Caller, found: list[Recall]) -> dict[str, str]:
    async with app.database.read(me.tenant_id) as records:
        articles = await records.articles.many([recall.article_id for recall in found])
    return {ident: article.title for ident, article in articles.items()}


@router.get("/knowledge/recalls")
async def recalls(request: Request, app: App, me: Me, article: About = "", revision: Number = "") -> Response:
    """The page: what was recalled, and a new recall. `article` and `revision`: what it is about, from the article's page."""
    listed = await app.recalling.listed(me.tenant_id)
    async with app.database.read(me.tenant_id) as records:
        about = await records.articles.get(article) if article else None
        known = await names(records)
    number = int(revision) if revision.isascii() and revision.isdecimal() else about.revision if about else 0
    titles = await _titles(app, me, [one.recall for one in listed])
    filled = {"listed": listed, "titles": titles, "names": known, "article": article, "about": about, "revision": number or ""}
    return page(request, "knowledge/recalls.html", recalls=filled)


@router.get("/knowledge/recalls/{recall_id}")
async def recall(request: Request, app: App, me: Me, recall_id: RecallId) -> Response:
    """One recall."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
    return page(request, "knowledge/recall.html", after=after, recall=await shown(app, me, recall_id))


@router.get("/knowledge/recalls/{recall_id}/f/state")
async def state(request: Request, app: App, me: Me, recall_id: RecallId) -> Response:
    """How far it is, alone."""
    return page(request, "fragments/recall-state.html", recall=await shown(app, me, recall_id))


async def shown(app: Application, me: Caller, recall_id: str) -> dict[str, Any]:
    """What `fragments/recall-state.html` shows, as its variable `recall`."""
    counted = await app.recalling.get(me.tenant_id, recall_id)
    leads = me.role in LEADS
    cases = [CaseView.of(row) for row in await app.recalling.cases(me.tenant_id, recall_id)] if leads else []
    titles = await _titles(app, me, [counted.recall])
    return {
        "recall": counted.recall,
        "progress": counted.progress,
        "title": titles.get(counted.recall.article_id, counted.recall.article_id),
        "leads": leads,
        "told": [case for case in cases if case.sure],
        "may_be": [case for case in cases if not case.sure],
    }
