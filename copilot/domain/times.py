"""Times as files write them: ISO-8601 with offset, or a negative duration counted from a moment."""

from datetime import UTC, date, datetime, timedelta

import isodate

from copilot.domain.errors import Invalid


def parse_when(text: str, counted_from: datetime) -> datetime:
    """`2026-03-01T10:00:00+01:00` or `-PT3H` → an instant in UTC. Raises Invalid for anything else, a time without offset included."""
    value = text.strip()
    try:
        if value.startswith("-P"):
            return counted_from - _duration(value[1:])
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise Invalid(f"{text!r} has no offset.", todo="Add one, for example Z or +01:00.")
        return moment.astimezone(UTC)
    except OverflowError:
        raise Invalid(f"{text!r} is beyond what a calendar holds.", todo="Use a year between 1 and 9999.") from None
    except ValueError:
        raise Invalid(f"{text!r} is not a time.", todo="Write ISO-8601 with an offset, or a negative duration such as -PT3H.") from None


def parse_day(text: str, counted_from: datetime) -> datetime:
    """As parse_when, and a plain date too (midnight UTC), and a positive duration (`P9D`: nine days ahead)."""
    value = text.strip()
    try:
        if value.startswith("P"):
            return counted_from + _duration(value)
        day = date.fromisoformat(value)
    except OverflowError:
        raise Invalid(f"{text!r} is beyond what a calendar holds.", todo="Use a year between 1 and 9999.") from None
    except ValueError:
        return parse_when(text, counted_from)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _duration(text: str) -> timedelta:
    try:
        length = isodate.parse_duration(text)
    except (isodate.ISO8601Error, ValueError):
        raise Invalid(f"{text!r} is not an ISO-8601 duration.", todo="Write for example P3D or PT20M.") from None
    if isinstance(length, isodate.Duration):
        # Months and years become days of fixed length, so that a file means the same on every day of the year.
        days = round(float(length.years) * 365.25 + float(length.months) * 30.44)
        return timedelta(days=days, seconds=length.tdelta.total_seconds())
    return timedelta(seconds=length.total_seconds())
