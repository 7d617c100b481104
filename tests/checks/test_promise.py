"""A promise is a date and an owner."""

import pytest

from copilot.testing.turns import hit
from tests.checks.cases import case, findings


@pytest.mark.parametrize(
    "text",
    [
        "I will call you back.",
        "I will send you the form as soon as possible.",
        "We will get back to you shortly.",
        "Someone will contact you by Friday.",
        "Ich werde Ihnen die Karte schicken.",
        "Ich melde mich so bald wie möglich bei Ihnen.",
        "Le enviaré el formulario lo antes posible.",
    ],
)
def test_without_a_time_or_an_owner_it_is_flagged(text: str) -> None:
    found = findings(case("furious"), text, "promise")
    assert [result.outcome for result in found] == ["flag"]
    assert found[0].span


@pytest.mark.parametrize(
    "text",
    [
        "I will call you back by 14:20.",
        "I am sending it today.",
        "I will write to you once the hotel has answered.",
        "If you like, I can call you.",
        "You can choose a voucher.",
        "Ich rufe Sie bis 14:20 Uhr an.",
        "Le llamo hoy antes de las 15:00.",
        "I hope that helps.",
    ],
)
def test_with_both_it_passes(text: str) -> None:
    assert findings(case("furious"), text, "promise") == []


def test_an_articles_own_sentence_is_no_promise_of_this_draft() -> None:
    text = "We will send you a confirmation."
    assert findings(case("stranger", passages=(hit("a", "A", text),)), text, "promise") == []
    assert findings(case("stranger"), text, "promise") != []


def test_a_loop_is_not_read_forever() -> None:
    findings(case("furious"), "I will " * 2_500, "promise")
