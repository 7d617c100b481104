"""Pages that stand in a chat tool's own frame: Chatwoot's, Zendesk's, Front's. They hold the panel, and nothing else.

Anybody may load them, as the panel's own shell: what is seen in the panel is decided by its session. The tool's script is allowed on these
pages only, and only pages of origins that the tenant allows may frame them. Zendesk asks for its page with a token that it signed. The page
holds it until its panel wants to be let in – once a day, not for every ticket – and gives it back to `enter`, where it is verified.
"""

import re
from importlib.resources import files
from typing import Annotated, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field

from copilot.api.auth import App
from copilot.bootstrap import DEFAULT_TENANT
from copilot.channels import chatwoot_app, front_plugin, zendesk_app
from copilot.domain.formats import Strict
from copilot.web import security
from copilot.web.assets import asset
from copilot.web.embedding import allowed

SCRIPTS: Final = {"/chatwoot/panel": "", "/zendesk/sidebar": "https://static.zdassets.com", "/front/panel": "https://dl.frontapp.com"}
"""Where the tool's own script comes from (empty: it has none); no other page of ours runs another's."""
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){2}")
LARGEST: Final = 20_000
"""Bytes of Zendesk's form."""
HEAD: Final = "</head>"
STYLES: Final = ("css/tokens.css", "css/tool-page.css")
router = APIRouter(include_in_schema=False)
Tenant = Annotated[str, Query(max_length=63)]


class EntryIn(Strict):
    """What Zendesk signed."""

    token: str = Field(max_length=zendesk_app.LONGEST)


class EntryView(Strict):
    """What the panel holds from now on."""

    secret: str


@router.api_route("/zendesk/sidebar", methods=["GET", "POST"])
@router.api_route("/zendesk/sidebar/{tenant}/{connection}", methods=["GET", "POST"])
async def zendesk(request: Request, app: App, tenant: str = DEFAULT_TENANT) -> Response:
    """The sidebar. Zendesk asks for it by POST, with who is asking signed."""
    answer = await _page(app, tenant, zendesk_app.__name__, "sidebar.html", SCRIPTS["/zendesk/sidebar"])
    token = await _posted(request)
    if not token:
        return answer
    # Nothing but the letters of a token can stand in it, so there is nothing to escape.
    shown = bytes(answer.body).decode().replace(HEAD, f'<meta name="entry" content="{token}">{HEAD}')
    return HTMLResponse(shown, headers={security.CSP: answer.headers[security.CSP], "Cache-Control": "no-store"})


@router.post("/zendesk/enter/{tenant}/{connection}")
async def enter(app: App, tenant: str, connection: str, given: EntryIn) -> EntryView:
    """Let the panel in by what Zendesk signed, once. Asked by the sidebar's own script."""
    return EntryView(secret=(await app.chat_tools.entering.enter(tenant, connection, given.token)).secret)


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


async def _posted(request: Request) -> str:
    """The token of Zendesk's form; empty without one, or with something else in its place."""
    if request.method != "POST":
        return ""
    body = await request.body()
    given = parse_qs(body.decode("latin-1")).get("token", [""])[-1] if len(body) <= LARGEST else ""
    return given if len(given) <= zendesk_app.LONGEST and TOKEN.fullmatch(given) else ""


async def _page(app: App, tenant: str, package: str, name: str, tool: str = "") -> Response:
    scripts = f"script-src 'self' {tool}".rstrip()
    policy = security.framed_by(await allowed(app, tenant)).replace("script-src 'self'", scripts) + "; frame-src 'self'"
    styles = "".join(f'<link rel="stylesheet" href="{asset(sheet)}">' for sheet in STYLES)
    shown = files(package).joinpath(name).read_text().replace(HEAD, f"{styles}{HEAD}")
    return HTMLResponse(shown, headers={security.CSP: policy, "Cache-Control": "no-cache"})
