"""From measures to a likelihood: does this passage answer the question?

A cosine alone does not tell an answer from a passage on the same subject. Three more things do, each a little: one of the passage's
statements by itself is near the question; the passage stands out from its neighbourhood, which a subject without an answer does not; and
the same cosine means more in a long letter, whose vector means a little of everything, than in five words.

The weights are round numbers between what workarena_kb (Apache-2.0) and the cases of the sample company
(evals/bench/coverage_cases.yaml) would each have; stackfaq was looked at, and nothing was fitted to it. Fitted to workarena_kb alone
and cross-validated over its articles they reach .912 there, and lose on the company's cases; as they are .900 (AUROC, half removed).
"""

import math
from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from copilot.retrieval.fusion import Found, about

STATEMENT = 2 / 3
"""How much the nearest statement counts against the passage as a whole."""
NAMED = 0.1
"""What being about the named thing adds: it says where an answer would stand, not that there is one."""
STANDS_OUT = 0.3
"""What a margin of 1 over the neighbours adds."""
NEIGHBOURS = 10
"""Other articles, the nearest, that a hit is compared with; several, because an answer may be written down in two or three of them."""
DOUBLED = 0.02
"""What a question of twice as many words adds."""

MIDDLE, STEEPNESS = 0.51, 14.0
"""The evidence at which an answer is as likely as not, and how fast it becomes surer: a logistic fit to both, each weighing half.

The middle differs by domain (.49 in chat with the company, .60 for workarena_kb, .68 for stackfaq's short questions): .51 makes the
fewest mistakes over the first two. So near misses in short, clean questions are the ones that still pass.
"""

WORDS_STANDS_OUT, WORDS_MIDDLE, WORDS_STEEPNESS = 1.4, 1.1, 3.6
"""The same where there is no cosine: the share of the question's words, and the margin of its lexical score. Words alone are never sure."""

LONELY, WORDS_LONELY = 0.15, 0.46
"""The margins where there is no other article: between those of answers and of near misses."""
NEARER = 0.05
"""How much nearer than its passage a statement is where none could be encoded: between those of answers and of near misses."""
HOPELESS = 0.1
"""Likelihood of the passage as a whole below which its statements need not be read: no statement was so much nearer that it covered."""
SURE = 0.95
"""And from which they need not: none was so much farther that it did not cover. Encoding them takes as long as the rest of a search.
Costs .005 AUROC on stackfaq and .001 on workarena_kb (half removed), and changes no decision at the threshold; .9 would cost .008 and .004.
"""
USUAL, LONGEST = 5, 64
"""Words that say something: of a usual question, and up to which they are counted."""


class Standing(NamedTuple):
    """How the first hit stands in its search: the same for all hits, which differ from it by their own measures."""

    nearer: float = NEARER
    """How much nearer (cosine) the nearest of its statements is than the passage as a whole; may be negative."""
    margin: float | None = None
    """See `margin`; None where there is no other article."""
    words: int = USUAL
    """The question's words that say something."""


def overlap(asked: Mapping[str, float], passage: Container[str]) -> float:
    """Weighted share, 0–1, of the question's words (stems with weights) that the passage has."""
    total = sum(asked.values())
    return sum(weight for word, weight in asked.items() if word in passage) / total if total else 0.0


def margin(first: Found, others: Sequence[Found]) -> float | None:
    """How far the first hit is above the mean of the NEIGHBOURS nearest of `others`, the best passages of the other articles.

    In cosines; by words only, as a share of the first hit's score. None without others.
    """
    near = sorted((_nearness(other) for other in others), reverse=True)[:NEIGHBOURS]
    if not near:
        return None
    mean = sum(near) / len(near)
    if first.meaning is None:
        return 1 - mean / first.words if first.words else 0.0
    return _nearness(first) - mean


def likelihood(found: Found, shared: float, standing: Standing) -> float:
    """0–1. `shared` is the overlap with the question's words: what counts where there is no cosine."""
    if found.meaning is None:
        above = WORDS_LONELY if standing.margin is None else standing.margin
        return _logistic(WORDS_STEEPNESS * (shared + WORDS_STANDS_OUT * above - WORDS_MIDDLE))
    above = LONELY if standing.margin is None else standing.margin
    length = math.log2(min(max(standing.words, 1), LONGEST) / USUAL)
    evidence = _nearness(found) + STATEMENT * standing.nearer + STANDS_OUT * above + DOUBLED * length
    return _logistic(STEEPNESS * (evidence - MIDDLE))


def _nearness(found: Found) -> float:
    return found.words if found.meaning is None else found.meaning + NAMED * about(found.named)


def _logistic(x: float) -> float:
    return round(1 / (1 + math.exp(-x)), 4)
