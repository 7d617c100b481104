"""What mends a finding in one step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.checks.changes import change
from copilot.domain.suggestion import CheckResult


def finding(text: str, words: str, name: str, detail: str = "") -> CheckResult:
    at = text.index(words)
    return CheckResult(name=name, outcome="flag", detail=detail, span=(at, at + len(words)))


def mended(text: str, words: str, name: str, detail: str = "") -> str | None:
    found = change(text, finding(text, words, name, detail))
    return text[: found.span[0]] + found.text + text[found.span[1] :] if found else None


@pytest.mark.parametrize(
    ("text", "words", "name", "detail", "after"),
    [
        ("I see it. What is your booking reference? I look.", "booking reference", "reask", "on record (profile)", "I see it. I look."),
        ("I see it. What is your reference?", "reference", "reask", "on record (profile)", "I see it."),
        ("I look now! You hear from me.", "!", "sympathy", "", "I look now. You hear from me."),
        ("I understand your frustration. It went out today.", "I understand your frustration", "sympathy", "", "It went out today."),
        ("Done.\nYour mail is a@b.example.\nGoodbye.", "a@b.example", "disclosure", "", "Done.\nGoodbye."),
        ("Yes\u200b.", "\u200b", "shape", "holds an invisible character (U+200B)", "Yes."),
    ],
)
def test_plain_cases_are_mended(text: str, words: str, name: str, detail: str, after: str) -> None:
    assert mended(text, words, name, detail) == after


@pytest.mark.parametrize(
    ("text", "words", "name", "detail"),
    [
        ("We will refund the 142 EUR of your flight as soon as possible.", "as soon as possible", "sympathy", "give a day"),
        ("We will pay 500 EUR.", "500 EUR", "unsupported", ""),
        ("I will call you.", "I will call you", "promise", "names no time"),
        ("Is your name Jo?", "name", "reask", "the name is on record: ask whether it is still right"),
    ],
)
def test_what_a_person_has_to_decide_is_left_to_them(text: str, words: str, name: str, detail: str) -> None:
    assert mended(text, words, name, detail) is None


def test_a_finding_without_a_place_changes_nothing() -> None:
    assert change("Hello.", CheckResult(name="disclosure", outcome="flag")) is None


@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 200), st.sampled_from(["disclosure", "sympathy", "reask", "shape"]))
def test_a_change_holds_its_finding_and_stays_inside(text: str, one: int, other: int, name: str) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    found = change(text, CheckResult(name=name, outcome="flag", detail="on record (x): invisible character", span=(start, end)))
    if found is not None:
        assert 0 <= found.span[0] <= start <= end <= found.span[1] <= len(text)
