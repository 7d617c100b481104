"""A breaker per model: after several failures in a row it is left alone for a while, then one question tries it.

Our own, because the packages read the wall clock themselves and let every waiting question through when the pause ends.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from copilot.adapters.models.failures import Failure


class Breaker:
    """Counts the failures of one model. Not for use by several threads."""

    def __init__(self, failures: int, pause_s: float, clock: Callable[[], datetime]) -> None:
        self._allowed = failures
        self._pause = timedelta(seconds=pause_s)
        self._clock = clock
        self._failed = 0
        self._until: datetime | None = None
        self._trying = False

    def paused_s(self) -> float:
        """Seconds for which the model is still left alone; 0 when it may be asked."""
        if self._until is None:
            return 0.0
        left = (self._until - self._clock()).total_seconds()
        if left > 0:
            return left
        return max(self._pause.total_seconds(), 0.001) if self._trying else 0.0

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Around one attempt. Raises Failure at once while the model is paused."""
        left = self.paused_s()
        if left > 0:
            raise Failure("it failed several times in a row and is left alone for now", blames_model=False, wait_s=left)
        self._trying = self._until is not None
        try:
            yield
        except Failure as failure:
            if failure.blames_model:
                self._count(failure)
            raise
        else:
            self._failed, self._until = 0, None
        finally:
            # Also when the attempt was cancelled: the next question tries again.
            self._trying = False

    def _count(self, failure: Failure) -> None:
        self._failed += 1
        if self._failed >= self._allowed or self._until is not None:
            self._until = self._clock() + max(self._pause, timedelta(seconds=min(failure.wait_s or 0.0, 3600.0)))
