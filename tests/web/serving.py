"""An ASGI application on a free port, in this loop."""

import asyncio
import socket
from typing import Any, Self

import uvicorn

from tests.patience import eventually


class Served:
    """`async with Served(app) as there:` answers at `there.address`."""

    def __init__(self, app: Any, port: int = 0) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port = int(self._socket.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        await eventually(self._started, "the server")
        return self

    async def _started(self) -> bool:
        return self._server.started

    async def __aexit__(self, *_: object) -> None:
        """Gone at once: connections break, and what was under way learns it and gives back what it holds."""
        self._server.should_exit = self._server.force_exit = True
        self._hang_up()
        if self._running is not None:
            await self._running
        self._hang_up()  # who came in while the server was closing its door
        if requests := set(self._server.server_state.tasks):
            await asyncio.wait(requests, timeout=10)

    def _hang_up(self) -> None:
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()
