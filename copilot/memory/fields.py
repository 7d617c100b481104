"""The fields a customer is known by: one row each says how it is read from text, how it is asked for, and how long it stays true.

To add a field, add a row to the table it belongs to. What comes first is read first: a hotel's booking number is no flight booking's.
"""

import re

from copilot.memory.deeds import sums
from copilot.memory.field_row import FieldRow, Shape
from copilot.memory.fields_money import PAYMENT
from copilot.memory.fields_person import PERSON
from copilot.memory.fields_trip import TRIP

TABLE: tuple[FieldRow, ...] = (*PERSON, *TRIP, *PAYMENT)
ROWS: dict[str, FieldRow] = {row.name: row for row in TABLE}
FIELD_WORDS: dict[str, tuple[str, ...]] = {row.name: row.phrases for row in TABLE if row.phrases}
"""Field → the phrases by which people ask for it."""

_ALIASES = {
    "customer_number": "account_number",
    "mobile": "phone",
    "telephone": "phone",
    "phone_number": "phone",
    "e_mail": "email",
    "mail": "email",
    "email_address": "email",
    "postal_address": "address",
    "home_address": "address",
    "shipping_address": "delivery_address",
    "pnr": "booking_reference",
    "booking_number": "booking_reference",
    "flight": "flight_number",
    "hotel": "hotel_name",
    "hotel_reservation": "hotel_booking",
    "frequent_flyer_number": "loyalty_number",
    "membership_number": "loyalty_number",
    "full_name": "name",
    "nationality": "passport_country",
    "route": "booking_route",
    "card_last_4": "card_last4",
    "arrival_date": "travel_date",
    "departure_date": "travel_date",
    "iban": "iban_last4",
}


def standard_name(field: str) -> str:
    """The field's name as everybody uses it: lower case with underscores, well-known synonyms folded."""
    plain = re.sub(r"[\s-]+", "_", field.strip()).lower()
    return _ALIASES.get(plain, plain)


def shape_of(field: str) -> Shape:
    """How values of the field are compared; unknown fields by their name, else as words."""
    if field in ROWS:
        return ROWS[field].shape
    for ending, shape in _ENDINGS:
        if field.endswith(ending):
            return shape
    return "words"


_ENDINGS: tuple[tuple[str, Shape], ...] = (
    ("_number", "code"),
    ("_reference", "code"),
    ("_id", "code"),
    ("_last4", "last4"),
    ("_amount", "money"),
    ("_date", "date"),
    ("_on", "date"),
    ("_address", "address"),
    ("_phone", "phone"),
    ("_email", "email"),
    ("checkin", "date"),
    ("checkout", "date"),
    ("birthday", "date"),
    ("_opened", "date"),
    ("since", "date"),
)


def money_value(text: str) -> str | None:
    """A sum as kept: '142 EUR'."""
    found = sums(text)
    if not found:
        return None
    amount, currency, _ = found[0]
    return f"{amount if amount == int(amount) else format(amount, '.2f')} {currency}"
