"""Who is served next. The queue never rewards shouting: what mood may buy is capped, and never more than a share of the own wait.

Each waits in its own channel's time: a wait of one is the tolerance of the channel (15 minutes in chat, a day in e-mail), so an hour in
chat comes before an hour in e-mail, and a letter of last week before a chat of last minute.
"""

from collections.abc import Sequence
from datetime import datetime

from copilot.domain.base import Frozen, Instant
from copilot.domain.conversation import Channel
from copilot.domain.tenant import TenantSettings
from copilot.sensing.heat import CALM_AT_MOST, TOLERANCE_SECONDS
from copilot.sensing.hours import business_seconds

FULL_ADVANCE_AT = 80.0
"""Base from which mood buys all that it may."""
SHARE = 0.2
"""Mood counts as at most this share of the own wait. With it whoever comes before a calm customer out of turn has waited at least 5/6 as
long, so that even when half of all customers are upset the calm wait about a twelfth longer, whatever the cap."""


class QueueRow(Frozen):
    """A conversation that waits: since when, and its base (mood and record, 0–100)."""

    conversation_id: str
    channel: Channel
    since: Instant
    base: float


def order(rows: Sequence[QueueRow], now: datetime, settings: TenantSettings) -> list[QueueRow]:
    """The rows, whoever is next first. Equal claims: who came first, then the id, so that the order is the same on every replica."""
    return sorted(rows, key=lambda row: (-claim(row, now, settings), row.since, row.conversation_id))


def claim(row: QueueRow, now: datetime, settings: TenantSettings) -> float:
    """The wait with what mood adds to it, in tolerances of the channel."""
    waited = business_seconds(row.since, now, settings)
    return (waited + advance_seconds(row, waited, settings)) / TOLERANCE_SECONDS[row.channel]


def advance_seconds(row: QueueRow, waited: float, settings: TenantSettings) -> float:
    """By how many seconds mood brings this row forward after `waited` business seconds: 0 for the calm, never more than the cap."""
    upset = min(1.0, max(0.0, (row.base - CALM_AT_MOST) / (FULL_ADVANCE_AT - CALM_AT_MOST)))
    cap = 60.0 * settings.queue_cap_minutes.get(row.channel, 0.0)
    return upset * min(max(0.0, cap), SHARE * waited)
