"""The headers that every answer carries. Pages run our own scripts only, fetch from us only and are framed by nobody, but for the panel."""

from collections.abc import Iterable
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {framers}"
)
CSP: Final = "Content-Security-Policy"
COOP: Final = "Cross-Origin-Opener-Policy"
POLICY: Final = _POLICY.format(framers="'none'")
SENT: Final = {
    CSP: POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    COOP: "same-origin",
}
"""Where a route has set one of them, that stays."""
OPENED_BY_PANELS: Final = ("/sign-in", "/enter/", "/oidc/", "/panel")
"""A framed panel opens these in a window and waits for word from there, so they stay linked to who opened them."""


def framed_by(origins: Iterable[str]) -> str:
    """The policy of a page that pages of these origins, and our own, may frame."""
    return _POLICY.format(framers=" ".join(("'self'", *origins)))


class Headers:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                _complete(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


def _complete(headers: MutableHeaders, path: str) -> None:
    for name, value in SENT.items():
        if name == COOP and path.startswith(OPENED_BY_PANELS):
            continue
        if name not in headers:
            headers[name] = value
