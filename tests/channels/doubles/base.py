"""What all doubles can do: fail on purpose, and say what was asked of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

Failing = Callable[[Request], Response | None]
By = Literal["customer", "agent"]
Hears = Callable[[str, bytes, str], Awaitable[None]]
"""Who takes its webhooks: the address, the body, the secret to sign it with."""


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
    clock: Callable[[], datetime] | None = None
    """When things happen there; without one, at the double's own times."""

    hears: Hears | None = None
    """Who is told of what the API itself was made to do."""

    # What a story needs (tests/services/test_tool_stories.py): things happen in the tool, and it tells of them.

    def says(self, number: int, text: str, by: By = "customer") -> None:
        """Somebody writes publicly in that conversation, in the tool itself."""
        raise NotImplementedError

    def told(self, number: int) -> dict[str, Any]:
        """What the tool delivers about the newest public message of that conversation, whoever wrote it by whatever way."""
        raise NotImplementedError

    def moved(self, number: int, *, closed: bool) -> dict[str, Any]:
        """Somebody closes it there, or opens it again; returns what the tool delivers."""
        raise NotImplementedError

    def notes(self, number: int) -> list[str]:
        """Notes between colleagues that stand there."""
        raise NotImplementedError

    def sent(self, number: int) -> list[str]:
        """What agents said to the customer there."""
        raise NotImplementedError

    # What hard deliveries need beside (tests/services/test_hard_deliveries.py). None: that cannot happen there.

    def notes_down(self, number: int, text: str = "") -> dict[str, Any]:
        """An agent writes a note; returns what the tool delivers of the newest one. Without a text it is one that stands there already."""
        raise NotImplementedError

    def edits(self, number: int, text: str) -> dict[str, Any] | None:
        """The newest public message has other words now; returns what the tool delivers."""
        return None

    def takes_away(self, number: int) -> dict[str, Any] | None:
        """The newest public message is not there any more; returns what the tool delivers, or what it delivers next."""
        return None

    def in_public(self, number: int) -> None:
        """A conversation where everybody reads along."""
        raise NotImplementedError

    def own_token(self) -> str:
        """What the agent with the number 7 adds as their own token."""
        return self.agents["7"]

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
