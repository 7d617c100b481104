"""Words as search sees them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.retrieval.words import fold, stems, telling, tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Is the wi-fi free?", ["Is", "the", "wi", "fi", "wifi", "free"]),
        ("Rosa's B&B", ["Rosa", "B", "B"]),
        ("I don't, and O'Neil won't", ["I", "do", "and", "ONeil", "wo"]),
        ("RF-20418 costs €142.50", ["RF", "20418", "RF20418", "costs", "142", "50"]),
        ("返金はいつ", ["返金", "金は", "はい", "いつ"]),
        ("🙂 …", []),
    ],
)
def test_tokens(text: str, found: list[str]) -> None:
    assert tokens(text) == found


def test_stems_leave_out_what_says_nothing() -> None:
    assert stems("Hello, could you please tell me about the refunds?") == ["refund"]


def test_ill_and_fine_are_subjects() -> None:
    assert telling("ill")
    assert telling("fine")
    assert not telling("thanks")


def test_fold_drops_case_and_accents() -> None:
    assert fold("Rückerstattung CAFÉ") == "ruckerstattung cafe"


@given(st.text())
def test_tokens_never_fail_and_are_never_empty(text: str) -> None:
    assert all(tokens(text))
    assert stems(text) == stems(text)
