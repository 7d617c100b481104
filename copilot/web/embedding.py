"""The panel alone, and inside the page of a chat tool.

Browsers keep our cookie away from a frame in another site's page. So the page at /panel is a shell that anybody may load and that holds
nothing; whoever has a session gets it filled. In a frame its script signs in: a window of ours asks for a token for the framing page's
origin and posts it to the frame, which is of our own origin. What the frame's address says – conversation, origin, tenant – only chooses
what is asked for; who may see it is decided by the session or the token.
"""

from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from copilot.api.auth import App, Me, is_ours
from copilot.api.problems import Unknown
from copilot.api.roles import DESK
from copilot.bootstrap import DEFAULT_TENANT, Application
from copilot.domain.errors import CopilotError, Refused
from copilot.domain.staff import Caller
from copilot.services.people.panels import is_origin
from copilot.web import security
from copilot.web.assets import FOLDER
from copilot.web.pages import panel
from copilot.web.render import page
from copilot.web.sessions import here, page_router

router = APIRouter(include_in_schema=False)
signing_in = page_router()
Conversation = Annotated[str, Query(max_length=200, alias="conversation")]
Origin = Annotated[str, Query(max_length=300)]
CORP = "Cross-Origin-Resource-Policy"


@router.get("/panel")
async def alone(
    request: Request,
    app: App,
    named: panel.Named,
    origin: Origin = "",
    tenant: Annotated[str, Query(max_length=63)] = DEFAULT_TENANT,
) -> Response:
    """The panel of one conversation. `origin`: of the page that frames it, which has to be one that the tenant allows."""
    caller = await _caller(request)
    if caller is None and request.headers.get("sec-fetch-dest") == "document":
        return RedirectResponse(f"/sign-in?next={quote(here(request))}", 303)
    origins = await allowed(app, caller.tenant_id if caller else tenant)
    own = is_ours(request, origin)
    parent = origin if own or (origin in origins and is_origin(origin)) else ""
    # A page of ours that holds the panel may itself be framed by a chat tool, and every frame around it counts.
    framers = (parent,) if parent and not own else origins
    shown: dict[str, Any] = {"state": "none"}
    after = 0
    if caller is not None:
        async with app.database.read(caller.tenant_id) as records:
            after = await records.log.last_event()
        shown = await panel.shown(request, app, caller, named)
    headers = {security.CSP: security.framed_by(framers)}
    state: dict[str, Any] = {
        "panel": shown,
        "named": named,
        "ref": named.ref,
        "after": after,
        "parent": parent,
        "entered": caller is not None,
    }
    return page(request, "panel.html", headers=headers, **state)


@signing_in.get("/panel/sign-in")
async def token(request: Request, me: Me, origin: Origin, word: Annotated[str, Query(max_length=64)]) -> Response:
    """The window that a framed panel opens: hands it a token, and closes."""
    return page(request, "panel-sign-in.html", origin=origin, word=word, host=urlsplit(origin).netloc if is_origin(origin) else "")


@router.get("/embed.js")
async def script() -> Response:
    """For the pages of chat tools: any page may load it."""
    headers = {CORP: "cross-origin", "Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"}
    return FileResponse(FOLDER / "embed.js", media_type="text/javascript", headers=headers)


@router.get("/embed-demo")
async def demo(request: Request, ref: Conversation = "", service: Origin = "") -> Response:
    """A chat tool's page as small as it can be, with the panel in it. `service`: another address of this machine to take the panel from."""
    own = f"{request.url.scheme}://{request.url.netloc}"
    source = service if is_origin(service) and urlsplit(service).port == urlsplit(own).port and _local(service) else own
    policy = security.POLICY.replace("script-src 'self'", f"script-src 'self' {source}") + f"; frame-src {source}"
    return page(request, "embed-demo.html", headers={security.CSP: policy}, ref=ref, source=source)


def _local(origin: str) -> bool:
    """The demo frames this machine only."""
    return urlsplit(origin).hostname in ("localhost", "127.0.0.1")


async def _caller(request: Request) -> Caller | None:
    """Who has a session here, if anybody. Raises Refused for a role without a desk."""
    try:
        caller: Caller = await request.app.state.gate.caller(request)
    except Unknown:
        return None
    if caller.role not in DESK:
        raise Refused("The panel is for people who answer customers.", todo="Ask an administrator for another role.")
    request.state.caller = caller
    request.state.settings = await request.app.state.application.administration.settings(caller.tenant_id)
    return caller


async def allowed(app: Application, tenant: str) -> tuple[str, ...]:
    """Origins that may frame the panel; none for a tenant that is not here."""
    try:
        return await app.panels.origins(tenant) if tenant in await app.staff.tenants() else ()
    except CopilotError:
        return ()
