"""Text as it is perceived, and the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.checks.normalise import fold, normalise, squeeze, squeezed


@pytest.mark.parametrize(
    ("written", "perceived"),
    [
        ("５００ EUR", "500 EUR"),
        ("5\u200b0\u200d0", "500"),
        ("𝟓𝟎𝟎", "500"),
        ("5️⃣0️⃣0️⃣", "500"),
        ("٥٠٠", "500"),
        ("5OO", "500"),
        ("f i v e", "five"),
        ("f-i-v-e", "five"),
        ("fіvе hundrеd", "five hundred"),
        ("5̶0̶0̶", "500"),
        ("ab\u00a0cd\u202fef", "ab cd ef"),
        ("‘it’s’ – “so”", "'it's' - \"so\""),
        ("e\u0301t\u00e9", "été"),
        ("Option A, B", "Option A, B"),
        ("Сколько ждать", "Сколько ждать"),
    ],
)
def test_what_the_eye_reads(written: str, perceived: str) -> None:
    assert normalise(written).text == perceived


def test_a_place_leads_back_to_what_was_written() -> None:
    written = "You get f\u200bi\u200bv\u200be  ５００ euros"
    normal = normalise(written)
    start = normal.text.index("500")
    assert written[slice(*normal.span(start, start + 3))] == "５００"
    start = normal.text.index("five")
    assert written[slice(*normal.span(start, start + 4))] == "f\u200bi\u200bv\u200be"


@given(st.text(max_size=80))
def test_places_are_in_order_and_within_the_text(text: str) -> None:
    normal = normalise(text)
    assert len(normal.text) == len(normal.starts) == len(normal.ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(normal.starts, normal.ends, strict=True))
    assert list(normal.starts) == sorted(normal.starts)
    told = squeeze(normal)
    assert len(told.text) == len(told.places)
    assert all(0 <= place < len(normal.text) for place in told.places)


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=60))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text).text
    assert squeezed(once) == squeezed(text)


@pytest.mark.parametrize(("left", "right"), [("Müller", "Mueller"), ("STRASSE", "Straße"), ("José", "jose")])
def test_spellings_of_one_word(left: str, right: str) -> None:
    assert fold(left) == fold(right)
