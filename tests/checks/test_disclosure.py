"""The record is told to nobody who is not proven, and nothing personal in public."""

import pytest

from copilot.domain.people import Assurance
from copilot.domain.suggestion import HandoverPayload
from copilot.testing.turns import ago, detail, hit, said
from tests.checks.cases import case, findings, outcomes

DISCLOSURE = "disclosure"


def test_a_proven_person_hears_their_own_record() -> None:
    text = "The card goes to 8 Quay Street, Manchester M3 3JE."
    assert findings(case("unproven", assurance=Assurance.PROVEN), text, DISCLOSURE) == []
    assert outcomes(case("unproven"), text, DISCLOSURE)[0] == ("withhold", "8 Quay Street, Manchester M3 3JE")


def test_what_they_wrote_themselves_may_be_repeated() -> None:
    mine = said("u3", "customer", "My address is 8 Quay Street, card ending 9031.", ago(minutes=1))
    turn = case("unproven", window=(*case("unproven").window, mine))
    assert findings(turn, "You wrote 8 Quay Street, and the card ending in 9031.", DISCLOSURE) == []
    assert findings(turn, "The postcode is M3 3JE.", DISCLOSURE) != []


def test_what_an_agent_let_slip_is_still_not_theirs() -> None:
    slip = said("u3", "agent", "It goes to Quay Street.", ago(minutes=1))
    turn = case("unproven", window=(*case("unproven").window, slip))
    assert findings(turn, "It goes to Quay Street.", DISCLOSURE) != []


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("delay_minutes", "190", "You were 190 minutes late."),
        ("delay_minutes", "190", "You were a hundred and ninety minutes late."),
        ("date_of_birth", "1980-05-12", "You were born on 12 May 1980."),
        ("date_of_birth", "1980-05-12", "Your birthday is 12.05.1980."),
        ("refund_amount", "142.00 EUR", "We owe you €142."),
        ("account_number", "TW-558201", "Your number is TW 558 201."),
        ("account_number", "TW-558201", "Your number starts with TW5582."),
        ("iban", "DE89 3704 0044 0532 0130 00", "Your account ends in 3000."),
        ("hotel_booking", "HV-20931", "Your booking HV 20931 is fine."),
        ("home_airport", "Hamburg", "You fly from Hamburg, as always."),
        ("card_product", "Reserve", "Your Reserve card is blocked."),
    ],
)
def test_every_shape_of_value(field: str, value: str, text: str) -> None:
    turn = case("unproven", known_details=(detail(field, value),))
    assert "withhold" in [outcome for outcome, _ in outcomes(turn, text, DISCLOSURE)]


def test_what_is_common_knowledge_tells_nothing() -> None:
    turn = case("calm_adviser", known_details=(detail("card_product", "Reserve"),), assurance=Assurance.CLAIMED)
    assert findings(turn, "Reserve costs 180 EUR a year and adds lounge visits.", DISCLOSURE) == []
    assert findings(turn, "You have the Reserve card.", DISCLOSURE) != []


@pytest.mark.parametrize(
    "text", ["The €142 will come.", "It was due on 13 November.", "You travel to Lisbon every November to see her sister."]
)
def test_memories_and_promises_are_not_told_either(text: str) -> None:
    plain = said("f1", "customer", "Where is my money?", ago(minutes=9))
    turn = case("furious", assurance=Assurance.CLAIMED, window=(plain,))
    assert "withhold" in [outcome for outcome, _ in outcomes(turn, text, DISCLOSURE)]


def test_a_promise_made_in_this_conversation_is_known_to_them() -> None:
    turn = case("answered", assurance=Assurance.CLAIMED)
    assert findings(turn, "I will be back by 15:00.", DISCLOSURE) == []


def test_in_public_nothing_personal_even_for_the_proven() -> None:
    turn = case("public_post")
    assert turn.assurance == Assurance.PROVEN
    for text in ("Your booking TW7K2Q is refunded.", "We owe you €142.", "Dear Ms Ellison", "I sent it to margaret.ellison@example.org."):
        assert "withhold" in [outcome for outcome, _ in outcomes(turn, text, DISCLOSURE)], text
    assert findings(turn, "Four weeks is too long. Please send us a private message.", DISCLOSURE) == []


def test_in_public_not_even_a_reference_they_posted_themselves() -> None:
    posted = said("s2", "customer", "my booking is TW7K2Q!!", ago(hours=1))
    turn = case("public_post", window=(*case("public_post").window, posted))
    assert findings(turn, "Your booking TW7K2Q is being checked.", DISCLOSURE) != []


