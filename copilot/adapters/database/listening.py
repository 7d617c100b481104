"""PostgreSQL only: other replicas hear that a tenant has new events (LISTEN/NOTIFY carries the tenant's name, nothing else)."""

import asyncio
import contextlib
from collections.abc import Callable

import psycopg
import structlog

CHANNEL = "copilot_events"
AGAIN_S = 2.0
"""Pause before a lost connection is made again. What was missed meanwhile is read from SQL: on_event is called for everyone then."""
log = structlog.get_logger()


class Listening:
    """One connection that calls `on_event(tenant)`; an empty tenant means: something may have been missed, look at all."""

    def __init__(self, url: str, on_event: Callable[[str], None]) -> None:
        self._url, self._on_event = url, on_event
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._forever())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _forever(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._on_event("")
                    async for notice in connection.notifies():
                        self._on_event(notice.payload)
            except psycopg.Error as error:
                log.warning("listening_interrupted", reason=type(error).__name__)
            await asyncio.sleep(AGAIN_S)
