"""Questions that ask for the same thing, found among many: average-link agglomeration over meaning and words.

Exact and without a table of all pairs: each round finds every group's nearest other group, block by block, and merges all pairs that are
each other's nearest (reciprocal agglomerative clustering: Müllner 2011 on reducible linkages; Sumengen et al. 2021). With the mean of
unit vectors as a group's place, the dot product of two places is the average similarity of their members. Groups without a neighbour
that is near enough are finished and take no further part, so that later rounds are small.
"""

import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from copilot.domain.base import Frozen
from copilot.domain.ports.search import Vectors
from copilot.retrieval.words import STOPWORDS, fold, stem, telling, tokens

NEAR: Final = 0.54
"""Average similarity from which questions ask for the same thing.

Chosen, as WORDS and the order of `cluster` are, on the gaps of the sample company, the same data that `python -m evals.bench gaps` measures
them on: from .50 to .65, higher parts what belongs together, and lower puts dogs on board with dogs in the hotel.
"""
WORDS: Final = 0.35
"""What sharing all their telling words adds to the cosine of two questions."""
BUCKETS: Final = 512
"""Dimensions that words are spread over."""
COMMON: Final = 0.1
"""Share of the questions from which a word tells nothing about any of them."""
BLOCK: Final = 1024
"""Rows compared at once: 40 MB beside ten thousand."""
JITTER: Final = 1e-3
"""Length of the random part that tells equal similarities apart, so that copies pair up rather than all choosing the same one."""
ROUNDS: Final = 400

Floats = npt.NDArray[np.float32]


def together(question: Vectors, answer: Vectors | None) -> Vectors:
    """The place of a question that somebody answered, shape (dimension,): two wordings are told apart less well than what was answered.

    Measured on the sample company's questions: of the pairs that belong together .78 are found at a precision of .89; by questions
    alone .52 at .88.
    """
    if answer is None:
        return question
    middle: Vectors = question + answer
    place: Vectors = (middle / max(float(np.linalg.norm(middle)), 1e-9)).astype(np.float32)
    return place


class Cluster(Frozen):
    """Places in the list that was given: the most central first, then in order."""

    members: tuple[int, ...]


def cluster(texts: Sequence[str], vectors: Vectors, near: float = NEAR) -> list[Cluster]:
    """Groups of questions, the largest first, of equals the most alike; who stands alone is a group of one, those in order last.

    `vectors`: shape (n, dimension), rows as `together`. Of small groups those that only just hold together are the ones that mix two
    things, or hold what two customers asked about their own cases.
    The same questions in the same order give the same groups. Ten thousand take seconds (see the bench).
    """
    if len(texts) != len(vectors):
        raise ValueError(f"{len(texts)} texts for {len(vectors)} vectors")
    if not texts:
        return []
    points = _points(texts, vectors)
    first = _copies(texts)
    groups = _agglomerated(points, first, near)
    made = [Cluster(members=_central_first(points, sorted(members))) for members in groups]
    return sorted(made, key=lambda c: (-len(c.members), -_likeness(points, c.members), min(c.members)))


def alike(texts: Sequence[str], vectors: Vectors, text: str, vector: Vectors) -> Floats:
    """Similarity of one question to others on the scale of `NEAR`, shape (n,)."""
    points = _points([*texts, text], np.vstack([vectors, vector[None, :]]))
    similar: Floats = points[:-1] @ points[-1]
    return similar


def _points(texts: Sequence[str], vectors: Vectors) -> Vectors:
    """Meaning, words and jitter in one vector: the dot product of two is cosine + WORDS × shared words."""
    words = _words(texts)
    jitter = np.random.default_rng(1).standard_normal((len(texts), 8)) * JITTER
    return np.hstack([vectors, np.sqrt(WORDS) * words, jitter]).astype(np.float32)


