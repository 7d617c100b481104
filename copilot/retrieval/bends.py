"""What a lever does for the customer: which constraint of the case it bends."""

from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import yaml


class Bend(NamedTuple):
    """A row of `bends.yaml`."""

    bends: str
    words: tuple[str, ...]
    gain: str
    cost: str


@lru_cache
def _bends() -> tuple[Bend, ...]:
    text = (files("copilot.retrieval") / "bends.yaml").read_text(encoding="utf-8")
    return tuple(Bend(row["bends"], tuple(row["words"]), row["gain"], row["cost"]) for row in yaml.safe_load(text))


def bend_of(offer: str) -> Bend:
    """Which constraint an offer bends, by its words."""
    low = offer.casefold()
    return next(bend for bend in _bends() if any(word in low for word in bend.words))
