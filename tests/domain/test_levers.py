"""When a lever applies."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from copilot.domain.knowledge import Lever, Limit
from copilot.domain.levers import applies

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def lever(when: Any = "", until: datetime | None = None) -> Lever:
    return Lever.model_validate({"id": "goodwill", "offer": "A credit", "when": when, "until": until})


@pytest.mark.parametrize(
    ("clause", "facts", "verdict"),
    [
        ({"field": "promises_overdue", "op": ">=", "value": 1}, {"promises_overdue": 2}, "yes"),
        ({"field": "promises_overdue", "op": ">=", "value": 1}, {"promises_overdue": 0}, "no"),
        ({"field": "tier", "op": "in", "value": ["gold", "platinum"]}, {"tier": "Gold"}, "yes"),
        ({"field": "tier", "op": "in", "value": ["gold", "platinum"]}, {"tier": "silver"}, "no"),
        ({"field": "delay_minutes", "op": ">", "value": 180}, {}, "unknown"),
        ({"field": "delay_minutes", "op": ">", "value": 180}, {"delay_minutes": "1,200"}, "yes"),
        ({"field": "delay_minutes", "op": "<=", "value": 180}, {"delay_minutes": "a while"}, "unknown"),
        ({"field": "cancelled_by", "op": "=", "value": "ternway"}, {"cancelled_by": "Ternway "}, "yes"),
        ({"field": "cancelled_by", "op": "!=", "value": "ternway"}, {"cancelled_by": "Ternway"}, "no"),
        ({"field": "booking_reference", "op": "exists"}, {"booking_reference": "AB12"}, "yes"),
        ({"field": "booking_reference", "op": "exists"}, {}, "no"),
        ({"field": "booking_reference", "op": "exists", "value": False}, {}, "yes"),
    ],
)
def test_a_clause_compares_what_is_on_record(clause: dict[str, Any], facts: dict[str, Any], verdict: str) -> None:
    assert applies(lever({"text": "", "all": [clause]}), facts, NOW)[0] == verdict


def test_one_clause_that_fails_decides_even_when_another_is_unknown() -> None:
    when = {"all": [{"field": "fare", "op": "=", "value": "flex"}, {"field": "tier", "op": "=", "value": "gold"}]}
    assert applies(lever(when), {"tier": "none"}, NOW)[0] == "no"


def test_words_alone_are_for_a_person_to_confirm() -> None:
    verdict, reason = applies(lever("a doctor's note is shown"), {}, NOW)
    assert verdict == "unknown"
    assert "doctor's note" in reason


def test_an_ended_lever_never_applies() -> None:
    assert applies(lever(until=datetime(2026, 2, 28, tzinfo=UTC)), {}, NOW)[0] == "no"


def test_money_is_written_in_major_and_kept_in_minor_units() -> None:
    limit = Limit.model_validate({"amount": 60.5, "currency": "eur"})
    assert limit.amount_minor == 6050
    assert limit.model_dump() == {"amount": 60.5, "currency": "EUR"}
    assert Limit.model_validate({"amount": 500, "currency": "JPY"}).amount_minor == 500
    assert Limit.model_validate_json(limit.model_dump_json()) == limit


@pytest.mark.parametrize("wrong", [{}, {"days": 3, "months": 1}, {"amount": 5}, {"amount": 1.005, "currency": "EUR"}])
def test_a_limit_is_exactly_one_thing(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Limit.model_validate(wrong)
