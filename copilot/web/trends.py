"""Figures of groups as small lines, drawn by the server. Coarse on purpose: what one week came to cannot be worked out from a drawing."""

from collections.abc import Sequence
from typing import Final

from copilot.domain.base import Frozen

STEPS: Final = 12
"""Heights a line has."""
WIDTH: Final = 88
HEIGHT: Final = 24
MARGIN: Final = 3


class Trend(Frozen):
    """In a box of `WIDTH` × `HEIGHT`. `parts`: polylines between gaps; `end`: the present, if there is one; `words`: what it shows."""

    parts: tuple[str, ...] = ()
    end: tuple[float, float] | None = None
    words: str = ""


def trend(values: Sequence[float | None], low: float, high: float) -> Trend:
    """Values from the oldest to the newest on the scale from `low` to `high`; None leaves a gap."""
    gap = (WIDTH - 2 * MARGIN) / max(1, len(values) - 1)
    points = [None if value is None else (round(MARGIN + place * gap, 1), _height(value, low, high)) for place, value in enumerate(values)]
    seen = [point for point in points if point is not None]
    parts = tuple(" ".join(f"{x:g},{y:g}" for x, y in run) for run in _runs(points) if len(run) > 1)
    return Trend(parts=parts, end=points[-1] if points else None, words=_words(seen))


def _height(value: float, low: float, high: float) -> float:
    share = (min(max(value, low), high) - low) / ((high - low) or 1)
    return round(HEIGHT - MARGIN - round(share * STEPS) / STEPS * (HEIGHT - 2 * MARGIN), 1)


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is not None:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return runs


def _words(points: Sequence[tuple[float, float]]) -> str:
    if len(points) < 2:
        return ""
    rise = points[0][1] - points[-1][1]
    if abs(rise) < HEIGHT / 10:
        return "steady"
    return "rising" if rise > 0 else "falling"
