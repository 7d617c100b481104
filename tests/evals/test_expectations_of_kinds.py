"""Expectations that read options, handovers, questions and quotations."""

from typing import Any, cast

import pytest

from copilot.domain.suggestion import Suggestion
from copilot.domain.turn import Turn
from copilot.testing import turns
from evals.expectations import CATALOGUE
from evals.outcome import Outcome


def suggestion(kind: str, text: str = "", **payload: Any) -> Suggestion:
    looked_at = {"kind": kind, "state": "proposed", "text": text, "payload": payload, "citations": (), "checks": (), "reason": ""}
    return Suggestion.model_construct(**cast("dict[str, Any]", looked_at))


def option(title: str, lever: str | None, authority: str = "agent", confirm: str = "") -> dict[str, Any]:
    return {"title": title, "lever_id": lever, "authority": authority, "confirm_first": confirm}


def seen(name: str, value: Any, *suggestions: Suggestion, turn: Turn | None = None) -> bool:
    outcome = Outcome.model_construct(turn=turn or turns.stranger(), suggestions=suggestions, asked=())
    expectation = CATALOGUE[name]
    return expectation.look(outcome, expectation.read(value), None).happened


CREDIT = option("Add a goodwill credit of up to 60 EUR, valid 12 months", "small")
MORE = option("Add a goodwill credit of up to 250 EUR, valid 24 months", "large")
TRANSFER = option("Send the overdue refund today by instant transfer", "instant")


@pytest.mark.parametrize(
    ("options", "differ"),
    [
        ([CREDIT, TRANSFER], True),
        ([CREDIT, MORE], False),
        ([CREDIT, {**MORE, "authority": "supervisor"}], True),
        ([TRANSFER, TRANSFER], False),
        ([TRANSFER], False),
    ],
    ids=["two ways", "another amount", "another authority", "twice", "one"],
)
def test_options_differ_by_what_they_do_and_not_by_the_amount(options: list[dict[str, Any]], differ: bool) -> None:
    assert seen("different", True, suggestion("options", options=options)) is differ


def test_what_somebody_else_grants_and_what_is_confirmed_first() -> None:
    made = suggestion("options", options=[CREDIT, option("More", "large", "supervisor", "that the guest is a close relative")])
    assert seen("refer", "large", made)
    assert not seen("refer", "small", made)
    assert seen("confirm", "close relative", made)
    assert not seen("confirm", "doctor", made)


def test_an_introduction_names_both() -> None:
    both = suggestion("handover", introduction="Margaret, {next agent} takes over.")
    assert seen("introduce", "Margaret", both)
    assert not seen("introduce", ["Margaret", "Ellis"], both)
    assert not seen("introduce", "Margaret", suggestion("handover", introduction="Margaret, somebody takes over."))
    assert not seen("introduce", "Margaret")


def test_a_question_that_decides_nothing_is_not_counted() -> None:
    asked = [{"question": q, "why": "w", "decides": d} for q, d in (("One?", "this"), ("Two?", " "), ("One?", "this"))]
    assert seen("advise", {"least": 1, "most": 1}, suggestion("questions", questions=asked))


INTERNAL = "In the third quarter we kept eighty seven percent of promises in time."


def test_seven_words_of_an_internal_passage_are_a_quotation() -> None:
    turn = turns.stranger(passages=(turns.hit("promises", "Promises", INTERNAL, audience="internal"),))
    assert seen("quote", "internal", suggestion("reply", "You know, we kept eighty seven percent of promises in time."), turn=turn)
    assert not seen("quote", "internal", suggestion("reply", "We keep most promises in time."), turn=turn)
    public = turns.stranger(passages=(turns.hit("promises", "Promises", INTERNAL),))
    assert not seen("quote", "internal", suggestion("reply", INTERNAL), turn=public)


def test_which_article_stands_first_and_which_contradict() -> None:
    hits = (turns.hit("a", "A", "Ten days."), turns.hit("b", "B", "Twenty days."))
    turn = turns.stranger(passages=hits, coverage=turns.found("days", conflict=("a#0", "b#0")))
    assert seen("lead", "a", turn=turn)
    assert not seen("lead", "b", turn=turn)
    assert seen("contradict", ["a", "b"], turn=turn)
    assert not seen("contradict", ["a", "c"], turn=turn)
