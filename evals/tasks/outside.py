"""Tasks on data from outside: where it lies, what is said when it is not there, and how what was found is kept for the metrics."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any, TypeVar

from inspect_ai._util.error import PrerequisiteError
from inspect_ai.scorer import Scorer
from inspect_ai.solver import TaskState

from copilot.domain.errors import Invalid
from evals.metrics import ON_DATA
from evals.metrics.base import Reading
from evals.metrics.outside import SampleMetric
from evals.metrics.scoring import Read, as_scorer
from evals.runs import HOME

T = TypeVar("T")
CASE = "case"
"""Where a sample's own data stands in its metadata: what is no fact by which rows are told apart."""
FOUND = "found"
"""Where a solver leaves what the metrics read."""
KEPT = HOME / "vectors"
"""Where vectors are kept between runs unless a folder is named: encoding a whole set takes minutes, and is done once."""


class Absent(PrerequisiteError):
    """Data from outside is not there: the task is skipped. The message says what is missing and what to do.

    Inspect's own command prints the message of such an error, and no more.
    """


def place(data: str, *inside: str) -> Path:
    """A file or folder of the data. Raises Absent."""
    if not data:
        raise Absent("it reads public data, and no folder was named. Name one with -T data=FOLDER.")
    found = Path(data, *inside)
    if not found.exists():
        raise Absent(f"{data} has no {'/'.join(inside)}. Name the folder that holds it with -T data=FOLDER.")
    return found


def chosen(given: str | Sequence[str], known: Sequence[str]) -> list[str]:
    """Names with commas between them, or the list that Inspect's own command makes of them; all that are known for nothing.

    Raises Invalid for one that is not known.
    """
    if not given:
        return list(known)
    found = [one.strip() for one in (given.split(",") if isinstance(given, str) else given) if one.strip()]
    unknown = [one for one in found if one not in known]
    if unknown or not found:
        raise Invalid(f"There is no set {', '.join(unknown) or given!r}.", todo=f"Choose from {', '.join(known)}.")
    return found


def scorers(task: str) -> list[Scorer]:
    """Of all metrics that read this task's samples."""
    return [as_scorer(one, _reading(one)) for one in ON_DATA if one.task == task]


def keep(state: TaskState, found: dict[str, Any], said: str) -> TaskState:
    """Leave what was found for the metrics, and `said` for whoever looks at the sample in the viewer."""
    from inspect_ai.model import ModelOutput

    state.store.set(FOUND, found)
    state.output = ModelOutput.from_content("the copilot", said)
    state.completed = True
    return state


def in_turn(lists: Sequence[Iterable[T]]) -> Iterator[T]:
    """One of each, then the next of each: the first few of all are of all of them."""
    missing = object()
    return (one for one in chain.from_iterable(zip_longest(*lists, fillvalue=missing)) if one is not missing)  # type: ignore[misc]


def spread(things: Sequence[T], most: int) -> list[T]:
    """At most `most` of them, at even distances; all of them for 0."""
    if not most or len(things) <= most:
        return list(things)
    return [things[place * len(things) // most] for place in range(most)]


def _reading(measured: SampleMetric) -> Read:
    def read(state: TaskState) -> Reading | None:
        found = state.store.get(FOUND)
        return measured.read(found) if found is not None else None

    return read
