from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.conversation import Message
from copilot.domain.memory import KnownDetail
from copilot.domain.people import Customer, Field, Identity
from copilot.memory import disclosure
from copilot.memory.details import FIELD_WORDS, asks_for, ledger, mentions_value
from copilot.memory.reading import read_fields
from tests.memory.builders import NOW, memory, message


def customer(**fields: tuple[str, float]) -> Customer:
    """A customer with fields given as (value, days ago)."""
    return Customer(
        id="c",
        external_id="c",
        name="Marta Lindqvist",
        since=NOW - timedelta(days=3700),
        tier="gold",
        locale="de-DE",
        preferences=("aisle seat",),
        identities=(Identity(type="email", value="marta@example.com", verified=True), Identity(type="phone", value="+49 30 5550142")),
        fields=tuple(Field(name=n, value=v, source="profile", as_of=NOW - timedelta(days=d)) for n, (v, d) in fields.items()),
    )


def by_field(details: tuple[KnownDetail, ...]) -> dict[str, KnownDetail]:
    return {d.field: d for d in details}


def said(text: str, **more: Any) -> Message:
    return message(text, "customer", **more)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("My booking number is KX7P2M.", "booking_reference", "KX7P2M"),
        ("Reference KX7P2M", "booking_reference", "KX7P2M"),
        ("Mi localizador es Z8LM4D", "booking_reference", "Z8LM4D"),
        ("Meine Buchungsnummer lautet HJ3T9V", "booking_reference", "HJ3T9V"),
        ("I fly with TW418 tomorrow", "flight_number", "TW418"),
        ("my flight tp 1234 was cancelled", "flight_number", "TP1234"),
        ("We flew from Berlin to Lisbon", "booking_route", "Berlin – Lisbon"),
        ("BER-LIS was late", "booking_route", "BER-LIS"),
        ("You owe me a refund of €142.50!", "refund_amount", "142.50 EUR"),
        ("I was charged 389 EUR twice", "amount", "389 EUR"),
        ("my bag LISTW40718 is lost", "baggage_reference", "LISTW40718"),
        ("hotel booking TS-559021", "hotel_booking", "TS-559021"),
        ("order number 112-33445", "order_number", "112-33445"),
        ("customer number 4432177", "account_number", "4432177"),
        ("loyalty number TP 448 201 963", "loyalty_number", "TP 448 201 963"),
        ("card ending 7702 was charged", "card_last4", "7702"),
        ("IBAN DE89 3704 0044 0532 0130 00", "iban_last4", "3000"),
        ("I paid with PayPal", "payment_method", "PayPal"),
        ("I have the Ternway Card Plus", "card_product", "Ternway Card Plus"),
        ("My new address is 41 Chatsworth Road, London E5 0LH.", "address", "41 Chatsworth Road, London E5 0LH"),
        ("Ich wohne jetzt in der Gärtnerstraße 14, 10245 Berlin", "address", "Gärtnerstraße 14, 10245 Berlin"),
        ("My delivery address is Avenida da Liberdade 40, 1250-145 Lisboa", "delivery_address", "Avenida da Liberdade 40, 1250-145 Lisboa"),
        ("Please deliver it to Rua do Ouro 5, 1100-060 Lisboa.", "delivery_address", "Rua do Ouro 5, 1100-060 Lisboa"),
        ("Please deliver it to Lindenallee 7, 14050 Berlin, thanks", "delivery_address", "Lindenallee 7, 14050 Berlin"),
        ("We always fly from Hamburg", "home_airport", "Hamburg"),
        ("We stay at Hotel Belmarés", "hotel_name", "Hotel Belmarés"),
        ("I have a Light fare", "fare", "Light"),
        ("we are two adults and one child", "travel_party", "two adults and one child"),
        ("I am travelling alone", "travel_party", "alone"),
        ("I have a British passport", "passport_country", "British"),
        ("We travel on 12 March", "travel_date", "2026-03-12"),
        ("I booked it on 3 January", "booking_date", "2026-01-03"),
        ("my name is Anna de la Cruz", "name", "Anna de la Cruz"),
        ("write to anna.b@x.org", "email", "anna.b@x.org"),
        ("call me on 030 5550142", "phone", "+49 30 5550142"),
        ("my mother needs a wheelchair", "mobility_need", "wheelchair"),
    ],
)
def test_each_field_is_read_from_how_people_say_it(text: str, field: str, value: str) -> None:
    found = {r.field: r for r in read_fields(text, NOW, region="DE")}
    assert found[field].value == value
    start, end = found[field].span
    assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("HELLO PLEASE ANSWER", "booking_reference"),
        ("EU261 says I get 400 EUR", "flight_number"),
        ("I called you on +49 30 1234567 ten times", "phone"),
        ("I wrote to service@ternway.example twice", "email"),
        ("We work from Monday to Friday", "booking_route"),
        ("It is 10 percent more", "travel_date"),
        ("> my booking number is KX7P2M", "booking_reference"),
        ("that is not my booking KX7P2M", "booking_reference"),
    ],
)
def test_what_only_looks_like_a_value_is_not_read(text: str, field: str) -> None:
    assert field not in {r.field for r in read_fields(text, NOW, region="DE")}


