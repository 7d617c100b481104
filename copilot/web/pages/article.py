"""An article as it stands: read, who minds it, its revisions, what is said about it, and what can be done with it."""

from typing import Annotated, Any, Final

from fastapi import Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from copilot.api.auth import App, Me
from copilot.bootstrap import Application
from copilot.domain.base import Frozen
from copilot.domain.editing import ArticleRow, Revision
from copilot.domain.errors import NotFound
from copilot.domain.knowledge import Article
from copilot.domain.ports.editing import ArticleFilter
from copilot.domain.ports.records import Records
from copilot.domain.staff import Caller
from copilot.web.differences import Differences, condition_words, differences, limit_words
from copilot.web.render import page
from copilot.web.sections import sections, shown
from copilot.web.sessions import page_router

router = page_router()
Ident = Annotated[str, Path(max_length=200)]
Number = Annotated[int | None, Query(ge=0)]
REVISIONS: Final = 12
"""Revisions that are listed before one asks for all."""


class Once(Frozen):
    """A revision in the list."""

    number: int
    revision: Revision
    author: str


class Compared(Frozen):
    """Two revisions beside each other."""

    before: int
    after: int
    differences: Differences


def reading(article: Article) -> dict[str, Any]:
    """What `macros/reading.html` shows of an article."""
    return {
        "article": article,
        "sections": [{"internal": one.internal, "html": shown(one)} for one in sections(article)],
        "limits": {lever.id: limit_words(lever.limit) for lever in article.levers if lever.limit},
        "conditions": {lever.id: condition_words(lever.when) for lever in article.levers},
    }


async def names(records: Records) -> dict[str, str]:
    """Names of people as drafts (their id) and revisions ("user:" and their id) write them."""
    return {ident: user.name for user in await records.admin.users() for ident in (user.id, f"user:{user.id}")}


async def remarks(app: Application, me: Caller, article_id: str) -> dict[str, Any]:
    """What `fragments/remarks.html` shows, as its variable `remarks`: what is open first. Raises NotFound."""
    found = await app.remarks.of_article(me.tenant_id, article_id)
    async with app.database.read(me.tenant_id) as records:
        known = await names(records)
    open_, settled = [one for one in found if not one.resolved_at], [one for one in found if one.resolved_at]
    return {"article_id": article_id, "open": open_, "settled": settled, "names": known}


async def shown_article(request: Request, app: Application, me: Caller, article_id: str) -> dict[str, Any]:
    """What `fragments/article.html` shows, as its variable `view`. Raises NotFound. `revision`, `before`, `after`: from the address."""
    async with app.database.read(me.tenant_id) as records:
        present = await records.articles.get(article_id)
        if present is None:
            raise NotFound(f"There is no article {article_id!r}.", todo="Search for it in the list of articles.")
        revisions = await records.editing.revisions(article_id)
        onward = await records.editing.redirect(article_id)
        target = await records.articles.get(onward.to_id) if onward else None
        row = await _row(records, app, present)
        draft, known = await records.editing.draft_of(article_id), await names(records)
    chosen = _number(request, "revision")
    old = next((one.article for one in revisions if one.article.revision == chosen), None)
    listed = [Once(number=one.article.revision, revision=one, author=known.get(one.author, "brought in")) for one in revisions]
    return {
        "id": article_id,
        "present": present,
        "old": old if old is not None and old.revision != present.revision else None,
        "reading": reading(old or present),
        "revisions": listed if request.query_params.get("all") else listed[:REVISIONS],
        "total": len(listed),
        "compared": _compared(request, revisions),
        "row": row,
        "draft": draft,
        "target": target,
        "names": known,
        "barred": await app.editing.barred(me.tenant_id, present),
    }


async def _row(records: Records, app: Application, article: Article) -> ArticleRow | None:
    """Its line of the list: flags, use, where it comes from."""
    found = await records.editing.listed(ArticleFilter(at=app.clock(), text=article.id))
    return next((one for one in found if one.id == article.id and one.revision), None)


def _number(request: Request, name: str) -> int:
    given = request.query_params.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0


def _compared(request: Request, revisions: list[Revision]) -> Compared | None:
    by_number = {one.article.revision: one.article for one in revisions}
    before, after = by_number.get(_number(request, "before")), by_number.get(_number(request, "after"))
    if before is None or after is None:
        return None
    return Compared(before=before.revision, after=after.revision, differences=differences(before, after))


@router.get("/knowledge/f/article")
async def fragment(request: Request, app: App, me: Me, ident: Annotated[str, Query(max_length=200, alias="id")]) -> Response:
    """The article alone."""
    return page(request, "fragments/article.html", view=await shown_article(request, app, me, ident))


@router.get("/knowledge/f/remarks")
async def comments(request: Request, app: App, me: Me, ident: Annotated[str, Query(max_length=200, alias="id")]) -> Response:
    """What is said about it."""
    return page(request, "fragments/remarks.html", remarks=await remarks(app, me, ident))


@router.get("/knowledge/articles/{article_id:path}")
async def article(request: Request, app: App, me: Me, article_id: Ident) -> Response:
    """The page. An article that is only a draft yet is shown there."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
        draft = None if await records.articles.get(article_id) else await records.editing.draft_of(article_id)
    if draft is not None:
        return RedirectResponse(f"/knowledge/drafts/{draft.id}", 303)
    view = await shown_article(request, app, me, article_id)
    said = await remarks(app, me, article_id)
    return page(request, "knowledge/article.html", after=after, view=view, remarks=said, query=request.url.query)
