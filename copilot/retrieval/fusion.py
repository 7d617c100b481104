"""One ranking from three views of a passage: meaning, words, and the name the conversation is about."""

from collections.abc import Iterable, Mapping, Sequence
from heapq import nlargest, nsmallest
from statistics import fmean
from typing import NamedTuple

import numpy as np

from copilot.domain.ports.search import Vectors, WordMatch

NO_WORDS = WordMatch(0.0, 0.0)

WORDS = 0.07
"""Weight of words against meaning where both views distinguish equally well (see `weight_of_words`)."""

WORDS_MOST = 1.0
"""However little meaning distinguishes, the best lexical match adds no more than this to a cosine."""

RIVALS = 20
"""How many of the best candidates tell how much a view distinguishes."""

WORDS_DOUBT = 4.0
"""BM25 units added below the fraction: a best match that matches little adds little."""

FLAT = 0.02
"""Added to the contrast of meaning, so that cosines which are all alike do not make words everything."""

COVERED = 0.2
"""What having all that the question's words tell adds to a cosine, however often they stand there."""

NAME = 0.5
"""What being about the thing that was named adds: enough to put it before its like, not before a passage that answers another question."""

NAME_FROM, NAME_SURE = 0.5, 0.7
"""Affinity at which a title counts as named, and from which surely so; half a title is a coincidence of words."""


LIKE = 5
"""Candidates whose words meet the question most nearly as well: as near as they are is taken to be one that has no vector yet."""


class Found(NamedTuple):
    """A candidate and how it was found."""

    id: str
    meaning: float | None
    """Cosine with the question, assumed for one that has no vector yet; None when there are no vectors."""
    words: float
    """BM25-like score, 0 without any of the words."""
    named: float
    """Affinity 0–1 of its title with what was said."""
    rank: float
    """What decides the order."""
    covered: float = 0.0
    """0–1: the part of what the question's words tell that it has."""


def fuse(meaning: dict[str, float] | None, words: Mapping[str, WordMatch], named: Mapping[str, float]) -> list[Found]:
    """Candidates, best first. Without `meaning` words lead.

    A sum of a cosine, which means the same for every query, and corrections that are bounded: unlike ranks (RRF) it cannot drown a
    clear winner of one view in the other's noise, and unlike min-max scaling it does not blow up differences where nothing matches.
    """
    best = max((match.score for match in words.values()), default=0.0)
    near = None if meaning is None else meaning | _assumed(meaning, words, [*words, *named])
    weight = 1.0 if meaning is None else weight_of_words(list(meaning.values()), [match.score for match in words.values()])
    scale = best + (0.0 if meaning is None else WORDS_DOUBT)
    covered_weight = COVERED if meaning is not None else 1.0
    found = []
    for key in dict.fromkeys([*(meaning or ()), *words, *named]):
        (score, share), affinity = words.get(key, NO_WORDS), named.get(key, 0.0)
        cosine = None if near is None else near[key]
        lexical = (weight * score / scale if scale else 0.0) + covered_weight * share
        found.append(Found(key, cosine, score, affinity, (cosine or 0.0) + lexical + NAME * about(affinity), share))
    return sorted(found, key=lambda f: (-f.rank, f.id))


def _assumed(meaning: Mapping[str, float], words: Mapping[str, WordMatch], others: Iterable[str]) -> dict[str, float]:
    """Cosines for those of `others` that have none (published a moment ago): what words tell of them neither gains nor loses by it."""
    if not meaning:
        return dict.fromkeys(others, 0.0)
    scored = [(words.get(key, NO_WORDS).score, cosine) for key, cosine in meaning.items()]

    def like(score: float) -> float:
        return fmean(cosine for _, cosine in nsmallest(LIKE, scored, lambda pair: abs(pair[0] - score)))

    return {key: like(words.get(key, NO_WORDS).score) for key in others if key not in meaning}


def weight_of_words(cosines: Sequence[float], scores: Sequence[float]) -> float:
    """What the best lexical match adds to its cosine: the more, the better words tell this query's candidates apart than meaning does.

    Each view's contrast is how far its best stands out from its next RIVALS. Cosines of a hundred messages of one chat are all alike,
    and who is named in them decides; the cosines of help articles with a question differ, and common words would only disturb them.
    """
    near, match = _best(cosines), _best(scores)
    if len(near) < 2 or not match or match[0] <= 0:
        return 0.0
    match += [0.0] * (min(RIVALS, len(near)) - len(match))
    meaning, words = near[0] - fmean(near[1:]), 1 - fmean(match[1:] or [0.0]) / match[0]
    return min(WORDS_MOST, WORDS * words / (meaning + FLAT))


def _best(values: Sequence[float]) -> list[float]:
    return nlargest(RIVALS, values)


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
