"""What commands print: for people on a terminal, or JSON and nothing else."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol


class Bar(Protocol):
    """A progress bar."""

    def advance(self, by: int = 1) -> None: ...

    def reach(self, done: int, total: int) -> None: ...


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def say(text: str = "") -> None:
    """A line on stdout, as it is."""
    sys.stdout.write(text + "\n")


def warn(text: str) -> None:
    """A line on stderr."""
    sys.stderr.write(text + "\n")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A plain table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    Console(soft_wrap=False).print(drawn)


@contextmanager
def progress(title: str, total: int) -> Iterator[Bar]:
    """A bar on stderr while something long runs; nothing when stderr is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as drawn:
        task = drawn.add_task(title, total=total)

        class _Task:
            def advance(self, by: int = 1) -> None:
                drawn.update(task, advance=by)

            def reach(self, done: int, total: int) -> None:
                drawn.update(task, completed=done, total=total)

        yield _Task()
