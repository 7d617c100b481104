"""Small drawings by our own few lines: how a mood moved, message by message, and what waiting adds."""

from collections.abc import Sequence
from typing import Final

from copilot.domain.base import Frozen

WIDTH: Final = 44.0
HEIGHT: Final = 20.0
MARGIN: Final = 2.5
RAMP: Final = 0.3
"""Share of the width that shows the wait."""
FLOOR, CEILING = 15.0, 100.0
"""Heat at the lower and the upper edge: what is calmer lies on the lower edge."""


class Line(Frozen):
    """A mood in units of a `WIDTH` × `HEIGHT` box: `points` of a polyline, `ramp` for what waiting added, `end` where it is now."""

    points: str
    ramp: str
    end: tuple[float, float]


def line(heats: Sequence[float], present: float) -> Line:
    """Heat 0–100 at the messages, oldest first, and now. Without a message there is only the present."""
    until = WIDTH - MARGIN
    told = until - (until - MARGIN) * RAMP if heats else until
    step = (told - MARGIN) / max(1, len(heats) - 1)
    places = [(round(MARGIN + step * number, 1), _height(heat)) for number, heat in enumerate(heats)]
    if len(places) == 1:
        places = [(MARGIN, places[0][1]), (round(told, 1), places[0][1])]
    end = (round(until, 1), _height(present))
    start = places[-1] if places else (MARGIN, end[1])
    return Line(points=_written(places), ramp=_written([start, end]), end=end)


def _height(heat: float) -> float:
    share = (min(max(heat, FLOOR), CEILING) - FLOOR) / (CEILING - FLOOR)
    return round(HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN), 1)


def _written(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in places)
