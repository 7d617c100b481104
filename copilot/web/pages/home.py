"""Where one begins."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from copilot.api.auth import Me
from copilot.web.render import page
from copilot.web.rooms import places
from copilot.web.sessions import page_router

router = page_router()


@router.get("/")
async def home(request: Request, me: Me) -> Response:
    """The first page of one's role; roles without pages learn what they can do."""
    mine = places(me)
    return RedirectResponse(mine[0].path, 303) if mine else page(request, "home.html")
