"""Agreement: as a library computes it, with an interval, and a verdict on the rubric."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from copilot.measures.agreement import agreement

CHANCE = np.random.default_rng(5)


def pairs(count: int, same: float) -> list[tuple[int, int]]:
    first = CHANCE.integers(0, 3, count)
    second = np.where(CHANCE.random(count) < same, first, CHANCE.integers(0, 3, count))
    return [(int(a), int(b)) for a, b in zip(first, second, strict=True)]


@pytest.mark.parametrize("count", [12, 40, 200])
def test_alpha_is_the_kappa_of_both_orders_but_for_its_small_sample_share(count: int) -> None:
    """Against scikit-learn's quadratic kappa: 1 - alpha is (1 - kappa) (N - 1) / N, with N ratings."""
    rated = pairs(count, 0.6)
    forth, back = [a for a, _ in rated], [b for _, b in rated]
    kappa = cohen_kappa_score(forth + back, back + forth, weights="quadratic")
    found = agreement("p", rated)
    assert found.alpha == pytest.approx(1 - (1 - kappa) * (2 * count - 1) / (2 * count))
    assert found.alpha is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.alpha < found.high


def test_alpha_as_published() -> None:
    """Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section A: binary data, two observers, alpha = 0.095."""
    first, second = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert agreement("p", list(zip(first, second, strict=True))).alpha == pytest.approx(0.095, abs=0.0005)


@pytest.mark.parametrize(
    ("rated", "verdict"),
    [
        (pairs(60, 1.0), "clear"),
        (pairs(60, 0.0), "unclear"),
        ([(0, 1)] * 9, "too few"),
        ([(2, 2)] * 30, "no difference to tell"),
        ([], "too few"),
    ],
)
def test_what_is_said_of_the_rubric(rated: list[tuple[int, int]], verdict: str) -> None:
    found = agreement("p", rated)
    assert found.verdict == verdict
    assert found.n == len(rated)
    assert found.same == sum(a == b for a, b in rated)
