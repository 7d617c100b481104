"""Speaking of a refund, a transfer or a change is not giving one; giving one in the same breath is."""

import pytest

from copilot.checks import run_checks, verdict
from copilot.checks.base import Checked
from copilot.checks.offers import grants
from copilot.testing import turns


@pytest.mark.parametrize(
    "text",
    [
        "I have your message about your refund for the cancelled flight to Lisbon.",
        "We got your mail regarding the second transfer.",
        "I have your message about the free upgrade.",
        "I am looking into your refund.",
        "Ich habe Ihre Nachricht zu Ihrer Erstattung gelesen.",
        "Ich habe Ihre Nachricht wegen der doppelten Zahlung.",
    ],
)
def test_what_a_message_is_about_is_not_granted(text: str) -> None:
    assert not grants(text)
    turn = turns.stranger(passages=())
    assert verdict(run_checks(turn, Checked(kind="acknowledge", text=text))) != "withhold"


@pytest.mark.parametrize(
    "text",
    [
        "I have your message about your refund and we will refund you 500 EUR today.",
        "About your refund: I will pay you 300 EUR.",
        "I have the refund for you about noon.",
        "I give you a credit about the refund.",
        "Ich habe Ihre Nachricht zu Ihrer Erstattung und erstatte Ihnen 500 EUR.",
    ],
)
def test_what_is_given_in_the_same_breath_is(text: str) -> None:
    assert grants(text)
