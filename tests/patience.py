"""Waiting for what another process or task does: never longer than a deadline, never a fixed sleep."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
DEADLINE_S = 90.0
"""Far beyond what anything takes on a busy machine: reaching it is a failure, not slowness."""
GLANCE_S = 0.02


def until(look: Callable[[], T | None], what: str, within: float = DEADLINE_S) -> T:
    """The first truthy answer of `look`. Raises AssertionError naming `what` when there is none within the deadline (seconds)."""
    end = time.monotonic() + within
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > end:
            raise AssertionError(f"waited {within:g} s for {what}; last seen: {seen!r}")
        time.sleep(GLANCE_S)


async def eventually(look: Callable[[], Awaitable[T | None]], what: str, within: float = DEADLINE_S) -> T:
    """As `until`, for what happens on this event loop."""
    end = time.monotonic() + within
    while True:
        seen = await look()
        if seen:
            return seen
        if time.monotonic() > end:
            raise AssertionError(f"waited {within:g} s for {what}; last seen: {seen!r}")
        await asyncio.sleep(GLANCE_S)
