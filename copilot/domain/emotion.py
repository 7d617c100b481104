"""How a customer feels, in which direction it moves, and how long they have waited."""

from typing import Literal

from copilot.domain.base import Frozen, Instant

Label = Literal["neutral", "grateful", "confused", "worried", "disappointed", "frustrated", "angry"]
LABELS: tuple[Label, ...] = ("neutral", "grateful", "confused", "worried", "disappointed", "frustrated", "angry")
Trend = Literal["rising", "steady", "falling"]


class Sensed(Frozen):
    """What one customer message shows by itself; stored once per message. `measured` false: the language is not covered."""

    message_id: str
    language: str
    measured: bool
    label: Label | None
    intensity: float
    """0–1: how strongly the label shows."""
    mood: float
    """0–100: this message's contribution to heat, before history and waiting."""
    why: str
    """The words or signs that decided, in plain words."""
    signs: tuple[str, ...] = ()
    """Named signs: repeats, capitals, absolutes, threat_leave, threat_public, legal, sarcasm, profanity, asks_human, polite …"""


class TrajectoryPoint(Frozen):
    """Emotion at one customer message."""

    message_id: str
    label: Label | None
    intensity: float
    heat: float
    why: str


class Emotion(Frozen):
    """The case's emotion at `as_of`. heat = base (mood and record) + what waiting since `since` adds; see sensing.heat."""

    label: Label | None
    intensity: float
    trend: Trend
    heat: float
    waiting_seconds: float
    contacts_7d: int
    contacts_30d: int
    trigger_message_id: str | None
    why: str
    measured: bool
    trajectory: tuple[TrajectoryPoint, ...] = ()
    base: float
    since: Instant | None = None
    signs: tuple[str, ...] = ()
