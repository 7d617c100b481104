"""Files in: times, unknown fields, what is kept of a customer."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from copilot.domain.errors import Invalid
from copilot.domain.formats import ConversationIn, CustomerLine, explain
from copilot.domain.times import parse_day, parse_when

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def conversation(**changed: Any) -> dict[str, Any]:
    message = {"id": "m1", "author": "customer", "text": "Hello", "sent_at": "-PT5M"}
    return {"conversation_id": "c1", "channel": "chat", "messages": [message]} | changed


def explained(wrong: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        ConversationIn.model_validate(wrong)
    return str(explain(caught.value, "c.json"))


def test_times_are_iso_with_offset_or_counted_back() -> None:
    assert parse_when("2026-11-22T13:00:00+01:00", NOW) == NOW
    assert parse_when("-P1DT2H", NOW) == NOW - timedelta(days=1, hours=2)
    assert parse_when("-P1Y", NOW) == NOW - timedelta(days=365)
    assert parse_day("P9D", NOW) == NOW + timedelta(days=9)
    assert parse_day("2026-03-01", NOW) == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("wrong", ["2026-11-22T13:00:00", "yesterday", "", "-Pfoo", "2026-13-01T00:00:00Z", "PT3H"])
def test_a_wrong_time_says_what_to_write(wrong: str) -> None:
    with pytest.raises(Invalid, match=r"offset|ISO-8601|P3D"):
        parse_when(wrong, NOW)


@given(st.datetimes(timezones=st.just(UTC)))
def test_any_instant_survives_being_written(moment: datetime) -> None:
    assert parse_when(moment.isoformat(), NOW) == moment


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (conversation(subject="x"), "unknown field 'subject'"),
        (conversation(channel="fax"), "channel"),
        ({"conversation_id": "c1", "channel": "chat"}, "'messages' is missing"),
        (conversation(messages=[{"id": "m", "author": "customer", "sent_at": "-PT1M"}]), "'messages.0.text' is missing"),
        (conversation(messages=[conversation()["messages"][0]] * 2), "stands twice"),
    ],
)
def test_bad_input_is_one_clear_line(wrong: dict[str, Any], says: str) -> None:
    line = explained(wrong)
    assert says in line
    assert "\n" not in line


def test_messages_are_put_in_the_order_they_were_sent() -> None:
    messages = [
        {"id": "late", "author": "customer", "text": "b", "sent_at": "-PT1M"},
        {"id": "early", "author": "customer", "text": "a", "sent_at": "-PT9M"},
    ]
    made = ConversationIn.model_validate(conversation(messages=messages)).to_conversation(NOW)
    assert [m.external_id for m in made.messages] == ["early", "late"]


def test_every_further_field_of_a_customer_is_kept() -> None:
    line = {
        "id": "c",
        "name": "Ana",
        "email": "a@example.org",
        "account_number": 4711,
        "booking_date": "P9D",
        "bookings": ["A", "B"],
        "note": "",
    }
    made = CustomerLine.model_validate(json.loads(json.dumps(line))).to_customer(NOW)
    assert {f.name: f.value for f in made.fields} == {"account_number": "4711", "booking_date": "2026-12-01", "bookings": "A, B"}
    assert [(i.type, i.value) for i in made.identities] == [("email", "a@example.org")]
