"""Figures of drafts that come in conversations: as textbooks have them, and wider where drafts of a conversation are alike."""

import math

import numpy as np
import pytest

from copilot.measures import clusters, shares
from copilot.measures.clusters import Clustered, Sums


def alone(k: int, n: int) -> Clustered:
    """Each draft in a conversation of its own."""
    return clusters.mean(Sums(np.array([1.0] * k + [0.0] * (n - k)), np.ones(n)))


def test_wilson_as_published() -> None:
    """Newcombe 1998 (Stat. Med. 17, 857–872), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    published = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0.0, 0.1611), (1, 29): (0.0061, 0.1718)}
    for (k, n), ends in published.items():
        assert shares.wilson(k, n) == pytest.approx(ends, abs=5e-5)


def test_newcombe_as_published() -> None:
    """Newcombe 1998 (Stat. Med. 17, 873–890), table II, method 10: 56/70 − 48/80, 9/10 − 3/10, 10/10 − 0/10."""
    published = {
        ((48, 80), (56, 70)): (0.0524, 0.3339),
        ((3, 10), (9, 10)): (0.1705, 0.8090),
        ((0, 10), (10, 10)): (0.6075, 1.0),
    }
    for (before, after), ends in published.items():
        assert shares.newcombe(alone(*before), alone(*after)) == pytest.approx(ends, abs=1.5e-4)


def test_drafts_of_one_conversation_are_not_so_many() -> None:
    """Twenty conversations of ten drafts each, all alike within one: what twenty drafts say."""
    together = clusters.mean(Sums(np.array([10.0] * 8 + [0.0] * 12), np.full(20, 10.0)))
    assert (together.value, together.n, together.clusters) == (0.4, 200, 20)
    low, high = shares.interval(together)
    alike_low, alike_high = shares.interval(alone(8, 20))
    assert (low, high) == pytest.approx((alike_low, alike_high), abs=0.01)
    apart_low, apart_high = shares.interval(alone(80, 200))
    assert high - low > 2.5 * (apart_high - apart_low)


def test_nothing_of_many_drafts_in_few_conversations_is_not_sure() -> None:
    together = clusters.mean(Sums(np.zeros(5), np.full(5, 40.0)))
    assert shares.interval(together)[1] == pytest.approx(shares.wilson(0, 5)[1])


def test_the_variance_of_a_mean_is_that_between_conversations() -> None:
    made = clusters.sums([("a", 1.0), ("b", 3.0), ("b", 5.0), ("c", 2.0)])
    assert (made.sums.tolist(), made.counts.tolist()) == ([1.0, 8.0, 2.0], [1.0, 2.0, 1.0])
    mean = clusters.mean(made)
    rest = np.array([1 - 2.75, 8 - 5.5, 2 - 2.75])
    assert mean.value == 2.75
    assert mean.variance == pytest.approx(3 / 2 * float((rest**2).sum()) / 16)
    assert clusters.mean(clusters.sums([("a", 1.0), ("a", 2.0)])).variance == math.inf


def test_bootstrap_draws_whole_conversations() -> None:
    """In which every draft of a conversation is alike, so that the spread is that of the conversations."""
    chance = np.random.default_rng(1)
    each = chance.normal(100, 20, 60)
    drawn = clusters.resampled(Sums(each * 5, np.full(60, 5.0)), 1)
    assert float(drawn.std()) == pytest.approx(20 / math.sqrt(60), rel=0.2)
    low, high = clusters.between(drawn)
    assert low < float(each.mean()) < high
    assert (clusters.resampled(Sums(each, np.ones(60)), 1) == clusters.resampled(Sums(each, np.ones(60)), 1)).all()
