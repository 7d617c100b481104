"""Drafts made in a process of its own: the service's interpreter stays free for its agents and its models.

The process holds no file, no connection and no secret; it may die at any time and is replaced.
"""

import asyncio
import multiprocessing
import os
import pickle
import signal
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

import structlog

from copilot.checks.kept import forget_texts, kept_with
from copilot.domain.turn import Turn
from copilot.graph.aside import Aside

P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger()
COURTESY = 5
"""On a busy machine, answering requests goes before drafting."""
KEPT = 8
"""Turns the process remembers: all kinds of a turn are drafted within seconds, and its ledger of facts is made once."""


class Workshop(Aside):
    """As Aside; what is made of a Turn is made in one process more."""

    def __init__(self) -> None:
        super().__init__()
        self._pool: ProcessPoolExecutor | None = None

    async def of_turn(self, function: Callable[Concatenate[Turn, P], R], turn: Turn, *args: P.args, **named: P.kwargs) -> R:
        work = partial(_made, function, turn.id, _packed(turn), args, named)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._open(), work)
        except BrokenProcessPool:
            log.warning("workshop_replaced")
            self._close_pool()
            return await loop.run_in_executor(self._open(), work)

    async def warm(self) -> None:
        """Start the process and let it import; a second or two, beside everything else that starts."""
        await asyncio.get_running_loop().run_in_executor(self._open(), _ready)

    async def forget(self) -> None:
        await super().forget()
        if self._pool is not None:
            await asyncio.get_running_loop().run_in_executor(self._pool, _forget)

    def close(self) -> None:
        self._close_pool()
        super().close()

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Spawned: a fork would inherit the threads' locks, the folder's lock and the sockets.
            spawned = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(max_workers=1, mp_context=spawned, initializer=_begin)
        return self._pool

    def _close_pool(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)


@kept_with
def _packed(turn: Turn) -> bytes:
    """A Turn as it travels, packed once for all of its kinds."""
    return pickle.dumps(turn, protocol=pickle.HIGHEST_PROTOCOL)


_turns: "OrderedDict[tuple[str, int], Turn]" = OrderedDict()
"""In the process: the Turns it has seen last."""


def _made(function: Callable[..., R], ident: str, packed: bytes, args: tuple[Any, ...], named: dict[str, Any]) -> R:
    key = (ident, hash(packed))
    turn = _turns.get(key)
    if turn is None:
        turn = _turns[key] = pickle.loads(packed)  # noqa: S301 - our own parent's
        while len(_turns) > KEPT:
            _turns.popitem(last=False)
    return function(turn, *args, **named)


def _begin() -> None:
    """Interruptions are the parent's affair; when it is gone, however it went, so are we."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(COURTESY)
    threading.Thread(target=_follow, daemon=True, name="parent").start()


def _follow() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _forget() -> None:
    _turns.clear()
    forget_texts()


def _ready() -> int:
    """Import what drafts are made with."""
    from copilot.graph import making

    return len(making.__name__)
