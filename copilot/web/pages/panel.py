"""What the copilot offers for the open conversation, and what it stands on."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.web.panel import sources, view
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()
Conversation = Annotated[str, Query(max_length=200, alias="conversation")]
_NAME: Final = r"^([A-Za-z0-9][A-Za-z0-9_.-]*)?$"


def _named(
    ref: Conversation = "",
    tool: Annotated[str, Query(max_length=63, pattern=_NAME)] = "",
    connection: Annotated[str, Query(max_length=63, pattern=_NAME)] = "",
) -> view.Named:
    return view.Named(ref=ref, tool=tool, connection=connection)


Named = Annotated[view.Named, Depends(_named)]
"""What a page says that it has open."""
LOOK: Final = timedelta(minutes=15)
"""A panel is drawn again whenever something happens; within this time that counts as one look at the customer."""
_MOST_LOOKS = 10_000


async def shown(request: Request, app: App, me: Me, named: view.Named) -> dict[str, Any]:
    """What `fragments/panel.html` shows, as its variable `panel`."""
    panel = await view.shown(app, me, named)
    if panel["state"] == "ready" and panel["person"].known:
        await _noted(request, app, me, panel["person"].ref)
    return panel


@router.get("/desk/f/panel")
async def fragment(request: Request, app: App, me: Me, named: Named) -> Response:
    """The region alone."""
    return page(request, "fragments/panel.html", panel=await shown(request, app, me, named), ref=named.ref)


@router.get("/desk/f/source")
async def source(
    request: Request, app: App, me: Me, ident: Annotated[str, Query(max_length=300, alias="source")], ref: Conversation
) -> Response:
    """The inside of the dialog that opens a source."""
    return page(request, "fragments/source.html", source=await sources.source(app, me, ref, ident), ident=ident, ref=ref)


async def _noted(request: Request, app: App, me: Me, customer: str) -> None:
    """Who looked at whom is in the audit."""
    looks: dict[tuple[str, str, str], datetime] = getattr(request.app.state, "panel_looks", {})
    request.app.state.panel_looks = looks
    key, now = (me.tenant_id, me.who, customer), app.clock()
    if key in looks and now - looks[key] < LOOK:
        return
    if len(looks) >= _MOST_LOOKS:
        looks.clear()
    looks[key] = now
    async with app.database.read(me.tenant_id) as records:
        found = await records.customers.find(customer)
    if found is not None:
        await app.curating.viewed(me, found.id, "card")
