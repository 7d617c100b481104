"""Questions: each decides something, none asks what is on record."""

from typing import cast

import pytest

from copilot.domain.errors import Invalid
from copilot.domain.knowledge import Clause, Condition
from copilot.domain.people import Assurance
from copilot.domain.suggestion import Abstention, Draft, QuestionsPayload
from copilot.domain.turn import Need, Turn
from copilot.kinds.asked import asks_for_known
from copilot.kinds.questions import AskedQuestion, Questions, QuestionsAnswer
from copilot.testing import turns

QUESTIONS = Questions()


def asked(turn: Turn) -> list[str]:
    result = QUESTIONS.abstains(turn) or QUESTIONS.fallback(turn)
    return [] if isinstance(result, Abstention) else [q.question for q in cast("QuestionsPayload", result.payload).questions]


def test_a_guides_questions_but_those_the_record_answers() -> None:
    found = asked(turns.calm_adviser())
    assert found == ["How many trips do you plan in the next twelve months?", "Do you pay in other currencies when you are away?"]


def test_each_says_why_and_what_it_decides() -> None:
    payload = cast("QuestionsPayload", cast("Draft", QUESTIONS.fallback(turns.calm_adviser())).payload)
    assert all(q.why and q.decides for q in payload.questions)


def test_what_a_resolution_needs_is_asked_once() -> None:
    needs = (Need(field="booking_reference", article_id="a"), Need(field="booking_reference", article_id="b"))
    assert asked(turns.bot_failed(needs=needs)) == ["What is your booking reference?"]


def test_a_detail_to_confirm_is_offered_and_only_to_someone_proven() -> None:
    turn = turns.furious(needs=(Need(field="address", article_id="refunds-how-long"),))
    assert asked(turn) == ["Is 14 Harbour Road, Bristol BS1 5TY still your address?"]
    assert asked(turns.furious(needs=turn.evidence.needs, assurance=Assurance.CLAIMED)) == []


def test_a_disputed_detail_is_asked_without_its_values() -> None:
    disputed = turns.detail("address", "8 Quay Street", state="disputed")
    found = asked(turns.furious(known_details=(disputed,), needs=(Need(field="address", article_id="x"),)))
    assert found == ["Which address is right today?"]


def test_the_one_fact_that_opens_a_lever_is_asked() -> None:
    condition = Condition(text="", all=(Clause(field="travel_date", op="exists"),))
    lever = turns.lever("l", "change", "Free change of date", applies="unknown", when=condition, reason="confirm: travel date")
    assert asked(turns.stranger(levers=(lever,))) == ["On which date do you travel?"]


GUIDE = (
    "Pick by how you travel. Do you travel with children? If so, take the family room. Do you arrive after midnight? "
    "Then choose a room with self check-in."
)


def test_a_guide_without_asks_poses_its_own_questions() -> None:
    guide = turns.hit("which-room", "Which room suits you", GUIDE)
    turn = turns.stranger(passages=(guide,))
    assert asked(turn) == ["Do you travel with children?", "Do you arrive after midnight?"]
    assert QUESTIONS.wanted(turn) == "a guide was found"
    payload = cast("QuestionsPayload", cast("Draft", QUESTIONS.fallback(turn)).payload)
    assert payload.questions[0].decides == "If so, take the family room."


def test_a_list_of_questions_stays_a_list_of_questions() -> None:
    text = "Ask yourself first:\n\n- Do you travel with children?\n- Do you arrive after midnight?\n"
    guide = turns.hit("insurance", "Do you need insurance", text)
    assert asked(turns.stranger(passages=(guide,))) == ["Do you travel with children?", "Do you arrive after midnight?"]


def test_a_posed_question_that_the_record_answers_is_left_out() -> None:
    guide = turns.hit("which-room", "Which room suits you", GUIDE)
    known = turns.memory("m", "Travels with two children.", kind="fact")
    assert asked(turns.stranger(passages=(guide,), memories=(known,))) == ["Do you arrive after midnight?"]


def test_an_internal_guide_is_not_quoted() -> None:
    guide = turns.hit("which-room", "Which room suits you", GUIDE, audience="internal")
    assert asked(turns.stranger(passages=(guide,))) == []


def test_a_question_in_another_language_is_not_offered() -> None:
    assert asked(turns.calm_adviser(language="de")) == []


@pytest.mark.parametrize("case", turns.CASES)
def test_none_asks_what_is_on_record(case: str) -> None:
    turn = turns.CASES[case]()
    assert not any(asks_for_known(turn, question) for question in asked(turn))


def answer(*questions: str) -> QuestionsAnswer:
    return QuestionsAnswer(questions=[AskedQuestion(question=q, why="because", decides="which", source="P1") for q in questions])


def test_compose_drops_what_is_on_record_and_what_is_said_twice() -> None:
    draft = QUESTIONS.compose(
        turns.furious(), answer("What is your booking reference?", "When do you fly again?", "When do you fly again?")
    )
    assert isinstance(draft, Draft)
    payload = cast("QuestionsPayload", draft.payload)
    assert [q.question for q in payload.questions] == ["When do you fly again?"]
    (citation,) = draft.citations
    assert draft.text[slice(*citation.span)] == "When do you fly again?"


def test_compose_keeps_four() -> None:
    draft = QUESTIONS.compose(turns.stranger(), answer(*(f"Is it case {n} or another?" for n in range(6))))
    assert isinstance(draft, Draft)
    assert len(cast("QuestionsPayload", draft.payload).questions) == 4


def test_compose_refuses_only_known_things() -> None:
    with pytest.raises(Invalid, match="on record"):
        QUESTIONS.compose(turns.furious(), answer("What is your booking reference?"))


def test_what_a_resolution_needs_decides_what_its_article_allows() -> None:
    """`what I can do next about your refund` would be true of any question."""
    turn = turns.bot_failed(needs=(Need(field="loyalty_number", article_id=turns.bot_failed().evidence.passages[0].article_id),))
    payload = cast("QuestionsPayload", cast("Draft", QUESTIONS.fallback(turn)).payload)
    assert turn.evidence.passages[0].title in payload.questions[0].decides
    nowhere = turns.bot_failed(needs=(Need(field="loyalty_number", article_id="not-found"),))
    found = cast("QuestionsPayload", cast("Draft", QUESTIONS.fallback(nowhere)).payload).questions[0]
    assert "not-found" not in found.decides.lower()
