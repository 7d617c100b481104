"""Messages in, conversations out, drafts on demand, one's own words checked; and input that is wrong."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.house import House, assert_problem, chat, of_kind


async def test_a_message_is_taken_in_once(house: House) -> None:
    program = await house.enter("integrator")
    first = await program.post("/v1/conversations", json=chat())
    assert first.status_code == 202
    assert first.json() == {"conversation_id": "chat-1", "message_id": "m1", "duplicate": False, "turn_id": first.json()["turn_id"]}
    message = {"id": "m2", "author": "customer", "text": "Hello?", "sent_at": "-PT0S"}
    second = (await program.post("/v1/conversations/chat-1/messages", json=message)).json()
    again = (await program.post("/v1/conversations/chat-1/messages", json=message)).json()
    assert again == second | {"duplicate": True}
    assert second["turn_id"] != first.json()["turn_id"]
    stored = (await program.get("/v1/conversations/chat-1")).json()
    assert [m["id"] for m in stored["messages"]] == ["m1", "m2"]
    assert stored["turn_id"] == second["turn_id"]


async def test_a_conversation_sent_again_adds_what_is_new(house: House) -> None:
    program = await house.enter("integrator")
    await program.post("/v1/conversations", json=chat("c", "One."))
    both = (await program.post("/v1/conversations", json=chat("c", "One.", "Two."))).json()
    assert both["duplicate"] is False
    assert (await program.post("/v1/conversations", json=chat("c", "One.", "Two."))).json() == both | {"duplicate": True}
    assert [m["text"] for m in (await program.get("/v1/conversations/c")).json()["messages"]] == ["One.", "Two."]


async def test_a_note_or_a_bot_after_the_customer_does_not_answer_them(house: House) -> None:
    given = chat()
    given["messages"] += [
        {"id": "n", "author": "agent", "text": "Looks like the June batch.", "visibility": "private", "sent_at": "-PT0S"},
        {"id": "b", "author": "bot", "text": "An agent will be with you.", "sent_at": "-PT0S"},
    ]
    program = await house.enter("integrator")
    assert (await program.post("/v1/conversations", json=given)).json()["turn_id"] is not None
    await house.settle()
    assert (await program.get("/v1/conversations/chat-1/suggestions")).json()["unanswered"] == ["m1"]


async def test_an_answer_that_arrives_late_leaves_nobody_waiting_unseen(house: House) -> None:
    """The agent's words reach us after a later message of the customer: that one still waits."""
    program = await house.enter("integrator")
    await program.post("/v1/conversations", json=chat("c", "One.", "Two."))
    late = {"id": "a", "author": "agent", "author_name": "Tom", "text": "I am on it.", "sent_at": "-PT5S"}
    received = (await program.post("/v1/conversations/c/messages", json=late)).json()
    await house.settle()
    turn = (await program.get("/v1/conversations/c/suggestions")).json()
    assert (turn["turn_id"], turn["unanswered"], turn["current"]) == (received["turn_id"], ["m2"], True)


async def test_an_answer_makes_open_drafts_stale(furnished: House) -> None:
    program = await furnished.enter("integrator")
    turn = await furnished.begin()
    assert not any(s["stale"] for s in turn["suggestions"])
    await program.post(
        "/v1/conversations/chat-1/messages", json={"id": "a", "author": "agent", "text": "It is on its way.", "sent_at": "-PT0S"}
    )
    after = (await program.get("/v1/conversations/chat-1/suggestions")).json()
    assert (after["turn_id"], after["current"]) == (turn["turn_id"], False)
    assert all(s["stale"] for s in after["suggestions"])


async def test_over_the_api_absent_assurance_means_none(furnished: House) -> None:
    program = await furnished.enter("integrator")
    await program.post("/v1/conversations", json=chat(assurance=None))
    assert (await program.get("/v1/conversations/chat-1")).json()["assurance"] == "none"


