"""The end of a shift: all my open conversations, handed over in one pass."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.web.handing import CHANNELS, receiver
from copilot.web.pages.promises import by_team
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()


async def shown(app: App, me: Me) -> dict[str, Any]:
    """My open conversations in the order of service, and who may take them."""
    lines = await app.day.shift.mine(me)
    users = await app.administration.users(me.tenant_id)
    names = {ident: user.name for user in users for ident in (user.id, user.external_id) if ident}
    given = {one.conversation_id: one for one in await app.handovers.open(me)}
    async with app.database.read(me.tenant_id) as records:
        away = {absence.user_id for absence in await records.day.absent(app.clock())}
    handed = {line.line.id: (given[line.line.id], receiver(given[line.line.id], names)) for line in lines if line.line.id in given}
    return {
        "lines": lines,
        "handed": handed,
        "left": [line for line in lines if line.line.id not in handed],
        "colleagues": by_team(users, me.user_id),
        "away": away,
        "channels": CHANNELS,
    }


@router.get("/shift")
async def shift(request: Request, app: App, me: Me) -> Response:
    """The page."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
    return page(request, "shift.html", shift=await shown(app, me), after=after)


@router.get("/shift/f/list")
async def fragment(request: Request, app: App, me: Me) -> Response:
    """The list alone."""
    return page(request, "fragments/shift.html", shift=await shown(app, me))
