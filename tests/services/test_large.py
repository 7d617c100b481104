"""Much of everything: a customer with thousands of records, a conversation of a thousand messages, a message of a megabyte."""

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.house import House, chat, of_kind
from tests.services.conftest import Open

CONTACTS = 5000 if os.environ.get("FULL") else 600
"""Each leaves two messages and a memory: more than any limit of what is read at a time (100 conversations, 300 memories)."""
A_DAY = 5
"""Contacts a day: the record reaches back months, with FULL=1 years."""


@pytest.fixture
async def house(opened: Open) -> House:
    return await opened()


def interaction(number: int, now: datetime) -> dict[str, Any]:
    """One closed contact; every 170th ends with a promise that is open."""
    asked = f"Question {number} about parking."
    answer = f"I will send receipt {number} by 2 January 2031." if number % 170 == 0 else f"Answered {number}."
    at = now - timedelta(days=2 + number / A_DAY)
    return {
        "conversation_id": f"old-{number}",
        "channel": "chat",
        "status": "closed",
        "messages": [
            {"id": "1", "author": "customer", "text": asked, "sent_at": at.isoformat()},
            {"id": "2", "author": "agent", "author_name": "Nils Falk", "text": answer, "sent_at": (at + timedelta(minutes=5)).isoformat()},
        ],
        "outcome": {"text": f"{asked} – {answer}", "resolved": True},
    }


async def test_a_customer_with_thousands_of_records(house: House) -> None:
    now = datetime.now(UTC)
    busy = {"id": "busy", "name": "Bea Gray", "since": "2010-01-01", "account_number": "AC-9"}
    program, tom = await house.enter("integrator"), await house.enter("agent")
    lines = [json.dumps(busy | {"interactions": [interaction(n, now) for n in range(CONTACTS)]})]
    imported = (await program.post("/v1/customers/import", json={"lines": lines})).raise_for_status().json()
    assert (imported["saved"], imported["refused"]) == (1, [])

    card = (await tom.get("/v1/customers/busy/card")).raise_for_status().json()
    assert card["conversations"] == CONTACTS
    assert "AC-9" in {d["value"] for d in card["known_details"]}
    assert len(card["memories"]) <= 12, "a handful"

    asked = "Where is my refund for the flight to Lisbon that you cancelled?"
    given = chat("chat-1", asked, customer={"id": "busy", "name": "Bea Gray", "assurance": "proven"})
    (await program.post("/v1/conversations", json=given)).raise_for_status()
    await house.settle()
    kinds = ["reply", "acknowledge", "cue", "questions", "options", "handover"]
    (await tom.post("/v1/conversations/chat-1/suggestions", json={"kinds": kinds})).raise_for_status()
    await house.settle()
    turn = (await tom.get("/v1/conversations/chat-1/suggestions")).json()
    assert turn["state"] == "done"
    evidence = turn["turn"]["evidence"]
    assert 1 <= len(evidence["memories"]) <= 12
    assert all(memory["why"] for memory in evidence["memories"])
    assert evidence["emotion"]["contacts_30d"] == 28 * A_DAY + 1, "none is overlooked"
    assert {s["kind"] for s in turn["suggestions"]} == set(kinds)
    assert not [s["reason"] for s in turn["suggestions"] if s["state"] == "failed"]
    assert of_kind(turn, "reply")["text"].split("\n")[0].count("Bea") == 1
    assert len(of_kind(turn, "handover")["text"]) < 10_000, "a brief that a person reads"


async def test_a_conversation_of_a_thousand_messages(house: House) -> None:
    """The last question is answered, what was said long before still counts, and each message is sensed once."""
    now = datetime.now(UTC)
    texts = [f"Line {n} about seats." for n in range(999)]
    texts[10] = "My flight to Lisbon was cancelled."
    messages = [
        {
            "id": str(n),
            "author": "agent" if n % 2 else "customer",
            "text": text,
            "sent_at": (now - timedelta(minutes=1000 - n)).isoformat(),
        }
        for n, text in enumerate(texts)
    ]
    messages[-2]["text"], messages[-1]["author"] = "And the refund?", "customer"
    messages[-1]["text"] = "When is the refund on my card? It is late, and I am really angry now!!"
    program, tom = await house.enter("integrator"), await house.enter("agent")
    given = chat("long") | {"messages": messages}
    (await program.post("/v1/conversations", json=given)).raise_for_status()
    await house.settle()
    turn = (await tom.get("/v1/conversations/long/suggestions")).json()
    assert turn["state"] == "done"
    assert turn["unanswered"] == ["998"]
    assert of_kind(turn, "reply")["state"] == "proposed"
    assert turn["turn"]["evidence"]["emotion"]["label"] in ("angry", "frustrated")
    assert turn["turn"]["evidence"]["passages"][0]["article_id"] == "refunds"
    handover = await tom.post("/v1/conversations/long/suggestions", json={"kinds": ["handover"]})
    assert handover.status_code == 202
    await house.settle()
    brief = of_kind((await tom.get("/v1/conversations/long/suggestions")).json(), "handover")
    assert brief["state"] == "proposed"
    assert len(brief["text"]) < 10_000
    assert len((await tom.get("/v1/conversations/long")).json()["messages"]) == 999


async def test_a_message_of_a_megabyte(house: House) -> None:
    """What matters stands before and after a pasted log: both count, all of it is kept, and no draft repeats it."""
    log = "2026-11-20 10:00:00 INFO gateway answered 502, retrying\n" * 18_000
    text = f"I am really angry!! My flight to Lisbon was cancelled.\n{log}\nWhen do I get my refund?"
    turn = await house.begin("chat-1", text)
    stored = (await (await house.enter("agent")).get("/v1/conversations/chat-1")).json()["messages"][0]["text"]
    assert len(text) > 1_000_000
    assert stored == text
    assert turn["state"] == "done"
    assert {"cue", "reply"} <= {s["kind"] for s in turn["suggestions"]}
    assert turn["turn"]["evidence"]["passages"][0]["article_id"] == "refunds"
    assert turn["turn"]["evidence"]["emotion"]["label"] in ("angry", "frustrated")
    assert all(len(s["text"]) < 10_000 and "gateway" not in s["text"] for s in turn["suggestions"] if s["kind"] != "cue")


async def test_what_is_too_large_is_refused_and_nothing_of_it_stored(house: House) -> None:
    program = await house.enter("integrator")
    refused = await program.post("/v1/conversations", json=chat("huge", "x" * 40_000_000))
    assert refused.status_code == 413
    assert refused.headers["content-type"] == "application/problem+json"
    assert (await program.get("/v1/conversations/huge")).status_code == 404
