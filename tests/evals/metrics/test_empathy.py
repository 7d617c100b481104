"""Concrete, in the first person, owned where it is ours, said once, without phrases, short, in their language."""

import pytest

from copilot.domain.turn import Turn
from copilot.testing.turns import ago as before
from copilot.testing.turns import calm_adviser, customer_fault, furious, german, said, spanish
from tests.evals.metrics.drafts import case, draft, read, value


def test_the_thing_itself_is_named() -> None:
    assert value("concrete", furious(), draft("reply", "Margaret, your refund for Lisbon was not sent.")) == 1.0
    assert value("concrete", furious(), draft("reply", "Dear Margaret Ellison, we are looking into your issue.")) == 0.0


def test_the_next_step_is_told_by_a_person() -> None:
    mine = draft("reply", "We cancelled the flight. I will release it today and I am checking the ledger.")
    assert value("I, not we", furious(), mine) == 1.0
    assert value("I, not we", furious(), draft("reply", "We will look into it. We are checking.")) == 0.0
    assert value("I, not we", furious(), draft("reply", "I will look into it. We will write to you.")) == 0.5
    assert value("I, not we", german(), draft("reply", "Wir melden uns morgen bei Ihnen.")) == 0.0
    assert read("I, not we", furious(), draft("reply", "We said: “We will refund you.” It was not sent.")) is None


def test_our_mistake_is_owned() -> None:
    assert value("fault owned", furious(), draft("reply", "We did not send it; that is our mistake.")) == 1.0
    assert value("fault owned", furious(), draft("reply", "The refund is delayed, sorry to hear that.")) == 0.0
    assert read("fault owned", customer_fault(), draft("reply", "That is our mistake.")) is None


@pytest.mark.parametrize(
    ("text", "invented"),
    [
        ("That was our mistake, and I am sorry that we let you down.", 1.0),
        ("Das war unser Fehler.", 1.0),
        ("I am sorry to hear about your mother. Two ways are open to you.", 0.0),
        ("This was not our mistake, and not yours either.", 0.0),
        ("You wrote: “it is our mistake”.", 0.0),
    ],
)
def test_nobody_owns_what_the_record_does_not_show(text: str, invented: float) -> None:
    assert value("fault invented", customer_fault(), draft("reply", text)) == invented
    assert read("fault invented", furious(), draft("reply", text)) is None


def test_sorry_is_said_once() -> None:
    once, twice = draft("reply", "I am sorry that it was not sent."), draft("reply", "I am sorry. It was not sent. I apologise.")
    assert value("second apology", furious(), once) == 0.0
    assert value("second apology", furious(), twice) == 1.0
    sorry_before = said("a1", "agent", "I am sorry about the refund.", before(minutes=30))
    turn = furious()
    assert value("second apology", turn.model_copy(update={"window": (sorry_before, *turn.window)}), once) == 1.0
    assert value("second apology", furious(), draft("reply", "I am sorry to hear about your mother. I am sorry for the delay.")) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "I completely understand your frustration.",
        "Thank you for your patience.",
        "Rest assured, your feedback is important.",
        "It will be sent as soon as possible.",
        "Wir bitten die Unannehmlichkeiten zu entschuldigen.",
        "Lo resolveremos lo antes posible.",
        "It is on its way!",
    ],
)
def test_phrases_that_cost_trust(text: str) -> None:
    assert value("canned", furious(), draft("reply", text)) == 1.0


def test_a_plain_text_and_a_shout_at_someone_calm_are_not_canned() -> None:
    assert value("canned", furious(), draft("reply", "I am releasing the €142 now and will write to you by 15:00.")) == 0.0
    assert value("canned", calm_adviser(), draft("reply", "Have a good trip!")) == 0.0


def test_two_to_five_sentences_in_chat() -> None:
    five = "Hello Margaret,\n\n" + "It was not sent. " * 5
    assert value("short", furious(), draft("reply", five)) == 1.0
    assert value("short", furious(), draft("reply", five + "And so on.")) == 0.0
    assert value("short", furious(), draft("reply", "It was not sent.")) == 0.0
    assert read("short", customer_fault(), draft("reply", five)) is None


@pytest.mark.parametrize(("turn", "language"), [(german(), "de"), (spanish(), "es"), (furious(), "en")])
def test_they_are_answered_in_their_language(turn: Turn, language: str) -> None:
    texts = {
        "en": "I have read what you wrote and will be back with you.",
        "de": "Ich habe gelesen, was Sie schreiben, und bin für Sie da.",
        "es": "He leído lo que escribe y le daré una respuesta por la tarde.",
    }
    given = case(language=language)
    assert value("language right", turn, draft("reply", texts[language]), given=given) == 1.0
    other = next(text for name, text in texts.items() if name != language)
    assert value("language right", turn, draft("reply", other), given=given) == 0.0