def _words(texts: Sequence[str]) -> Floats:
    """Rows of length 1 (0 without a telling word): stems, the rarer the heavier, spread over buckets by their hash."""
    bags = [Counter(stem(fold(w)) for w in tokens(text) if telling(w) and w.lower() not in STOPWORDS) for text in texts]
    holding = Counter(word for bag in bags for word in bag)
    spread = np.zeros((len(texts), BUCKETS), dtype=np.float32)
    for row, bag in enumerate(bags):
        for word in bag:
            if len(texts) < 20 or holding[word] <= COMMON * len(texts):
                digest = zlib.crc32(word.encode())
                spread[row, digest % BUCKETS] += (1 if digest & 0x10000 else -1) * np.log(1 + len(texts) / holding[word])
    lengths = np.linalg.norm(spread, axis=1, keepdims=True)
    rows: Floats = (spread / np.maximum(lengths, 1e-9)).astype(np.float32)
    return rows


def _copies(texts: Sequence[str]) -> list[list[int]]:
    """Questions with the same words are one from the start, however many there are."""
    same: dict[tuple[str, ...], list[int]] = {}
    for place, text in enumerate(texts):
        same.setdefault(tuple(map(fold, tokens(text))), []).append(place)
    return list(same.values())


def _agglomerated(points: Vectors, groups: list[list[int]], near: float) -> list[list[int]]:
    places = np.stack([points[group].mean(axis=0) for group in groups])
    sizes = np.array([len(group) for group in groups], dtype=np.float32)
    active, done = np.arange(len(groups)), list[list[int]]()
    for _ in range(ROUNDS):
        nearest, similar = _nearest(places[active])
        lively = similar >= near
        # Rounding may see a pair's similarity from one side only.
        lively[nearest[lively]] = True
        done += [groups[place] for place in active[~lively]]
        if not lively.any():
            return done
        pairs = _mutual(nearest, similar, lively)
        merged = {int(active[b]) for _, b in pairs}
        for a, b in ((int(active[a]), int(active[b])) for a, b in pairs):
            groups[a] = groups[a] + groups[b]
            places[a] = (sizes[a] * places[a] + sizes[b] * places[b]) / (sizes[a] + sizes[b])
            sizes[a] += sizes[b]
        active = np.array([place for place in active[lively] if int(place) not in merged])
    return done + [groups[place] for place in active]


def _nearest(places: Vectors) -> tuple[np.ndarray, np.ndarray]:
    """(each one's nearest other, how similar it is); the first of equals."""
    count = len(places)
    nearest, similar = np.zeros(count, dtype=np.int64), np.full(count, -np.inf, dtype=np.float32)
    if count < 2:
        return nearest, similar
    for start in range(0, count, BLOCK):
        part = places[start : start + BLOCK] @ places.T
        rows = np.arange(len(part))
        part[rows, rows + start] = -np.inf
        nearest[start : start + BLOCK] = part.argmax(axis=1)
        similar[start : start + BLOCK] = part[rows, nearest[start : start + BLOCK]]
    return nearest, similar


def _mutual(nearest: np.ndarray, similar: np.ndarray, lively: np.ndarray) -> list[tuple[int, int]]:
    """Pairs that are each other's nearest; where rounding left none, the most similar pair."""
    here = np.flatnonzero(lively)
    pairs = [(int(a), int(nearest[a])) for a in here if a < nearest[a] and nearest[nearest[a]] == a and lively[nearest[a]]]
    if pairs:
        return pairs
    best = int(here[similar[here].argmax()])
    return [(min(best, int(nearest[best])), max(best, int(nearest[best])))]


def _likeness(points: Vectors, members: Sequence[int]) -> float:
    """Average similarity of two of its members; 0 of one alone."""
    if len(members) < 2:
        return 0.0
    own = points[list(members)]
    pairs = float(np.square(own.sum(axis=0)).sum() - np.square(own).sum())
    return pairs / (len(members) * (len(members) - 1))


def _central_first(points: Vectors, members: list[int]) -> tuple[int, ...]:
    central = members[int((points[members] @ points[members].mean(axis=0)).argmax())]
    return (central, *(member for member in members if member != central))