async def test_status_assignee_and_assurance_can_be_set(house: House) -> None:
    await house.begin()
    tom = await house.enter("agent")
    changed = await tom.patch(
        "/v1/conversations/chat-1", json={"assignee": "tom.berg", "team": "refunds", "assurance": "proven", "status": "pending"}
    )
    assert changed.status_code == 200
    shown = changed.json()
    assert (shown["assignee"], shown["team"], shown["assurance"], shown["status"]) == ("tom.berg", "refunds", "proven", "pending")
    assert (await tom.patch("/v1/conversations/chat-1", json={"assignee": ""})).json()["assignee"] == ""
    assert_problem(await tom.patch("/v1/conversations/chat-1", json={}), 422, "Nothing is named")
    assert_problem(await tom.patch("/v1/conversations/chat-1", json={"status": "gone"}), 422, "body.status")


async def test_reopened_on_the_desk_whoever_still_waits_is_drafted_for_again(furnished: House) -> None:
    before = await furnished.begin()
    tom, ada, at = await furnished.enter("agent"), await furnished.enter("admin"), "/v1/conversations/chat-1"

    async def noted(after: int) -> tuple[list[tuple[str, dict[str, Any]]], int]:
        found = (await ada.get("/v1/events", params={"after": after, "limit": 1000})).json()
        return [(one["type"], one["data"]) for one in found["events"] if one["type"].startswith("conversation.")], found["next"]

    _, seen = await noted(0)
    (await tom.patch(at, json={"status": "closed", "assignee": "tom.berg"})).raise_for_status()
    await furnished.settle()
    assert (await tom.get(at)).json()["turn_id"] is None
    told, seen = await noted(seen)
    assert told == [("conversation.closed", {"changed": ["assignee", "status"], "status": "closed"})], "one act is noted once"
    (await tom.patch(at, json={"status": "open"})).raise_for_status()
    await furnished.settle()
    again = (await tom.get(f"{at}/suggestions")).json()
    assert again["turn_id"] not in (None, before["turn_id"])
    assert of_kind(again, "reply")["state"] == "proposed"
    told, seen = await noted(seen)
    assert told == [("conversation.reopened", {"changed": ["status"], "status": "open"})]
    (await tom.patch(at, json={"status": "open"})).raise_for_status()
    assert await noted(seen) == ([], seen), "what is so already is no change"


async def test_kinds_on_demand_join_the_turn_and_it_is_done_again(furnished: House) -> None:
    turn = await furnished.begin()
    tom = await furnished.enter("agent")
    asked = await tom.post("/v1/conversations/chat-1/suggestions", json={"kinds": ["handover", "acknowledge"]})
    assert (asked.status_code, asked.json()) == (202, {"turn_id": turn["turn_id"], "requested": ["handover", "acknowledge"]})
    await furnished.settle()
    after = (await tom.get(f"/v1/turns/{turn['turn_id']}")).json()
    assert after["state"] == "done"
    assert {"handover", "acknowledge"} <= {s["kind"] for s in after["suggestions"]}
    assert_problem(await tom.post("/v1/conversations/chat-1/suggestions", json={"kinds": ["poem"]}), 422, "body.kinds.0")
    assert_problem(await tom.post("/v1/conversations/chat-1/suggestions", json={"kinds": []}), 422, "body.kinds")


async def test_kinds_on_demand_work_when_nobody_waits(furnished: House) -> None:
    program = await furnished.enter("integrator")
    answered = chat()
    answered["messages"].append({"id": "a", "author": "agent", "text": "It is on its way.", "sent_at": "-PT0S"})
    received = (await program.post("/v1/conversations", json=answered)).json()
    assert received["turn_id"] is None
    asked = (await program.post("/v1/conversations/chat-1/suggestions", json={"kinds": ["handover"]})).json()
    await furnished.settle()
    turn = (await program.get(f"/v1/turns/{asked['turn_id']}")).json()
    assert [s["kind"] for s in turn["suggestions"]][:1] == ["handover"]


async def test_a_suggestion_can_be_read_by_itself(furnished: House) -> None:
    turn = await furnished.begin()
    tom = await furnished.enter("agent")
    reply = of_kind(turn, "reply")
    assert (await tom.get(f"/v1/suggestions/{reply['id']}")).json() == reply


