"""Inspect tasks: what is run, on what. One file each, one entry here."""

from collections.abc import Callable

from inspect_ai import Task

from evals.tasks.cases import cases
from evals.tasks.emotion import emotion, lead_time
from evals.tasks.fairness import fairness
from evals.tasks.grounding import grounding
from evals.tasks.handover import handover
from evals.tasks.injection import injection
from evals.tasks.memory import memory
from evals.tasks.privacy import privacy
from evals.tasks.retrieval import retrieval

CATALOGUE: dict[str, Callable[..., Task]] = {
    "cases": cases,
    "fairness": fairness,
    "retrieval": retrieval,
    "memory": memory,
    "emotion": emotion,
    "lead_time": lead_time,
    "handover": handover,
    "grounding": grounding,
    "injection": injection,
    "privacy": privacy,
}
"""By the name in a suite."""
