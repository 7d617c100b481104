"""The desk: queue, conversation and panel side by side. Each region has its own file, which says what it needs."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response

from copilot.api.auth import App, Me
from copilot.web import handing
from copilot.web.pages import conversation, panel, queue
from copilot.web.panel import view
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()


@router.get("/desk")
async def desk(request: Request, app: App, me: Me, ref: Annotated[str, Query(max_length=200, alias="conversation")] = "") -> Response:
    """The whole desk, with the conversation that is open. `after`: where the stream begins, so that nothing is missed in between."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
    return page(
        request,
        "desk.html",
        after=after,
        ref=ref,
        offers=await handing.offers(app, me),
        queue=await queue.shown(request, app, me),
        conversation=await conversation.shown(request, app, me, ref),
        panel=await panel.shown(request, app, me, view.Named(ref=ref)),
    )


@router.get("/c/{ref}")
async def short(ref: str, me: Me) -> Response:
    """Where the links lead that stand in chat tools: in notes, in messages for colleagues, on cards."""
    return RedirectResponse(f"/desk?conversation={quote(ref, safe='')}", 303)
