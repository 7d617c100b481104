"""Handing over: the brief in the panel's fold, the page that prints, and the offers that wait for me."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.web import handing
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()


@router.get("/desk/f/handover")
async def fragment(
    request: Request,
    app: App,
    me: Me,
    ref: Annotated[str, Query(max_length=200, alias="conversation")] = "",
    ident: Annotated[str, Query(max_length=200, alias="id")] = "",
) -> Response:
    """A conversation's handover, for the panel; with `id`, one handover for its own page."""
    shown = await handing.one(app, me, ident) if ident else await handing.of_conversation(app, me, ref)
    return page(request, "fragments/handover.html", shown=shown, alone=bool(ident))


@router.get("/handovers/{handover_id}")
async def brief(request: Request, app: App, me: Me, handover_id: str) -> Response:
    """One handover as a page, which prints as one."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
    return page(request, "handover.html", shown=await handing.one(app, me, handover_id), alone=True, after=after)


@router.get("/desk/f/offers")
async def offers(request: Request, app: App, me: Me) -> Response:
    """Offers that wait for me."""
    return page(request, "fragments/offers.html", offers=await handing.offers(app, me))
