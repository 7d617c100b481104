"""What was said just before a customer's message, and by whom it counts."""

from copilot.sensing.told import READ_AT_MOST, told_before
from tests.sensing.conversations import said


def test_the_last_public_words_since_the_customers_message_before() -> None:
    found = told_before(
        [
            said(1, "Two seats, please."),
            said(2, "One moment.", author="agent"),
            said(3, "Unfortunately there are none.", author="bot"),
            said(4, "tell him tomorrow", author="agent", private=True),
            said(5, "And tomorrow?"),
            said(6, "Hello?"),
        ]
    )
    assert found == {"m1": "", "m5": "Unfortunately there are none.", "m6": ""}


def test_a_note_and_the_system_tell_a_customer_nothing() -> None:
    found = told_before([said(1, "no seats", author="agent", private=True), said(2, "assigned", author="system"), said(3, "Hi")])
    assert found == {"m3": ""}


def test_of_a_long_answer_its_beginning_is_read() -> None:
    assert len(told_before([said(1, "x" * 9000, author="agent"), said(2, "Hi")])["m2"]) == READ_AT_MOST
