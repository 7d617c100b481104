"""The case over its messages: direction, trigger, contacts, wait, record."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from copilot.domain.conversation import Message, unanswered
from copilot.domain.emotion import Emotion, Sensed
from copilot.sensing.trajectory import read
from tests.sensing.conversations import NOON, SETTINGS, felt, said


def case(
    messages: Sequence[Message],
    moods: Sequence[Sensed],
    *,
    after: float = 0.0,
    contacts: Sequence[datetime] = (),
    overdue: int = 0,
    fault: bool = False,
) -> Emotion:
    waiting = unanswered(messages)
    return read(
        messages,
        {one.message_id: one for one in moods},
        channel="chat",
        contacts=contacts,
        promises_overdue=overdue,
        company_fault=fault,
        unanswered_since=waiting[0].sent_at if waiting else None,
        as_of=NOON + timedelta(minutes=after),
        settings=SETTINGS,
    )


QUESTION = (said(1, "Where is my order?"), felt(1, "neutral", 30))


def test_a_calm_question_is_calm_and_heats_by_waiting() -> None:
    found = case([QUESTION[0]], [QUESTION[1]])
    assert (found.label, found.trend, found.trigger_message_id) == ("neutral", "steady", None)
    assert found.heat <= 45
    later = case([QUESTION[0]], [QUESTION[1]], after=15)
    assert later.heat == pytest.approx(60)
    assert later.waiting_seconds == 900
    assert "15 minutes" in later.why


def test_anger_rises_and_the_message_that_turned_it_is_named() -> None:
    messages = [
        said(1, "Where is it?"),
        said(2, "Soon.", author="agent", minutes=1),
        said(3, "Soon?!", minutes=2),
        said(4, "Liars!", minutes=3),
    ]
    found = case(messages, [felt(1, "neutral", 30), felt(3, "frustrated", 62), felt(4, "angry", 75)], after=3)
    assert (found.label, found.trend, found.trigger_message_id) == ("angry", "rising", "m3")
    assert found.heat >= 60
    assert [point.message_id for point in found.trajectory] == ["m1", "m3", "m4"]
    assert found.waiting_seconds == 60


def test_thanks_calm_it_and_nobody_waits_for_an_answer_to_them() -> None:
    messages = [said(1, "Liars!"), said(2, "Here it is.", author="agent", minutes=1), said(3, "Thank you!", minutes=2)]
    found = case(messages, [felt(1, "angry", 80), felt(3, "grateful", 15)], after=60)
    assert (found.label, found.trend, found.trigger_message_id) == ("grateful", "falling", "m3")
    assert found.heat <= 45
    assert found.since is None
    assert found.waiting_seconds == 58 * 60


def test_a_grateful_tone_that_asks_for_something_still_waits() -> None:
    """`Kindly let me know` has no question mark, and a letter that says so must not lie for ever."""
    asks = felt(1, "grateful", 22).model_copy(update={"signs": ("polite",)})
    found = case([said(1, "You are so kind. Please let me know.")], [asks], after=15)
    assert found.since is not None
    assert found.heat == pytest.approx(60, abs=3)


def test_anger_does_not_go_with_one_polite_sentence() -> None:
    found = case([said(1, "Liars!"), said(2, "My number is 12.", minutes=1)], [felt(1, "angry", 85), felt(2, "neutral", 30)], after=1)
    assert found.trend == "falling"
    assert 45 < found.base < 60


def test_a_broken_promise_makes_a_calm_case_hot() -> None:
    assert case([QUESTION[0]], [QUESTION[1]], overdue=1).heat >= 60
    assert case([QUESTION[0]], [QUESTION[1]], overdue=3).heat > case([QUESTION[0]], [QUESTION[1]], overdue=1).heat
    angry = case([said(1, "Liars!")], [felt(1, "angry", 75)])
    assert case([said(1, "Liars!")], [felt(1, "angry", 75)], overdue=1).heat > angry.heat


def test_fault_and_repeat_contacts_leave_a_calm_person_calm() -> None:
    before = [NOON - timedelta(days=days) for days in (1, 3, 20, 40)]
    found = case([QUESTION[0]], [QUESTION[1]], contacts=before, fault=True)
    assert (found.contacts_7d, found.contacts_30d) == (3, 4)
    assert 30 < found.heat <= 45
    assert "3 contacts in seven days" in found.why
    assert "mistake of the company" in found.why


def test_a_language_that_is_not_measured_shows_the_wait_only() -> None:
    calm, furious = said(1, "Wo ist mein Geld?"), said(1, "Betrüger! Frechheit!")
    one, other = case([calm], [felt(1, None, 0)], after=5), case([furious], [felt(1, None, 0)], after=5)
    assert (one.measured, one.label, one.trigger_message_id) == (False, None, None)
    assert one.heat == other.heat > case([calm], [felt(1, None, 0)]).heat
    assert "not measured" in one.why


def test_agents_are_never_sensed() -> None:
    messages = [QUESTION[0], said(2, "Idiot!", author="agent", minutes=1), said(3, "note", author="agent", minutes=2, private=True)]
    found = case(messages, [QUESTION[1], felt(2, "angry", 95), felt(3, "angry", 95)], after=10)
    assert [point.message_id for point in found.trajectory] == ["m1"]
    assert found.heat <= 45
    assert found.waiting_seconds == 0


def test_bots_and_notes_do_not_end_the_wait() -> None:
    messages = [
        QUESTION[0],
        said(2, "I did not understand.", author="bot", minutes=1),
        said(3, "note", author="agent", minutes=2, private=True),
    ]
    assert case(messages, [QUESTION[1]], after=10).waiting_seconds == 600


def test_a_conversation_without_customer_messages() -> None:
    found = case([said(1, "Welcome", author="agent")], [])
    assert (found.measured, found.label, found.waiting_seconds, found.contacts_7d) == (False, None, 0, 0)
    assert "not written" in found.why


def test_what_is_later_than_the_replay_does_not_exist() -> None:
    messages = [QUESTION[0], said(2, "Liars!", minutes=30)]
    found = case(messages, [QUESTION[1], felt(2, "angry", 90)], after=5)
    assert found.label == "neutral"
    assert len(found.trajectory) == 1
