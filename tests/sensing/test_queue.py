"""The queue never rewards shouting."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.conversation import Channel
from copilot.domain.tenant import TenantSettings
from copilot.sensing.queue import QueueRow, advance_seconds, order
from evals.bench.queue_sim import compare
from tests.sensing.conversations import NOON, SETTINGS


def row(name: str, minutes: float, base: float = 30, channel: Channel = "chat") -> QueueRow:
    """Someone who has waited so many minutes at noon."""
    return QueueRow(conversation_id=name, channel=channel, since=NOON - timedelta(minutes=minutes), base=base)


def names(rows: list[QueueRow], settings: TenantSettings = SETTINGS) -> list[str]:
    return [one.conversation_id for one in order(rows, NOON, settings)]


def test_the_calm_are_served_in_turn() -> None:
    assert names([row("late", 2, base=44), row("early", 9, base=10), row("middle", 5)]) == ["early", "middle", "late"]


def test_mood_brings_forward_a_little_and_no_further() -> None:
    assert names([row("calm", 20), row("angry", 17, base=90)]) == ["angry", "calm"]
    assert names([row("calm", 30), row("angry", 25, base=99)]) == ["calm", "angry"]
    assert names([row("calm", 120), row("furious", 115.9, base=99)]) == ["calm", "furious"]


def test_shouting_at_the_door_buys_nothing() -> None:
    assert names([row("calm", 1), row("furious", 0, base=99)]) == ["calm", "furious"]


def test_without_a_cap_mood_buys_nothing() -> None:
    fair = TenantSettings(queue_cap_minutes={})
    assert names([row("calm", 20), row("angry", 19, base=99)], fair) == ["calm", "angry"]


@given(st.floats(min_value=0, max_value=100), st.floats(min_value=0, max_value=100_000))
def test_the_cap_holds(base: float, waited: float) -> None:
    assert 0 <= advance_seconds(row("one", 0, base=base), waited, SETTINGS) <= 4 * 60


def test_channels_wait_in_their_own_time() -> None:
    rows = [
        row("mail", 60, channel="email"),
        row("chat", 10),
        row("old mail", 23 * 60, channel="email"),
        row("letter", 6 * 24 * 60, channel="letter"),
    ]
    assert names(rows) == ["letter", "old mail", "chat", "mail"]


def test_equal_claims_have_one_order() -> None:
    assert names([row("b", 5), row("a", 5)]) == ["a", "b"] == names([row("a", 5), row("b", 5)])


@pytest.mark.parametrize(("seed", "share"), [(1, 0.35), (2, 0.5)])
def test_the_calm_wait_hardly_longer_than_first_come_first_served(seed: int, share: float) -> None:
    assert compare(seed, 0.8, share, SETTINGS)["ratio"] <= 1.1
