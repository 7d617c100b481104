"""What a lever does for the customer: which constraint of the case it bends, and which of several comes first."""

from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from copilot.domain.turn import Turn, TurnLever
from copilot.kinds import case

_GOAL_FIRST = ("speed", "money", "date", "route", "account", "deadline", "credit", "other")
"""What settles the matter itself comes before what makes up for it."""
REPAIRS = frozenset({"speed", "money", "date", "route", "account", "deadline"})
"""Bends that settle the matter itself; a credit only makes up for it."""


class _Bend(NamedTuple):
    bends: str
    words: tuple[str, ...]
    gain: str
    cost: str


@lru_cache
def _bends() -> tuple[_Bend, ...]:
    text = (files("copilot.kinds") / "phrases" / "levers.yaml").read_text(encoding="utf-8")
    return tuple(_Bend(row["bends"], tuple(row["words"]), row["gain"], row["cost"]) for row in yaml.safe_load(text))


def bend_of(offer: str) -> _Bend:
    """Which constraint an offer bends, by its words."""
    low = offer.casefold()
    return next(bend for bend in _bends() if any(word in low for word in bend.words))


def rank(lever: TurnLever) -> tuple[bool, int, int, str]:
    """What applies before what may; what was granted, what the agent may grant, what a supervisor must; solving before consoling."""
    authority = 0 if lever.grant_id else 1 + (lever.authority != "agent")
    return lever.applies != "yes", authority, _GOAL_FIRST.index(bend_of(lever.offer).bends), lever.id


def ranked_levers(turn: Turn) -> list[TurnLever]:
    """Levers that apply or may, in the order they are offered."""
    return sorted(case.usable_levers(turn), key=rank)
