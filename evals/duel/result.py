"""What a duel came to: how often each version won, with the interval, and whether that could be chance."""

from collections.abc import Sequence
from typing import NamedTuple

from scipy.stats import binomtest

from copilot.measures.shares import wilson
from evals.figures import CHANCE
from evals.judge.votes import Vote, by_sample, majority


class Tally(NamedTuple):
    """Pairs, each counted once however many people voted on it: what most of them said."""

    about: str
    a: int
    b: int
    neither: int
    rate: float
    """Share of the decided pairs that B won; .5 without any."""
    low: float
    high: float
    chance: float
    """The sign test: how likely so one-sided a result would be if both were equally good (Dixon & Mood 1946)."""

    @property
    def word(self) -> str:
        """In plain words."""
        if self.chance >= CHANCE:
            return "no difference seen"
        return "B is preferred" if self.b > self.a else "A is preferred"


class Result(NamedTuple):
    """Of a whole file of votes."""

    names: tuple[str, str]
    voters: int
    all: Tally
    abilities: tuple[Tally, ...]
    why: dict[str, int]
    """How often each reason was given for the version that won it."""


def result(votes: Sequence[Vote]) -> Result:
    """At least one vote."""
    abilities = dict.fromkeys(vote.ability for vote in votes)
    why: dict[str, int] = {}
    for vote in votes:
        for reason in vote.why if vote.choice != "neither" else ():
            named = f"{vote.a.run if vote.choice == 'a' else vote.b.run}: {reason}"
            why[named] = why.get(named, 0) + 1
    return Result(
        (votes[0].a.run, votes[0].b.run),
        len({vote.voter for vote in votes}),
        _tally("all", votes),
        tuple(_tally(ability, [vote for vote in votes if vote.ability == ability]) for ability in sorted(abilities)),
        dict(sorted(why.items(), key=lambda one: -one[1])),
    )


def _tally(about: str, votes: Sequence[Vote]) -> Tally:
    said = [majority(theirs) for theirs in by_sample(votes).values()]
    a, b = said.count("a"), said.count("b")
    if not a + b:
        return Tally(about, 0, 0, len(said), 0.5, 0.0, 1.0, 1.0)
    low, high = wilson(b, a + b)
    return Tally(about, a, b, len(said) - a - b, b / (a + b), low, high, float(binomtest(b, a + b).pvalue))
