"""How far a task is: a bar on a terminal, moved by Inspect's hook for each sample that ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from inspect_ai.hooks import Hooks, SampleEnd, hooks

from copilot.commands.output import Bar, progress

_BAR: ContextVar[Bar | None] = ContextVar("bar", default=None)
"""Of the task that runs here; a context's own, since Inspect keeps one hook for the whole process."""


@hooks(name="rapport_progress", description="Moves the bar of `copilot eval run`.")
class _Advance(Hooks):
    """Inspect makes the one instance."""

    def enabled(self) -> bool:
        return _BAR.get() is not None

    async def on_sample_end(self, data: SampleEnd) -> None:
        bar = _BAR.get()
        if bar is not None:
            bar.advance()


@contextmanager
def watched(title: str, total: int) -> Iterator[None]:
    """A bar while a task runs."""
    with progress(title, total) as bar:
        token = _BAR.set(bar)
        try:
            yield
        finally:
            _BAR.reset(token)
