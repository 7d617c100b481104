"""Calls: while they go on, late, corrected; who speaks, and whether the number is proven."""

import json
import re
from importlib.resources import files
from typing import Any

import httpx
import jsonschema
import pytest

from copilot.channels.phone import Phone
from copilot.domain.channels import Arrival
from copilot.domain.errors import Invalid
from copilot.domain.people import Assurance
from copilot.domain.schemas import schemas
from tests.channels.tools import EXAMPLES

START = "2026-03-02T09:58:00+00:00"
EXAMPLE = EXAMPLES["phone"]


def segment(ident: str, text: str, speaker: str = "customer", at: int = 1000, **more: Any) -> dict[str, Any]:
    return {"id": ident, "speaker": speaker, "offset_ms": at, "text": text} | more


def told(**given: Any) -> Arrival:
    call = {"call_id": "17", "direction": "inbound", "number": "+4915112345678", "started_at": START} | given
    jsonschema.validate(call, schemas()["call"])
    (arrival,) = Phone(httpx.AsyncClient()).read(EXAMPLE.account, EXAMPLE.webhook({"type": "call.changed", "data": call})).arrivals
    return arrival


def test_a_call_is_a_conversation_before_a_word_is_recognised() -> None:
    given = told().conversation
    assert (given.conversation_id, given.channel, given.status) == ("17", "phone", "open")
    assert [(one.author, one.text, one.sent_at) for one in given.messages] == [("system", "The customer called.", START)]


def test_who_said_what_when_as_it_is_told() -> None:
    agent = {"id": "lea", "name": "Lea Brandt"}
    note = {"id": "n1", "text": "Wants it in writing.", "at": "2026-03-02T10:05:00+00:00"}
    said = [
        segment("1", "Welcome to Ternway.", "assistant", 0),
        segment("2", "Where is my refund?"),
        segment("3", "I look.", "agent", 5500),
        segment("4", "Hm.", "unknown"),
    ]
    given = told(segments=said, notes=[note], agent=agent).conversation
    assert given.assignee == "lea"
    assert [(one.author, one.author_name, one.visibility, one.text) for one in given.messages[1:]] == [
        ("bot", "", "public", "Welcome to Ternway."),
        ("customer", "", "public", "Where is my refund?"),
        ("agent", "Lea Brandt", "public", "I look."),
        ("system", "Unknown speaker", "public", "Hm."),
        ("agent", "Lea Brandt", "private", "Wants it in writing."),
    ]
    assert given.messages[3].sent_at == "2026-03-02T09:58:05.500000+00:00"


def test_what_is_still_being_recognised_waits_until_it_is_sure_or_the_call_is_over() -> None:
    unsure = [segment("1", "Where is my", final=False)]
    assert len(told(segments=unsure).conversation.messages) == 1
    assert [one.text for one in told(segments=unsure, ended_at="2026-03-02T10:10:00Z").conversation.messages[1:]] == ["Where is my"]


def test_corrected_words_keep_their_id_and_words_of_somebody_else_do_not() -> None:
    first = told(segments=[segment("1", "Fifteen euros.", "unknown")])
    second = told(segments=[segment("1", "Fifty euros.", "unknown", corrected_at="2026-03-02T10:30:00Z")])
    third = told(segments=[segment("1", "Fifty euros.", "customer")])
    before, after, other = (one.conversation.messages[1] for one in (first, second, third))
    assert before.id == after.id != other.id
    assert (after.text, after.edited_at) == ("Fifty euros.", "2026-03-02T10:30:00+00:00")
    assert before.id in third.deleted
    assert other.id not in third.deleted
    assert other.id in told(segments=[segment("1", "", deleted=True)]).deleted


@pytest.mark.parametrize(
    ("given", "assurance"),
    [
        ({"attestation": "A"}, Assurance.PROVEN),
        ({"attestation": "B"}, Assurance.CLAIMED),
        ({}, Assurance.CLAIMED),
        ({"attestation": "A", "direction": "outbound"}, Assurance.CLAIMED),
        ({"attestation": "A", "number": "", "customer": {"id": "c-1"}}, Assurance.CLAIMED),
    ],
)
def test_a_number_is_proven_only_by_the_carrier(given: dict[str, Any], assurance: Assurance) -> None:
    customer = told(**given).conversation.customer
    assert customer is not None
    assert customer.assurance is assurance
    assert all(one.verified is (assurance is Assurance.PROVEN) for one in customer.identities)


def test_a_withheld_number_is_nobodys() -> None:
    assert told(number="").conversation.customer is None


@pytest.mark.parametrize(
    ("given", "closed"),
    [
        ({}, False),
        ({"ended_at": "2026-03-02T10:10:00Z"}, False),
        ({"ended_at": "2026-03-02T10:10:00Z", "agent": {"id": "lea"}}, True),
        ({"ended_at": "2026-03-02T10:10:00Z", "answered": True}, True),
        ({"ended_at": "2026-03-02T10:10:00Z", "agent": {"id": "lea"}, "answered": False}, False),
    ],
)
def test_a_call_that_somebody_took_ends_and_a_missed_one_waits(given: dict[str, Any], closed: bool) -> None:
    found = told(**given).conversation
    assert (found.status == "closed") is closed
    assert ("status" in found.model_fields_set) is closed  # what comes late opens nothing again


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"number": "0151 12345678"}, "number"),
        ({"number": "+49"}, "number"),
        ({"segments": [segment("1", "a"), segment("1", "b")]}, "segment id stands twice"),
        ({"ended_at": "2026-03-02T09:00:00Z"}, "ended_at"),
        ({"colour": "red"}, "colour"),
        ({"segments": [segment("1", "a", "somebody")]}, "speaker"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, Any], named: str) -> None:
    call = {"call_id": "17", "direction": "inbound", "number": "", "started_at": START} | given
    with pytest.raises(Invalid, match=named):
        Phone(httpx.AsyncClient()).read(EXAMPLE.account, EXAMPLE.webhook({"type": "call.changed", "data": call}))


def test_the_example_of_the_documentation_is_read() -> None:
    text = (files("copilot.channels") / "README.md").read_text(encoding="utf-8")
    (example,) = [block for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL) if "call.changed" in block]
    found = told(**json.loads(example)["data"]).conversation
    assert (found.conversation_id, found.status, len(found.messages)) == ("c-4711", "closed", 5)
