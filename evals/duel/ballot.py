"""One voter's way through a duel: an order of their own, and a file to which every vote is added at once."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from copilot.domain.base import now
from evals.duel.pairs import Pair
from evals.judge.judging import Choice
from evals.judge.votes import Vote, read_votes

Pick = Literal["left", "right", "neither"]
WHY = ("names the matter", "feels heard", "honest", "clear next step", "shorter", "the other is wrong")
"""What a voter can say beside the choice."""


class Ballot:
    """The pairs in this voter's order. Votes of before are read from the file: a duel can be left and gone on with."""

    def __init__(self, pairs: Sequence[Pair], voter: str, votes: Path) -> None:
        self.voter, self._file = voter, votes
        self.pairs = sorted(pairs, key=lambda pair: self._chance("order", pair))
        known = read_votes(votes)[0] if votes.is_file() else []
        self._votes = {vote.sample: vote for vote in known if vote.voter == voter}

    def left(self, pair: Pair) -> Literal["a", "b"]:
        """Which version stands on the left, for this voter."""
        return "a" if self._chance("side", pair)[0] % 2 else "b"

    def vote_on(self, pair: Pair) -> Vote | None:
        """This voter's last vote on it."""
        return self._votes.get(pair.sample)

    def picked(self, pair: Pair) -> Pick | None:
        """The same, by its place."""
        vote = self.vote_on(pair)
        if vote is None:
            return None
        if vote.choice == "neither":
            return "neither"
        return "left" if vote.choice == self.left(pair) else "right"

    def next(self) -> int | None:
        """The first pair without a vote, counted from 0; None: all are done."""
        return next((number for number, pair in enumerate(self.pairs) if pair.sample not in self._votes), None)

    def done(self) -> int:
        """Pairs with a vote."""
        return sum(pair.sample in self._votes for pair in self.pairs)

    def cast(self, pair: Pair, pick: Pick, why: Sequence[str]) -> Vote:
        """Add a vote to the file; it is on the disk when this returns. A second one on the same pair takes the first one's place."""
        left = self.left(pair)
        other: Literal["a", "b"] = "b" if left == "a" else "a"
        chosen: dict[Pick, Choice] = {"left": left, "right": other, "neither": "neither"}
        vote = Vote(
            sample=pair.sample,
            rubric=pair.rubric,
            ability=pair.ability,
            voter=self.voter,
            at=now(),
            choice=chosen[pick],
            why=tuple(one for one in WHY if one in why),
            a=pair.a,
            b=pair.b,
            shown_first=left,
            setting=pair.setting,
        )
        add(self._file, vote)
        self._votes[pair.sample] = vote
        return vote

    def _chance(self, what: str, pair: Pair) -> bytes:
        return hashlib.sha256(f"{what} {self.voter} {pair.sample}".encode()).digest()


def add(file: Path, vote: Vote) -> None:
    """One more line. A line that a crash left half written is not continued."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as votes:
        votes.seek(0, os.SEEK_END)
        if votes.tell():
            votes.seek(-1, os.SEEK_END)
            if votes.read(1) != b"\n":
                votes.write(b"\n")
        votes.write(vote.model_dump_json().encode() + b"\n")
        votes.flush()
        os.fsync(votes.fileno())
