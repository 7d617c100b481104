"""The stop rule over many looks: without a difference it stops hardly ever, with real harm it stops. FULL=1 plays more experiments."""

import os
from typing import NamedTuple

import numpy as np
import pytest

from copilot.measures import clusters, harm
from copilot.measures.clusters import Floats, Sums

PLAYED = 4000 if os.environ.get("FULL") else 250
"""Experiments of each sort."""
EVERY = 5
"""A look after so many conversations."""
PART = harm.ALPHA / 2
"""Of the chance of a false stop, for one watched share."""


class Sort(NamedTuple):
    """What happens: conversations in all, the variant's share of them, and how often something counts in each arm's drafts."""

    conversations: int
    share: float
    before: float
    now: float
    usual: float
    alike: float = 0.3
    """Correlation of a conversation's drafts."""


NO_DIFFERENCE = {
    "half and half": Sort(400, 0.5, 0.6, 0.6, 0.5),
    "a tenth": Sort(400, 0.1, 0.6, 0.6, 0.5),
    "nearly always used": Sort(400, 0.5, 0.93, 0.93, 0.5, alike=0.1),
    "hardly ever": Sort(400, 0.3, 0.03, 0.03, 0.1),
    "beyond what was planned": Sort(150, 0.5, 0.6, 0.6, 0.5),
}
HARM = {"used less": Sort(400, 0.5, 0.6, 0.35, 0.5), "a tenth": Sort(400, 0.1, 0.7, 0.3, 0.5)}


def play(chance: np.random.Generator, sort: Sort, conversations: int) -> tuple[Floats, Floats, Floats]:
    """Whether each conversation has the variant, in how many of its drafts it counts, and how many there are."""
    variant = chance.random(conversations) < sort.share
    counts = 1 + chance.poisson(1.2, conversations)
    rate = np.where(variant, sort.now, sort.before)
    spread = (1 - sort.alike) / sort.alike
    counted = chance.binomial(counts, chance.beta(rate * spread, (1 - rate) * spread))
    return variant.astype(float), counted.astype(float), counts.astype(float)


def stops(chance: np.random.Generator, sort: Sort, conversations: int) -> int:
    """After how many conversations "fewer" was called; 0: never."""
    variant, counted, counts = play(chance, sort, conversations)
    planned = harm.planned_information(sort.conversations, sort.usual)
    for until in range(EVERY, conversations + 1, EVERY):
        there, of, all_ = variant[:until] > 0, counted[:until], counts[:until]
        if min(there.sum(), until - there.sum()) < harm.FEWEST:
            continue
        gap = harm.gap(clusters.mean(Sums(of[~there], all_[~there])), clusters.mean(Sums(of[there], all_[there])))
        if gap.value < -harm.worse_by(gap.variance, planned, PART):
            return until
    return 0


@pytest.mark.parametrize("name", NO_DIFFERENCE)
def test_without_a_difference_it_hardly_ever_stops(name: str) -> None:
    """Over all looks. More than the bound, plus what chance adds to so many played experiments, would be a broken promise."""
    sort = NO_DIFFERENCE[name]
    length = 600 if name.startswith("beyond") else sort.conversations
    chance = np.random.default_rng(7)
    stopped = sum(stops(chance, sort, length) > 0 for _ in range(PLAYED))
    allowed = PART + 2.6 * np.sqrt(PART * (1 - PART) / PLAYED)
    assert stopped / PLAYED <= allowed, stopped


@pytest.mark.parametrize("name", HARM)
def test_real_harm_is_stopped_before_the_end(name: str) -> None:
    sort = HARM[name]
    chance = np.random.default_rng(7)
    when = [stops(chance, sort, sort.conversations) for _ in range(PLAYED // 5)]
    assert sum(one > 0 for one in when) >= 0.9 * len(when)
    assert float(np.median([one for one in when if one])) < 0.75 * sort.conversations


def test_looking_with_the_ordinary_bound_would_stop_far_too_often() -> None:
    """So that the test above can fail: z = 1.96 one-sided is 2.5 % at one look, and many times that over all of them."""
    sort, chance = NO_DIFFERENCE["half and half"], np.random.default_rng(7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(harm, "worse_by", lambda variance, planned, alpha: 1.96 * variance**0.5)
        stopped = sum(stops(chance, sort, sort.conversations) > 0 for _ in range(100))
    assert stopped >= 9


def test_an_arm_in_which_nothing_happened_is_not_sure_of_itself() -> None:
    """Three of thirty withheld against none of thirty: chance does that."""
    none, three = clusters.mean(Sums(np.zeros(30), np.ones(30))), clusters.mean(Sums(np.array([1.0] * 3 + [0.0] * 27), np.ones(30)))
    gap = harm.gap(none, three)
    assert gap.value == pytest.approx(0.1)
    assert gap.value < harm.worse_by(gap.variance, harm.planned_information(400, 0.1), PART)
    low, high = harm.at_any_time(gap, harm.planned_information(400, 0.1), harm.ALPHA)
    assert low < 0 < high