def test_profile_fields_are_known_and_grow_old() -> None:
    person = customer(address=("Gärtnerstraße 14, 10245 Berlin", 400), home_airport=("BER", 400), account_number=("TW-1", 3000))
    details = by_field(ledger(person, [], [], NOW))
    assert (details["address"].state, details["home_airport"].state, details["account_number"].state) == ("confirm", "fresh", "fresh")
    assert details["name"].value == "Marta Lindqvist"
    assert details["email"].source == "profile"
    assert {"phone", "tier", "since", "preferences"} <= details.keys()


def test_what_the_customer_just_gave_is_known_and_fresh() -> None:
    details = by_field(ledger(None, [said("My booking is KX7P2M", id="m7")], [], NOW))
    assert details["booking_reference"] == KnownDetail(
        field="booking_reference", value="KX7P2M", source="message:m7", as_of=NOW, state="fresh"
    )


def test_a_bare_answer_to_a_question_is_understood() -> None:
    talk = [
        message("What are the last four digits of your card?", id="a1"),
        said("7702", id="m2"),
        message("And your full name?", id="a3"),
        said("Anna Berg", id="m4"),
    ]
    details = by_field(ledger(None, talk, [], NOW))
    assert (details["card_last4"].value, details["name"].value) == ("7702", "Anna Berg")


def test_sources_that_differ_are_disputed_and_the_conversation_is_shown() -> None:
    person = customer(booking_reference=("KX7P2M", 3))
    details = by_field(ledger(person, [said("booking R4NW8Q please", id="m9")], [], NOW))
    assert (details["booking_reference"].value, details["booking_reference"].state) == ("R4NW8Q", "disputed")
    assert details["booking_reference"].source == "message:m9"


def test_the_same_value_said_again_is_fresh_and_the_profile_stays_its_source() -> None:
    person = customer(address=("Gärtnerstraße 14, 10245 Berlin", 900), booking_route=("BER-LIS", 5))
    details = by_field(ledger(person, [said("I still live at Gärtnerstraße 14, 10245 Berlin and fly from Berlin to Lisbon")], [], NOW))
    assert (details["address"].state, details["address"].source) == ("fresh", "profile")
    assert (details["booking_route"].value, details["booking_route"].state) == ("BER-LIS", "fresh")


def test_history_gives_what_is_still_about_the_person_or_the_matter() -> None:
    history = [
        memory("Customer in chat: “booking OLD9A1, my address is 8 Penylan Terrace, Cardiff”", name="old", days=300),
        memory("Customer in chat: “booking HJ3T9V”", name="new", days=5),
        memory("My address is 1 Secret Road, Leeds", name="s", days=1, sensitive=True),
    ]
    details = by_field(ledger(None, [], history, NOW))
    assert (details["booking_reference"].value, details["booking_reference"].source) == ("HJ3T9V", "memory:new")
    assert details["address"].source == "memory:old"


