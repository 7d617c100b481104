"""The provider itself: a real HTTP server on a local socket, in a thread of its own."""

import asyncio
import json
import socket
import threading
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from copilot.testing.provider import wire
from copilot.testing.provider.composing import compose
from copilot.testing.provider.gullible import demands
from copilot.testing.provider.plays import Play, answers
from copilot.testing.provider.schema import schema_of

GLANCE_S = 0.01
Mode = Literal["script", "auto", "gullible"]
"""script: only what was scripted (a request too many gets 500). auto: a sensible answer that fits the schema. gullible: the same, but
it does whatever its input tells it to."""


@dataclass
class Recorded:
    """One request as it arrived. `at`, `sent_at`: when it came and each chunk of text left (time.monotonic). `gone`: the client hung up."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]
    at: float = field(default_factory=time.monotonic)
    sent_at: list[float] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)

    @property
    def model(self) -> str:
        return str(self.body.get("model", ""))

    @property
    def messages(self) -> Sequence[Mapping[str, Any]]:
        messages: Sequence[Mapping[str, Any]] = self.body.get("messages", [])
        return messages

    @property
    def text(self) -> str:
        """Everything the request says."""
        return "\n".join(str(message.get("content", "")) for message in self.messages)


class ScriptedProvider:
    """A provider for tests, load tests and trying out. `with ScriptedProvider() as provider:` starts and stops it.

    Scripted plays are used up in order, whatever the mode; then the mode answers, `chunk` characters at a time (LiteLLM itself takes
    about a millisecond for each).
    """

    def __init__(self, mode: Mode = "script", *, port: int = 0, delay_s: float = 0.0, between_s: float = 0.0, chunk: int = 48) -> None:
        self.mode = mode
        self.requests: list[Recorded] = []
        self._delay_s, self._between_s, self._chunk = delay_s, between_s, chunk
        self._plays: defaultdict[str, deque[Play]] = defaultdict(deque)
        self._socket = socket.create_server(("127.0.0.1", port))
        # asyncio does so only for sockets it made itself; without it a chunk waits 40 ms for the client's acknowledgement.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ending = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server = uvicorn.Server(
            uvicorn.Config(self.app(), log_config=None, log_level="critical", access_log=False, lifespan="off", timeout_graceful_shutdown=1)
        )
        self._thread = threading.Thread(target=self._run, name="scripted-provider", daemon=True)

    @property
    def base_url(self) -> str:
        """For COPILOT_API_BASE and LiteLLM's `api_base`."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def script(self, *plays: Play, to: str = "") -> None:
        """Add plays for the next requests. `to`: only for those that ask for the schema of this title (`ReplyAnswer`)."""
        self._plays[to].extend(plays)

    def forget(self) -> None:
        """Drop the plays that nobody asked for yet."""
        self._plays.clear()

    def __enter__(self) -> Self:
        # The socket listens since it was made: a request that comes before the thread runs waits in its backlog.
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every stream, stop the server and wait for its thread."""
        self._server.should_exit = True
        if self._loop is not None and self._thread.is_alive():
            with suppress(RuntimeError):  # the loop ended by itself in between
                self._loop.call_soon_threadsafe(self._ending.set)
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._socket.close()

    def wait(self) -> None:
        """Run until interrupted (for the command line)."""
        self._thread.join()

    def app(self) -> FastAPI:
        """The routes: chat completions and the list of models."""
        app = FastAPI(openapi_url=None)
        app.add_api_route("/v1/chat/completions", self._complete, methods=["POST"], response_model=None)
        app.add_api_route("/v1/models", self._models, methods=["GET"])
        return app

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve(sockets=[self._socket])

    async def _models(self) -> dict[str, Any]:
        return {"object": "list", "data": [{"id": "scripted", "object": "model", "owned_by": "copilot"}]}

    async def _complete(self, request: Request) -> Response:
        recorded = Recorded(json.loads(await request.body()), dict(request.headers))
        self.requests.append(recorded)
        number, play = len(self.requests), self._next_play(recorded)
        if play.status != 200:
            return Response(play.body, status_code=play.status, headers=dict(play.headers), media_type="application/json")
        if play.body:
            return Response(play.body, media_type="text/event-stream")
        if not recorded.body.get("stream"):
            await self._pause(play.before_s)
            return JSONResponse(wire.whole(number, recorded.model, play, wire.usage(play, recorded.text)))
        return StreamingResponse(self._stream(number, recorded, play), media_type="text/event-stream")

    def _next_play(self, recorded: Recorded) -> Play:
        for waiting in (self._plays[_title(recorded)], self._plays[""]):
            if waiting:
                return waiting.popleft()
        if self.mode == "script":
            return Play(status=500, body='{"error": {"message": "the script has no answer left"}}')
        demanded = demands(recorded.body.get("messages", [])) if self.mode == "gullible" else []
        answer = compose(recorded.body, addition=" ".join(demanded))
        return answers(answer, size=self._chunk, before_s=self._delay_s, between_s=self._between_s)

    async def _stream(self, number: int, recorded: Recorded, play: Play) -> AsyncIterator[bytes]:
        try:
            if play.pieces:
                yield wire.opening(number, recorded.model)
                await self._pause(play.before_s)
            for place, chunk in enumerate(wire.pieces(number, recorded.model, play)):
                await self._pause(play.between_s if place else 0.0)
                if place == len(play.pieces) // 2:
                    await self._told(play.rest)
                recorded.sent_at.append(time.monotonic())
                yield chunk
            if play.ending == "stall":
                await self._ending.wait()
            elif play.ending == "cut":
                raise ConnectionAbortedError("scripted cut")
            else:
                wants_usage = (recorded.body.get("stream_options") or {}).get("include_usage")
                for chunk in wire.closing(number, recorded.model, play, wire.usage(play, recorded.text) if wants_usage else None):
                    yield chunk
        except (asyncio.CancelledError, GeneratorExit):
            recorded.gone.set()
            raise

    async def _told(self, rest: threading.Event | None) -> None:
        """Wait until somebody lets the rest go; it may be another thread."""
        while rest is not None and not rest.is_set() and not self._ending.is_set():
            await self._pause(GLANCE_S)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not beyond the server's own end."""
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), seconds)


def _title(recorded: Recorded) -> str:
    """Of the schema that the request asks for; "-" when it asks for none."""
    return str((schema_of(recorded.body) or {}).get("title") or "-")
