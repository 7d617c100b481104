"""In a public place nothing is said that points to the person, whatever the record holds and whatever they posted themselves."""

import pytest

from copilot.domain.people import Assurance
from copilot.testing.turns import ago, hit, said
from tests.checks.cases import case, findings, outcomes

PUBLIC = "public"
INVITED = "Please send us a private message."


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("I sent it to m.ruiz@example.org.", "m.ruiz@example.org"),
        ("We will call you on +44 20 7946 0933.", "+44 20 7946 0933"),
        ("Your order 88213456 is on its way.", "88213456"),
        ("Booking QX9Z8L is being looked at.", "QX9Z8L"),
        ("Thank you for ten years with us.", "years with us"),
        ("As one of our Gold customers you may change it.", "As one of our Gold customers"),
        ("I can see in your account that it went out.", "I can see in your"),
        ("Our records show that it went out.", "Our records show"),
        ("We have an old address on file.", "We have an old address on file"),
        ("When you called on Monday, we said so.", "When you called"),
        ("Your last stay was in May.", "Your last stay"),
        ("You have written to us twice already.", "You have written to us twice"),
        ("We promised you the money.", "We promised you"),
        ("Als treue Kundin haben Sie Anspruch darauf.", "Als treue Kundin"),
        ("Laut unseren Unterlagen ging es hinaus.", "Laut unseren Unterlagen"),
        ("Ihre letzte Buchung war im Mai.", "Ihre letzte Buchung"),
        ("Según nuestros registros, salió ayer.", "Según nuestros registros"),
        ("Su última llamada fue el lunes.", "Su última llamada"),
    ],
)
def test_what_points_to_the_person_is_withheld(text: str, place: str) -> None:
    found = [(outcome, words) for outcome, words in outcomes(case("public_post"), f"{text} {INVITED}", PUBLIC) if outcome == "withhold"]
    assert found
    assert all(place in words or words in place for _, words in found), found
    assert findings(case("furious"), text, PUBLIC) == []


@pytest.mark.parametrize("posted", ["My order is 88213456!!", "Write to m.ruiz@example.org", "My booking is QX9Z8L", "Call 020 7946 0933"])
def test_also_what_they_posted_themselves(posted: str) -> None:
    mine = said("s9", "customer", posted, ago(minutes=5))
    turn = case("public_post", window=(*case("public_post").window, mine))
    number = posted.rsplit(maxsplit=1)[-1].strip("!")
    if posted.startswith("Call"):
        number = "020 7946 0933"
    assert "withhold" in [outcome for outcome, _ in outcomes(turn, f"We have seen {number}. {INVITED}", PUBLIC)]


@pytest.mark.parametrize(
    "text",
    [
        "Refunds go back to the card within 10 working days; our form is at ternway.example/refunds.",
        "Flight TW482 leaves on time. Gate 42 is open.",
        "From 2026 on it costs 40 EUR, or 1,200 points.",
        "You have every right to ask. Customers can change it in the app.",
        "It is 12 November, and the desk opens at 09:30.",
    ],
)
def test_what_everybody_may_know_is_not(text: str) -> None:
    assert [one for one in findings(case("public_post"), f"{text} {INVITED}", PUBLIC) if one.outcome == "withhold"] == []


def test_a_number_that_is_published_may_be_given() -> None:
    help_line = hit("contact", "Contact", "Call us on +44 20 7946 0000 or write to help@ternway.example, quoting form 20231107.")
    turn = case("public_post", passages=(help_line,))
    text = f"Call +44 20 7946 0000, write to help@ternway.example, and quote form 20231107. {INVITED}"
    assert findings(turn, text, PUBLIC) == []


def test_their_own_matter_is_invited_elsewhere() -> None:
    assert outcomes(case("public_post"), "Refunds take 10 working days.", PUBLIC) == [("flag", "Refunds take 10 working days.")]
    for invited in (INVITED, "Send us a DM.", "Schreiben Sie uns eine private Nachricht.", "Envíenos un mensaje privado."):
        assert findings(case("public_post"), invited, PUBLIC) == []
    general = case("public_post", needs=(), promises=(), fault=None)
    assert findings(general, "Dogs up to 8 kg fly in the cabin.", PUBLIC) == []


def test_a_name_is_theirs_in_public_where_their_handle_shows_it() -> None:
    silent = case("public_post")
    assert outcomes(silent, f"Dear Margaret. {INVITED}", "disclosure") == [("withhold", "Margaret")]
    posted = silent.window[0].model_copy(update={"author_name": "@margaret_flies"})
    assert findings(case("public_post", window=(posted,)), f"Dear Margaret. {INVITED}", "disclosure") == []
    assert outcomes(case("public_post", window=(posted,)), f"Dear Ms Ellison. {INVITED}", "disclosure") == [("withhold", "Ellison")]


def test_it_holds_whoever_is_proven() -> None:
    for assurance in Assurance:
        turn = case("public_post", assurance=assurance)
        assert "withhold" in [one.outcome for one in findings(turn, f"Thank you for ten years with us. {INVITED}", PUBLIC)]