def test_newer_history_against_the_profile_is_disputed() -> None:
    history = [memory("Customer in chat: “I moved, my new address is 8 Penylan Terrace, Cardiff”", days=5)]
    details = by_field(ledger(customer(address=("Lindenallee 7, 14050 Berlin", 700)), [], history, NOW))
    assert (details["address"].state, details["address"].value) == ("disputed", "8 Penylan Terrace, Cardiff")


@given(st.integers(-5000, 5000), st.integers(-5000, 5000), st.integers(-5000, 5000))
def test_the_ledger_holds_nothing_later_than_as_of(first: int, second: int, third: int) -> None:
    at = [NOW + timedelta(hours=hours) for hours in (first, second, third)]
    person = Customer(
        id="c", external_id="c", name="A B", since=at[0], fields=(Field(name="address", value="X", source="profile", as_of=at[1]),)
    )
    talk = [said("booking KX7P2M", at=at[1]), said("I paid with PayPal", at=at[2])]
    history = [memory("I moved to 8 Penylan Terrace, Cardiff", at=at[2]), memory("loyalty number TP 448 201 963", name="e2", at=at[0])]
    for detail in ledger(person, talk, history, NOW):
        assert detail.as_of <= NOW
        assert detail.field == "name" or any(moment <= NOW for moment in at)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Could you give me your booking number?", ["booking_reference"]),
        ("What is your e-mail?", ["email"]),
        ("Wie lautet Ihre Buchungsnummer?", ["booking_reference"]),
        ("¿Me puede dar su número de reserva?", ["booking_reference"]),
        ("Please send me your flight number and the booking reference.", ["flight_number", "booking_reference"]),
        ("And your phone number, please?", ["phone"]),
        ("What's the best number to call?", ["phone"]),
        ("When do you travel?", ["travel_date"]),
        ("How many people are travelling?", ["travel_party"]),
        ("How did you pay?", ["payment_method"]),
        ("I need the last four digits of your card to find it.", ["card_last4"]),
        ("Could you confirm your hotel booking number?", ["hotel_booking"]),
        ("May I have your full name and your date of travel?", ["name", "travel_date"]),
        ("Where should we deliver the suitcase?", ["delivery_address"]),
    ],
)
def test_questions_and_requests_ask_for_fields(text: str, fields: list[str]) -> None:
    assert [field for field, _ in asks_for(text)] == fields


@pytest.mark.parametrize(
    "text",
    [
        "Did you get my e-mail?",
        "Is your address still Main Street 5?",
        "Can I use the email on file?",
        "I have your booking reference, thank you.",
        "Please check your email.",
        "Could you send me an email?",
        "I've updated your address.",
        "Please never send the whole card number in a chat.",
        "You can find your booking reference in the confirmation.",
        "Would you like me to send it to your email address?",
        "Will the refund go to your bank account?",
        "I'll send it to your email address. Is there anything else?",
    ],
)
def test_confirming_offering_and_telling_do_not_ask(text: str) -> None:
    assert asks_for(text) == []


@given(st.text(max_size=80), st.sampled_from([p for phrases in FIELD_WORDS.values() for p in phrases]), st.text(max_size=80))
def test_spans_of_questions_lie_inside_the_text(before: str, phrase: str, after: str) -> None:
    text = f"{before} what is {phrase}{after}?"
    for _, (start, end) in asks_for(text):
        assert 0 <= start < end <= len(text)


def detail(field: str, value: str) -> KnownDetail:
    return KnownDetail(field=field, value=value, source="profile", as_of=NOW, state="fresh")


