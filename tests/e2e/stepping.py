"""In a service's own process: it dies, as by kill -9, at a chosen step. A step ends with a commit, or before and after a call to a tool."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from copilot.adapters import vectors
from copilot.adapters.database.connections import SqlConnections
from copilot.adapters.database.engine import SqlDatabase
from copilot.services.chat_tools import writing
from copilot.services.chat_tools.arriving import Arriving
from copilot.services.running import dispatch

AT = "dies-at"
"""The file that holds the step's number, counted from when it is written. It is gone once the step was reached."""
SOON = timedelta(milliseconds=300)


class Steps:
    """Counts, while the file is there."""

    def __init__(self, folder: Path) -> None:
        self._file, self._armed, self._count = folder / AT, "", 0

    def __call__(self) -> None:
        try:
            armed = self._file.read_text()
        except FileNotFoundError:
            return
        if armed != self._armed:
            self._armed, self._count = armed, 0
        self._count += 1
        if self._count == int(armed.partition(" ")[0]):
            self._file.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


def arm(folder: Path) -> None:
    """Watch this process; what would be looked at in a minute is looked at soon."""
    step = Steps(folder)
    write, send, receive = SqlDatabase.write, httpx.AsyncClient.send, SqlConnections.receive

    @asynccontextmanager
    async def stepping(self: SqlDatabase, tenant: str) -> AsyncIterator[Any]:
        async with write(self, tenant) as records:
            yield records
        step()

    async def asking(self: httpx.AsyncClient, *given: Any, **named: Any) -> httpx.Response:
        step()
        answer = await send(self, *given, **named)
        step()
        return answer

    async def receiving(self: SqlConnections, *given: Any) -> int | None:
        kept = await receive(self, *given)
        step()  # before it is on the disk: whoever acknowledges by now loses it
        return kept

    SqlConnections.receive = receiving  # type: ignore[method-assign, assignment]
    SqlDatabase.write = stepping  # type: ignore[method-assign]
    httpx.AsyncClient.send = asking  # type: ignore[method-assign]

    async def never(_: Arriving, __: datetime) -> list[tuple[str, str, str]]:
        return []

    Arriving.due = never  # type: ignore[method-assign, assignment]  # a poll would bring back what was acknowledged and lost
    # A second process that looks at the index takes a second of each start; test_bad_days is about it.
    vectors._survives = lambda folder: True
    writing.LOOK = SOON  # type: ignore[misc]
    dispatch.SWEEP_S = SOON.total_seconds()
