"""What all doubles can do: fail on purpose, and say what was asked of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

Failing = Callable[[Request], Response | None]


@dataclass
class Asked:
    """One request as the tool saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Double:
    """A tool's API. `fail` is asked first; `lose`: what is done, and its answer never comes."""

    token: str = "tok-connection"
    agents: dict[str, str] = field(default_factory=lambda: {"7": "tok-agent-7"})
    asked: list[Asked] = field(default_factory=list)
    fail: Failing | None = None
    lose: bool = False

    @property
    def writes(self) -> int:
        """Requests that change something, whether they succeeded or not."""
        return sum(one.method != "GET" for one in self.asked)

    def app(self) -> FastAPI:
        """The API; what the tool's own double adds to it stands in `routes`."""
        app = FastAPI()
        self.routes(app)
        app.middleware("http")(self._watched)
        return app

    def routes(self, app: FastAPI) -> None:
        """Of the tool."""
        raise NotImplementedError

    def open(self, number: int = 17) -> object:
        """A conversation of that number."""
        raise NotImplementedError

    def client(self) -> httpx.AsyncClient:
        """A client whose requests all come here."""
        return httpx.AsyncClient(transport=_Losing(self, httpx.ASGITransport(self.app())))

    async def _watched(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        body = await request.json() if await request.body() else None
        self.asked.append(Asked(request.method, request.scope["raw_path"].decode(), dict(request.headers), body))
        if self.fail is not None and (answer := self.fail(request)) is not None:
            return answer
        return await call_next(request)


class _Losing(httpx.AsyncBaseTransport):
    def __init__(self, double: Double, inner: httpx.ASGITransport) -> None:
        self._double, self._inner = double, inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        if self._double.lose and request.method != "GET":
            raise httpx.ReadTimeout("the answer was lost", request=request)
        return answer


def status(code: int, **headers: str) -> Failing:
    """Every request fails so."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: JSONResponse({"error": "made to fail"}, code, headers=sent)
