"""Inspect tasks: what is run, on what. One file each, one entry here."""

from collections.abc import Callable

from inspect_ai import Task

from evals.tasks.cases import cases
from evals.tasks.emotion import emotion, lead_time
from evals.tasks.handover import handover
from evals.tasks.retrieval import memory, retrieval

CATALOGUE: dict[str, Callable[..., Task]] = {
    "cases": cases,
    "retrieval": retrieval,
    "memory": memory,
    "emotion": emotion,
    "lead_time": lead_time,
    "handover": handover,
}
"""By the name in a suite."""
