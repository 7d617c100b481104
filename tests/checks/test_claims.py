"""Claims: the same sum in other clothes is equal, another unit is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.checks.calendar import Day
from copilot.checks.claims import Claim, claims
from copilot.checks.normalise import fold
from copilot.checks.numerals import number_words, spelled_digits


def only(text: str, language: str = "en") -> Claim:
    found = claims(text, language)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    "text",
    ["€142", "142 EUR", "142,00 €", "EUR 142.00", "142 euros", "142-euro", "a hundred and forty-two euros", "１４２ €", "142EUR",
     "hundertzweiundvierzig Euro", "ciento cuarenta y dos euros"],
)  # fmt: skip
def test_one_sum_in_many_forms(text: str) -> None:
    claim = only(text)
    assert (claim.kind, claim.unit, claim.values) == ("money", "EUR", ("142",))


@pytest.mark.parametrize(
    ("text", "kind", "unit", "values"),
    [
        ("28 days", "number", "day", ("28",)),
        ("four weeks", "number", "day", ("28",)),
        ("28 nights", "number", "night", ("28",)),
        ("10 working days", "number", "wday", ("10",)),
        ("zehn Arbeitstage", "number", "wday", ("10",)),
        ("10 días hábiles", "number", "wday", ("10",)),
        ("2 years", "number", "month", ("24",)),
        ("24h", "number", "min", ("1440",)),
        ("14.9 %", "percent", "%", ("14.9",)),
        ("fifty per cent", "percent", "%", ("50",)),
        ("50 Prozent", "percent", "%", ("50",)),
        ("cincuenta por ciento", "percent", "%", ("50",)),
        ("1.500,00 €", "money", "EUR", ("1500",)),
        ("$1,234.56", "money", "USD", ("1234.56",)),
        ("2.5k EUR", "money", "EUR", ("2500",)),
        ("two million dollars", "money", "USD", ("2000000",)),
        ("1,500 km", "number", "km", ("1500", "1.5")),
        ("QX7K2P", "code", "", ("qx7k2p",)),
        ("+49 30 5550199", "phone", "", ("49305550199",)),
        ("a.b@example.org", "email", "", ("a.b@example.org",)),
        ("https://www.example.com/a/", "link", "", ("example.com/a",)),
    ],
)
def test_kinds_units_and_values(text: str, kind: str, unit: str, values: tuple[str, ...]) -> None:
    claim = only(text)
    assert (claim.kind, claim.unit, claim.values) == (kind, unit, values)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3 May 2026", Day(2026, 5, 3)),
        ("May 3rd, 2026", Day(2026, 5, 3)),
        ("2026-05-03", Day(2026, 5, 3)),
        ("3.5.2026", Day(2026, 5, 3)),
        ("3. Mai 2026", Day(2026, 5, 3)),
        ("3 de mayo de 2026", Day(2026, 5, 3)),
        ("on the 23rd", Day(0, 0, 23)),
        ("in March", Day(0, 3, 0)),
        ("May 2026", Day(2026, 5, 0)),
    ],
)
def test_dates(text: str, day: Day) -> None:
    found = only(text).found
    assert found is not None
    assert found.days == (day,)


@pytest.mark.parametrize(("text", "minutes"), [("14:20", 860), ("2:20 pm", 860), ("14.20 Uhr", 860), ("14h20", 860), ("at noon", 720)])
def test_times(text: str, minutes: int) -> None:
    found = only(text).found
    assert found is not None
    assert found.minutes == minutes


def test_both_ends_of_a_range() -> None:
    assert [claim.values for claim in claims("3-5 working days")] == [("3",), ("5",)]
    assert {claim.unit for claim in claims("3-5 working days")} == {"wday"}
    assert [claim.found.days for claim in claims("12–14 March") if claim.found] == [(Day(0, 3, 14),), (Day(0, 3, 12),)]


@pytest.mark.parametrize(
    "text",
    [
        "There are two ways from here.",
        "One question: which one?",
        "You may go.",
        "24/7",
        "Step 3 of 4",
        "First, second, third.",
        "one day",
        "Guten Morgen",
        "por la mañana",
        "e.g. z. B. this",
        "refund.We will see",
    ],
)
def test_counting_and_small_talk_claim_nothing(text: str) -> None:
    assert claims(text) == ()


@given(st.integers(0, 999), st.sampled_from(["en", "de", "es"]))
def test_numbers_in_words_are_read_back(n: int, language: str) -> None:
    from copilot.checks import numerals

    spell = {"en": numerals._english, "de": numerals._german, "es": numerals._spanish}[language]
    assert numerals.value_of(fold(spell(n))) == n


@pytest.mark.parametrize(
    ("text", "value"),
    [("five hundred", 500), ("fünfhundertzwanzig", 520), ("dos mil quinientos", 2500), ("twelve hundred", None), ("thousand", 1000)],
)
def test_spelled_numbers(text: str, value: int | None) -> None:
    found = [number for _, _, number in number_words(text)]
    assert (found == [value]) is (value is not None)


def test_digits_read_out() -> None:
    assert [digits for _, _, digits in spelled_digits("ending four, four, two one please")] == ["4421"]


@given(st.text(max_size=120))
def test_places_lie_in_the_text(text: str) -> None:
    for claim in claims(text):
        assert 0 <= claim.span[0] < claim.span[1] <= len(text)


def test_long_runs_do_not_stall_the_reader() -> None:
    for text in ("a" * 20_000, "1" * 20_000, "a-" * 10_000, "1 " * 10_000, "a." * 10_000, "@" * 10_000, "five " * 4_000, "(" * 20_000):
        claims(text)
