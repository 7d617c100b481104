"""`as_of` is the "now" of a replay: what is later does not exist for it. The time of import does not count."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.house import OWNER, House
from tests.services.conftest import Open

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
PROMISE = "I will send the refund by 8 June"


def at(**before: float) -> str:
    return (NOW - timedelta(**before)).isoformat()


def article(ident: str, text: str, **front: Any) -> dict[str, str]:
    fields = {"id": ident, "title": "Refunds for cancelled flights", "status": "published", "audience": "public", "owner": "x"}
    fields |= {"tags": ["refund"], "products": ["flights"], "locale": "en", "review_by": "2030-01-01"} | front
    lines = "\n".join(f"{name}: {json.dumps(value)}" for name, value in fields.items())
    return {"name": f"{ident}.md", "text": f"---\n{lines}\n---\n\n{text}\n"}


LEVER = {"id": "goodwill", "offer": "goodwill credit", "limit": {"amount": 25, "currency": "EUR"}, "authority": "agent"}
LEVER |= {"when": {"text": "a promise is overdue", "all": [{"field": "promises_overdue", "op": ">=", "value": 1}]}}
KNOWLEDGE = [
    article("old", "The refund for a cancelled flight takes up to 28 days.", valid_from=at(days=900)),
    article("new", "The refund for a cancelled flight takes 7 days.", valid_from=at(days=5), levers=[LEVER]),
    article("ended", "Storm weeks: refund at once.", valid_from=at(days=900), levers=[LEVER | {"id": "storm", "until": at(days=20)}]),
]
INES = {
    "id": "cust-1042",
    "name": "Ines Almeida",
    "since": at(days=400),
    "interactions": [
        {
            "conversation_id": "first",
            "channel": "email",
            "status": "closed",
            "messages": [
                {
                    "id": "1",
                    "author": "customer",
                    "text": "My flight to Lisbon was cancelled. When do I get the refund?",
                    "sent_at": at(days=14),
                },
                {"id": "2", "author": "agent", "author_name": "Nils Falk", "text": f"{PROMISE}.", "sent_at": at(days=13)},
            ],
        },
        {
            "conversation_id": "second",
            "channel": "chat",
            "status": "closed",
            "messages": [
                {"id": "1", "author": "customer", "text": "Where is my refund for Lisbon?", "sent_at": at(days=3)},
                {"id": "2", "author": "agent", "author_name": "Nils Falk", "text": "I will call you by 14 June.", "sent_at": at(days=3)},
            ],
        },
    ],
}


@pytest.fixture
async def house(opened: Open) -> House:
    made = await opened(furnish=False, clock=lambda: NOW)
    editor, program = await made.enter("editor"), await made.enter("integrator")
    (await editor.post("/v1/knowledge/import", json={"files": KNOWLEDGE})).raise_for_status()
    done = (await program.post("/v1/customers/import", json={"lines": [json.dumps(INES)]})).raise_for_status().json()
    assert done["refused"] == []
    return made


def conversation(as_of: str | None, *, asked: str = at(minutes=10), **more: Any) -> dict[str, Any]:
    said = [{"id": "m1", "author": "customer", "text": "How long does the refund for my cancelled flight take?", "sent_at": asked}]
    given = {"conversation_id": "now", "channel": "email", "language": "en", "customer": {"id": "cust-1042"}, "messages": said}
    return given | ({"as_of": as_of} if as_of else {}) | more


async def seen(house: House, given: dict[str, Any], source: str = "file") -> dict[str, Any]:
    async with house.client(OWNER.token, **{"X-Copilot-Tenant": "default"}) as owner:
        answer = await owner.post("/v1/suggest", json=given, params={"source": source})
    assert answer.status_code == 200, answer.text
    evidence: dict[str, Any] = answer.json()["turn"]["evidence"]
    return evidence


async def test_today_everything_is_known(house: House) -> None:
    evidence = await seen(house, conversation(NOW.isoformat()))
    assert [(p["owner"], p["state"]) for p in evidence["promises"]] == [("Nils Falk", "overdue"), ("Nils Falk", "overdue")]
    assert evidence["memories"]
    assert evidence["emotion"]["contacts_30d"] == 3, "this one included"
    assert evidence["emotion"]["waiting_seconds"] == 600
    assert {p["article_id"] for p in evidence["passages"]} >= {"new", "old"}
    assert [lever["id"] for lever in evidence["levers"] if lever["applies"] == "yes"] == ["goodwill"]


async def test_before_the_second_contact_it_did_not_happen(house: House) -> None:
    evidence = await seen(house, conversation(at(days=6), asked=at(days=6, minutes=5)))
    assert [(p["text"], p["state"]) for p in evidence["promises"]] == [(PROMISE, "overdue")]
    assert all("14 June" not in memory["text"] for memory in evidence["memories"])
    assert evidence["emotion"]["contacts_30d"] == 2
    assert {p["article_id"] for p in evidence["passages"]} == {"old", "ended"}, "not what was valid only later"
    assert [lever["id"] for lever in evidence["levers"] if lever["applies"] == "yes"] == []


async def test_a_promise_that_was_not_due_was_not_overdue(house: House) -> None:
    evidence = await seen(house, conversation(at(days=10), asked=at(days=10, minutes=5)))
    assert [p["state"] for p in evidence["promises"]] == ["open"]


async def test_before_all_of_it_there_was_nothing(house: House) -> None:
    evidence = await seen(house, conversation(at(days=30), asked=at(days=30, minutes=5)))
    assert (evidence["promises"], evidence["memories"]) == ([], [])
    assert evidence["emotion"]["contacts_30d"] == 1, "this one"
    assert [lever["id"] for lever in evidence["levers"] if lever["applies"] == "yes"] == [], "nothing was overdue"
    details = {d["field"] for d in evidence["known_details"]}
    assert "since" in details
    earlier = await seen(house, conversation(at(days=500), asked=at(days=500, minutes=5)))
    assert "since" not in {d["field"] for d in earlier["known_details"]}, "not a customer yet"


async def test_messages_after_as_of_were_not_written(house: House) -> None:
    given = conversation(at(minutes=5), asked=at(minutes=10))
    given["messages"].append({"id": "m2", "author": "agent", "text": "Seven days. I will call you by Friday.", "sent_at": at(minutes=3)})
    given["messages"].append({"id": "m3", "author": "customer", "text": "THIS IS AN OUTRAGE!!", "sent_at": at(minutes=1)})
    early = await seen(house, given)
    assert early["emotion"]["waiting_seconds"] == 300
    assert [p["message_id"] for p in early["emotion"]["trajectory"]] == ["m1"]
    late = await seen(house, given | {"as_of": NOW.isoformat()})
    assert late["emotion"]["waiting_seconds"] == 60
    assert late["emotion"]["heat"] > early["emotion"]["heat"]
    assert len(late["promises"]) == len(early["promises"]) + 1


async def test_the_default_is_the_last_message_for_a_file_and_the_present_over_the_api(house: House) -> None:
    given = conversation(None, asked=at(days=6))
    assert (await seen(house, given))["emotion"]["waiting_seconds"] == 0
    assert (await seen(house, given, source="api"))["emotion"]["waiting_seconds"] == 6 * 86_400


@pytest.mark.parametrize(("source", "assurance"), [("file", "proven"), ("api", "none")])
async def test_an_absent_assurance_is_proven_in_a_file_and_none_over_the_api(house: House, source: str, assurance: str) -> None:
    """Seen by what may be said: to someone not proven a draft discloses nothing of the record."""
    async with house.client(OWNER.token, **{"X-Copilot-Tenant": "default"}) as owner:
        answer = await owner.post(
            "/v1/suggest", json=conversation(NOW.isoformat()), params={"source": source, "kinds": "reply,acknowledge"}
        )
    texts = " ".join(s["text"] for s in answer.json()["suggestions"])
    assert texts
    assert ("8 June" in texts) is (assurance == "proven")
