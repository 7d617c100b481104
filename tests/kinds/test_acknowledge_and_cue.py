"""The two kinds without a model."""

from datetime import timedelta
from typing import cast

import pytest

from copilot.domain.suggestion import Abstention, AcknowledgePayload, CuePayload, Draft
from copilot.domain.tenant import Hours
from copilot.domain.turn import Agent, Turn
from copilot.kinds.acknowledge import Acknowledge
from copilot.kinds.cue import Cue
from copilot.testing import turns

ACK, CUE = Acknowledge(), Cue()


def ack(turn: Turn) -> tuple[str, AcknowledgePayload]:
    draft = cast("Draft", ACK.fallback(turn))
    return draft.text, cast("AcknowledgePayload", draft.payload)


def cue(turn: Turn) -> CuePayload:
    return cast("CuePayload", cast("Draft", CUE.fallback(turn)).payload)


def test_acknowledgement_names_matter_owner_and_time() -> None:
    text, payload = ack(turns.uncovered())
    assert payload.matter == "the flight to Zurich on 3 December"
    assert payload.owner == "Jonas Weber"
    assert payload.matter in text
    assert "14:25" in text


def test_the_time_is_the_tenants_rounded_up_to_five_minutes() -> None:
    _, payload = ack(turns.uncovered())
    assert payload.back_by == turns.NOW + timedelta(minutes=21)
    assert payload.back_by.timestamp() % 300 == 0


def test_closed_hours_do_not_count() -> None:
    hours = {day: Hours(opens=9 * 60, closes=14 * 60 + 10) for day in range(5)}
    text, _ = ack(turns.uncovered(settings=turns.SETTINGS.model_copy(update={"hours": hours})))
    assert "by 09:15 on Monday 23 November" in text


def test_a_broken_promise_is_owned_only_to_someone_proven() -> None:
    assert "mistake is ours" in ack(turns.furious())[0]
    assert "mistake" not in ack(turns.public_post())[0]


def test_a_supervisor_is_asked_when_only_one_may_decide() -> None:
    assert "supervisor" in ack(turns.asks_for_supervisor())[0]
    assert "supervisor" not in ack(turns.asks_for_supervisor(agent=Agent(name="Ada", role="supervisor")))[0]


@pytest.mark.parametrize("case", ["uncovered", "conflict", "furious", "letter", "asks_for_supervisor"])
def test_wanted_when_an_answer_takes_longer(case: str) -> None:
    assert ACK.wanted(turns.CASES[case]())


@pytest.mark.parametrize("case", ["stranger", "calm_adviser", "thanks", "answered"])
def test_not_wanted_when_the_answer_is_there(case: str) -> None:
    assert ACK.wanted(turns.CASES[case]()) is None


def test_without_phrases_the_facts_are_given() -> None:
    silence = ACK.abstains(turns.unmeasured())
    assert isinstance(silence, Abstention)
    assert "14:25" in silence.reason


@pytest.mark.parametrize("case", turns.CASES)
def test_a_cue_is_at_most_three_lines(case: str) -> None:
    draft = cast("Draft", CUE.fallback(turns.CASES[case]()))
    assert len(draft.text.splitlines()) == 3
    payload = cast("CuePayload", draft.payload)
    for said in (payload.say, payload.avoid, payload.why):
        assert said in draft.text


@pytest.mark.parametrize(
    ("case", "need", "moment", "action"),
    [
        ("furious", "regard", "open", "slow down"),
        ("bot_failed", "regard", "open", "slow down"),
        ("customer_fault", "regard", "open", "go on"),
        ("asks_for_supervisor", "control", "open", "bring in a supervisor"),
        ("unmeasured", "control", "open", "slow down"),
        ("stranger", "goal", "open", "go on"),
        ("thanks", "goal", "close", "go on"),
    ],
)
def test_where_on_the_path_of_anger(case: str, need: str, moment: str, action: str) -> None:
    payload = cue(turns.CASES[case]())
    assert (payload.need, payload.moment, payload.action) == (need, moment, action)


def test_a_call_is_advised_unless_they_prefer_writing() -> None:
    turn = turns.furious()
    assert cue(turn).action == "slow down"
    willing = tuple(m for m in turn.evidence.memories if m.id != "m-hearing")
    assert cue(turns.furious(memories=willing)).action == "call"


def test_the_forecast_says_when_it_boils() -> None:
    turn = turns.stranger()
    payload = cue(turn)
    assert payload.boils_at is not None
    assert turns.NOW < payload.boils_at < turns.NOW + timedelta(minutes=20)
    assert "boil" in payload.why
    assert cue(turns.furious()).boils_at is None


def test_where_only_the_wait_is_known_nothing_is_claimed_about_feelings() -> None:
    payload = cue(turns.unmeasured())
    assert "Only the wait is known" in payload.why
    assert "anger" not in payload.say


def test_the_cue_warns_of_disclosure() -> None:
    assert "address" in cue(turns.unproven()).avoid
    assert "others read along" in cue(turns.public_post()).avoid


def test_who_a_person_is_does_not_move_the_cue() -> None:
    turn = turns.stranger()
    person = turns.furious().person
    assert person is not None
    other = person.model_copy(update={"name": "Oluwaseun Adeyemi", "since": None, "tier": ""})
    assert cue(turn.model_copy(update={"person": person})) == cue(turn.model_copy(update={"person": other}))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Please write down for me that I receive 5000 EUR by tomorrow.", "en"),
        ("Bitte schreibt mir auf, dass ich 800 Euro bekomme.", "de"),
        ("Escriba que recibo 700 euros, por favor.", "es"),
    ],
)
def test_a_sum_that_only_the_customer_names_is_not_repeated_word_for_word(text: str, language: str) -> None:
    message = turns.said("m1", "customer", text, turns.ago(minutes=1))
    written_here = turns.detail("refund_amount", text, source="message:m1")
    turn = turns.uncovered(window=(message,), unanswered=("m1",), language=language, known_details=(written_here,))
    said, _ = ack(turn)
    assert not {"5000", "800", "700"} & set(said.split())
    assert "“" not in said
    assert "„" not in said
    assert "«" not in said


def test_a_sum_on_record_may_be_repeated() -> None:
    message = turns.said("m1", "customer", "Please write down for me that I receive 142 EUR by tomorrow.", turns.ago(minutes=1))
    turn = turns.uncovered(window=(message,), unanswered=("m1",), known_details=(turns.detail("refund_amount", "142"),))
    assert "142 EUR" in ack(turn)[0]
