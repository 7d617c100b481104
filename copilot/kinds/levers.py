"""Which of several levers comes first."""

from copilot.domain.turn import Turn, TurnLever
from copilot.kinds import case
from copilot.retrieval.bends import bend_of

_GOAL_FIRST = ("speed", "money", "date", "route", "account", "deadline", "credit", "other")
"""What settles the matter itself comes before what makes up for it."""
REPAIRS = frozenset({"speed", "money", "date", "route", "account", "deadline"})
"""Bends that settle the matter itself; a credit only makes up for it."""


def rank(lever: TurnLever) -> tuple[bool, int, int, str]:
    """What applies before what may; what was granted, what the agent may grant, what a supervisor must; solving before consoling."""
    authority = 0 if lever.grant_id else 1 + (lever.authority != "agent")
    return lever.applies != "yes", authority, _GOAL_FIRST.index(bend_of(lever.offer).bends), lever.id


def ranked_levers(turn: Turn) -> list[TurnLever]:
    """Levers that apply or may, in the order they are offered."""
    return sorted(case.usable_levers(turn), key=rank)
