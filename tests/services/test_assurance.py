"""What is absent over the API means: identity not proven. What is on record is then not told, by any kind (RELIABILITY, invariant 10)."""

from typing import Any

import pytest

from tests.api.house import House, chat, of_kind
from tests.services.conftest import Open

ON_RECORD = ("TW7K2P", "ines@example.com", "aisle seat", "three days")
"""Booking reference, address and preference of Ines; what was promised to her."""
ASKED = "I lost my papers. What is my booking reference, and what did you promise me about the refund for Lisbon?"
FOR_THE_CUSTOMER = ("reply", "acknowledge", "questions", "options")


@pytest.fixture
async def house(opened: Open) -> House:
    return await opened()


def told(suggestions: list[dict[str, Any]]) -> set[str]:
    """Which values on record the drafts meant for the customer give away."""
    texts = [f"{s['text']} {s['payload']}" for s in suggestions if s["kind"] in FOR_THE_CUSTOMER]
    return {value for value in ON_RECORD if any(value in text for text in texts)}


async def every_kind(house: House, assurance: str | None) -> list[dict[str, Any]]:
    """A live conversation with all kinds forced."""
    given = chat("chat-1", ASKED, assurance=assurance)
    given["customer"] = {key: value for key, value in given["customer"].items() if key != "email"}
    program = await house.enter("integrator")
    (await program.post("/v1/conversations", json=given)).raise_for_status()
    await house.settle()
    tom = await house.enter("agent")
    kinds = ["reply", "acknowledge", "cue", "questions", "options", "handover"]
    (await tom.post("/v1/conversations/chat-1/suggestions", json={"kinds": kinds})).raise_for_status()
    await house.settle()
    turn = (await tom.get("/v1/conversations/chat-1/suggestions")).json()
    assert {s["kind"] for s in turn["suggestions"]} == set(kinds)
    suggestions: list[dict[str, Any]] = turn["suggestions"]
    return suggestions


@pytest.mark.parametrize("assurance", [None, "none", "claimed"])
async def test_someone_not_proven_is_told_nothing_of_the_record(house: House, assurance: str | None) -> None:
    suggestions = await every_kind(house, assurance)
    assert told(suggestions) == set()
    assert {s["state"] for s in suggestions} <= {"proposed", "abstained"}, "nothing had to be withheld: it was not written at all"


async def test_someone_proven_is_told_what_was_promised(house: House) -> None:
    assert "three days" in told(await every_kind(house, "proven"))


async def test_proof_that_comes_later_counts_from_then_on(house: House) -> None:
    assert told(await every_kind(house, None)) == set()
    program, tom = await house.enter("integrator"), await house.enter("agent")
    (await tom.patch("/v1/conversations/chat-1", json={"assurance": "proven"})).raise_for_status()
    said = {"id": "m2", "author": "customer", "text": "You have my passport now. What did you promise me?", "sent_at": "-PT0S"}
    (await program.post("/v1/conversations/chat-1/messages", json=said)).raise_for_status()
    await house.settle()
    turn = (await tom.get("/v1/conversations/chat-1/suggestions")).json()
    assert "three days" in told(turn["suggestions"])


async def test_in_a_file_absent_means_proven_and_over_the_api_none(house: House) -> None:
    """The same conversation, asked twice; what may be said is the difference."""
    given = chat(assurance=None)
    texts = {}
    for source in ("file", "api"):
        answer = await house.owner().post("/v1/suggest", params={"source": source, "kinds": "reply,acknowledge"}, json=given)
        answer.raise_for_status()
        texts[source] = of_kind(answer.json(), "reply")["text"]
    assert "three days" in texts["file"]
    assert "three days" not in texts["api"]
