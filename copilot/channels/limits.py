"""How often a chat tool is called: its published limits are kept before it has to refuse, and a tool that fails is left alone for a while.

Counted on each replica, for each connection. Where a limit is shared with others – more replicas, other programs with the same account –
the tool's own Retry-After has the last word: then nothing at all is asked of it until that time.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from copilot.domain.base import Frozen, now
from copilot.domain.channels import Account, Unsure
from copilot.domain.errors import CopilotError, Unavailable

PATIENCE: Final = 2.0
"""Seconds for which a call waits for its turn; where it would be longer, whoever calls comes again."""
FAILURES: Final = 5
"""In a row: then the tool is left alone."""
PAUSE: Final = 30.0
"""Seconds for which it is; then one call tries it."""
LONGEST: Final = 3600.0
"""Seconds that a tool may ask us to be quiet."""
MANY: Final = 500
"""Counts from which on those that are empty are let go of."""


class Limit(Frozen):
    """So many calls within so many seconds."""

    calls: int
    seconds: float
    path: str = ""
    """A regular expression: only paths in which it is found are counted."""
    writes: bool = False
    """Only calls that change something are counted."""
    each: bool = False
    """Every path has a count of its own."""

    def counts(self, method: str, path: str) -> bool:
        """Whether a call is one of those."""
        return (method != "GET" or not self.writes) and re.search(self.path, path) is not None


class Line:
    """What goes over one connection."""

    def __init__(
        self, tool: str, limits: tuple[Limit, ...], clock: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._tool, self._limits, self._clock, self._sleep = tool, limits, clock, sleep
        self._buckets: dict[tuple[int, str], InMemoryBucket] = {}
        self._failed, self._quiet_until, self._trying = 0, 0.0, False

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around one call: learns from how it ended. Raises Unavailable at once while the tool is left alone."""
        if (left := self._left_alone()) > 0:
            raise Unavailable(f"{self._tool} did not answer several times, or asked for patience.", retry_after=left)
        self._trying = self._failed >= FAILURES
        try:
            yield
        except Unavailable as error:
            self._learn(error)
            raise
        except CopilotError:
            self._failed = 0  # it refuses, so it answers
            raise
        else:
            self._failed = 0
        finally:
            # Also when the call was cancelled: the next one tries again.
            self._trying = False

    async def turn(self, method: str, path: str) -> None:
        """Wait until the tool's limits allow this call. Raises Unavailable, with `retry_after`, where that would take long."""
        for again in (True, False):
            wait = self._take(method, path)
            if not wait:
                return
            if wait > PATIENCE or not again:
                raise Unavailable(f"{self._tool} allows no more calls for now.", retry_after=wait)
            await self._sleep(wait)

    def _left_alone(self) -> float:
        left = self._quiet_until - self._seconds()
        return left if left > 0 else PAUSE if self._trying else 0.0

    def _learn(self, error: Unavailable) -> None:
        if error.retry_after is not None and not isinstance(error, Unsure):
            self._quiet_until = max(self._quiet_until, self._seconds() + min(error.retry_after, LONGEST))
            return
        self._failed += 1
        if self._failed >= FAILURES:
            self._quiet_until = self._seconds() + PAUSE

    def _take(self, method: str, path: str) -> float:
        """Count the call; else the seconds until it may come again, and nothing is counted."""
        at = int(self._seconds() * 1000)
        taken: list[InMemoryBucket] = []
        for bucket in self._counting(method, path):
            bucket.leak(at)
            item = RateItem(path, at)
            if not bucket.put(item):
                for other in taken:
                    other.items.pop()
                left = bucket.waiting(item)
                return max(0.001, left / 1000 if isinstance(left, int) else 0)
            taken.append(bucket)
        self._let_go(at)
        return 0.0

    def _counting(self, method: str, path: str) -> list[InMemoryBucket]:
        found = []
        for number, limit in enumerate(self._limits):
            if limit.counts(method, path):
                key = (number, path if limit.each else "")
                if key not in self._buckets:
                    self._buckets[key] = InMemoryBucket([Rate(limit.calls, int(limit.seconds * 1000))])
                found.append(self._buckets[key])
        return found

    def _let_go(self, at: int) -> None:
        if len(self._buckets) < MANY:
            return
        for bucket in self._buckets.values():
            bucket.leak(at)
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if bucket.count()}

    def _seconds(self) -> float:
        return self._clock().timestamp()


class Pacing:
    """The lines of all connections."""

    def __init__(self, clock: Callable[[], datetime] = now, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._clock, self._sleep = clock, sleep
        self._lines: dict[tuple[str, str], Line] = {}

    def line(self, account: Account, tool: str, limits: tuple[Limit, ...]) -> Line:
        """Of a connection: the same one every time."""
        key = (account.tenant_id, account.id)
        if key not in self._lines:
            self._lines[key] = Line(tool, limits, self._clock, self._sleep)
        return self._lines[key]
