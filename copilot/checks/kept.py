"""What is derived from a text or a Turn once, though every check asks for it.

Texts are kept by number, little of each, in memory only: a draft and its evidence are read by all checks within a second.
"""

import weakref
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
K = TypeVar("K")
R = TypeVar("R")

TEXTS = 1024
"""Results kept of a function of texts."""
WORDS = 1 << 16
"""Results kept of a function of single words."""


def recent(size: int = TEXTS) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """`lru_cache` that keeps the function's signature; for pure functions whose result nobody changes."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        cached = lru_cache(maxsize=size)(function)
        _CACHES.append(cached.cache_clear)
        return cast("Callable[P, R]", cached)

    return decorate


def forget_texts() -> None:
    """Empty every cache of texts in this process: what was said by someone who is erased must not stay here either."""
    for clear in _CACHES:
        clear()


_CACHES: list[Callable[[], None]] = []


def kept_with(function: Callable[[K], R]) -> Callable[[K], R]:
    """Computed once for an object (this very one, whatever it equals), and forgotten with it."""
    known: dict[int, tuple[weakref.ref[K], R]] = {}

    @wraps(function)
    def remembered(owner: K) -> R:
        key = id(owner)
        found = known.get(key)
        if found and found[0]() is owner:
            return found[1]
        made = function(owner)
        known[key] = (weakref.ref(owner, lambda _: known.pop(key, None)), made)
        return made

    return remembered
