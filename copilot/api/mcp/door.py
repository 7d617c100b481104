"""`POST /mcp`: the tools over HTTP (streamable HTTP, stateless, answers as JSON), behind the same keys as `/v1`.

There is no session: each request carries its key, and a key that was revoked a moment ago is refused. Cookies are not looked at, and a
request that names another host or comes from another site's page is refused, so no page in a browser reaches the tools.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from copilot.api.auth import TENANT_HEADER, USER_HEADER
from copilot.api.problems import AtTheEdge, Unknown
from copilot.api.requests import ID_HEADER
from copilot.client import error_of
from copilot.domain.errors import Refused
from copilot.settings import Settings

if TYPE_CHECKING:
    from mcp.server.transport_security import TransportSecuritySettings

PATH = "/mcp"
LARGEST = 1024 * 1024
"""Bytes of a request."""
CARRIED = ("authorization", TENANT_HEADER, USER_HEADER)
"""Headers that say who asks, and go on to the routes."""
OWN = ("127.0.0.1", "localhost", "[::1]")
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound


class Elsewhere(AtTheEdge):
    """A request that was meant for a host of another name."""

    status = 421


class NoJson(AtTheEdge):
    """A body that does not say that it is JSON."""

    status = 400


class Inside:
    """The routes of this application, asked in this process by a client that has the caller's headers."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def __call__(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, headers: Mapping[str, str] | None = None, **params: Any
    ) -> Any:
        answer = await self._client.request(method, path, json=body, params=params, headers=dict(headers or {}))
        if not answer.is_success:
            raise error_of(answer)
        return answer.json()


class Door:
    """The ASGI application at PATH."""

    def __init__(self, settings: Settings) -> None:
        self._hosts = hosts(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        request.state.route = PATH
        if not request.headers.get("authorization"):
            raise Unknown("There is no key in this request.", todo="Send it as Authorization: Bearer <key>.")
        request.state.caller = await request.app.state.gate.caller(request)
        # The SDK takes a second to import: in a thread, and only once somebody needs it.
        await asyncio.to_thread(__import__, "copilot.api.mcp.server")
        security = await self._guarded(request)
        await _answer(request, security, receive, send)

    async def _guarded(self, request: Request) -> "TransportSecuritySettings":
        """Raises what the SDK's own check of host, origin and type refuses, with what to do."""
        from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings

        origins = [f"{scheme}://{host}" for scheme in ("http", "https") for host in self._hosts]
        security = TransportSecuritySettings(allowed_hosts=self._hosts, allowed_origins=origins)
        refusal = await TransportSecurityMiddleware(security).validate_request(request, is_post=True)
        if refusal is None:
            return security
        if refusal.status_code == Elsewhere.status:
            raise Elsewhere("This service is not known by that name here.", todo="An operator adds it to COPILOT_MCP_HOSTS.")
        if refusal.status_code == NoJson.status:
            raise NoJson("The body is not JSON.", todo="Send it with Content-Type: application/json.")
        raise Refused("A page of another site may not use the tools.", todo="Ask from a program, or from a page of this service.")


async def _answer(request: Request, security: "TransportSecuritySettings", receive: Receive, send: Send) -> None:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from copilot.api.mcp.server import server

    carried = {name: value for name in CARRIED if (value := request.headers.get(name))} | {ID_HEADER: request.state.request_id}
    inside = httpx.ASGITransport(request.app)
    async with httpx.AsyncClient(transport=inside, base_url="http://copilot", headers=carried, trust_env=False) as client:
        manager = StreamableHTTPSessionManager(
            server(Inside(client)), json_response=True, stateless=True, security_settings=security, max_request_body_size=LARGEST
        )
        async with manager.run():
            await manager.handle_request(request.scope, receive, send)


def hosts(settings: Settings) -> list[str]:
    """Under which names requests may reach the tools, with any port."""
    bound = () if settings.host in EVERYWHERE else (f"[{settings.host}]" if ":" in settings.host else settings.host,)
    public = (name,) if (name := urlsplit(settings.address).hostname) else ()
    names = dict.fromkeys((*OWN, *bound, *public, *settings.mcp_hosts))
    return [*names, *(f"{name}:*" for name in names)]
