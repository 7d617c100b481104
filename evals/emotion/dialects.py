"""Whom the reading is unfair to: `python -m evals.emotion.dialects`. What heat does when the same is said in a dialect."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml

from evals.emotion.reading import Text, sensed

DRAWS = 2000


class Moved(NamedTuple):
    """Heat of the dialect less that of standard English, over the pairs of one dialect."""

    dialect: str
    n: int
    mean: float
    low: float
    high: float
    """The mean's 95 % interval, by bootstrap."""
    widest: float
    crossed: int
    """Pairs of which one is calm (≤ 45) and the other is not."""


def measure() -> list[Moved]:
    """One row for each dialect of dialects.yaml."""
    listed = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return [_moved(one["dialect"], one["pairs"]) for one in listed]


def _moved(dialect: str, pairs: list[list[str]]) -> Moved:
    plain, spoken = (np.array([one.mood for one in sensed([Text(pair[side]) for pair in pairs], None)]) for side in (0, 1))
    moved = spoken - plain
    chance = np.random.default_rng(1)
    means = [moved[chance.integers(0, len(moved), len(moved))].mean() for _ in range(DRAWS)]
    low, high = np.quantile(means, [0.025, 0.975])
    crossed = int(((plain > 45) != (spoken > 45)).sum())
    return Moved(dialect, len(moved), float(moved.mean()), float(low), float(high), float(np.abs(moved).max()), crossed)


def main() -> None:
    """Print them."""
    for one in measure():
        said = f"{one.mean:+.1f} [{one.low:+.1f}, {one.high:+.1f}], widest {one.widest:.1f}, {one.crossed} cross 45"
        print(f"{one.dialect:<30} n = {one.n}  {said}")


if __name__ == "__main__":
    main()
