"""Who a person is, and what others wrote, is gone before emotion is read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.sensing.cleaning import READ_AT_MOST, clean
from copilot.sensing.formulas import _without_signature

OWN = "Could you tell me when my refund arrives?"
RAGE = "You are THIEVES and liars!!! I'll never fly with you again. Disgusting."
NAMES = ("Nguyễn Thị Hương", "Will Young", "Marta Okoye-Smith", "José Álvarez", "王伟")


@pytest.mark.parametrize(
    "text",
    [
        f"{OWN}\n\n> {RAGE}\n> {RAGE}",
        f"{OWN}\n\nOn Mon, 3 Mar 2025 at 10:00, Bob Jones <bob@example.com> wrote:\n> {RAGE}",
        f"{OWN}\n\nOn Mon, 3 Mar 2025 at 10:00, Bob Jones\n<bob@example.com> wrote:\n\n{RAGE}\n\n{RAGE}",
        f"{OWN}\n\nAm 03.03.2025 um 10:00 schrieb Bob Jones <bob@example.com>:\n\n{RAGE}",
        f"{OWN}\n\nLe 3 mars 2025 à 10:00, Bob Jones a écrit :\n\n{RAGE}",
        f"{OWN}\n\n-----Original Message-----\n{RAGE}",
        f"{OWN}\n\n---------- Forwarded message ---------\nFrom: Bob\n\n{RAGE}",
        f"{OWN}\n\nFrom: Bob\nSent: Monday\nTo: us\nSubject: again\n\n{RAGE}",
        f"{OWN}\n<blockquote>{RAGE}</blockquote>",
        f"On 3 Mar 2025, Bob wrote:\n> {RAGE}\n\n{OWN}",
    ],
)
def test_a_quoted_or_forwarded_mail_is_gone(text: str) -> None:
    assert clean(text, ()) == OWN


@pytest.mark.parametrize(
    "text",
    [
        f"{OWN} My brother wrote: '{RAGE}'",
        f'{OWN} My brother wrote: "{RAGE}"',
        f"My brother wrote to me: “{RAGE}” {OWN}",
        f"„{RAGE}“ he wrote. {OWN}",
        f"“Idiots”, she said. {OWN}",
        f"{OWN} (she told me, and I quote, «{RAGE}»)",
        f"{OWN} My neighbour sent me this. “{RAGE}”",
        f"{OWN} He wrote: {RAGE}",
        f"{OWN}\nHe wrote:\n{RAGE}",
    ],
)
def test_what_someone_else_said_is_gone(text: str) -> None:
    assert "THIEVES" not in clean(text, ())
    assert "Idiots" not in clean(text, ())
    assert OWN in clean(text, ())


@pytest.mark.parametrize(
    "text", ['Your "support" is a joke', '"Where is my order?"', "It's 'sorted', they say, but it isn't and I don't know why"]
)
def test_own_words_in_quotation_marks_stay(text: str) -> None:
    assert clean(text, ()) == text


def test_quoting_oneself_stays() -> None:
    assert "this is outrageous" in clean('I told your agent "this is outrageous" and nothing happened.', ())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Hi Maria,\n\nWhere is my refund?\n\nKind regards,\nWill Young\nSenior Manager\n+44 123", "Where is my refund?"),
        ("Hello, my name is Priya Raman and my bag is lost", "my bag is lost"),
        ("hi priya, where is my bag", "where is my bag"),
        ("Dear Sir or Madam,\nI bought a ticket.", "I bought a ticket."),
        ("Where is my refund? - Marta", "Where is my refund?"),
        ("My order is late.\nThanks,\nBob", "My order is late."),
        ("Hi Anna", ""),
        ("I, Will, am waiting. What will you do?", "I, [NAME], am waiting. What will you do?"),
        ("jose alvarez is my name", "[NAME] is my name"),
        ("我是王伟。", "我是[NAME]。"),
        ("Mail me at ann.smith@example.com or @annsmith", "Mail me at or"),
    ],
)
def test_names_greetings_and_signatures_are_gone(text: str, left: str) -> None:
    assert clean(text, NAMES) == left


@pytest.mark.parametrize(
    "text", ["Thanks!", "Thanks, perfect!", "Best flight ever", "this is ridiculous!", "This is Ridiculous.", "I will wait."]
)
def test_what_is_not_a_formula_stays(text: str) -> None:
    assert clean(text, NAMES) == text


def test_a_greeting_does_not_swallow_the_message() -> None:
    assert clean("hello this is ridiculous, fix it", ()) == "this is ridiculous, fix it"
    assert clean("Hello WHERE IS MY ORDER, answer me", ()) == "WHERE IS MY ORDER, answer me"


@given(st.text(max_size=300), st.lists(st.text(max_size=12), max_size=4))
def test_any_text_and_any_names_are_read(text: str, names: list[str]) -> None:
    assert len(clean(text, names)) <= len(text) + len("[NAME]") * (len(text) + 1)


@pytest.mark.parametrize("unit", ["he said ", '"', "'a ", "On ", "> ", "\n", "a@", "Hi Anna ", "thanks\n", "From: a\n"])
def test_a_hostile_message_of_a_megabyte_is_read_to_its_end(unit: str) -> None:
    """No pattern explodes (it would not come back), and only the first pages are read."""
    assert len(clean(unit * (1_000_000 // len(unit)), ("Anna",))) <= 2 * READ_AT_MOST


@pytest.mark.parametrize(
    "text", ["?" * 200_000, ". -" * 50_000, "best" + " " * 200_000 + "!", "\n" * 200_000, " \n" * 100_000], ids=range(5)
)
def test_long_rows_of_marks_cost_no_more_than_their_length(text: str) -> None:
    """With patterns that try again from every mark this took minutes, and stopped the whole service meanwhile."""
    assert len(clean(text, ["Maria"])) <= READ_AT_MOST


@given(st.lists(st.sampled_from(["a", " ", "\t", "\n", ".", ",", "-", "!", "[NAME]"]), max_size=9).map("".join))
def test_a_name_set_off_at_the_end_is_a_signature(text: str) -> None:
    """By strips as by the pattern that says it plainest."""
    plain = re.search(r"(?:[-–—~,.!?…\n][ \t]*)+\[NAME\][ \t.]*\Z", text)
    first = plain[0][0] if plain else ""
    assert _without_signature(text) == (text[: plain.start()] + (first if first in ".!?…" else "") if plain else text)
