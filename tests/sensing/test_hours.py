"""Business time over nights, weekends and changes of the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.errors import Invalid
from copilot.domain.tenant import Hours, TenantSettings
from copilot.sensing.hours import add_business_seconds, business_seconds, opens_ever

OFFICE = TenantSettings(time_zone="Europe/Vienna", hours={day: Hours(opens=540, closes=1020) for day in range(5)})
"""Monday to Friday, nine to five in Vienna."""
ALWAYS = TenantSettings()
NIGHTS = TenantSettings(time_zone="Europe/Vienna", hours={day: Hours() for day in range(7)})
"""Open every minute of every day, as a table."""
MOMENTS = st.integers(min_value=0, max_value=2 * 365 * 86400).map(
    lambda seconds: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_always_open_counts_the_clock() -> None:
    assert business_seconds(utc("2026-03-07T22:00+00:00"), utc("2026-03-08T01:00+00:00"), ALWAYS) == 3 * 3600


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-04T10:00+01:00", "2026-03-04T11:30+01:00", 1.5),
        ("2026-03-04T16:00+01:00", "2026-03-05T10:00+01:00", 2),
        ("2026-03-06T16:00+01:00", "2026-03-09T10:00+01:00", 2),
        ("2026-03-07T10:00+01:00", "2026-03-08T10:00+01:00", 0),
        ("2026-03-04T03:00+01:00", "2026-03-04T23:00+01:00", 8),
        ("2026-03-27T16:00+01:00", "2026-03-30T10:00+02:00", 2),
        ("2026-03-05T10:00+01:00", "2026-03-04T10:00+01:00", 0),
    ],
)
def test_only_open_hours_count(start: str, end: str, hours: float) -> None:
    assert business_seconds(utc(start), utc(end), OFFICE) == hours * 3600


def test_days_of_23_and_25_hours() -> None:
    assert business_seconds(utc("2026-03-29T00:00+01:00"), utc("2026-03-30T00:00+02:00"), NIGHTS) == 23 * 3600
    assert business_seconds(utc("2026-10-25T00:00+02:00"), utc("2026-10-26T00:00+01:00"), NIGHTS) == 25 * 3600


def test_a_wait_of_years_is_counted() -> None:
    start = utc("2010-01-04T00:00+01:00")
    assert business_seconds(start, start + timedelta(weeks=520), OFFICE) == pytest.approx(520 * 40 * 3600, abs=8 * 3600)


@given(MOMENTS, st.floats(min_value=0, max_value=400 * 3600))
def test_adding_undoes_counting(start: datetime, seconds: float) -> None:
    end = add_business_seconds(start, seconds, OFFICE)
    assert business_seconds(start, end, OFFICE) == pytest.approx(seconds, abs=0.01)


@given(MOMENTS, MOMENTS, MOMENTS)
def test_waits_add_up(one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted((one, two, three))
    parts = business_seconds(first, middle, OFFICE) + business_seconds(middle, last, OFFICE)
    assert business_seconds(first, last, OFFICE) == pytest.approx(parts, abs=3600.01 if (last - first).days > 420 else 0.01)


def test_a_company_that_never_opens() -> None:
    closed = TenantSettings(hours={0: Hours(opens=600, closes=600)})
    assert not opens_ever(closed)
    assert business_seconds(utc("2026-03-04T10:00+01:00"), utc("2026-04-04T10:00+01:00"), closed) == 0
    with pytest.raises(Invalid, match="no open minute"):
        add_business_seconds(utc("2026-03-04T10:00+01:00"), 60, closed)


def test_an_unknown_time_zone_is_named() -> None:
    wrong = OFFICE.model_copy(update={"time_zone": "Europe/Atlantis"})
    with pytest.raises(Invalid, match="Atlantis"):
        business_seconds(utc("2026-03-04T10:00+01:00"), utc("2026-03-05T10:00+01:00"), wrong)
