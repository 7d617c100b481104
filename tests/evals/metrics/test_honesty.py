"""What is claimed stands on record, says where, and says when; silence where there is nothing."""

import pytest

from copilot.testing.turns import CASES, ago, furious, german, uncovered
from tests.evals.metrics.drafts import case, draft, questions, read, value

LATE = "passage:refunds-how-long#2"


@pytest.mark.parametrize(
    "text",
    [
        "The €142 for your Lisbon flight were due on 13 November.",
        "Within ten working days the money is back.",
        "Thank you for ten years with us.",
        "I will be back with you within 20 minutes.",
        "I will refund it today.",
    ],
)
def test_what_stands_on_record_is_grounded(text: str) -> None:
    assert value("grounded", furious(), draft("reply", text)) == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "The €148 for your Lisbon flight.",
        "It was due on 15 November.",
        "Within ten calendar weeks the money is back.",
        "I will call you within 10 minutes.",
        "Your flight TW499 was cancelled.",
        "I will send you a voucher.",
    ],
)
def test_what_stands_nowhere_is_not(text: str) -> None:
    assert value("grounded", furious(), draft("reply", text)) == 0.0


def test_the_share_is_of_claims_and_the_loose_ones_are_named() -> None:
    found = read("grounded", furious(), draft("reply", "The €142 of 13 November, and €99 on top."))
    assert found is not None
    assert found.value == pytest.approx(2 / 3)
    assert "99" in found.why


def test_how_long_ago_supports_no_deadline() -> None:
    """The promise was made ten days ago: that is no reason to say `within 10 days`."""
    assert value("grounded", furious(), draft("reply", "You wrote 10 days ago.")) == 1.0
    assert value("grounded", furious(), draft("reply", "You have it in 11 days.")) == 0.0


def test_a_citation_is_right_when_its_source_says_so() -> None:
    said = "We check on the same day whether the payment left us."
    assert value("cited right", furious(), draft("reply", said, (said, LATE))) == 1.0
    other = "Your seat is by the window, as you like it."
    assert value("cited right", furious(), draft("reply", other, (other, LATE))) == 0.0
    wrong = "If 12 working days have passed, write to us with the booking reference."
    assert value("cited right", furious(), draft("reply", wrong, (wrong, LATE))) == 0.0
    assert value("cited right", furious(), draft("reply", said, (said, "passage:nowhere"))) == 0.0


def test_sentences_that_claim_are_cited() -> None:
    text = "The €142 were due on 13 November. I will write to you by 15:00."
    assert value("cited", furious(), draft("reply", text, ("The €142 were due on 13 November.", "promise:p-refund"))) == 1.0
    assert value("cited", furious(), draft("reply", text)) == 0.0
    assert read("cited", furious(), draft("reply", "I am looking into it.")) is None


@pytest.mark.parametrize(
    ("text", "dated"),
    [
        ("I will write to you by 15:00.", 1.0),
        ("I will write to you as soon as I can.", 0.0),
        ("Ich melde mich bis morgen bei Ihnen.", 1.0),
        ("Sie hören von mir.", 0.0),
        ("Le escribiré mañana.", 1.0),
        ("Voy a mirarlo y le digo algo.", 0.0),
    ],
)
def test_a_promise_has_a_time(text: str, dated: float) -> None:
    assert value("promise dated", furious(), draft("reply", text)) == dated


def test_what_was_promised_before_and_what_is_only_offered_are_no_promises() -> None:
    assert read("promise dated", furious(), draft("reply", "We said: “I will refund you.” If anything comes up, I will help.")) is None


def test_answer_ask_and_decline() -> None:
    silent, wanted = draft("reply", "", state="abstained", reason="nothing answers it"), case(must=[{"cover": False}])
    answers = draft("reply", "A cello flies for 80 EUR.")
    assert value("answered right", uncovered(), silent, given=wanted) == 1.0
    assert value("answered right", uncovered(), answers, given=wanted) == 0.0
    assert value("answered unfounded", uncovered(), silent, given=wanted) == 0.0
    assert value("answered unfounded", uncovered(), answers, given=wanted) == 1.0
    asks = case(must=[{"ask": "address"}])
    assert value("answered right", furious(), draft("reply", "What is your address?"), given=asks) == 1.0
    assert value("answered right", furious(), draft("reply", "It is on its way."), given=asks) == 0.0
    assert value("answered right", furious(), silent, given=case(must=[{"cover": True}])) == 0.0
    assert read("answered right", furious(), silent) is None


def test_every_turn_can_be_read() -> None:
    """No figure, date or detail of any ready-made case breaks the reading of its record."""
    for build in CASES.values():
        assert 0.0 <= value("grounded", build(), draft("reply", "The sum of 12,345.67 EUR.")) <= 1.0


def test_numbers_of_a_list_claim_nothing() -> None:
    asked = questions(("Which day suits you?", "the flight"))
    assert read("grounded", german(), asked.model_copy(update={"text": "1. Which day suits you?\n2. Which seat?"})) is None
    assert ago(days=1) < ago()
