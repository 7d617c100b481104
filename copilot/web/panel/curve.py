"""Heat as a drawing: one point for each of the customer's messages, a ramp for the wait, and where waiting alone leads."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from copilot.domain.base import Frozen, Instant
from copilot.domain.conversation import Message
from copilot.domain.emotion import Emotion, TrajectoryPoint
from copilot.domain.turn import Turn
from copilot.kinds import case
from copilot.sensing import heat as heats

FEWEST: Final = 3
"""Messages from which a direction can be drawn."""
MOST: Final = 12
TALL: Final = 40
"""Pixels; widths are percent, so that the drawing fits any panel."""
_EDGE, _LAST = 2.5, 97.0
_RAMP_FROM = 74.0
_SAID = 140


class Dot(Frozen):
    """One message: `x` percent, `y` pixels."""

    x: float
    y: float
    heat: int
    label: str
    said: str
    why: str
    at: Instant | None
    tenth: int


class Line(Frozen):
    """A stroke between two places, coloured by the heat it leads to."""

    x1: float
    y1: float
    x2: float
    y2: float
    tenth: int


class Curve(Frozen):
    """The whole drawing. `ramp`: the wait since their last message; `alarm`: the height from which somebody is angry."""

    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    ramp: Line | None
    alarm: float
    words: str


class Mood(Frozen):
    """How they feel, now."""

    heat: int
    tenth: int
    label: str
    trend: str
    measured: bool
    since: Instant | None
    boils_at: Instant | None
    boils_to: int
    contacts: int
    curve: Curve | None


def mood(turn: Turn, now: datetime, *, waiting: bool) -> Mood:
    """Heat as of `now`; the turn's own is as of its evidence."""
    emotion = turn.evidence.emotion
    since = emotion.since if waiting else None
    present = heats.told(heats.heat(emotion.base, since, turn.channel, now, turn.settings))
    boils = heats.boils_at(emotion.base, since, turn.channel, now, turn.settings)
    return Mood(
        heat=round(present),
        tenth=tenth(present),
        label=(emotion.label or "not measured") if emotion.measured else "not measured",
        trend=emotion.trend,
        measured=emotion.measured,
        since=since,
        boils_at=boils,
        boils_to=int(heats.BOILS if present < heats.BOILS else heats.BOILS_OVER),
        contacts=emotion.contacts_30d,
        curve=curve(emotion, {m.id: m for m in turn.window}, present if since else None),
    )


def curve(emotion: Emotion, said: Mapping[str, Message], waits: float | None) -> Curve | None:
    """None for fewer than three messages. `waits`: heat now, when somebody waits."""
    points = emotion.trajectory[-MOST:]
    if len(emotion.trajectory) < FEWEST:
        return None
    last = _LAST if waits is None else _RAMP_FROM
    dots = tuple(_dot(point, _EDGE + (last - _EDGE) * place / (len(points) - 1), said) for place, point in enumerate(points))
    strokes = tuple(Line(x1=a.x, y1=a.y, x2=b.x, y2=b.y, tenth=max(a.tenth, b.tenth)) for a, b in pairwise(dots))
    ramp = None
    if waits is not None:
        ramp = Line(x1=dots[-1].x, y1=dots[-1].y, x2=_LAST, y2=height(waits), tenth=tenth(waits))
    return Curve(dots=dots, lines=strokes, ramp=ramp, alarm=height(case.ANGRY), words=_words(points, waits))


def height(heat: float) -> float:
    """Pixels from the top."""
    return round(5 + (TALL - 10) * (1 - heat / 100), 1)


def tenth(heat: float) -> int:
    """0–10: what the page's colours count in."""
    return max(0, min(10, round(heat / 10)))


def _dot(point: TrajectoryPoint, x: float, said: Mapping[str, Message]) -> Dot:
    message = said.get(point.message_id)
    text = " ".join(message.text.split()) if message else ""
    return Dot(
        x=round(x, 2),
        y=height(point.heat),
        heat=round(point.heat),
        label=point.label or "not measured",
        said=text if len(text) <= _SAID else f"{text[:_SAID].rstrip()}…",
        why=point.why,
        at=message.sent_at if message else None,
        tenth=tenth(point.heat),
    )


def _words(points: Sequence[TrajectoryPoint], waits: float | None) -> str:
    heard = ", ".join(f"{round(point.heat)}" for point in points)
    now = f" With the wait it is {round(waits)} now." if waits is not None else ""
    return f"Heat at their last {len(points)} messages: {heard}.{now}"
