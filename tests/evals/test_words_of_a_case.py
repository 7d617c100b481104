"""How the words of a case are looked for in a draft."""

import pytest

from evals.expectations.base import found_in


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("We refund 142 EUR.", "142 eur"),
        ("I apologise for it", "apolog"),
        ("Señora Gómez", "gomez"),
        ("back   by\n14:20", "back by 14:20"),
        ("Thanks 🙂", "🙂"),
        ("Die Handgepäckregel", "/gepäckregel/"),
        ("It is our error.", "our error"),
    ],
)
def test_words_are_found_whatever_their_case_spaces_and_accents(text: str, wanted: str) -> None:
    assert found_in(text, wanted) is not None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("142 EUR", "14"), ("142 EUR", "42"), ("111", "11"), ("about your error", "our error"), ("unsettled", "settle")],
)
def test_a_part_of_a_figure_or_the_inside_of_a_word_is_not_found(text: str, wanted: str) -> None:
    assert found_in(text, wanted) is None
