"""Obvious things are obvious, and the explanation names the words."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.emotion import LABELS, Sensed
from copilot.sensing.emotion import Senser
from copilot.sensing.head import DIMENSION, Head
from tests.sensing.conversations import NOON, said

SENSER = Senser()


def sense(text: str, *earlier: str, names: tuple[str, ...] = (), hint: str = "en") -> Sensed:
    return SENSER.sense(said(1, text), names=names, hint=hint, vector=None, earlier=earlier)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, perfect!",
        "Thank you so much for your help, that solved it.",
        "Awesome, works now. Cheers!",
        "I can't thank you enough",
        "Fucking awesome, thanks",
        "Thanks 😊",
    ],
)
def test_thanks_are_gratitude(text: str) -> None:
    found = sense(text)
    assert found.label == "grateful"
    assert found.mood <= 25


@pytest.mark.parametrize(
    "text",
    [
        "ok great, another two hours lost. brilliant.",
        "Thanks for nothing.",
        "Oh wonderful, the bag is lost again.",
        "Great job losing my bag",
        "I love it when nobody answers",
    ],
)
def test_sarcasm_is_not_thanks(text: str) -> None:
    found = sense(text)
    assert found.label in ("frustrated", "angry")
    assert "sarcasm" in found.signs
    assert found.mood > 45


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order?",
        "How do I change my booking?",
        "Hi, could you tell me when my refund arrives? Thanks",
        "My flight was cancelled. What are my options?",
        "I don't understand this bill, what does 'carrier fee' mean?",
        "I've never flown before, do I need a passport?",
        "I still haven't received my refund. Could you check please?",
        "I hate to bother you but where do I enter my code?",
        "I would love to upgrade. Which fare is best?",
        "I lost my loyalty card, how do I get a new one?",
        "Please cancel my subscription today.",
        "Great, thank you, but which gate is it?",
        "That's no problem. When does the lounge close?",
        "Kindly let me know whether my wife may bring her sewing machine.",
        "Would you be so kind as to send me the invoice",
    ],
)
def test_a_calm_question_stays_calm(text: str) -> None:
    found = sense(text)
    assert not ("kind" in text and found.label == "grateful")
    assert found.label in ("neutral", "confused", "grateful")
    assert found.mood <= 45


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("I am furious! This is the third time I've contacted you and nobody answers.", "repeats"),
        ("This is unacceptable, I will never fly with you again.", "threat_leave"),
        ("If you don't fix this I'll go to the press and my lawyer.", "legal"),
        ("If you don't fix this I'll go to the press and my lawyer.", "threat_public"),
        ("You people are useless. I want my money back NOW!!!", "accusation"),
        ("With all respect, this is ridiculous. Please refund me.", "polite"),
        ("wtf is going on, fix it", "profanity"),
        ("Disgraceful. WHERE IS MY MONEY", "capitals"),
        ("You always lie, it's outrageous", "absolutes"),
    ],
)
def test_anger_is_anger_also_when_polite(text: str, sign: str) -> None:
    found = sense(text)
    assert found.label == "angry"
    assert found.mood >= 60
    assert sign in found.signs


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I'm worried that I will miss my connection.", "worried"),
        ("I'm quite disappointed, after ten years as a customer I expected better.", "disappointed"),
        ("I'm not happy with the room.", "disappointed"),
        ("I don't understand, one page says 14 days and one page says 30.", "confused"),
        ("I am fed up, I have been passed from desk to desk.", "frustrated"),
        ("I'm not angry", "neutral"),
    ],
)
def test_the_other_feelings(text: str, label: str) -> None:
    assert sense(text).label == label


def test_saying_the_same_again_counts() -> None:
    before = "My suitcase did not arrive in Lisbon on Monday."
    again = "The suitcase did not arrive in Lisbon, since Monday!"
    first, second = sense(again), sense(again, before)
    assert "repeats" not in first.signs
    assert "repeats" in second.signs
    assert second.mood > first.mood


REFUSED = "Unfortunately there is no seat available on that flight."
GIVEN = "You are booked on the 9:40."


def test_a_goal_held_back_counts_and_is_named() -> None:
    def after(answered: str) -> Sensed:
        return SENSER.sense(said(1, "And on the next one?"), hint="en", vector=None, answered=answered)

    refused, given = after(REFUSED), after(GIVEN)
    assert "blocked" in refused.signs
    assert "not given what they asked for" in refused.why
    assert "blocked" not in given.signs
    assert given.mood < refused.mood <= 45


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("No, I need it for three.", True),
        ("Nope, wrong date", True),
        ("No problem", False),
        ("No, thank you", False),
        ("No, that's all.", False),
        ("No worries, take your time", False),
        ("November would do", False),
    ],
)
def test_no_to_an_answer_is_a_sign_and_a_polite_no_is_none(text: str, counts: bool) -> None:
    found = SENSER.sense(said(1, text), hint="en", vector=None, answered=GIVEN)
    assert ("contradicts" in found.signs) is counts


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("I have been on hold for two hours", True),
        ("The flight is 3 hours late", True),
        ("sitting on the plane for 40 minutes", True),
        ("Why is my bag not here?", False),
        ("Can I check in 3 hours before the flight?", False),
        ("I stay two weeks", False),
    ],
)
def test_a_long_wait_that_is_told_counts(text: str, counts: bool) -> None:
    assert ("long_wait" in sense(text).signs) is counts


def test_the_reason_quotes_at_most_six_words_of_the_customer() -> None:
    found = sense("I will never ever in my whole long life book anything at all with you again, this is unacceptable.")
    assert "unacceptable" in found.why
    assert all(len(quoted.split("”")[0].split()) <= 6 for quoted in found.why.split("“")[1:])


def test_another_language_is_not_measured() -> None:
    found = sense("Das ist eine bodenlose Frechheit, ich warte seit drei Wochen auf mein Geld!!!", hint="")
    assert (found.measured, found.label, found.intensity, found.mood) == (False, None, 0.0, 0.0)
    assert "not measured" in found.why


def test_nothing_left_is_neutral() -> None:
    found = sense("Hi Anna,\n\n> You are thieves!\n", names=("Anna",))
    assert (found.label, found.mood) == ("neutral", 30.0)
    assert "quotation" in found.why


def one_label_head(label: str, sure: float) -> Head:
    bias = np.zeros(len(LABELS), dtype=np.float32)
    bias[[str(one) for one in LABELS].index(label)] = np.log(sure / ((1 - sure) / (len(LABELS) - 1)))
    return Head(np.zeros((len(LABELS), DIMENSION), dtype=np.float32), bias)


VECTOR = np.zeros(DIMENSION, dtype=np.float32)


def test_the_head_decides_where_no_sign_speaks() -> None:
    message = said(1, "Well, that is that, then.")
    assert Senser(one_label_head("disappointed", 0.9)).sense(message, vector=VECTOR).label == "disappointed"
    assert Senser(one_label_head("disappointed", 0.3)).sense(message, vector=VECTOR).label != "disappointed"
    assert Senser(one_label_head("angry", 0.5)).sense(message, vector=VECTOR).label == "frustrated"


def test_signs_overrule_a_doubtful_head() -> None:
    head = one_label_head("neutral", 0.7)
    assert Senser(head).sense(said(1, "I am furious, this is disgraceful."), vector=VECTOR).label == "angry"
    assert Senser(head).sense(said(1, "Thanks, perfect!"), vector=VECTOR).label == "grateful"


def test_who_swears_about_what_went_wrong_is_not_neutral_however_sure_the_head_is() -> None:
    sure = Senser(one_label_head("neutral", 0.99))
    assert sure.sense(said(1, "My bag is in the wrong f***ing town."), vector=VECTOR).label == "angry"
    assert sure.sense(said(1, "That was some f***ing flight."), vector=VECTOR).label == "neutral"


def test_the_head_does_not_hear_irony_and_is_not_asked() -> None:
    head = one_label_head("grateful", 0.99)
    assert Senser(head).sense(said(1, "ok great, another two hours lost. brilliant."), vector=VECTOR).label == "frustrated"
    assert Senser(head).sense(said(1, "I have written four times, would you finally answer me."), vector=VECTOR).mood > 45
    assert Senser(head).sense(said(1, "Which card suits me best?"), vector=VECTOR).label == "neutral"


def test_vectors_of_another_encoder_are_ignored() -> None:
    head = one_label_head("angry", 0.99)
    assert Senser(head).sense(said(1, "Where is my order?"), vector=np.zeros(768, dtype=np.float32)).label == "neutral"
    assert Senser(None).sense(said(1, "Where is my order?"), vector=VECTOR).label == "neutral"


def test_the_shipped_head_fits_the_labels() -> None:
    chances = Head.load().chances(VECTOR)
    assert tuple(chances) == LABELS
    assert sum(chances.values()) == pytest.approx(1)


@given(st.text(max_size=200))
def test_any_text_gives_a_mood_within_bounds(text: str) -> None:
    found = SENSER.sense(said(1, text).model_copy(update={"sent_at": NOON + timedelta(1)}), hint="en", vector=None)
    assert 0 <= found.mood <= 100
    assert 0 <= found.intensity <= 1
    assert (found.label is None) is not found.measured
