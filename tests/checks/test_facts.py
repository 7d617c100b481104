"""A fact is found in every writing of it, and a new value takes over the writing."""

import pytest

from copilot.checks.facts import holds, places, replaced, sentence_of, sentences

DAYS = ("28 days", "10 working days")
MONEY = ("€40", "€1,250.50")
DAY = ("31 March 2025", "15 May 2026")
PERCENT = ("10%", "12.5%")


@pytest.mark.parametrize(
    ("fact", "text", "then"),
    [
        (DAYS, "within 28 days.", "within 10 working days."),
        (DAYS, "the 28-day window", "the 10-working-day window"),
        (DAYS, "twenty-eight days", "ten working days"),
        (DAYS, "Twenty-eight days later", "Ten working days later"),
        (DAYS, "within 28\ndays", "within 10 working days"),
        (DAYS, "| return | 28 days |", "| return | 10 working days |"),
        (DAYS, "**28 days** and 28 days", "**10 working days** and 10 working days"),
        (DAYS, "innerhalb von 28 Tagen", "innerhalb von 10 Werktagen"),
        (DAYS, "28 Tage Zeit", "10 Werktage Zeit"),
        (DAYS, "achtundzwanzig Tage", "zehn Werktage"),
        (DAYS, "veintiocho días", "diez días laborables"),
        (("28 days", "1 week"), "28 days, a 28-day stay, 28 Tagen", "1 week, a 1-week stay, 1 Woche"),
        (("8 days", "10 days"), "an 8-day stay, eight days", "a 10-day stay, ten days"),
        (("10 days", "8 days"), "A 10-day stay", "An 8-day stay"),
        (MONEY, "€40, 40 EUR, EUR 40", "€1250.50, 1250.50 EUR, EUR 1250.50"),
        (MONEY, "40,00 € or € 40.00", "1250,50 € or € 1250.50"),
        (MONEY, "Forty euros", "€1,250.50"),
        (("€40", "€50"), "forty euros, 40,00 €, 40 Euro", "fifty euros, 50,00 €, 50 Euro"),
        (("1,500 EUR", "2,500 EUR"), "1,500 EUR or 1.500 €", "2,500 EUR or 2.500 €"),
        (("€40", "$45"), "40 EUR", "$45"),
        (DAY, "31 March 2025, 31.03.2025, 2025-03-31", "15 May 2026, 15.05.2026, 2026-05-15"),
        (DAY, "March 31, 2025", "May 15, 2026"),
        (DAY, "31. März 2025", "15. Mai 2026"),
        (DAY, "31 de marzo de 2025", "15 de mayo de 2026"),
        (PERCENT, "10%, 10 percent, 10 Prozent", "12.5%, 12.5 percent, 12.5 Prozent"),
        (("within 28 days", "within 10 working days"), "Refunded within twenty-eight days.", "Refunded within ten working days."),
        (("by post", "by e-mail"), "It comes by post. By post only.", "It comes by e-mail. By e-mail only."),
        (("help@example.com", "care@example.com"), "Write to help@example.com.", "Write to care@example.com."),
        (("cabin bag", "hand luggage"), "One cabin\nbag is free.", "One hand luggage is free."),
    ],
)
def test_the_new_value_is_written_as_the_old_one_was(fact: tuple[str, str], text: str, then: str) -> None:
    old, new = fact
    assert replaced(text, places(text, old, new)) == then


@pytest.mark.parametrize("shape", ["\n", "\n ", "- \n", ". ", "By 28 days, "])
def test_a_hostile_text_costs_what_it_is_long(shape: str) -> None:
    """Once from every line break to the end of the text, these took hours."""
    text = f"It takes 28 days.\n{shape * (100_000 // len(shape) if 'days' not in shape else 500)}- Within 28 days."
    found = places(text, "28 days", "9 days")
    assert (sentence_of(text, found[0]), len(found) >= 2) == ("It takes 28 days.", True)
    assert sentences(text)[-1].endswith("Within 28 days.")


@pytest.mark.parametrize(
    ("old", "text"),
    [
        ("28 days", "128 days"),
        ("28 days", "28 working days"),
        ("28 days", "28 nights"),
        ("28 days", "2.28 days"),
        ("28 days", "room 28, days later"),
        ("€40", "$40, €140, €40.50, 40 Mbit"),
        ("31 March 2025", "31 March 2026"),
        ("10%", "110%, 10.5 %"),
        ("by post", "by poster, postal"),
        ("within 28 days", "after 28 days"),
    ],
)
def test_what_says_something_else_is_no_hit(old: str, text: str) -> None:
    assert places(text, old, "anything") == []


@pytest.mark.parametrize(
    ("old", "text", "written"),
    [("28 days", "4 weeks", "4 weeks"), ("31 March 2025", "31 March", "31 March"), ("12 months", "one-year or 1 year", "1 year")],
)
def test_the_same_in_another_unit_is_found_and_not_taken_for_sure(old: str, text: str, written: str) -> None:
    found = {text[place.start : place.end]: place.sure for place in places(text, old, "3 days")}
    assert found[written] is False


@pytest.mark.parametrize("text", ["14–28 days", "28 to 30 days", "eine 28-tägige Frist", "28 Kalendertage"])
def test_what_cannot_be_written_by_rule_is_left_to_a_person(text: str) -> None:
    (place,) = places(text, "28 days", "10 working days")
    assert (place.instead, place.sure) == (None, False)
    assert "by hand" in place.why
    assert replaced(text, [place]) == text


def test_a_place_comes_with_its_sentence_as_one_line() -> None:
    text = "Refunds take 5 days.\n\nReturns are\nfree within 28 days. Then they cost €5.\n\n- a 28-day trial\n- nothing else"
    assert [sentence_of(text, place) for place in places(text, "28 days")] == ["Returns are free within 28 days.", "- a 28-day trial"]


def test_only_the_chosen_places_change() -> None:
    text = "28 days for bags, 28 days for shoes."
    first, _ = places(text, "28 days", "14 days")
    assert replaced(text, [first]) == "14 days for bags, 28 days for shoes."
    assert holds(text, "twenty-eight days")
    assert not holds(text, "")
