"""Arguments of tasks as they are written on a command line, `-T key=value`: Inspect's way, so that a task is run alike by both commands."""

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from copilot.domain.errors import Invalid
from evals.tasks import CATALOGUE

FOLDERS = ("data", "cache", "prompts", "knowledge")
"""Arguments that name a folder: kept as a whole path, so that a run goes on from wherever it is continued."""
KINDS = {bool: "true or false", int: "a whole number", float: "a number"}
"""How people call a type."""


def arguments(written: Sequence[str], tasks: Sequence[str]) -> dict[str, Any]:
    """What was written, each value of the type that the tasks take it as. Raises Invalid, naming what the tasks take."""
    found: dict[str, Any] = {}
    for pair in written:
        key, sign, value = pair.partition("=")
        key = key.strip().replace("-", "_")
        if not sign or not key:
            raise Invalid(f"-T {pair} is no key=value.", todo=f"{_taken(tasks)}.")
        if key in found:
            raise Invalid(f"-T {key} is given twice.", todo="Name it once.")
        found[key] = _typed(key, value, tasks)
    return found


def together(options: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    """Options of the command, which are short forms, and what `-T` names. Raises Invalid where both say something else."""
    for key, value in named.items():
        if options.get(key) not in ("", None, value):
            raise Invalid(f"{key} is named twice, as {options[key]!r} and with -T as {value!r}.", todo="Name it once.")
    return options | named


def _typed(key: str, value: str, tasks: Sequence[str]) -> Any:
    taking = [parameters[key] for task in tasks if key in (parameters := inspect.signature(CATALOGUE[task]).parameters)]
    if not taking:
        who = tasks[0] if len(tasks) == 1 else "No task of this suite"
        raise Invalid(f"{who} {'takes no' if len(tasks) == 1 else 'takes an'} argument {key!r}.", todo=f"{_taken(tasks)}.")
    wanted = taking[0].annotation
    if key in FOLDERS and value:
        return str(Path(value).expanduser().resolve())
    try:
        return TypeAdapter(wanted).validate_python(value)
    except ValidationError:
        raise Invalid(f"-T {key} does not take {value!r}.", todo=f"It is {KINDS.get(wanted, wanted)}.") from None


def _taken(tasks: Sequence[str]) -> str:
    """“retrieval takes data, sets; memory takes data”."""
    return "; ".join(f"{task} takes {', '.join(inspect.signature(CATALOGUE[task]).parameters)}" for task in tasks)
