"""copilot serve: one process that holds the data folder and answers over HTTP."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from copilot.adapters.owner import Owner, OwnerLock
from copilot.commands.output import say
from copilot.domain.errors import Unavailable
from copilot.settings import Settings

SWITCH_S = 0.001
"""How soon the event loop gets the interpreter back from the thread that drafts (Python's own: 5 ms each time)."""
KEEP_S = 75
"""How long a quiet connection is kept. Whoever hangs up first may lose what the other one is just sending, so it has to be the proxy or the
tool: they keep theirs for 60 s at most by default, uvicorn for 5. (200 connections, used again after 4.98 to 5.02 s by a client that does
not look whether they still stand: with 5 s 134 of 400 requests were lost, with 75 s none.)
"""
STOP_S = 5
"""How long open requests may go on after the signal to stop."""


def serve(settings: Settings, ready: Callable[[str], None] | None = None) -> int:
    """Run until interrupted. `ready` is called with the address once the service answers."""
    return asyncio.run(_serve(settings, ready or _announce))


async def _serve(settings: Settings, ready: Callable[[str], None]) -> int:
    from copilot.adapters.logs import configure_logs

    configure_logs(settings.log_level)
    sys.setswitchinterval(SWITCH_S)
    lock = OwnerLock(Path(settings.data_dir))
    owner = lock.take()
    try:
        with closing(_bind(settings.host, settings.port)) as listening:
            return await _answer(settings, lock.announce(owner, _address(listening)), listening, ready)
    finally:
        lock.release()


async def _answer(settings: Settings, owner: Owner, listening: socket.socket, ready: Callable[[str], None]) -> int:
    """Start, answer, stop. What hinders the start is raised as it is: one clear line, where the server would log a stack trace."""
    from copilot.api import create_app
    from copilot.bootstrap import build

    if settings.drafting_process is None:
        settings = settings.model_copy(update={"drafting_process": (os.cpu_count() or 1) > 1})
    application = build(settings)
    app = create_app(application, owner=owner, lifespan=False)
    server = _Server(configured(app), lambda: ready(owner.address), application.live.end)
    try:
        await application.start()
        await app.state.metrics.begin()
        await server.serve(sockets=[listening])
    finally:
        await application.stop()
    return 0 if server.was_ready else 3


def configured(app: Any) -> Any:
    """How uvicorn serves it (`uvicorn.Config`, imported late)."""
    import uvicorn

    return uvicorn.Config(
        app, log_config=None, access_log=False, timeout_keep_alive=KEEP_S, timeout_graceful_shutdown=STOP_S, lifespan="off"
    )


def _server_class() -> type:
    import uvicorn

    class Server(uvicorn.Server):
        """Says when it answers, and ends the open streams when it is told to stop (uvicorn would wait for them)."""

        def __init__(self, config: Any, ready: Callable[[], None], stopping: Callable[[], None]) -> None:
            super().__init__(config)
            self._ready, self._stopping = ready, stopping
            self.was_ready = False

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                self.was_ready = True
                self._ready()

        def handle_exit(self, sig: int, frame: Any) -> None:
            """Stop in good order; a second Ctrl-C does not wait for open requests.

            uvicorn's own raises the signal once more when all is done, which would end the process before the lock is given back.
            """
            self._stopping()
            self.force_exit = self.should_exit and sig == signal.SIGINT
            self.should_exit = True

    return Server


def _Server(*args: Any) -> Any:  # noqa: N802 - stands for the class, which needs uvicorn, imported late
    return _server_class()(*args)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Unavailable(f"{host}:{port} cannot be used: {error.strerror}.", todo="Choose another with --port.") from error
    return listening


def _address(listening: socket.socket) -> str:
    """At which address this machine reaches the service."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _announce(address: str) -> None:
    say(f"Rapport answers at {address}")
