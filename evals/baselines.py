"""Plain ways to sum up a conversation, that ours has to be better than."""

import re
from collections.abc import Sequence

import numpy as np

from copilot.memory.sentences import sentences

KEPT = 3
"""Sentences."""
DAMPING, ROUNDS = 0.85, 100


def sentences_of(texts: Sequence[str]) -> list[str]:
    """Those of all messages, in order."""
    return [sentence.text for text in texts for sentence in sentences(text)]


def lead(said: Sequence[str], kept: int = KEPT) -> list[str]:
    """The first ones: hard to beat wherever what matters is said first."""
    return list(said[:kept])


def textrank(said: Sequence[str], kept: int = KEPT) -> list[str]:
    """The most central ones, in their order (Mihalcea & Tarau, EMNLP 2004).

    PageRank over shared words, each pair's count divided by the logarithms of the sentences' lengths.
    """
    if len(said) <= kept:
        return list(said)
    words = [set(re.findall(r"\w+", one.lower())) for one in said]
    logs = np.log(np.maximum([len(one) for one in words], 1))
    shared = np.array([[float(len(a & b)) for b in words] for a in words])
    lengths = logs[:, None] + logs[None, :]
    links = np.divide(shared, lengths, out=np.zeros_like(shared), where=lengths > 0)
    np.fill_diagonal(links, 0.0)
    sums = links.sum(axis=1, keepdims=True)
    moves = np.divide(links, sums, out=np.full_like(links, 1 / len(said)), where=sums > 0)
    rank = np.full(len(said), 1 / len(said))
    for _ in range(ROUNDS):
        rank = (1 - DAMPING) / len(said) + DAMPING * rank @ moves
    return [said[place] for place in sorted(np.argsort(-rank, kind="stable")[:kept])]
