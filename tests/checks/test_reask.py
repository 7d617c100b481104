"""What is on record and fresh is not asked again."""

import pytest

from copilot.domain.people import Assurance
from copilot.domain.suggestion import Question, QuestionsPayload
from copilot.testing.turns import detail
from tests.checks.cases import case, findings, outcomes


@pytest.mark.parametrize(
    "text", ["Could you give me your booking reference, please?", "What is your e-mail address?", "Please send me your booking number."]
)
def test_a_fresh_detail_is_not_asked_for(text: str) -> None:
    assert [outcome for outcome, _ in outcomes(case("furious"), text, "reask")] == ["withhold"]
    assert [outcome for outcome, _ in outcomes(case("furious"), text, "reask", kind="own")] == ["flag"]


def test_hidden_letters_do_not_hide_the_question() -> None:
    assert [outcome for outcome, _ in outcomes(case("furious"), "What is your e\u200bmail addr\u00adess?", "reask")] == ["withhold"]


def test_one_to_confirm_is_offered_not_asked() -> None:
    assert findings(case("furious"), "Is your address still 14 Harbour Road, Bristol?", "reask") == []
    assert [outcome for outcome, _ in outcomes(case("furious"), "What is your postal address?", "reask")] == ["flag"]


def test_what_is_not_on_record_may_be_asked() -> None:
    assert findings(case("furious"), "What is your passport number?", "reask") == []


def test_a_disputed_detail_may_be_asked() -> None:
    turn = case("furious", known_details=(detail("email", "a@example.org", state="disputed"),))
    assert findings(turn, "Which e-mail address should I use?", "reask") == []


def test_someone_not_proven_is_asked_for_a_detail_as_proof() -> None:
    text = "Please tell me your e-mail address."
    assert findings(case("unproven"), text, "reask") == []
    given = case("unproven", known_details=(detail("email", "r@example.net", source="message:u1"),))
    assert [outcome for outcome, _ in outcomes(given, text, "reask")] == ["withhold"]
    assert findings(case("unproven", assurance=Assurance.PROVEN), text, "reask") != []


def test_an_advisor_question_that_the_record_answers() -> None:
    question = Question(question="Who travels with you?", why="", decides="Plus or Reserve")
    payload = QuestionsPayload(questions=(question,))
    text = "How often do you fly? Who travels with you?"
    assert outcomes(case("calm_adviser"), text, "reask", kind="questions", payload=payload) == [("withhold", "Who travels with you?")]