async def test_ones_own_words_are_checked_and_nothing_is_stored(furnished: House) -> None:
    await furnished.begin()
    tom = await furnished.enter("agent")
    answer = await tom.post("/v1/conversations/chat-1/review", json={"text": "I will pay you €9,731 today, see https://evil.example."})
    assert answer.status_code == 200
    found = [c for c in answer.json()["checks"] if c["outcome"] != "pass"]
    assert found
    assert {c["outcome"] for c in found} == {"flag"}
    assert len((await tom.get("/v1/conversations/chat-1")).json()["messages"]) == 1
    assert_problem(await tom.post("/v1/conversations/chat-1/review", json={"text": "  "}), 422, "no text")
    empty = "I understand your frustration."
    answer = await tom.post("/v1/conversations/chat-1/review", json={"text": f"{empty} I am looking now."})
    changes = [c["change"] for c in answer.json()["checks"] if c["change"]]
    assert {"label": "Leave it out", "span": [0, len(empty) + 1], "text": ""} in changes


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/conversations/nowhere", None),
        ("PATCH", "/v1/conversations/nowhere", {"status": "closed"}),
        ("POST", "/v1/conversations/nowhere/messages", {"id": "1", "author": "customer", "text": "x", "sent_at": "-PT1S"}),
        ("GET", "/v1/conversations/nowhere/suggestions", None),
        ("POST", "/v1/conversations/nowhere/suggestions", {"kinds": ["cue"]}),
        ("POST", "/v1/conversations/nowhere/review", {"text": "x"}),
        ("GET", "/v1/conversations/nowhere/handovers", None),
        ("GET", "/v1/turns/nowhere", None),
        ("GET", "/v1/suggestions/nowhere", None),
        ("GET", "/v1/suggestions/nowhere/provider-call", None),
    ],
)
async def test_what_is_not_there_is_404(house: House, method: str, path: str, body: Any) -> None:
    assert_problem(await (await house.enter("admin")).request(method, path, json=body), 404, "nowhere")


async def test_a_reference_may_hold_slashes(house: House) -> None:
    """Message-IDs and base64 do."""
    program = await house.enter("integrator")
    await program.post("/v1/conversations", json=chat("thread/a+b=@x"))
    assert (await program.get("/v1/conversations/thread/a+b=@x")).json()["conversation_id"] == "thread/a+b=@x"
    assert (await program.get("/v1/conversations/thread%2Fa+b=@x/suggestions")).json()["conversation_id"] == "thread/a+b=@x"


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("unknown field", {"mood": "bad"}, "body.mood"),
    ("no channel", {"channel": None}, "body.channel"),
    ("unknown channel", {"channel": "pigeon"}, "body.channel"),
    ("no messages", {"messages": None}, "body.messages"),
    ("as_of", {"as_of": "2026-01-01T00:00:00Z"}, "as_of"),
    ("empty id", {"conversation_id": ""}, "body.conversation_id"),
]


@pytest.mark.parametrize(("_what", "changed", "named"), WRONG, ids=[w[0] for w in WRONG])
async def test_a_wrong_conversation_is_refused_with_the_place_named(house: House, _what: str, changed: dict[str, Any], named: str) -> None:
    program = await house.enter("integrator")
    assert_problem(await program.post("/v1/conversations", json=chat() | changed), 422, named)
    assert (await program.get("/v1/conversations/chat-1")).status_code == 404


WRONG_MESSAGE: list[tuple[str, dict[str, Any], str]] = [
    ("unknown field", {"likes": 3}, "body.messages.0.likes"),
    ("text missing", {"text": None}, "body.messages.0.text"),
    ("unknown author", {"author": "ghost"}, "body.messages.0.author"),
    ("no time", {"sent_at": None}, "body.messages.0.sent_at"),
    ("no offset", {"sent_at": "2026-03-01T10:00:00"}, "body.messages.0.sent_at"),
    ("not a time", {"sent_at": "yesterday"}, "body.messages.0.sent_at"),
    ("a day that is none", {"sent_at": "2026-02-30T10:00:00Z"}, "body.messages.0.sent_at"),
    ("before the calendar", {"sent_at": "-P9999Y"}, "body.messages.0.sent_at"),
    ("edited when", {"edited_at": "soon"}, "body.messages.0.edited_at"),
    ("two million and one characters", {"text": "x" * 2_000_001}, "body.messages.0.text"),
]


