"""From measures to a likelihood: does this passage answer the question?"""

import math
from collections.abc import Container, Mapping

from copilot.retrieval.fusion import Found, about

OVERLAP = 0.12
"""What sharing all of the question's words adds to the cosine."""
NAMED = 0.1
"""What being about the named thing adds: it says where an answer would stand, not that there is one."""

MIDDLE, STEEPNESS = 0.43, 12.0
"""The evidence at which an answer is as likely as not, and how fast it becomes surer. See THRESHOLD in coverage.py for the measure."""

WORDS_MIDDLE, WORDS_STEEPNESS = 0.6, 7.0
"""The same where there is no cosine: the share of the question's words alone."""


def overlap(asked: Mapping[str, float], passage: Container[str]) -> float:
    """Weighted share, 0–1, of the question's words (stems with weights) that the passage has."""
    total = sum(asked.values())
    return sum(weight for word, weight in asked.items() if word in passage) / total if total else 0.0


def likelihood(found: Found, shared: float) -> float:
    """0–1. `shared` is the overlap with the question's words."""
    if found.meaning is None:
        return _logistic(WORDS_STEEPNESS * (shared - WORDS_MIDDLE))
    evidence = found.meaning + OVERLAP * shared + NAMED * about(found.named)
    return _logistic(STEEPNESS * (evidence - MIDDLE))


def _logistic(x: float) -> float:
    return round(1 / (1 + math.exp(-x)), 4)
