"""Which conversations are looked at: risky ones rather, every one possibly, each with a chance that is known.

Poisson sampling: every conversation is drawn by itself, with its own chance. So each chance is exact, and a figure in which everybody
counts as many times as one over their chance is unbiased (Horvitz & Thompson, JASA 1952), however the risky ones are preferred.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from copilot.domain.scorecards import FLOOR, Closed, Drawn, Risk

CALM: Final = 45.0
"""Heat up to which a conversation is a calm one (DESIGN §3)."""
BROKEN: Final = 2.0
FLAGGED: Final = 1.0
WRONG: Final = 2.0
HEATED: Final = 2.0
"""What each adds to the weight of a plain conversation, which is 1. Heat adds its share of the way from calm to 100."""
_STEPS = 60
"""Halvings in which the scale is found: far below what a float can tell apart."""


def weight(risk: Risk) -> float:
    """How much more an hour of looking is worth here than at a plain conversation: 1 to 8."""
    heated = HEATED * max(0.0, min(1.0, (risk.heat - CALM) / (100 - CALM)))
    return 1 + heated + BROKEN * risk.broken_promise + FLAGGED * bool(risk.flagged) + WRONG * bool(risk.said_wrong)


def chances(risks: Sequence[Risk], wanted: int) -> list[float]:
    """Each one's chance: by weight, none below the floor, none above 1, and together `wanted` (all of them where there are no more)."""
    if wanted >= len(risks):
        return [1.0] * len(risks)
    weights = [weight(risk) for risk in risks]
    floor = FLOOR * wanted / len(risks)
    low, high = 0.0, float(len(risks))
    for _ in range(_STEPS):
        scale = (low + high) / 2
        low, high = (scale, high) if sum(_chance(w, scale, floor) for w in weights) < wanted else (low, scale)
    return [_chance(w, high, floor) for w in weights]


def _chance(weight_: float, scale: float, floor: float) -> float:
    return min(1.0, max(floor, scale * weight_))


def draw(frame: Sequence[Closed], wanted: int, twice: float, seed: str) -> list[Drawn]:
    """The sample, in the order in which it is to be rated: by chance, not by risk. The same seed draws the same again.

    `twice`: the share that two people rate.
    """
    drawn = [
        Drawn(closed=one, chance=chance, twice=lot(seed, "twice", one.conversation_id) < twice)
        for one, chance in zip(frame, chances([one.risk for one in frame], wanted), strict=True)
        if lot(seed, "drawn", one.conversation_id) < chance
    ]
    return sorted(drawn, key=lambda one: lot(seed, "turn", one.closed.conversation_id))


def lot(seed: str, what: str, conversation_id: str) -> float:
    """A number from 0 to below 1 that nobody can choose: it does not depend on who else is there, or in which order."""
    digest = hashlib.sha256(f"{seed}\0{what}\0{conversation_id}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def seed_of(tenant: str, since: datetime, until: datetime) -> str:
    """Of a period. It is not chosen, so that nobody draws again until they like what they see."""
    return f"{tenant}/{since.isoformat()}/{until.isoformat()}"