@pytest.mark.parametrize(
    ("field", "value", "text", "shown"),
    [
        ("booking_reference", "KX7P2M", "I see kx7-p2m here", "kx7-p2m"),
        ("loyalty_number", "TP 448 201 963", "it is TP448201963", "TP448201963"),
        ("account_number", "TW-100482", "the account ending in 0482", "0482"),
        ("phone", "+49 30 5550142", "we call you on 030/555 01 42", "030/555 01 42"),
        ("phone", "+49 30 5550142", "the number ending in 0142", "0142"),
        ("email", "marta@example.com", "to Marta@Example.com now", "Marta@Example.com"),
        ("address", "Gärtnerstraße 14, 10245 Berlin", "sent to Gärtnerstraße 14", "Gärtnerstraße 14"),
        ("address", "Gärtnerstraße 14, 10245 Berlin", "sent to 10245 Berlin", "10245"),
        ("payment_method", "Visa ending 7702", "to the card ending in 7702", "7702"),
        ("card_last4", "7702", "your Visa 7702 was charged", "7702"),
        ("refund_amount", "142", "the €142.00 are on their way", "€142.00"),
        ("travel_date", "2026-03-12", "on March 12th you fly", "March 12th"),
        ("travel_date", "2026-03-12", "am 12. März", "12. März"),
        ("booking_route", "BER-LIS", "your BER to LIS flight", "BER to LIS"),
        ("name", "Marta Lindqvist", "Dear Ms Lindqvist", "Lindqvist"),
        ("hotel_name", "Hotel Belmarés, Lisbon", "at Hotel Belmarés Lisbon", "Hotel Belmarés Lisbon"),
    ],
)
def test_a_value_is_found_however_it_is_written(field: str, value: str, text: str, shown: str) -> None:
    assert [text[a:b] for a, b in mentions_value(text, detail(field, value))] == [shown]


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("card_last4", "7702", "it costs 7702 EUR"),
        ("address", "Gärtnerstraße 14, 10245 Berlin", "the weather in Berlin"),
        ("refund_amount", "142", "flight 142 leaves"),
        ("name", "Marta Lindqvist", "Hello Marta"),
        ("phone", "+49 30 5550142", "call us on 030 5550199"),
        ("booking_reference", "KX7P2M", "KX7P2MA is another one"),
        ("travel_party", "2", "2 minutes"),
    ],
)
def test_what_is_not_the_value_is_not_a_disclosure(field: str, value: str, text: str) -> None:
    assert mentions_value(text, detail(field, value)) == []


@given(
    st.sampled_from(["code", "address", "phone", "email", "fare", "travel_date", "refund_amount"]),
    st.text(max_size=30),
    st.text(max_size=60),
)
def test_disclosure_never_breaks_and_points_inside(field: str, value: str, text: str) -> None:
    for start, end in mentions_value(text, detail(field, value)):
        assert 0 <= start < end <= len(text)


def test_a_later_moment_sees_more() -> None:
    talk = [said("booking KX7P2M", at=NOW), said("I paid with PayPal", at=NOW + timedelta(hours=1))]

    def fields(at: datetime) -> set[str]:
        return {d.field for d in ledger(None, talk, [], at)}

    assert fields(NOW) == {"booking_reference"}
    assert fields(NOW + timedelta(hours=2)) == {"booking_reference", "payment_method"}


def test_a_letter_as_a_value_is_read_once_for_all_texts() -> None:
    """A brief asks of hundreds of texts for the same values."""
    letter = " ".join(f"word{number}" for number in range(3000))
    detail = KnownDetail(field="note", value=letter, source="profile", as_of=NOW, state="fresh")
    disclosure._in_order.cache_clear()
    assert [mentions_value(f"text {number}", detail) for number in range(200)] == [[]] * 200
    assert disclosure._in_order.cache_info().misses == 1
    assert mentions_value(f"She wrote: {letter.replace(' ', ', ', 1)}!", detail) == [(11, 11 + len(letter) + 1)]
