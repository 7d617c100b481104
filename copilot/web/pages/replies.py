"""Saved replies: the texts that agents insert by a slash and a shortcut."""

from fastapi import Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.web.pages.article import names
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()


@router.get("/knowledge/replies")
async def replies(request: Request, app: App, me: Me) -> Response:
    """The page."""
    async with app.database.read(me.tenant_id) as records:
        after, known = await records.log.last_event(), await names(records)
    return page(request, "knowledge/replies.html", after=after, replies=await app.replies.listed(me.tenant_id), names=known)


@router.get("/knowledge/replies/f/list")
async def fragment(request: Request, app: App, me: Me) -> Response:
    """The list alone."""
    async with app.database.read(me.tenant_id) as records:
        known = await names(records)
    return page(request, "fragments/replies.html", replies=await app.replies.listed(me.tenant_id), names=known)
