"""Whether the event loop keeps up: when it does not, new work waits, so that whoever sends a message is still answered at once."""

import asyncio
import time

BEAT_S = 0.05
LATE_S = 0.02
"""How late a beat may be before work waits."""
LONGEST_S = 5.0
"""A turn waits no longer than this for a calm moment: the queue must move, however busy it is."""


class Pulse:
    """Feels the loop's delay while somebody waits for a calm moment, and costs nothing otherwise."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()

    async def calm(self) -> None:
        """Return at the first beat that comes in time, or after LONGEST_S."""
        async with self._one_at_a_time:
            until = time.monotonic() + LONGEST_S
            while True:
                before = time.monotonic()
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                if time.monotonic() - before < LATE_S or time.monotonic() > until:
                    return
                await asyncio.sleep(BEAT_S)
