"""Which conversations are looked at: known chances, the same draw again, figures that the preference for risk does not bend."""

from statistics import fmean, stdev

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.scorecards import FLOOR, Closed, Risk
from copilot.measures.estimating import estimate
from copilot.measures.sampling import chances, draw, lot, weight
from copilot.measures.shares import wilson

RISKS = st.builds(Risk, heat=st.floats(0, 100), broken_promise=st.booleans(), flagged=st.integers(0, 3), said_wrong=st.integers(0, 3))
DRAWS = 500


def frame(count: int = 400, seed: int = 7) -> list[Closed]:
    """Conversations of which a quarter was heated, and some broke a promise."""
    chance = np.random.default_rng(seed)
    risks = [
        Risk(heat=float(heat), broken_promise=bool(broken))
        for heat, broken in zip(
            np.where(chance.random(count) < 0.25, chance.uniform(60, 100, count), 20), chance.random(count) < 0.1, strict=True
        )
    ]
    return [Closed(conversation_id=f"c{n}", customer_id=None, agent_id=f"a{n % 6}", risk=risk) for n, risk in enumerate(risks)]


def score(one: Closed) -> float:
    """Heated conversations and broken promises come out worse: what is looked for is what moves the score."""
    return 0.9 - 0.5 * (one.risk.heat >= 60) - 0.3 * one.risk.broken_promise


@given(st.lists(RISKS, min_size=1, max_size=80), st.integers(1, 100))
def test_every_conversation_has_a_chance_and_together_they_are_what_is_wanted(risks: list[Risk], wanted: int) -> None:
    found = chances(risks, wanted)
    least = min(1.0, FLOOR * wanted / len(risks))
    assert all(least - 1e-9 <= chance <= 1 for chance in found)
    assert abs(sum(found) - min(wanted, len(risks))) < 1e-6 * len(risks)


@given(RISKS, RISKS)
def test_a_riskier_conversation_never_has_the_lesser_chance(one: Risk, other: Risk) -> None:
    first, second, *_ = chances([one, other, *[Risk()] * 20], 5)
    assert (weight(one) > weight(other)) <= (first >= second)


def test_each_reason_raises_the_chance() -> None:
    calm = Risk(heat=30)
    for risk in (Risk(heat=90), Risk(heat=30, broken_promise=True), Risk(heat=30, flagged=1), Risk(heat=30, said_wrong=1)):
        plain, risky, *_ = chances([calm, risk, *[calm] * 50], 10)
        assert risky > 1.4 * plain


def test_the_same_seed_draws_the_same_whoever_else_is_there_and_another_draws_another() -> None:
    there = frame()
    first = draw(there, 40, 0.25, "default/march")
    assert draw(there, 40, 0.25, "default/march") == first
    assert draw(list(reversed(there)), 40, 0.25, "default/march") == first
    assert draw(there, 40, 0.25, "default/april") != first
    assert lot("s", "drawn", "c1") == lot("s", "drawn", "c1") != lot("s", "turn", "c1")


def test_the_order_of_rating_is_not_the_order_of_risk() -> None:
    """Who stops half-way has rated a sample, too."""
    halves = []
    for number in range(200):
        drawn = draw(frame(), 60, 0.25, str(number))
        half = len(drawn) // 2
        halves.append(fmean(one.chance for one in drawn[:half]) - fmean(one.chance for one in drawn[half:]))
    assert abs(fmean(halves)) < 4 * stdev(halves) / len(halves) ** 0.5


def test_the_weighted_mean_is_right_over_many_draws_and_the_plain_mean_is_not() -> None:
    there = frame()
    truth = fmean(map(score, there))
    weighted, plain, covered = [], [], 0
    for number in range(DRAWS):
        drawn = draw(there, 40, 0.25, str(number))
        values = [score(one.closed) for one in drawn]
        found = estimate(values, [one.chance for one in drawn])
        assert found is not None
        weighted.append(found.value)
        plain.append(fmean(values))
        covered += found.low <= truth <= found.high
    noise = stdev(weighted) / DRAWS**0.5
    assert abs(fmean(weighted) - truth) < 0.005, "what is left of 1/n"
    assert abs(fmean(weighted) - truth) < 0.1 * abs(fmean(plain) - truth)
    assert truth - fmean(plain) > 10 * noise, "the plain mean makes the work look worse than it is"
    assert 0.92 <= covered / DRAWS <= 0.99


def test_the_total_is_unbiased_exactly() -> None:
    """Horvitz and Thompson: the sum of value over chance has the population's total as its expectation."""
    there = frame(60)
    known = dict(zip((one.conversation_id for one in there), chances([one.risk for one in there], 15), strict=True))
    expected = sum(known[one.conversation_id] * score(one) / known[one.conversation_id] for one in there)
    totals = [sum(score(one.closed) / one.chance for one in draw(there, 15, 0, str(number))) for number in range(DRAWS)]
    assert abs(fmean(totals) - expected) < 4 * stdev(totals) / DRAWS**0.5
    drawn = draw(there, 15, 0, "0")
    assert {one.closed.conversation_id: one.chance for one in drawn}.items() <= known.items()


def test_an_estimate_says_how_much_it_knows() -> None:
    even, uneven = estimate([0, 1, 1, 0, 1] * 4, [0.2] * 20), estimate([0, 1, 1, 0, 1] * 4, [0.9, 0.1] * 10)
    assert even is not None
    assert uneven is not None
    assert even.effective == 20
    assert uneven.effective < 13
    assert uneven.high - uneven.low > even.high - even.low
    assert estimate([], []) is None
    alike = estimate([1.0] * 8, [0.2] * 8)
    assert alike is not None
    assert (alike.value, alike.high) == (1, 1)
    assert 0.6 < alike.low < 0.7, "eight good ones do not prove that all are"
    assert (alike.low, alike.high) == wilson(8, 8)