@pytest.mark.parametrize(("_what", "changed", "named"), WRONG_MESSAGE, ids=[w[0] for w in WRONG_MESSAGE])
async def test_a_wrong_message_is_refused_with_the_place_named(house: House, _what: str, changed: dict[str, Any], named: str) -> None:
    given = chat()
    given["messages"][0] |= changed
    program = await house.enter("integrator")
    problem = assert_problem(await program.post("/v1/conversations", json=given), 422, named)
    assert len(problem["detail"]) < 1000
    assert (await program.get("/v1/conversations/chat-1")).status_code == 404


async def test_one_message_id_twice_is_refused(house: House) -> None:
    given = chat("c", "One.", "Two.")
    given["messages"][1]["id"] = "m1"
    assert_problem(await (await house.enter("integrator")).post("/v1/conversations", json=given), 422, "'m1' stands twice")


async def test_a_message_of_a_megabyte_is_kept_whole(house: House) -> None:
    long = "My refund has not come. " * 45_000
    await house.begin("c", long)
    stored = (await (await house.enter("agent")).get("/v1/conversations/c")).json()
    assert stored["messages"][0]["text"] == long


async def test_a_thousand_messages_are_one_conversation(house: House) -> None:
    given = chat("long")
    now = datetime.now(UTC)
    given["messages"] = [
        {
            "id": str(n),
            "author": "customer" if n % 2 == 0 else "agent",
            "text": f"Line {n} about the booking.",
            "sent_at": (now - timedelta(minutes=1001 - n)).isoformat(),
        }
        for n in range(1001)
    ]
    program = await house.enter("integrator")
    assert (await program.post("/v1/conversations", json=given)).status_code == 202
    await house.settle()
    turn = (await program.get("/v1/conversations/long/suggestions")).json()
    assert (turn["state"], turn["unanswered"]) == ("done", ["1000"])
    assert len((await program.get("/v1/conversations/long")).json()["messages"]) == 1001


async def test_without_a_customer_it_works_too(furnished: House) -> None:
    turn = await furnished.begin(customer=None)
    assert turn["state"] == "done"
    assert turn["turn"]["evidence"]["memories"] == []
    assert (await (await furnished.enter("agent")).get("/v1/conversations/chat-1")).json()["customer"] is None


async def test_with_only_agent_messages_nobody_waits(house: House) -> None:
    given = chat()
    given["messages"] = [{"id": "a", "author": "agent", "text": "Your refund left us today.", "sent_at": "-PT1H"}]
    program = await house.enter("integrator")
    assert (await program.post("/v1/conversations", json=given)).json()["turn_id"] is None
    await house.settle()
    turn = (await program.get("/v1/conversations/chat-1/suggestions")).json()
    assert turn == {
        "schema_version": 1,
        "conversation_id": "chat-1",
        "turn_id": None,
        "state": "none",
        "current": False,
        "unanswered": [],
        "requested": [],
        "turn": None,
        "suggestions": [],
    }


async def test_without_any_message_it_is_an_open_conversation(house: House) -> None:
    program = await house.enter("integrator")
    assert (await program.post("/v1/conversations", json=chat(messages=[]))).status_code == 202
    assert (await program.get("/v1/conversations/chat-1")).json()["messages"] == []


async def test_two_customers_may_share_an_address(house: House) -> None:
    program = await house.enter("integrator")
    for number, name in enumerate(("Ines Almeida", "Rui Almeida")):
        who = {"id": f"cust-{number}", "name": name, "email": "family@example.com", "assurance": "proven"}
        assert (await program.post("/v1/conversations", json=chat(f"c{number}", customer=who))).status_code == 202
    await house.settle()
    for number, name in enumerate(("Ines Almeida", "Rui Almeida")):
        shown = (await program.get(f"/v1/conversations/c{number}")).json()
        assert shown["customer"] == {"id": f"cust-{number}", "name": name}
        assert (await program.get(f"/v1/customers/cust-{number}/card")).json()["name"] == name


