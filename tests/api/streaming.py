"""A client of a stream that reads event by event (httpx's in-process transport waits for the end of an answer, and a stream has none)."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from starlette.types import Message

from copilot.client import StreamEvent, read_events


class Stream:
    """One open request."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.ended = asyncio.Event()
        self._begun = asyncio.Event()
        self._leave = asyncio.Event()
        self._asked = False
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._more = asyncio.Event()
        self._waiting: deque[StreamEvent] = deque()
        self.raw = b""

    async def receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._leave.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            self._begun.set()
        elif message.get("body"):
            self.raw += message["body"]
            self._more.set()
            self._chunks.put_nowait(message["body"])

    async def begun(self) -> None:
        await self._begun.wait()

    def leave(self) -> None:
        """The client goes."""
        self._leave.set()

    def end(self) -> None:
        self._begun.set()
        self.ended.set()
        self._chunks.put_nowait(None)

    async def next(self) -> StreamEvent:
        """The next event; fails when the stream ends instead."""
        while not self._waiting:
            chunk = await self._chunks.get()
            if chunk is None:
                raise AssertionError("the stream ended")
            self._waiting.extend(read_events(iter(chunk.decode().split("\n"))))
        return self._waiting.popleft()

    async def until(self, type_: str) -> list[StreamEvent]:
        """Events up to and including the first of that type."""
        seen = [await self.next()]
        while seen[-1].type != type_:
            seen.append(await self.next())
        return seen

    async def contains(self, part: bytes) -> None:
        """Return when this has been sent, in whatever piece."""
        while part not in self.raw:
            self._more.clear()
            await self._more.wait()

    def problem(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.raw)
        return answer


@asynccontextmanager
async def stream(app: FastAPI, key: str, headers: dict[str, str] | None = None, **params: object) -> AsyncIterator[Stream]:
    """Listen with this key; the client goes at the end of the block."""
    opened = Stream()
    query = "&".join(f"{name}={quote(str(value))}" for name, value in params.items())
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/v1/stream",
        "raw_path": b"/v1/stream",
        "root_path": "",
        "query_string": query.encode(),
        "headers": [
            (name.lower().encode(), value.encode()) for name, value in ({"authorization": f"Bearer {key}"} | (headers or {})).items()
        ],
        "client": ("127.0.0.1", 1),
        "server": ("copilot", 80),
    }

    async def run() -> None:
        try:
            await app(scope, opened.receive, opened.send)
        finally:
            opened.end()

    task = asyncio.create_task(run())
    try:
        await opened.begun()
        yield opened
    finally:
        opened.leave()
        await asyncio.wait_for(task, 10)
