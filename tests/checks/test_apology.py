"""An apology follows the record."""

import pytest

from tests.checks.cases import case, findings, outcomes


def _said(name: str, text: str, kind: str = "reply") -> list[str]:
    return [outcome for outcome, _ in outcomes(case(name), text, "apology", kind=kind)]


@pytest.mark.parametrize(
    "text", ["We made a mistake.", "This is our fault.", "We apologise.", "Das war unser Fehler.", "Ha sido error nuestro."]
)
def test_no_fault_on_record_no_admission(text: str) -> None:
    assert _said("calm_adviser", text) == ["flag"]


@pytest.mark.parametrize(
    "text", ["This was our mistake.", "I am sorry for our error.", "We should have refunded you.", "Das hätten wir erstatten müssen."]
)
def test_an_admission_against_the_record_is_withheld(text: str) -> None:
    assert _said("customer_fault", text) == ["withhold"]
    assert _said("customer_fault", text, kind="own") == ["flag"]


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry to hear about your mother.",
        "I am sorry for your loss.",
        "This is not our mistake.",
        "Es tut mir leid, dass Ihre Mutter gestürzt ist.",
    ],
)
def test_regret_is_not_an_admission(text: str) -> None:
    assert _said("customer_fault", text) == []


def test_our_fault_is_owned_and_repaired() -> None:
    whole = "We did not send your refund; that is our mistake. I am releasing it today."
    assert _said("furious", whole) == []
    assert "own it" in findings(case("furious"), "I am releasing your refund today.", "apology")[0].detail
    assert "repair" in findings(case("furious"), "That was our mistake.", "apology")[0].detail
    assert len(findings(case("furious"), "Thank you for writing.", "apology")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Wir haben Ihre Erstattung nicht gesendet, das ist unser Fehler. Ich sende sie heute.",
        "No hemos enviado el reembolso: es culpa nuestra. Lo envío hoy.",
    ],
)
def test_owned_in_other_languages(text: str) -> None:
    assert _said("furious", text) == []


def test_a_question_or_a_public_word_need_not_own_it() -> None:
    assert _said("furious", "Which card was it?", kind="questions") == []
    assert _said("public_post", "Please send us a private message.") == []