@pytest.mark.parametrize(
    "text",
    [
        "\u05e9\u05dc\u05d5\u05dd, \u05d0\u05d9\u05e4\u05d4 \u05d4\u05d4\u05d7\u05d6\u05e8 \u05e9\u05dc\u05d9? \U0001f621",
        "\u0623\u064a\u0646 \u0627\u0633\u062a\u0631\u062f\u0627\u062f \u0623\u0645\u0648\u0627\u0644\u064a\u061f \u200f\u0663",
        "\U0001f469\u200d\U0001f469\u200d\U0001f467\U0001f3f3\ufe0f\u200d\U0001f308 refund?? \u202eabc\u202c",
        "Zalgo: r\u0337\u031b\u034ee\u0338f\u0334und",
        "nul\x00inside",
    ],
    ids=["hebrew", "arabic", "emoji", "stacked marks", "NUL"],
)
async def test_any_script_survives(furnished: House, text: str) -> None:
    turn = await furnished.begin("c", text)
    assert turn["state"] == "done"
    stored = (await (await furnished.enter("agent")).get("/v1/conversations/c")).json()
    assert stored["messages"][0]["text"] == text.replace("\x00", "")
    for suggestion in turn["suggestions"]:
        for citation in suggestion["citations"]:
            start, end = citation["span"]
            assert 0 <= start < end <= len(suggestion["text"])


async def test_half_a_character_is_refused(house: House) -> None:
    program = await house.enter("integrator")
    message = b'{"id": "1", "author": "customer", "text": "\\ud800", "sent_at": "-PT1S"}'
    body = b'{"conversation_id": "c", "channel": "chat", "messages": [' + message + b"]}"
    assert_problem(
        await program.post("/v1/conversations", content=body, headers={"Content-Type": "application/json"}), 422, "messages.0.text"
    )


async def test_one_message_in_many_deliveries_at_once_is_one(house: House) -> None:
    program = await house.enter("integrator")
    answers = await asyncio.gather(*(program.post("/v1/conversations", json=chat()) for _ in range(8)))
    assert {a.status_code for a in answers} == {202}
    assert sum(not a.json()["duplicate"] for a in answers) == 1
    await house.settle()
    turn = (await program.get("/v1/conversations/chat-1/suggestions")).json()
    kinds = [(s["kind"], s["variant"]) for s in turn["suggestions"]]
    assert len(kinds) == len(set(kinds))


async def test_card_numbers_are_cut_before_anything_is_stored(house: House) -> None:
    await house.begin("c", "My card is 4111 1111 1111 1111, please refund it.")
    assert "1111" not in (await (await house.enter("agent")).get("/v1/conversations/c")).json()["messages"][0]["text"]


async def test_card_numbers_and_passwords_are_cut_from_profiles_too(house: House) -> None:
    customer = {"id": "c-9", "name": "Bo", "assurance": "proven", "payment": "Visa 4111 1111 1111 1111", "portal_password": "hunter2"}
    await house.begin("c", "Hello", customer=customer)
    line = {**customer, "id": "c-10", "interactions": [chat("i-1") | {"outcome": "Refunded to 4111111111111111", "customer": None}]}
    program = await house.enter("integrator")
    assert (await program.post("/v1/customers/import", json={"lines": [json.dumps(line)]})).json()["saved"] == 1
    agent = await house.enter("agent")
    for ref in ("c-9", "c-10"):
        shown = (await agent.get(f"/v1/customers/{ref}/card")).text + (await agent.get(f"/v1/customers/{ref}/memories")).text
        assert "1111" not in shown
        assert "hunter2" not in shown
        assert "card number removed" in shown


