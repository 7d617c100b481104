"""What is searched for is the matter, never a person."""

import pytest

from copilot.domain.base import new_id, now
from copilot.domain.conversation import Message
from copilot.graph.evidence import _nameless


def asked(text: str, *names: str) -> str:
    message = Message(id=new_id(), external_id="m", author="customer", text=text, sent_at=now())
    return " ".join(_nameless((message,), names)[0].text.split())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Priya said 10 working days.", "said 10 working days."),
        ("Your colleague Jonas promised me a refund.", "Your colleague promised me a refund."),
        ("Frau Weber sagte, es kommt morgen.", "sagte, es kommt morgen."),
        ("Paris is said to be cold.", "Paris is said to be cold."),
        ("I said it in Rome.", "I said it in Rome."),
    ],
)
def test_who_is_reported_to_have_said_something_is_left_out(text: str, left: str) -> None:
    assert asked(text) == left


def test_a_customer_who_shares_a_name_with_a_colleague_asks_the_same() -> None:
    text = "Priya said 10 working days. Where is my refund?"
    assert asked(text, "Priya Subramanian") == asked(text, "Emily Walsh")
