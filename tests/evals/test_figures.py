"""Figures and their intervals, against values that were published or follow from a formula."""

import math

import numpy as np
import pytest

from copilot.measures.shares import wilson
from evals.figures import difference, figure, newcombe
from tests.evals.house import row, several


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (8, 10, 0.4902, 0.9433), (10, 10, 0.7225, 1.0), (1, 1, 0.2065, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_as_published(k: int, n: int, low: float, high: float) -> None:
    """The last is Newcombe's own example (1998, method 3)."""
    assert wilson(k, n) == pytest.approx((low, high), abs=1e-4)


def test_paired_shares_as_published() -> None:
    """Newcombe 1998, table II, method 10: 36 both, 12 before only, 2 after only, none neither."""
    before = np.array([1.0] * 36 + [1.0] * 12 + [0.0] * 2)
    after = np.array([1.0] * 36 + [0.0] * 12 + [1.0] * 2)
    assert newcombe(after, before) == pytest.approx((0.0569, 0.3404), abs=1e-3)


def test_k_of_n_is_counted_and_has_wilsons_interval() -> None:
    found = figure(several([1, 1, 0, 1]))
    assert (found.k, found.n, found.value) == (3, 4, 0.75)
    assert (found.low, found.high) == wilson(3, 4)


def test_bootstrap_agrees_with_the_formula_of_a_mean() -> None:
    values = np.random.default_rng(5).normal(0.5, 0.1, 400)
    found = figure(several(list(values)))
    half = 1.96 * values.std() / math.sqrt(len(values))
    assert found.k is None
    assert (found.low, found.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=half / 8)


def test_two_runs_are_compared_pair_by_pair() -> None:
    """Samples differ much and all of them moved a little: unpaired it would drown."""
    chance = np.random.default_rng(7)
    before = chance.normal(0.5, 0.2, 120)
    after = before + chance.normal(0.02, 0.01, 120)
    found = difference(several(list(before)), several(list(after)))
    assert found is not None
    assert found.seen
    assert found.value == pytest.approx(0.02, abs=0.003)
    assert 0 < found.least_seen < 0.02


def test_equal_runs_have_no_difference_and_others_none_in_common() -> None:
    found = difference(several([1, 0, 1]), several([1, 0, 1]))
    assert found is not None
    assert (found.value, found.low, found.high, found.seen) == (0, 0, 0, False)
    assert difference([row("a", 1)], [row("b", 1)]) is None


@pytest.mark.parametrize("n", [1, 2])
def test_a_few_that_all_moved_prove_nothing(n: int) -> None:
    found = difference(several([0] * n), several([1] * n))
    assert found is not None
    assert found.value == 1
    assert not found.seen
    measured = difference(several([0.25] * n), several([0.75] * n))
    assert measured is not None
    assert not measured.seen


def test_many_that_moved_are_seen() -> None:
    found = difference(several([0] * 8 + [1] * 4), several([1] * 8 + [1] * 4))
    assert found is not None
    assert found.seen
    assert found.low > 0.2
