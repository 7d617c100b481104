"""The reply: by name, concrete, honest about fault, silent where knowledge is, and discreet where it has to be."""

from typing import cast

import pytest

from copilot.domain.conversation import Message
from copilot.domain.errors import Invalid
from copilot.domain.people import Assurance
from copilot.domain.suggestion import Abstention, Draft, ReplyPayload
from copilot.domain.turn import Agent, Fault, Turn
from copilot.kinds.case import name_to_greet
from copilot.kinds.citing import Cited
from copilot.kinds.reply import Reply, ReplyAnswer
from copilot.memory.disclosure import mentions_value
from copilot.memory.sentences import sentences
from copilot.testing import turns

REPLY = Reply()
SORRY = ("sorry", "apolog", "our mistake", "our fault", "mistake is ours")


def written(turn: Turn) -> str:
    result = REPLY.abstains(turn) or REPLY.fallback(turn)
    assert isinstance(result, Draft), result
    return result.text


def silent(turn: Turn) -> str:
    result = REPLY.abstains(turn) or REPLY.fallback(turn)
    assert isinstance(result, Abstention), result
    return result.reason


def test_a_broken_promise_is_owned_first_then_repaired_then_regretted() -> None:
    text = written(turns.furious())
    own, repair, regret = text.index("ours"), text.index("refunds team"), text.index("sorry")
    assert own < repair < regret
    assert "€142" in text
    assert "13 November" in text
    assert text.count("sorry") == 1
    assert "forgive" not in text
    assert "!" not in text


SPOKEN = [turns.furious(), turns.unproven(), turns.customer_fault(), turns.bot_failed(), turns.asks_for_supervisor(), turns.german()]


@pytest.mark.parametrize("turn", SPOKEN, ids=range(len(SPOKEN)))
def test_in_chat_a_reply_has_five_sentences_at_most(turn: Turn) -> None:
    assert len(sentences(written(turn.model_copy(update={"channel": "chat"})))) <= 5


def test_a_promise_that_nobody_signed_is_followed_up_without_inventing_somebody() -> None:
    turn = turns.furious()
    unsigned = tuple(promise.model_copy(update={"owner": ""}) for promise in turn.evidence.promises)
    text = written(turn.model_copy(update={"evidence": turn.evidence.model_copy(update={"promises": unsigned})}))
    assert "refunds team" not in text
    assert "the the" not in text
    assert " the now" not in text


def test_the_rule_is_not_recited_to_someone_we_let_down() -> None:
    assert "10 working days" not in written(turns.furious())


def test_a_long_standing_customer_is_greeted_as_one_once() -> None:
    assert written(turns.furious()).count("ten years") == 1
    told = turns.said("f0", "agent", "After ten years with us you deserve better.", turns.ago(minutes=30))
    turn = turns.furious()
    assert "ten years" not in written(turns.furious(window=(told, *turn.window)))


def test_next_step_has_an_owner_and_a_time() -> None:
    turn = turns.furious()
    payload = cast("ReplyPayload", cast("Draft", REPLY.fallback(turn)).payload)
    assert "14:25" in payload.next_step
    assert "me" in payload.next_step.split() or "I" in payload.next_step.split()


def test_a_second_apology_is_not_made() -> None:
    earlier = turns.said("f0", "agent", "I am sorry about that.", turns.ago(minutes=30))
    assert "sorry" not in written(turns.furious(window=(earlier, *turns.furious().window)))


def test_without_fault_there_is_empathy_and_no_admission() -> None:
    text = written(turns.customer_fault())
    assert "your mother fell" in text
    assert not any(word in text.lower() for word in SORRY)
    assert "policy" not in text


def test_guide_memories_and_internal_text_are_never_said() -> None:
    assert "hard of hearing" not in written(turns.furious())
    assert "ledger" not in written(turns.furious())
    assert "Call the hotel before" not in written(turns.customer_fault())


def test_fault_by_an_episode_is_owned_with_its_date() -> None:
    fault = Fault(party="company", text="misrouted by us", source="memory:m-refund-1")
    text = written(turns.furious(fault=fault, promises=()))
    assert "29 October" in text
    assert "mistake" in text
    assert "misrouted" not in text