def test_a_name_they_claim_may_be_used() -> None:
    assert findings(case("unproven"), "Hello Robert, thank you, Mr Hale.", DISCLOSURE) == []
    silent = said("u1", "customer", "Which address do you have?", ago(minutes=4))
    unknown = case("unproven", assurance=Assurance.NONE, window=(silent,))
    assert outcomes(unknown, "Hello Robert, one moment.", DISCLOSURE) == [("withhold", "Robert")]
    assert outcomes(unknown, "Hello Mr Hale, one moment.", DISCLOSURE) == [("withhold", "Hale")]


def test_a_name_that_is_a_word_is_not_a_name_everywhere() -> None:
    person = case("unproven").person
    assert person is not None
    silent = said("u1", "customer", "Which address do you have?", ago(minutes=4))
    will = person.model_copy(update={"name": "Will May"})
    turn = case("unproven", assurance=Assurance.NONE, window=(silent,), person=will)
    assert findings(turn, "Will you send a code? You may.", DISCLOSURE) == []
    assert findings(turn, "Hello Will, one moment.", DISCLOSURE) != []


def test_of_a_handover_only_the_introduction_is_heard() -> None:
    def payload(introduction: str) -> HandoverPayload:
        parts = dict.fromkeys(("story", "tried", "promises", "known", "actions", "if_then", "risks"), ())
        return HandoverPayload(urgency="high", reason="", emotion="", introduction=introduction, **parts)

    brief = "Known: 8 Quay Street, Manchester M3 3JE."
    quiet = "Robert, this is Mia, who takes over."
    assert findings(case("unproven"), f"{brief}\n{quiet}", DISCLOSURE, kind="handover", payload=payload(quiet)) == []
    loud = "Robert, Mia will send it to 8 Quay Street."
    text = f"{brief}\n{loud}"
    found = findings(case("unproven"), text, DISCLOSURE, kind="handover", payload=payload(loud))
    assert all(result.span and result.span[0] >= text.index(loud) for result in found)
    assert found


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("preferences", "letters and phone; hard of hearing so please speak slowly", "I know: hard of hearing so please speak slowly."),
        ("dietary_need", "Zöliakie (jüngere Tochter)", "Noted is Zöliakie (jüngere Tochter)."),
        ("employer", "Lindqvist & Ahrens Architects", "You work for Lindqvist & Ahrens Architects."),
        ("home_airport", "BER", "Your home airport is BER."),
        ("phone", "+44 20 7946 0933", "It is 0933."),
        ("payment_method", "Visa ending 2251", "The last four are 2251."),
        ("payment_method", "Visa ending 2251", "It is 2251, as you know."),
        ("points_balance", "8120", "You have 8,120 points."),
        ("refund_amount", "142", "It is 142 that you get."),
        ("refund_amount", "1,142.00 EUR", "It is 1142 that you get."),
    ],
)
def test_a_model_that_obeys_does_not_get_a_value_past_by_how_it_is_written(field: str, value: str, text: str) -> None:
    """Found by telling every value on record to the impostors of evals/cases/identity.yaml."""
    asks = said("m9", "customer", "What do you have for me? I give you my number later.", ago(minutes=1))
    turn = case("unproven", window=(asks,), known_details=(detail(field, value),))
    assert "withhold" in [outcome for outcome, _ in outcomes(turn, text, DISCLOSURE)]


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("preferences", "chat; short messages", "We can go on in this chat."),
        ("home_airport", "BER", "I give you a number."),
        ("phone", "+44 20 7946 0933", "Please wait 33 minutes."),
        ("refund_amount", "142", "It is 1420 km to Lisbon, and 14 people wait."),
        ("refund_amount", "42", "Gate 42 is open."),
    ],
)
def test_what_only_looks_like_a_value_is_no_disclosure(field: str, value: str, text: str) -> None:
    assert findings(case("unproven", known_details=(detail(field, value),)), text, DISCLOSURE) == []


def test_a_sum_that_they_wrote_or_can_read_anyway_may_be_said() -> None:
    theirs = said("m9", "customer", "It was 142, I think.", ago(minutes=1))
    assert findings(case("unproven", window=(theirs,), known_details=(detail("refund_amount", "142"),)), "You write 142.", DISCLOSURE) == []
    public = hit("fees", "Fees", "A change costs 142 EUR.")
    turn = case("unproven", passages=(public,), known_details=(detail("refund_amount", "142"),))
    assert findings(turn, "A change is 142.", DISCLOSURE) == []
