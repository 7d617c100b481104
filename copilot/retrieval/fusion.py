"""One ranking from three views of a passage: meaning, words, and the name the conversation is about."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from copilot.domain.ports.search import Vectors

WORDS = 0.2
"""What the best lexical match may add to a cosine. Measured on the sets of evals/bench/search.py: .12 to .3 differ by at most .01 nDCG."""

WORDS_DOUBT = 8.0
"""BM25 units added below the fraction: a best match that matches little adds little."""

NAME = 0.5
"""What being about the thing that was named adds: enough to put it before its like, not before a passage that answers another question."""

NAME_FROM, NAME_SURE = 0.5, 0.7
"""Affinity at which a title counts as named, and from which surely so; half a title is a coincidence of words."""


class Found(NamedTuple):
    """A candidate and how it was found."""

    id: str
    meaning: float | None
    """Cosine with the question; None when there are no vectors."""
    words: float
    """BM25-like score, 0 when not among the lexical hits."""
    named: float
    """Affinity 0–1 of its title with what was said."""
    rank: float
    """What decides the order."""


def fuse(meaning: Mapping[str, float] | None, words: Mapping[str, float], named: Mapping[str, float]) -> list[Found]:
    """Candidates, best first. Without `meaning` words lead.

    A sum of a cosine, which means the same for every query, and corrections that are bounded: unlike ranks (RRF) it cannot drown a
    clear winner of one view in the other's noise, and unlike min-max scaling it does not blow up differences where nothing matches.
    """
    best = max(words.values(), default=0.0)
    scale = best + (WORDS_DOUBT if meaning is not None else 0.0)
    found = []
    for key in dict.fromkeys([*(meaning or ()), *words, *named]):
        lexical, affinity = words.get(key, 0.0), named.get(key, 0.0)
        cosine = meaning.get(key, 0.0) if meaning is not None else None
        share = lexical / scale if scale else 0.0
        base = share if cosine is None else cosine + WORDS * share
        found.append(Found(key, cosine, lexical, affinity, base + NAME * about(affinity)))
    return sorted(found, key=lambda f: (-f.rank, f.id))


def about(affinity: float) -> float:
    """0–1: how surely the passage is about what was named."""
    ramp = (affinity - NAME_FROM) / (NAME_SURE - NAME_FROM)
    return affinity * min(1.0, max(0.0, ramp))


def unit(vector: Vectors) -> tuple[Vectors, float]:
    """The vector at length 1, and its length."""
    length = float(np.linalg.norm(vector))
    return (vector / length if length else vector), length


def same_text(left: Iterable[str], right: Iterable[str], share: float) -> bool:
    """Whether two texts, given as their words, are copies: the shared share of all words, and the same numbers."""
    a, b = set(left), set(right)
    if not a or not b or len(a & b) < share * len(a | b):
        return False
    # "28 days" and "10 days" in the same sentence are not copies: they contradict each other, and both must be seen.
    return {w for w in a if any(c.isdigit() for c in w)} == {w for w in b if any(c.isdigit() for c in w)}
