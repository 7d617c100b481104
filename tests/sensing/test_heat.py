"""The anchors of heat: 45 calm, 60 after the channel's tolerance, rising for ever."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.conversation import Channel
from copilot.domain.tenant import Hours, TenantSettings
from copilot.sensing.heat import boils_at, heat
from tests.sensing.conversations import NOON, SETTINGS

TOLERANCES: tuple[tuple[Channel, timedelta], ...] = (
    ("chat", timedelta(minutes=15)),
    ("sms", timedelta(minutes=15)),
    ("phone", timedelta(minutes=15)),
    ("email", timedelta(hours=24)),
    ("social", timedelta(hours=24)),
    ("letter", timedelta(days=5)),
)
BASES = st.floats(min_value=0, max_value=100)
OFFICE = TenantSettings(hours={day: Hours(opens=540, closes=1020) for day in range(5)})


@pytest.mark.parametrize(("channel", "tolerance"), TOLERANCES)
@pytest.mark.parametrize("calm", [0.0, 20.0, 30.0, 45.0])
def test_a_calm_person_is_at_60_after_the_tolerance(channel: Channel, tolerance: timedelta, calm: float) -> None:
    assert heat(calm, NOON, channel, NOON, SETTINGS) == pytest.approx(calm)
    assert heat(calm, NOON, channel, NOON + tolerance, SETTINGS) == pytest.approx(60)
    assert heat(calm, NOON, channel, NOON + 0.9 * tolerance, SETTINGS) < 60


@pytest.mark.parametrize(("channel", "tolerance"), TOLERANCES)
def test_heat_goes_on_rising(channel: Channel, tolerance: timedelta) -> None:
    read = [heat(30, NOON, channel, NOON + n * tolerance, SETTINGS) for n in range(12)]
    assert all(later > sooner for sooner, later in pairwise(read))
    assert read[-1] < 100


def test_nobody_waits_nothing_is_added() -> None:
    assert heat(72, None, "chat", NOON, SETTINGS) == 72


@given(BASES, BASES, st.floats(min_value=0, max_value=60), st.floats(min_value=0, max_value=60))
def test_heat_rises_with_mood_and_with_the_wait(one: float, other: float, sooner: float, later: float) -> None:
    low, high = sorted((one, other))
    first, last = sorted((sooner, later))

    def at(base: float, minutes: float) -> float:
        return heat(base, NOON, "chat", NOON + timedelta(minutes=minutes), SETTINGS)

    assert at(low, first) <= at(high, first) + 1e-9
    assert at(low, first) <= at(low, last) + 1e-9
    assert 0 <= at(high, last) < 100


def test_a_closed_night_adds_nothing() -> None:
    evening, morning = NOON + timedelta(hours=5), NOON + timedelta(hours=21)
    assert heat(30, evening, "chat", morning, OFFICE) == 30
    assert heat(30, evening, "chat", morning + timedelta(minutes=15), OFFICE) == pytest.approx(60)


@given(st.floats(min_value=0, max_value=79), st.floats(min_value=0, max_value=30))
def test_it_boils_when_it_says(base: float, minutes: float) -> None:
    now = NOON + timedelta(minutes=minutes)
    present = heat(base, NOON, "chat", now, OFFICE)
    moment = boils_at(base, NOON, "chat", now, OFFICE)
    if present >= 80:
        assert moment is None
        return
    assert moment is not None
    assert moment >= now
    assert heat(base, NOON, "chat", moment, OFFICE) == pytest.approx(60 if present < 60 else 80, abs=0.1)


def test_it_never_boils_where_nobody_waits_or_opens() -> None:
    closed = TenantSettings(hours={0: Hours(opens=600, closes=600)})
    assert boils_at(30, None, "chat", NOON, SETTINGS) is None
    assert boils_at(30, NOON, "chat", NOON, closed) is None
    assert boils_at(95, NOON, "chat", NOON, SETTINGS) is None
