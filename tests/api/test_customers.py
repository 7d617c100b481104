"""Customers in, their card, what is remembered and promised, and erasing them."""

import json
from typing import Any

import pytest

from tests.api.house import INES, House, assert_problem, chat


async def test_lines_arrive_as_json_or_as_lines(house: House) -> None:
    program = await house.enter("integrator")
    as_json = await program.post("/v1/customers/import", json={"lines": [INES]})
    assert as_json.json() == {"saved": 1, "unchanged": 0, "refused": []}
    body = '\ufeff{"id": "b", "name": "Bo Ek"}\n\n{"id": "c", "name": \n{"id": "d"}\n'
    as_lines = await program.post(
        "/v1/customers/import", params={"first": 11}, content=body.encode(), headers={"Content-Type": "application/x-ndjson; charset=utf-8"}
    )
    assert (as_lines.json()["saved"], [r["name"] for r in as_lines.json()["refused"]]) == (2, ["line 13"])
    assert "not JSON" in as_lines.json()["refused"][0]["reason"]
    assert (await program.get("/v1/customers/b/card")).json()["name"] == "Bo Ek"


@pytest.mark.parametrize(
    ("content", "type_", "named"),
    [
        (b'{"lines": 3}', "application/json", "lines"),
        (b'{"lines": [], "more": 1}', "application/json", "more"),
        (b"{nonsense", "application/json", "not JSON"),
        (b"[" * 100_000, "application/json", "not JSON"),
        (b"\xff\xfe{}", "application/x-ndjson", "UTF-8"),
        (b"", "application/json", "not JSON"),
    ],
)
async def test_a_wrong_body_is_refused(house: House, content: bytes, type_: str, named: str) -> None:
    program = await house.enter("integrator")
    assert_problem(await program.post("/v1/customers/import", content=content, headers={"Content-Type": type_}), 422, named)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ({"name": "Nobody"}, "'id' is missing"),
        ({"id": ""}, "id"),
        ({"id": "x", "since": "long ago"}, "not a time"),
        ({"id": "x", "identities": [{"type": "pigeon", "value": "1"}]}, "identities.0.type"),
        (
            {
                "id": "x",
                "interactions": [{"conversation_id": "1", "channel": "chat", "messages": [{"id": "1", "author": "agent", "text": "x"}]}],
            },
            "sent_at",
        ),
        (
            {
                "id": "x",
                "interactions": [
                    {
                        "conversation_id": "1",
                        "channel": "chat",
                        "messages": [{"id": "1", "author": "agent", "text": "x", "sent_at": "2026-13-01T00:00:00Z"}],
                    }
                ],
            },
            "not a time",
        ),
    ],
)
async def test_a_bad_line_is_listed_and_the_good_ones_land(house: House, line: dict[str, Any], named: str) -> None:
    program = await house.enter("integrator")
    answer = (await program.post("/v1/customers/import", json={"lines": [json.dumps(line), '{"id": "good"}'], "first": 7})).json()
    assert answer["saved"] == 1
    assert [r["name"] for r in answer["refused"]] == ["line 7"]
    assert named in answer["refused"][0]["reason"]


@pytest.mark.parametrize("value", ["[" * 100_000, "1" * 5000, "[" * 500 + "]" * 500], ids=["brackets", "digits", "deep"])
async def test_what_only_breaks_the_reader_is_listed_too(house: House, value: str) -> None:
    program = await house.enter("integrator")
    lines = [f'{{"id": "c", "x": {value}}}', '{"id": "good"}']
    answer = await program.post("/v1/customers/import", json={"lines": lines})
    assert answer.status_code == 200, answer.text
    assert "good" in str((await program.get("/v1/customers/good/card")).json()["id"])


async def test_the_card_says_who_they_are_and_each_look_is_noted(furnished: House) -> None:
    tom, ada = await furnished.enter("agent"), await furnished.enter("admin")
    card = (await tom.get("/v1/customers/cust-1042/card")).json()
    assert (card["id"], card["name"], card["tier"]) == ("cust-1042", "Ines Almeida", "gold")
    assert 1 <= len(card["who"]) <= 5
    assert [p["state"] for p in card["promises"]] == ["overdue"]
    assert "TW7K2P" in {d["value"] for d in card["known_details"]}
    await tom.get("/v1/customers/cust-1042/memories")
    looks = [e for e in (await ada.get("/v1/events", params={"limit": 1000})).json()["events"] if e["type"] == "customer.viewed"]
    assert [e["data"]["what"] for e in looks] == ["card", "memories"]
    assert {e["actor"].partition(":")[0] for e in looks} == {"user"}