def test_a_failed_bot_is_named_not_repeated() -> None:
    text = written(turns.bot_failed())
    assert "assistant" in text
    assert "your suitcase did not arrive in Porto" in text
    assert "allowance" not in text
    assert "Jonas" in text


def test_nothing_about_the_agent_is_invented() -> None:
    assert "Jonas" not in written(turns.bot_failed(agent=Agent()))


def test_unproven_callers_learn_nothing_they_did_not_write() -> None:
    turn = turns.unproven()
    text = written(turn)
    assert not any(mentions_value(text, detail) for detail in turn.evidence.known_details)
    assert "Manchester" not in text
    assert "six-digit code" in text


@pytest.mark.parametrize(
    ("assurance", "shown", "name"),
    [
        (Assurance.CLAIMED, "", "Robert"),
        (Assurance.CLAIMED, "Robert H.", "Robert"),
        (Assurance.CLAIMED, "+44 7700 900000", "Robert"),
        (Assurance.CLAIMED, "Susan Hale", ""),
        (Assurance.NONE, "Susan Hale", ""),
        (Assurance.NONE, "", ""),
        (Assurance.PROVEN, "Susan Hale", "Robert"),
    ],
)
def test_who_speaks_of_a_customer_is_not_greeted_as_that_customer(assurance: Assurance, shown: str, name: str) -> None:
    message = turns.said("m9", "customer", "My husband is Robert Hale. Which card does he have?", turns.ago(minutes=3), author_name=shown)
    turn = turns.unproven(assurance=assurance, window=(message,), unanswered=("m9",))
    assert name_to_greet(turn) == name


@pytest.mark.parametrize("assurance", [Assurance.NONE, Assurance.CLAIMED])
def test_an_unproven_furious_customer_gets_no_record(assurance: Assurance) -> None:
    text = written(turns.furious(assurance=assurance))
    assert "ours" not in text
    assert "Margaret" not in text
    assert "ten years" not in text
    assert "refunds team" not in text


def test_in_public_nothing_of_the_record_is_said() -> None:
    text = written(turns.public_post())
    assert "Margaret" not in text
    assert "142" not in text
    assert "private message" in text


def test_an_uncovered_question_gets_silence_with_help() -> None:
    reason = silent(turns.uncovered())
    assert "living animals" in reason
    assert "acknowledgement" in reason


def test_contradicting_articles_are_both_shown() -> None:
    reason = silent(turns.conflict())
    assert "55 × 40 × 23 cm" in reason
    assert "40 × 30 × 20 cm" in reason


def test_passages_in_another_language_are_not_quoted() -> None:
    assert "(es)" in silent(turns.spanish())


def test_a_language_without_phrases_says_so() -> None:
    assert "(pl)" in silent(turns.unmeasured())


def test_spanish_with_spanish_passages_is_answered_in_spanish() -> None:
    passage = turns.hit("vuelo-cancelado", "Vuelo cancelado", "Le devolvemos el precio completo en 10 días laborables.", locale="es")
    text = written(turns.spanish(passages=(passage,)))
    assert text.startswith("Hola, Lucía: Me ocupo con gusto de su vuelo a Madrid.")
    assert "10 días laborables" in text
    assert "¿Cuál es el localizador de su reserva?" in text


def test_german_is_formal_unless_the_customer_says_du() -> None:
    assert "Ihre Karte" in written(turns.german())
    message = turns.said(
        "g1", "customer", "Hallo, könnt ihr mir helfen? Ich habe meine Karte verloren, was soll ich tun?", turns.ago(minutes=3)
    )
    text = written(turns.german(window=(message,)))
    assert text.startswith("Hallo Heike, ")
    assert "deine Karte" in text
    assert "Ihnen" not in text


def test_thanks_get_a_short_warm_answer_without_passages() -> None:
    result = cast("Draft", REPLY.fallback(turns.thanks()))
    assert "Amina" in result.text
    assert "Oslo" in result.text
    assert len(result.text) < 140
    assert not any(c.source.startswith("passage:") for c in result.citations)


