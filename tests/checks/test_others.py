"""Nobody else's data."""

import pytest

from copilot.testing.turns import ago, said
from tests.checks.cases import case, findings, outcomes


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Write to peter.jones@example.com.", "peter.jones@example.com"),
        ("Call +49 170 9998877.", "+49 170 9998877"),
        ("The booking is QX9Z8L.", "QX9Z8L"),
        ("The booking reference is PQRSTU.", "PQRSTU"),
        ("Die Kundennummer lautet 8821337.", "8821337"),
    ],
)
def test_what_belongs_to_nobody_here_is_withheld(text: str, place: str) -> None:
    assert outcomes(case("furious"), text, "others") == [("withhold", place)]


@pytest.mark.parametrize(
    "text",
    [
        "Booking TW7K2Q on flight TW482; the mail goes to margaret.ellison@example.org.",
        "The case number is on your letter.",
        "The booking reference has six letters.",
        "Your A380 leaves from T1.",
    ],
)
def test_what_belongs_to_this_case_passes(text: str) -> None:
    assert findings(case("furious"), text, "others") == []


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("furious", "Dear Patricia, thank you.", "Patricia"),
        ("furious", "My colleague Petra wrote to you.", "Petra"),
        ("furious", "I asked Mr Svensson about it.", "Svensson"),
        ("furious", "As we told Peter Jones yesterday, it is late.", "Peter Jones"),
        ("german", "Guten Tag Frau Schulze, Ihre Karte ist gesperrt.", "Schulze"),
    ],
)
def test_a_name_of_nobody_here_is_flagged(name: str, text: str, place: str) -> None:
    assert outcomes(case(name), text, "others") == [("flag", place)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("furious", "Dear Margaret Ellison, this is Jonas Weber."),
        ("furious", "Good morning Ms Ellison, thank you."),
        ("german", "Guten Tag Frau Brandt, Ihre Karte Nummer zwei kommt."),
        ("customer_fault", "I asked Hotel Lindenhof in Vienna."),
        ("furious", "Please see Terms And Conditions under Trips > Claim."),
    ],
)
def test_names_of_this_case_pass(name: str, text: str) -> None:
    assert [outcome for outcome, _ in outcomes(case(name), text, "others") if outcome == "withhold"] == []


def test_an_internal_address_is_not_for_customers() -> None:
    internal = case("furious").evidence.passages[-1].model_copy(update={"text": "Ask desk@ops.example.org.", "audience": "internal"})
    turn = case("furious", passages=(internal,))
    assert outcomes(turn, "Write to desk@ops.example.org.", "others") == [("withhold", "desk@ops.example.org")]
    assert findings(turn, "Ask desk@ops.example.org.", "others", kind="handover") == []


def test_somebody_named_in_the_conversation_may_be_named() -> None:
    told = said("f3", "customer", "Sandra Miles told me so.", ago(minutes=1))
    turn = case("furious", window=(*case("furious").window, told))
    assert findings(turn, "What Sandra Miles said was right.", "others") == []
