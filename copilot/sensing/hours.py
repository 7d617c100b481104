"""Business time: seconds that count while the company is open, in its own time zone, over changes of the clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from copilot.domain.errors import Invalid
from copilot.domain.tenant import TenantSettings

_WEEK_AHEAD = 60
"""Weeks searched at most before a moment counts as out of reach (longer than any wait that matters)."""


def opens_ever(settings: TenantSettings) -> bool:
    """False when the table of hours has not one open minute."""
    return not settings.hours or any(hours.closes > hours.opens for day, hours in settings.hours.items() if 0 <= day <= 6)


def business_seconds(start: datetime, end: datetime, settings: TenantSettings) -> float:
    """Seconds between two moments while the company was open; 0 when `end` is not after `start`.

    Raises Invalid for an unknown time zone. Without a table of hours the company is always open.
    """
    if end <= start:
        return 0.0
    if not settings.hours:
        return (end - start).total_seconds()
    if not opens_ever(settings):
        return 0.0
    first, last = _local_day(start, settings), _local_day(end, settings)
    whole_weeks = max(0, (last - first).days // 7 - 1)
    total = 0.0
    if whole_weeks > _WEEK_AHEAD:
        # A wait of years: weeks are counted, not walked; a change of the clock at night moves no opening hours.
        skipped = timedelta(weeks=whole_weeks - 1)
        total += (whole_weeks - 1) * _week_seconds(settings)
        end -= skipped
    for opened, closed in _openings(first, end, settings):
        total += max(0.0, (min(closed, end) - max(opened, start)).total_seconds())
    return total


def add_business_seconds(start: datetime, seconds: float, settings: TenantSettings) -> datetime:
    """The moment, in UTC, at which `seconds` of business time after `start` have passed. Raises Invalid when the company never opens."""
    start = start.astimezone(UTC)
    if not settings.hours:
        return start + timedelta(seconds=max(0.0, seconds))
    if not opens_ever(settings):
        raise Invalid(
            "The business hours have no open minute.", todo="Set at least one weekday's hours, or leave them empty for always open."
        )
    week = _week_seconds(settings)
    skip = max(0, int(seconds // week) - 1) if seconds > week * _WEEK_AHEAD else 0
    left, start = max(0.0, seconds) - skip * week, start + timedelta(weeks=skip)
    limit = start + timedelta(weeks=_WEEK_AHEAD + 4)
    for opened, closed in _openings(_local_day(start, settings), limit, settings):
        begins = max(opened, start)
        if closed <= begins:
            continue
        open_for = (closed - begins).total_seconds()
        if left <= open_for:
            return begins + timedelta(seconds=left)
        left -= open_for
    return limit


def _openings(first: date, until: datetime, settings: TenantSettings) -> Iterator[tuple[datetime, datetime]]:
    """(opens, closes) in UTC, day by day, while they begin before `until`."""
    zone = _zone(settings.time_zone)
    day = first
    while True:
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        if midnight.astimezone(UTC) >= until:
            return
        hours = settings.hours.get(day.weekday())
        if hours and hours.closes > hours.opens:
            yield _at_minute(day, hours.opens, zone), _at_minute(day, hours.closes, zone)
        day += timedelta(days=1)


def _at_minute(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The clock's `minute` after midnight on that day (1440: the next midnight), in UTC; right on days of 23 and 25 hours."""
    on = day + timedelta(days=minute // 1440)
    return datetime(on.year, on.month, on.day, minute % 1440 // 60, minute % 60, tzinfo=zone).astimezone(UTC)


def _local_day(moment: datetime, settings: TenantSettings) -> date:
    return moment.astimezone(_zone(settings.time_zone)).date()


def _week_seconds(settings: TenantSettings) -> float:
    return sum(max(0, hours.closes - hours.opens) * 60.0 for day, hours in settings.hours.items() if 0 <= day <= 6)


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(f"{name!r} is not a time zone.", todo="Write an IANA name, for example Europe/Vienna.") from None
