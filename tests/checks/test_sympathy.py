"""No formulas, nothing of the Never list."""

import pytest

from copilot.testing.turns import ago, said
from tests.checks.cases import case, findings, outcomes


@pytest.mark.parametrize(
    "text",
    [
        "I understand your frustration.",
        "I completely understand how frustrating this must be.",
        "I can imagine how upsetting that is.",
        "Please calm down.",
        "Unfortunately, our policy does not allow that.",
        "As I said, it takes ten working days.",
        "Sorry for any inconvenience.",
        "We apologize for the inconvenience this may have caused.",
        "My colleague should have sent it.",
        "I will write as soon as possible.",
        "Please forgive us.",
        "We are legally obliged to pay.",
        "Your call is important to us.",
        "Haha, that happens.",
        "Ich verstehe Ihren Ärger.",
        "Bitte beruhigen Sie sich.",
        "Wie bereits erwähnt, dauert es zehn Tage.",
        "Wir entschuldigen uns für etwaige Unannehmlichkeiten.",
        "Ich melde mich so schnell wie möglich.",
        "Entiendo su frustración.",
        "Cálmese, por favor.",
        "Lamentamos las molestias ocasionadas.",
        "Le escribo lo antes posible.",
    ],
)
def test_formulas_are_flagged_with_what_to_do_instead(text: str) -> None:
    found = findings(case("calm_adviser"), text, "sympathy")
    assert [result.outcome for result in found] == ["flag"] * len(found)
    assert found
    assert all(result.span and ":" in result.detail for result in found)


@pytest.mark.parametrize(
    "text",
    [
        "A fall in the family and then a charge on top: I can see why that stings.",
        "Three messages and no answer: that is not how it should be.",
        "I'm sorry to hear that your mother fell.",
        "I understand that you need the money by Friday.",
        "You asked me to calm the dog down before boarding.",
    ],
)
def test_plain_words_pass(text: str) -> None:
    assert findings(case("calm_adviser"), text, "sympathy") == []


def test_exclamation_marks_depend_on_the_person() -> None:
    assert outcomes(case("furious"), "It is on its way!", "sympathy") == [("flag", "!")]
    assert findings(case("thanks"), "Have a good flight!", "sympathy") == []


def test_a_feeling_nobody_showed() -> None:
    assert outcomes(case("calm_adviser"), "I see that you are furious.", "sympathy") == [("flag", "you are furious")]
    assert findings(case("furious"), "You are angry, and with reason.", "sympathy") == []


def test_one_apology_is_enough() -> None:
    assert outcomes(case("furious"), "I'm sorry. We did not send it. I apologise.", "sympathy") == [("flag", "I apologise")]
    earlier = said("f0", "agent", "I'm sorry that we did not send it.", ago(minutes=30))
    turn = case("furious", window=(earlier, *case("furious").window))
    assert findings(turn, "I'm sorry about the refund.", "sympathy") != []


def test_an_articles_own_words_are_not_a_formula() -> None:
    passage = case("stranger").evidence.passages[0].model_copy(update={"text": "You are not liable for payments after the block."})
    assert findings(case("stranger", passages=(passage,)), "You are not liable for payments after the block.", "sympathy") == []
