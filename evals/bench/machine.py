"""What the machine itself did while something was measured: a figure that is bad because of it is not the product's."""

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PAUSE_S = 0.02
BLOCK = b"x" * 4096


@dataclass
class Beside:
    """Milliseconds: of flushes of one block to the same disk, and for how long the measuring program itself was held up."""

    flushes: list[float] = field(default_factory=list)
    held_up: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        return f"a flush {max(self.flushes, default=0):.0f} ms, this program held up {max(self.held_up, default=0):.0f} ms"


@asynccontextmanager
async def beside(folder: Path) -> AsyncIterator[Beside]:
    """Looks at the machine until the block ends."""
    seen, over = Beside(), threading.Event()

    def flush() -> None:
        with (folder / "flushes").open("wb", buffering=0) as file:
            while not over.wait(PAUSE_S):
                began = time.perf_counter()
                file.seek(0)
                file.write(BLOCK)
                os.fsync(file.fileno())
                seen.flushes.append((time.perf_counter() - began) * 1000)

    async def wait() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(PAUSE_S)
            seen.held_up.append((time.perf_counter() - began - PAUSE_S) * 1000)

    flushing, waiting = asyncio.create_task(asyncio.to_thread(flush)), asyncio.create_task(wait())
    try:
        yield seen
    finally:
        over.set()
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        await flushing