async def test_proof_of_somebody_else_proves_nothing(furnished: House) -> None:
    """The same conversation sent again under another customer's id: who is on record for it is not proven by that, but less sure."""
    program = await furnished.enter("integrator")
    await program.post("/v1/conversations", json=chat(assurance="claimed"))
    other = {"id": "cust-2", "name": "Otto Other", "assurance": "proven"}
    answer = await program.post("/v1/conversations", json=chat("chat-1", "One.", "Two.", customer=other))
    assert answer.status_code == 202
    seen = (await program.get("/v1/conversations/chat-1")).json()
    assert (seen["customer"]["id"], seen["assurance"]) == ("cust-1042", "none")


async def test_a_deleted_message_loses_its_words(house: House) -> None:
    program = await house.enter("integrator")
    given = chat("c", "Secret", "Never mind.")
    await program.post("/v1/conversations", json=given)
    given["messages"][0]["deleted_at"] = "-PT0S"
    await program.post("/v1/conversations/c/messages", json=given["messages"][0])
    first, _ = (await program.get("/v1/conversations/c")).json()["messages"]
    assert (first["text"], first["deleted_at"] is None) == ("", False)


# --- connections ---------------------------------------------------------------------------------------------------------------------


async def test_two_chat_tools_may_use_the_same_conversation_id(house: House) -> None:
    program = await house.enter("integrator")
    east, west = {"X-Copilot-Connection": "east"}, {"X-Copilot-Connection": "west"}
    message = {"id": "m2", "author": "customer", "text": "And my bag?", "sent_at": "-PT0S"}
    for where, text in ((east, "Hello from the east."), (west, "Hello from the west.")):
        (await program.post("/v1/conversations", json=chat("c-1", text), headers=where)).raise_for_status()
    await house.settle()
    assert (await program.post("/v1/conversations/c-1/messages", json=message, headers=west)).status_code == 202
    await house.settle()
    seen = {}
    for name, where in (("east", east), ("west", west)):
        seen[name] = (await program.get("/v1/conversations/c-1", headers=where)).json()
        drafts = (await program.get("/v1/conversations/c-1/suggestions", headers=where)).json()
        assert drafts["turn"]["id"] == seen[name]["turn_id"]
    assert [m["text"] for m in seen["east"]["messages"]] == ["Hello from the east."]
    assert [m["text"] for m in seen["west"]["messages"]] == ["Hello from the west.", "And my bag?"]
    ours = seen["east"]["id"]
    assert ours != seen["west"]["id"]
    assert (await program.get(f"/v1/conversations/{ours}")).json()["id"] == ours
    assert_problem(await program.get("/v1/conversations/c-1"), 409, "connection")
    assert_problem(await program.get("/v1/conversations/c-1", headers={"X-Copilot-Connection": "north"}), 404, "'north'")
    assert_problem(await program.get("/v1/conversations/c-1", headers={"X-Copilot-Connection": "no/rth"}), 422, "X-Copilot-Connection")


async def test_who_names_no_connection_is_not_given_another_tools_conversation(house: House) -> None:
    program = await house.enter("integrator")
    (await program.post("/v1/conversations", json=chat("c-1", "Mine."), headers={"X-Copilot-Connection": "east"})).raise_for_status()
    (await program.post("/v1/conversations", json=chat("c-1", "Yours."))).raise_for_status()
    assert [m["text"] for m in (await program.get("/v1/conversations/c-1")).json()["messages"]] == ["Yours."]


async def test_a_conversation_that_was_imported_goes_on_live_under_its_id(furnished: House) -> None:
    program = await furnished.enter("integrator")
    (await program.post("/v1/conversations", json=chat("mail-88", "Me again."))).raise_for_status()
    found = (await program.get("/v1/conversations/mail-88")).json()
    assert len(found["messages"]) > 1
    assert found["messages"][-1]["text"] == "Me again."


async def test_one_key_for_two_connections_is_two_requests(house: House) -> None:
    program = await house.enter("integrator")
    for connection, status in (("east", 202), ("west", 422), ("east", 202)):
        headers = {"X-Copilot-Connection": connection, "Idempotency-Key": "k-1"}
        assert (await program.post("/v1/conversations", json=chat("c-1"), headers=headers)).status_code == status
