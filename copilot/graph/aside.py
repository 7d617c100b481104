"""Pure work beside the event loop: what takes milliseconds of processor time must not make an acknowledgement wait.

One thread: two would only fight for the interpreter. What runs here reads frozen values and touches no record.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from copilot.checks.kept import forget_texts
from copilot.domain.turn import Turn

P = ParamSpec("P")
R = TypeVar("R")


class Aside:
    """`await aside(function, …)` runs it on the thread; errors are raised here."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="aside")

    async def __call__(self, function: Callable[P, R], *args: P.args, **named: P.kwargs) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: function(*args, **named))

    async def of_turn(self, function: Callable[Concatenate[Turn, P], R], turn: Turn, *args: P.args, **named: P.kwargs) -> R:
        """What is made of a Turn alone. A subclass may do it elsewhere: `function` is found by its name, everything else travels."""
        return await self(function, turn, *args, **named)

    async def warm(self) -> None:
        """Be ready for the first turn."""

    async def forget(self) -> None:
        """Drop every text that is kept for speed (somebody was erased)."""
        forget_texts()

    def close(self) -> None:
        """Finish what runs."""
        self._thread.shutdown(wait=False)
