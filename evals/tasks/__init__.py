"""Inspect tasks: what is run, on what. One file each, one entry here."""

from collections.abc import Callable

from inspect_ai import Task

from evals.tasks.cases import cases
from evals.tasks.fairness import fairness

CATALOGUE: dict[str, Callable[..., Task]] = {
    "cases": cases,
    "fairness": fairness,
}
"""By the name in a suite."""
