"""How many streams one key may hold open: a page that connects again and again must not take the service's connections from the others."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Request

from copilot.api.auth import Me
from copilot.api.problems import AtTheEdge, documented
from copilot.api.roles import OWNER


class TooMany(AtTheEdge):
    """The caller has to give something back first."""

    status = 429


class OpenStreams:
    """Counts the open streams of each key on this replica. The local owner is not counted: whoever has that token runs the service."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    def enter(self, key_id: str) -> None:
        """One more. Raises TooMany."""
        if key_id != OWNER and self._open[key_id] >= self._most:
            raise TooMany(
                f"This key holds {self._most} streams open, which is as many as it may.",
                todo="Close one and try again, share one among pages, or use a key for each person (COPILOT_STREAMS_PER_KEY sets it).",
            )
        self._open[key_id] += 1

    def leave(self, key_id: str) -> None:
        """One less."""
        self._open[key_id] -= 1
        if self._open[key_id] <= 0:
            del self._open[key_id]


async def one_more(me: Me, request: Request) -> AsyncIterator[None]:
    """For a route that streams: counted from before its answer begins until after it ended."""
    streams: OpenStreams = request.app.state.open_streams
    streams.enter(me.key_id)
    try:
        yield
    finally:
        streams.leave(me.key_id)


LIMITED: dict[int | str, dict[str, Any]] = {429: documented(429)}
"""What such a route may answer besides."""