async def test_memories_can_be_approved_and_forgotten(furnished: House) -> None:
    """What live work teaches is born pending; a person decides."""
    tom = await furnished.enter("agent")
    await furnished.begin("chat-1", "I am vegetarian, please keep that in mind. And I always prefer a window seat.")
    program = await furnished.enter("integrator")
    await program.post(
        "/v1/conversations/chat-1/messages", json={"id": "a", "author": "agent", "text": "Noted, thank you.", "sent_at": "-PT0S"}
    )
    pending = (await tom.get("/v1/customers/cust-1042/memories", params={"state": "pending"})).json()["memories"]
    assert pending, "the message holds a preference"
    memory = pending[0]
    assert (memory["state"], memory["conversation_id"]) == ("pending", "chat-1")
    at = f"/v1/memories/{memory['id']}"
    assert (await tom.patch(at, json={"state": "active"})).json()["state"] == "active"
    active = (await tom.get("/v1/customers/cust-1042/memories", params={"state": "active"})).json()["memories"]
    assert memory["id"] in {m["id"] for m in active}
    assert (await tom.patch(at, json={"state": "forgotten"})).json()["state"] == "forgotten"
    assert memory["id"] not in {m["id"] for m in (await tom.get("/v1/customers/cust-1042/memories")).json()["memories"]}
    assert_problem(await tom.patch(at, json={"state": "active"}), 409, "forgotten")
    assert_problem(await tom.patch(at, json={"state": "pending"}), 422, "body.state")


async def test_promises_are_settled_by_people(furnished: House) -> None:
    sara = await furnished.enter("supervisor")
    (promise,) = (await sara.get("/v1/promises")).json()["promises"]
    assert (promise["state"], promise["owner"], promise["conversation_id"]) == ("overdue", "Nils Falk", "mail-88")
    at = f"/v1/promises/{promise['id']}"
    assert (await sara.patch(at, json={"state": "kept"})).json()["state"] == "kept"
    assert (await sara.patch(at, json={"state": "kept"})).status_code == 200
    assert_problem(await sara.patch(at, json={"state": "withdrawn"}), 409, "kept")
    assert (await sara.get("/v1/promises")).json()["promises"] == []


async def test_one_persons_promises_are_shown_to_that_person_only(furnished: House) -> None:
    tom, nils, sara = await furnished.enter("agent"), await furnished.enter("agent", name="Nils Falk"), await furnished.enter("supervisor")
    assert (await tom.get("/v1/promises")).json()["promises"] == []
    assert len((await nils.get("/v1/promises")).json()["promises"]) == 1
    assert len((await nils.get("/v1/promises", params={"owner": "Nils Falk"})).json()["promises"]) == 1
    for other in (tom, sara, await furnished.enter("admin")):
        assert_problem(await other.get("/v1/promises", params={"owner": "Nils Falk"}), 403, "that person only")


async def test_whoever_is_erased_is_gone_and_stays_away(furnished: House) -> None:
    ada, program = await furnished.enter("admin"), await furnished.enter("integrator")
    await furnished.begin()
    asked = await ada.delete("/v1/customers/cust-1042")
    assert (asked.status_code, asked.json()["state"]) == (202, "requested")
    await furnished.settle()
    receipt = (await ada.get(f"/v1/erasures/{asked.json()['id']}")).json()
    assert receipt["state"] == "done"
    assert receipt["removed"]["conversations"] == 2
    for path in ("/v1/customers/cust-1042/card", "/v1/conversations/chat-1", "/v1/conversations/mail-88"):
        assert_problem(await ada.get(path), 404)
    back = (await program.post("/v1/customers/import", json={"lines": [INES]})).json()
    assert (back["saved"], "erased" in back["refused"][0]["reason"]) == (0, True)
    assert_problem(await program.post("/v1/conversations", json=chat("chat-9")), 403, "erased")
    events = (await ada.get("/v1/events", params={"limit": 1000})).text
    for word in ("Ines", "cust-1042", "TW7K2P", "chat-1"):
        assert word not in events


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/customers/nowhere/card", None),
        ("GET", "/v1/customers/nowhere/memories", None),
        ("DELETE", "/v1/customers/nowhere", None),
        ("GET", "/v1/erasures/nowhere", None),
        ("PATCH", "/v1/memories/nowhere", {"state": "active"}),
        ("PATCH", "/v1/promises/nowhere", {"state": "kept"}),
    ],
)
async def test_what_is_not_there_is_404(house: House, method: str, path: str, body: Any) -> None:
    assert_problem(await (await house.enter("admin")).request(method, path, json=body), 404, "nowhere")


async def test_a_customer_with_five_hundred_interactions(house: House) -> None:
    """Further fields are kept, dates may be counted from import, and the card stays small."""
    interactions = [
        {
            "conversation_id": f"i{n}",
            "channel": "chat",
            "status": "closed",
            "messages": [{"id": "1", "author": "customer", "text": f"Question {n}", "sent_at": f"-P{n + 1}D"}],
            "outcome": "answered",
        }
        for n in range(500)
    ]
    line = json.dumps({"id": "busy", "name": "Bea Gray", "shoe_size": 41, "trip_date": "P9D", "interactions": interactions})
    program = await house.enter("integrator")
    assert (await program.post("/v1/customers/import", json={"lines": [line]})).json()["saved"] == 1
    card = (await program.get("/v1/customers/busy/card")).json()
    assert len(card["memories"]) <= 12
    assert "41" in {d["value"] for d in card["known_details"]}
