"""Pairs and ballots for tests of the duel."""

from pathlib import Path

from evals.duel.ballot import Ballot
from evals.duel.pairs import Drawn, Line, Pair
from evals.judge.material import Setting
from evals.judge.votes import Side

ONE = "I understand your frustration. We will look into it."
TWO = "The 142 EUR for your Lisbon flight were due on 13 November and did not come. That is our mistake."


def pair(sample: str, ability: str = "empathy", one: str = ONE, two: str = TWO, said: str = "Where is my money?") -> Pair:
    setting = Setting(sample=sample, conversation=(f"customer: {said}",), knowledge=("Refunds take 5 days.",))
    return Pair(sample, ability, "empathy", (Line("customer", said),), setting, Side(run="plain", text=one), Side(run="warm", text=two))


def drawn(count: int = 4) -> Drawn:
    return Drawn(tuple(pair(f"sample-{number}", "empathy" if number % 2 else "honesty") for number in range(count)), 3, 0)


def ballot(folder: Path, voter: str = "kim", count: int = 4) -> Ballot:
    return Ballot(drawn(count).pairs, voter, folder / "votes.jsonl")
