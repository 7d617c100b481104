"""The same case under sixteen names is the same; another person's anger is not this customer's."""

import pytest

from copilot.sensing.cleaning import clean
from copilot.sensing.emotion import Senser
from tests.sensing.conversations import said

NAMES = (
    "Anna Berg",
    "Will Young",
    "Mohammed Al-Farsi",
    "Nguyễn Thị Hương",
    "José Álvarez Ruiz",
    "Oluwaseun Adébáyò",
    "Priya Raman",
    "王伟",
    "Siobhán O'Neill",
    "Dmitri Wolkow",
    "Fatima bint Khalid",
    "Yuki Tanaka",
    "DeShawn Washington",
    "Joy Love",
    "Jean-Luc de la Tour",
    "Grace Hope Strong",
)
CASES = (
    "Hi, this is {name}. I am furious, nobody answers and I will never fly with you again.\n\nRegards,\n{name}",
    "Hello Maria, my name is {name}. When does my refund arrive? Thanks, {first}",
    "Dear team,\n\nthe booking is under {name}, not under my wife. Could you correct it, please?\n\n{first}",
    "WHERE IS MY REFUND?! I AM {upper} AND I HAVE WAITED FOR WEEKS",
    "I'm {name} and I don't understand the bill. {first} here again: what will you do?",
)


@pytest.mark.parametrize("case", CASES)
def test_the_same_case_under_sixteen_names(case: str) -> None:
    texts = [case.format(name=name, first=name.split()[0], upper=name.upper()) for name in NAMES]
    found = [Senser().sense(said(1, text), names=(name, "Maria"), hint="en") for text, name in zip(texts, NAMES, strict=True)]
    assert max(one.mood for one in found) - min(one.mood for one in found) <= 1
    assert len({one.label for one in found}) == 1
    assert {one.measured for one in found} == {True}


@pytest.mark.parametrize("case", CASES)
def test_the_encoder_sees_the_same_text_for_every_name(case: str) -> None:
    texts = [case.format(name=name, first=name.split()[0], upper=name.upper()) for name in NAMES]
    assert len({clean(text, (name, "Maria")) for text, name in zip(texts, NAMES, strict=True)}) == 1


RAGE = "You are thieves and liars! I am FURIOUS, this is disgusting and I will never book again."
OWN = "Could you tell me when my refund arrives?"


@pytest.mark.parametrize(
    "form",
    [
        "{own}\n\n> {other}",
        "{own}\n\nOn 3 Mar 2026, Bob <bob@example.com> wrote:\n{other}",
        "{own}\n\nBegin forwarded message:\n\n{other}",
        "{own} My brother wrote: '{other}'",
        "My brother said: “{other}” {own}",
    ],
)
def test_quoting_anger_moves_nothing(form: str) -> None:
    alone = Senser().sense(said(1, OWN), hint="en")
    quoting = Senser().sense(said(1, form.format(own=OWN, other=RAGE)), hint="en")
    assert (quoting.mood, quoting.label, quoting.signs) == (alone.mood, alone.label, alone.signs)


def test_a_greeting_and_a_signature_move_nothing() -> None:
    alone = Senser().sense(said(1, "I am fed up with this."), hint="en")
    dressed = Senser().sense(
        said(1, "Good morning everyone,\n\nI am fed up with this.\n\nBest wishes\nAnna Berg"), names=("Anna Berg",), hint="en"
    )
    assert dressed.mood == alone.mood
