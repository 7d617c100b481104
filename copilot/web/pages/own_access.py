"""My chat tools: an agent enters, once for each tool, with what is sent there in their own name. It is kept sealed and never shown."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from copilot.api.auth import App, Me
from copilot.bootstrap import Application
from copilot.domain.errors import CopilotError, Invalid
from copilot.domain.staff import Caller
from copilot.web.pages.connecting import status_of
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()


@router.get("/my-tools")
async def own(request: Request, app: App, me: Me) -> Response:
    """The list."""
    return await _shown(request, app, me)


@router.post("/my-tools")
async def entered(request: Request, app: App, me: Me) -> Response:
    """Keep it, or forget it; what was there before is gone either way."""
    form: dict[str, str] = request.state.form
    token = form.get("token", "").strip()
    try:
        if form.get("act") == "keep" and not token:
            raise Invalid("There is nothing to keep.", todo="Paste it into the field.")
        await app.chat_tools.connecting.set_own_token(me, form.get("connection", ""), token if form.get("act") == "keep" else "")
    except CopilotError as error:
        return await _shown(request, app, me, status_of(error), f"{error.detail} {error.todo}".strip())
    return RedirectResponse("/my-tools", 303)


async def _shown(request: Request, app: Application, me: Caller, status: int = 200, wrong: str = "") -> Response:
    return page(request, "connections/own.html", status=status, tools=await app.chat_tools.connecting.own_accesses(me), wrong=wrong)
