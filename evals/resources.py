"""What is opened once for a whole run and used by all of its samples: an installation, an index. Ended together, at the run's end."""

import asyncio
from collections.abc import Callable, Hashable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any, TypeVar, cast

T = TypeVar("T")
_OPEN: dict[tuple[int, Hashable], tuple[AsyncExitStack, Any]] = {}
_TURN: dict[tuple[int, Hashable], asyncio.Lock] = {}


async def shared(key: Hashable, opened: Callable[[], AbstractAsyncContextManager[T]]) -> T:
    """The one of this event loop and this key, opened by whoever asks first. `close_shared` ends it."""
    name = id(asyncio.get_running_loop()), key
    async with _TURN.setdefault(name, asyncio.Lock()):
        if name not in _OPEN:
            stack = AsyncExitStack()
            _OPEN[name] = (stack, await stack.enter_async_context(opened()))
        return cast("T", _OPEN[name][1])


async def close_shared() -> None:
    """Those of this event loop, the last opened first."""
    loop = id(asyncio.get_running_loop())
    for name in reversed([name for name in _OPEN if name[0] == loop]):
        stack, _ = _OPEN.pop(name)
        await stack.aclose()
    for name in [name for name in _TURN if name[0] == loop]:
        _TURN.pop(name)
