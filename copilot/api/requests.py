"""Around every request: an id, a limit on its size, one log line, one count, and an answer when something fails unforeseen."""

import re
import time
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from copilot.api.metrics import Metrics
from copilot.api.problems import of_failure
from copilot.domain.base import new_id

log = structlog.get_logger()
LARGEST = 8 * 1024 * 1024
"""Bytes of a request's body."""
LARGEST_UPLOAD = 64 * 1024 * 1024
"""Bytes of a file that is sent by itself, for an import. It is read only after the caller was let in."""
ID_HEADER = "x-request-id"
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))


@dataclass
class _Exchange:
    """What is known of one request so far."""

    scope: Scope
    ident: str
    started: float = field(default_factory=time.perf_counter)
    status: int = 0
    taken: int = 0

    @property
    def route(self) -> str:
        """The template of the address: an address itself may hold a person's id. What is no route of the framework's says its own."""
        route = self.scope.get("route")
        own: str = self.scope.get("state", {}).get("route", "(none)")
        return route.path_format if isinstance(route, APIRoute) else own

    @property
    def tenant(self) -> str:
        caller = self.scope.get("state", {}).get("caller")
        return caller.tenant_id if caller else ""


class Requests:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        exchange = _Exchange(scope, _request_id(scope))
        scope["state"]["request_id"] = exchange.ident
        with structlog.contextvars.bound_contextvars(request_id=exchange.ident):
            try:
                await self._app(scope, _limited(exchange, receive), self._sending(exchange, send))
            except Exception as error:  # noqa: BLE001 - whatever nobody foresaw becomes a problem document with an id
                await self._failed(exchange, error, receive, send)

    def _sending(self, exchange: _Exchange, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                message["headers"] = [*message.get("headers", ()), *self._headers(exchange)]
                self._note(exchange)
            await send(message)

        return sending

    def _headers(self, exchange: _Exchange) -> list[tuple[bytes, bytes]]:
        private = [(b"cache-control", b"no-store")] if exchange.scope["path"].startswith(("/v1", "/mcp")) else []
        return [(ID_HEADER.encode(), exchange.ident.encode()), *HEADERS, *private]

    def _note(self, exchange: _Exchange) -> None:
        seconds = time.perf_counter() - exchange.started
        method = exchange.scope["method"]
        self._metrics.request(method, exchange.route, exchange.status, seconds)
        log.info(
            "request",
            tenant=exchange.tenant,
            method=method,
            route=exchange.route,
            status=exchange.status,
            ms=round(seconds * 1000, 1),
        )

    async def _failed(self, exchange: _Exchange, error: Exception, receive: Receive, send: Send) -> None:
        answer: Response = of_failure(error, route=exchange.route, tenant=exchange.tenant)
        if exchange.status:
            return  # The answer has begun; it ends here, and the log says why.
        dress = getattr(exchange.scope["app"].state, "dress", None)
        if dress is not None:  # a page, where a browser asks
            answer = dress(Request(exchange.scope), answer)
        await answer(exchange.scope, receive, self._sending(exchange, send))


def _request_id(scope: MutableMapping[str, Any]) -> str:
    for name, value in scope["headers"]:
        if name == ID_HEADER.encode():
            given = value.decode("latin-1")
            return given if _ID.fullmatch(given) else new_id()
    return new_id()


def _limited(exchange: _Exchange, receive: Receive) -> Receive:
    """A body that is announced or turns out too large is refused before it is kept in memory."""
    announced = next((value for name, value in exchange.scope["headers"] if name == b"content-length"), b"0")
    upload = exchange.scope["method"] == "PUT" and exchange.scope["path"].startswith("/v1/imports/")
    largest = LARGEST_UPLOAD if upload else LARGEST

    async def receiving() -> Message:
        if announced.isdigit() and int(announced) > largest:
            raise HTTPException(413, f"The body has {int(announced)} bytes.")
        message = await receive()
        if message["type"] == "http.request":
            exchange.taken += len(message.get("body", b""))
            if exchange.taken > largest:
                raise HTTPException(413, f"The body has more than {largest} bytes.")
        return message

    return receiving