def test_thanks_with_a_question_are_a_question() -> None:
    message = turns.said("t3", "customer", "Thank you! But can I also add a ski bag?", turns.ago(minutes=1))
    assert "Send the acknowledgement" in silent(turns.thanks(window=(*turns.thanks().window[:2], message), unanswered=("t3",)))


def test_what_is_on_record_is_not_asked_for() -> None:
    assert "booking reference" not in written(turns.furious())
    assert "booking reference" in written(turns.bot_failed())


def test_waiting_is_mentioned_only_after_a_long_wait() -> None:
    assert "waited too long" in written(turns.letter())
    assert "too long" not in written(turns.letter(waiting_seconds=3600.0))


def test_a_promise_about_something_else_is_not_forgotten() -> None:
    promise = turns.furious().evidence.promises
    text = written(turns.stranger(person=turns.furious().person, assurance=Assurance.PROVEN, promises=promise))
    assert text.index("36 hours") < text.index("not forgotten") < text.index("€142")


def test_who_asks_for_a_supervisor_gets_one_announced() -> None:
    text = written(turns.asks_for_supervisor())
    assert "supervisor" in text
    assert "14:25" in text


def test_a_title_is_not_taken_for_a_first_name() -> None:
    person = turns.calm_adviser().person
    assert person is not None
    text = written(turns.calm_adviser(person=person.model_copy(update={"name": "Dr. Anna Klein"})))
    assert "Dr. Anna Klein" in text


def test_nobody_waits() -> None:
    assert "Nobody waits" in silent(turns.answered())


def test_replies_of_different_turns_do_not_sound_like_one_template() -> None:
    texts = {written(turns.furious(id=f"turn-{n}")) for n in range(12)}
    assert len(texts) > 4


# The model's way.


def answer(**fields: object) -> ReplyAnswer:
    given = {"acknowledgement": "Margaret, the €142 is late.", "resolution": "We check today.", "next_step": "I write by 14:25."}
    return ReplyAnswer.model_validate(given | fields)


def test_compose_places_citations_and_drops_what_is_not_there() -> None:
    cited = [
        Cited(quote="the  €142 is late", source="r1"),
        Cited(quote="We check today.", source="P1"),
        Cited(quote="not in the text", source="P1"),
        Cited(quote="We check", source="P99"),
    ]
    draft = REPLY.compose(turns.furious(), answer(citations=cited))
    assert isinstance(draft, Draft)
    assert [(draft.text[c.span[0] : c.span[1]], c.source) for c in draft.citations] == [
        ("the €142 is late", "promise:p-refund"),
        ("We check today.", "passage:refunds-how-long#2"),
    ]


def test_compose_takes_silence_for_an_answer() -> None:
    silence = answer(acknowledgement="", resolution="", next_step="", abstain="No passage speaks of bees.")
    assert REPLY.compose(turns.uncovered(), silence) == Abstention(reason="No passage speaks of bees.")


def test_compose_refuses_nothing_at_all() -> None:
    with pytest.raises(Invalid, match="empty"):
        REPLY.compose(turns.furious(), answer(acknowledgement=" ", resolution="", next_step=""))


def test_hardship_is_not_read_into_a_dead_phone() -> None:
    message = Message(
        id="h1", author="customer", text="My phone died and I cannot open my booking for the hotel in Vienna.", sent_at=turns.ago(hours=1)
    )
    assert "ondolences" not in written(turns.customer_fault(window=(message,)))


def test_thanks_for_years_say_where_they_are_counted_from() -> None:
    turn = turns.letter()
    since = turns.detail("since", "2017-03-14")
    turn = turn.model_copy(update={"evidence": turn.evidence.model_copy(update={"known_details": (*turn.evidence.known_details, since)})})
    draft = REPLY.fallback(turn)
    assert isinstance(draft, Draft)
    cited = [draft.text[slice(*one.span)] for one in draft.citations if one.source == "detail:since"]
    assert any("years" in one for one in cited)
