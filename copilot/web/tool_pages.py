"""Pages that stand in a chat tool's own frame: Chatwoot's, Zendesk's, Front's. They hold the panel, and nothing else.

Anybody may load them, as the panel's own shell: what is seen in the panel is decided by its session. The tool's script is allowed on these
pages only, and only pages of origins that the tenant allows may frame them. The token that Zendesk posts is not needed for this; whoever
makes a session of it reads it with `zendesk_app.entered`.
"""

from importlib.resources import files
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from copilot.api.auth import App
from copilot.bootstrap import DEFAULT_TENANT
from copilot.channels import chatwoot_app, front_plugin, zendesk_app
from copilot.web import security
from copilot.web.embedding import allowed

SCRIPTS: Final = {"/chatwoot/panel": "", "/zendesk/sidebar": "https://static.zdassets.com", "/front/panel": "https://dl.frontapp.com"}
"""Where the tool's own script comes from (empty: it has none); no other page of ours runs another's."""
router = APIRouter(include_in_schema=False)
Tenant = Annotated[str, Query(max_length=63)]


@router.api_route("/zendesk/sidebar", methods=["GET", "POST"])
async def zendesk(app: App, tenant: Tenant = DEFAULT_TENANT) -> Response:
    """The sidebar. Zendesk asks for it by POST, with who is asking signed."""
    return await _page(app, tenant, zendesk_app.__name__, "sidebar.html", SCRIPTS["/zendesk/sidebar"])


@router.get("/front/panel")
async def front(app: App, tenant: Tenant = DEFAULT_TENANT) -> Response:
    """The plugin."""
    return await _page(app, tenant, front_plugin.__name__, "panel.html", SCRIPTS["/front/panel"])


@router.get("/chatwoot/panel")
async def chatwoot(app: App, tenant: Tenant = DEFAULT_TENANT) -> Response:
    """The dashboard app. Chatwoot has no script of its own for it."""
    return await _page(app, tenant, chatwoot_app.__name__, "panel.html")


@router.get("/chatwoot/dashboard.js")
@router.get("/zendesk/sidebar.js")
@router.get("/front/plugin.js")
async def script(request: Request) -> Response:
    """What runs on them."""
    package = {"chatwoot": chatwoot_app, "zendesk": zendesk_app, "front": front_plugin}[request.url.path.split("/")[1]]
    content = files(package.__name__).joinpath(request.url.path.rpartition("/")[2]).read_bytes()
    return Response(content, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


async def _page(app: App, tenant: str, package: str, name: str, tool: str = "") -> Response:
    scripts = f"script-src 'self' {tool}".rstrip()
    policy = security.framed_by(await allowed(app, tenant)).replace("script-src 'self'", scripts) + "; frame-src 'self'"
    return HTMLResponse(files(package).joinpath(name).read_text(), headers={security.CSP: policy, "Cache-Control": "no-cache"})
