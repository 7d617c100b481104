"""Which of this customer's values a provider does not need to see."""

from copilot.domain.turn import Turn

HARMLESS = frozenset(
    {"tier", "since", "locale", "preferences", "fare", "travel_party", "delay_minutes", "cancelled_by", "hotel_nights", "dietary_need"}
    | {"mobility_need", "card_product", "points_balance", "home_airport", "booking_route", "flight_number", "hotel_name", "refund_amount"}
    | {"amount"}
)
"""Fields whose values describe the case rather than identify the person: a good answer needs them. Any other field is personal."""
SHORTEST = 3
"""Shorter values are too common to be replaced without damage."""


def personal_values(turn: Turn) -> tuple[str, ...]:
    """Exact values to replace by placeholders before a call, longest first."""
    values = {turn.person.name} if turn.person else set()
    for detail in turn.evidence.known_details:
        if detail.field not in HARMLESS and not detail.field.endswith(("_date", "_on", "_checkin", "_opened")):
            values.add(detail.value)
    return tuple(sorted((v for v in values if len(v.strip()) >= SHORTEST), key=len, reverse=True))
