"""So many calls in a time: whoever comes early waits for their turn, and nobody waits longer than a write may be unsure."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from copilot.domain.errors import Unavailable

LONGEST: Final = 30.0
"""Seconds in a queue; who would wait longer comes again by then."""


class Pace:
    """One call every so many seconds for each name, in this process. What other replicas ask is told by the tool itself (429)."""

    def __init__(
        self, every: float, clock: Callable[[], float] = time.monotonic, wait: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self.every = every
        self._clock, self._wait = clock, wait
        self._free: dict[str, float] = {}
        """By name, when the next call may be made."""

    async def turn(self, name: str) -> None:
        """Returns when it is one's turn. Raises Unavailable, with when to come again, where too many wait."""
        now = self._clock()
        at = max(now, self._free.get(name, now))
        if at - now > LONGEST:
            raise Unavailable("Too much waits to be written there.", retry_after=at - now)
        self._free[name] = at + self.every
        if at > now:
            await self._wait(at - now)
