"""An agent's day over the API: answer, read, see where it stands, wrap up, hand over at the end."""

from typing import Any

import httpx
import pytest

from tests.api.house import House, assert_problem, chat, of_kind

ANSWER = "Ines, I am asking our refunds team now. You will hear from me by 17:00 tomorrow."


async def conversation(client: httpx.AsyncClient, ref: str = "chat-1") -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/v1/conversations/{ref}")).raise_for_status().json()
    return found


async def line(client: httpx.AsyncClient, ref: str = "chat-1", **params: Any) -> dict[str, Any]:
    lines = (await client.get("/v1/queue", params=params)).raise_for_status().json()["lines"]
    found: dict[str, Any] = next(one for one in lines if one["conversation_id"] == ref)
    return found


async def id_of(client: httpx.AsyncClient, name: str) -> str:
    return str(next(user["id"] for user in (await client.get("/v1/users")).json()["users"] if user["name"] == name))


async def test_an_answer_closes_the_loop_with_its_draft(furnished: House) -> None:
    tom = await furnished.enter("agent")
    draft = of_kind(await furnished.begin(), "reply")
    made = await tom.post("/v1/conversations/chat-1/answers", json={"text": ANSWER, "suggestion_id": draft["id"]})
    assert made.status_code == 201, made.text
    message = made.json()["message"]
    assert (message["author"], message["author_name"], message["text"], message["visibility"]) == ("agent", "Tom Berg", ANSWER, "public")
    assert made.json()["turn_id"] is None
    thread = await conversation(tom)
    assert thread["messages"][-1]["id"] == message["id"]
    assert thread["assignee"] == await id_of(tom, "Tom Berg"), "nobody's conversation is whose who answers"
    assert (await tom.get(f"/v1/suggestions/{draft['id']}")).json()["stale"]
    mine = (await tom.get("/v1/promises", params={"owner": "me"})).json()["promises"]
    assert [(p["conversation_ref"], p["state"]) for p in mine] == [("chat-1", "open")]
    row = await line(tom, mine=True)
    assert (row["waiting_seconds"], row["unread"], row["mine"], row["promises_open"]) == (0.0, 0, True, 2)


async def test_the_sent_text_is_matched_with_its_draft(furnished: House) -> None:
    tom = await furnished.enter("agent")
    draft = of_kind(await furnished.begin(), "reply")
    await tom.post("/v1/conversations/chat-1/answers", json={"text": draft["text"], "suggestion_id": draft["id"]})
    async with furnished.application.database.read("default") as records:
        thread = await records.conversations.find("chat-1")
        assert thread is not None
        (sent,) = await records.suggestions.sent_of(thread.id)
    assert (sent.suggestion_id, sent.edit_distance, sent.user_id) == (draft["id"], 0.0, await id_of(tom, "Tom Berg"))


async def test_the_same_key_is_one_answer(furnished: House) -> None:
    tom = await furnished.enter("agent")
    await furnished.begin()
    key = {"Idempotency-Key": "answer-1"}
    first = await tom.post("/v1/conversations/chat-1/answers", json={"text": ANSWER}, headers=key)
    again = await tom.post("/v1/conversations/chat-1/answers", json={"text": ANSWER}, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    # Even when the stored answer is lost (a crash between both transactions), the message is stored once.
    application = furnished.application
    async with application.database.read("default") as records:
        user = await records.admin.user("tom.berg")
    assert user is not None
    from copilot.domain.staff import Caller
    from copilot.services.conversations.answering import OwnAnswer

    me = Caller(tenant_id="default", role="agent", key_id="k", user_id=user.id)
    await application.day.answering.answer(me, "chat-1", OwnAnswer(text=ANSWER), "answer-1")
    said = [m for m in (await conversation(tom))["messages"] if m["author"] == "agent"]
    assert len(said) == 1
    twice = await tom.post("/v1/conversations/chat-1/answers", json={"text": "Another."}, headers=key)
    assert_problem(twice, 422, "Idempotency-Key")


async def test_a_note_answers_nobody(furnished: House) -> None:
    tom = await furnished.enter("agent")
    draft = of_kind(await furnished.begin(), "reply")
    at = "/v1/conversations/chat-1/answers"
    made = (await tom.post(at, json={"text": "She called twice.", "visibility": "private"})).json()
    assert made["message"]["visibility"] == "private"
    assert made["turn_id"], "she still waits"
    assert (await line(tom))["waiting_seconds"] > 0
    assert not (await tom.get(f"/v1/suggestions/{draft['id']}")).json()["stale"]
    assert_problem(await tom.post(at, json={"text": "x", "visibility": "private", "suggestion_id": draft["id"]}), 422, "note")


async def test_what_cannot_be_answered_here(furnished: House) -> None:
    tom, program = await furnished.enter("agent"), await furnished.enter("integrator")
    other = of_kind(await furnished.begin("chat-2"), "reply")
    await furnished.begin()
    headers = {"X-Copilot-Connection": "zendesk-eu"}
    (await program.post("/v1/conversations", json=chat("z-1"), headers=headers)).raise_for_status()
    assert (await conversation(tom))["answered_here"] is True
    assert (await conversation(tom, "z-1"))["answered_here"] is False
    assert_problem(await tom.post("/v1/conversations/z-1/answers", json={"text": "Hello"}), 403, "zendesk-eu", "Answer there")
    at = "/v1/conversations/chat-1/answers"
    assert_problem(await tom.post(at, json={"text": "Hello", "suggestion_id": other["id"]}), 404, "no suggestion")
    assert_problem(await tom.post(at, json={"text": "  \n"}), 422, "empty")
    assert_problem(
        await tom.post(at, json={"text": "Hello", "suggestion_id": of_kind(await furnished.begin(), "cue")["id"], "part": 3}), 422
    )
    assert_problem(await furnished.owner().post(at, json={"text": "Hello"}), 403, "person")
    card = (await tom.post(at, json={"text": "Your card 4111 1111 1111 1111 is charged."})).json()["message"]["text"]
    assert "4111" not in card


async def test_what_was_read_is_told_to_nobody_else(furnished: House) -> None:
    tom, nils = await furnished.enter("agent"), await furnished.enter("agent", name="Nils Falk")
    await furnished.begin("chat-1", "Hello?", "Is anybody there?")
    assert (await line(tom))["unread"] == 2
    marked = await tom.post("/v1/conversations/chat-1/seen-until", json={"message_id": "m1"})
    assert (marked.status_code, marked.content) == (204, b"")
    assert [(await line(who))["unread"] for who in (tom, nils)] == [1, 2]
    await tom.post("/v1/conversations/chat-1/seen-until", json={"message_id": "m2"})
    assert (await line(tom))["unread"] == 0
    assert (await tom.get("/v1/queue")).json()["counts"]["unread"] == 0
    assert_problem(await tom.post("/v1/conversations/chat-1/seen-until", json={"message_id": "m9"}), 404, "m9")
    audit = (await (await furnished.enter("admin")).get("/v1/events", params={"limit": 1000})).text
    assert "read" not in audit.replace("ready", "")


async def test_the_queue_is_filtered_counted_and_paged(furnished: House) -> None:
    tom, program = await furnished.enter("agent"), await furnished.enter("integrator")
    for number in range(5):
        await program.post("/v1/conversations", json=chat(f"c{number}", customer={"id": f"p{number}", "name": f"P {number}"}))
    bot = {"id": "b", "author": "bot", "text": "You can book flights in the app.", "sent_at": "-PT5S"}
    asked = chat("mail", "I want to talk to a human, not a bot!", channel="email", customer={"id": "cust-1042"}, assignee="tom.berg")
    await program.post("/v1/conversations", json=asked | {"messages": [bot, *asked["messages"]]})
    await furnished.settle()
    whole = (await tom.get("/v1/queue")).json()
    assert (whole["total"], whole["next"], len(whole["lines"])) == (6, None, 6)
    assert whole["counts"] == {"all": 6, "mine": 1, "needs_human": 1, "promise_due": 1, "unread": 6, "channels": {"chat": 5, "email": 1}}
    for wanted in ({"mine": True}, {"needs_human": True}, {"promise_due": True}, {"channel": "email"}):
        assert [one["conversation_id"] for one in (await tom.get("/v1/queue", params=wanted)).json()["lines"]] == ["mail"], wanted
    first = (await tom.get("/v1/queue", params={"limit": 4})).json()
    second = (await tom.get("/v1/queue", params={"limit": 4, "offset": first["next"]})).json()
    assert (first["total"], first["next"], second["next"]) == (6, 4, None)
    ids = [one["conversation_id"] for page in (first, second) for one in page["lines"]]
    assert ids == [one["conversation_id"] for one in whole["lines"]]
    mail = await line(tom, "mail")
    assert (mail["repeat"], mail["contacts_30d"], mail["promise_soon"], mail["needs_human"]) == (True, 2, True, True)
    assert mail["trajectory"]
    assert_problem(await tom.get("/v1/queue", params={"channel": "pigeon"}), 422, "channel")


async def test_one_key_acknowledges(furnished: House) -> None:
    """The row names the draft that can go out at once."""
    tom, program = await furnished.enter("agent"), await furnished.enter("integrator")
    turn = await furnished.begin()
    await program.post("/v1/conversations/chat-1/suggestions", json={"kinds": ["acknowledge"]})
    await furnished.settle()
    row = await line(tom)
    draft = (await tom.get(f"/v1/suggestions/{row['acknowledge_id']}")).json()
    assert (draft["kind"], draft["state"], draft["turn_id"]) == ("acknowledge", "proposed", turn["turn_id"])


async def test_where_were_we(furnished: House) -> None:
    tom = await furnished.enter("agent")
    await furnished.begin()
    before = (await tom.get("/v1/conversations/chat-1/where")).json()
    assert before["language"] == "en"
    assert "Where is my refund" in before["line"]
    assert len(before["line"]) <= 120
    assert_problem(await tom.get("/v1/conversations/nowhere/where"), 404, "nowhere")


async def test_a_wrap_up_is_proposed_confirmed_in_one_go_and_closes(furnished: House) -> None:
    tom = await furnished.enter("agent")
    await furnished.begin("chat-1", "Where is my refund? And I always prefer a window seat.")
    await tom.post("/v1/conversations/chat-1/answers", json={"text": ANSWER})
    proposed = (await tom.get("/v1/conversations/chat-1/wrap-up")).raise_for_status().json()
    assert (proposed["conversation_id"], proposed["waiting"], proposed["language"]) == ("chat-1", False, "en")
    assert "Where is my refund" in proposed["summary"]
    assert sorted((p["conversation_id"], p["state"]) for p in proposed["promises"]) == [("chat-1", "open"), ("mail-88", "overdue")]
    assert proposed["disposition"] == "", "something is owed: whoever closes says what it came to"
    (memory,) = proposed["memories"]
    owed = {p["conversation_id"]: p["id"] for p in proposed["promises"]}
    body = {
        "summary": "Refund released, arrives by Thursday.",
        "disposition": proposed["dispositions"][0],
        "resolved": True,
        "promises": [{"id": owed["mail-88"], "state": "kept"}, {"id": owed["chat-1"], "state": "open", "due": "2090-01-01T12:00:00Z"}],
        "memories": [{"id": memory["id"], "state": "active", "text": "Prefers a window seat.", "use": "guide"}],
        "last_message_id": proposed["last_message_id"],
    }
    closed = await tom.post("/v1/conversations/chat-1/wrap-up", json=body)
    assert closed.status_code == 201, closed.text
    assert (closed.json()["conversation_id"], closed.json()["disposition"]) == ("chat-1", "solved")
    assert (await conversation(tom))["status"] == "closed"
    assert (await tom.get("/v1/queue")).json()["total"] == 0
    card = (await tom.get("/v1/customers/cust-1042/card")).json()
    assert [(p["state"], p["due"]) for p in card["promises"]] == [("open", "2090-01-01T12:00:00Z")]
    remembered = {m["text"]: m for m in (await tom.get("/v1/customers/cust-1042/memories")).json()["memories"]}
    assert (remembered["Prefers a window seat."]["state"], remembered["Prefers a window seat."]["use"]) == ("active", "guide")
    account = remembered["Refund released, arrives by Thursday."]
    assert (account["kind"], account["conversation_id"], account["outcome"]["resolved"]) == ("episode", "chat-1", True)
    assert_problem(await tom.post("/v1/conversations/chat-1/wrap-up", json=body), 409, "closed")


@pytest.mark.parametrize(
    ("changed", "status", "named"),
    [
        ({"disposition": "whatever"}, 422, "whatever"),
        ({"summary": "  "}, 422, "summary"),
        ({"last_message_id": "m0"}, 409, "Somebody wrote"),
        ({"memories": [{"id": "nowhere", "state": "active"}]}, 422, "nowhere"),
        ({"promises": [{"id": "nowhere", "state": "kept"}]}, 422, "nowhere"),
    ],
)
async def test_a_wrap_up_is_all_or_nothing(furnished: House, changed: dict[str, Any], status: int, named: str) -> None:
    tom = await furnished.enter("agent")
    await furnished.begin("chat-1", "Where is my refund? And I always prefer a window seat.")
    await tom.post("/v1/conversations/chat-1/answers", json={"text": ANSWER})
    proposed = (await tom.get("/v1/conversations/chat-1/wrap-up")).json()
    body: dict[str, Any] = {"summary": "Done.", "disposition": "solved"}
    good = {
        "promises": [{"id": p["id"], "state": "kept"} for p in proposed["promises"]],
        "memories": [{"id": m["id"], "state": "active"} for m in proposed["memories"]],
    }
    wrong = {name: [*good.get(name, []), *value] if isinstance(value, list) else value for name, value in changed.items()}
    assert_problem(await tom.post("/v1/conversations/chat-1/wrap-up", json=body | good | wrong), status, named)
    assert (await conversation(tom))["status"] == "open"
    again = (await tom.get("/v1/conversations/chat-1/wrap-up")).json()
    assert (again["promises"], again["memories"]) == (proposed["promises"], proposed["memories"])


async def test_whoever_writes_again_is_served_again(furnished: House) -> None:
    tom, program = await furnished.enter("agent"), await furnished.enter("integrator")
    await furnished.begin()
    await tom.post("/v1/conversations/chat-1/answers", json={"text": ANSWER})
    (await tom.post("/v1/conversations/chat-1/wrap-up", json={"summary": "Done.", "disposition": "solved"})).raise_for_status()
    message = {"id": "m7", "author": "customer", "text": "It has not arrived!", "sent_at": "-PT0S"}
    furnished.clock.forward(minutes=5)
    assert (await program.post("/v1/conversations/chat-1/messages", json=message)).json()["turn_id"]
    assert (await conversation(tom))["status"] == "open"
    assert (await line(tom))["last_text"] == "It has not arrived!"


async def test_the_shift_is_handed_over_in_one_pass(furnished: House) -> None:
    tom, nils = await furnished.enter("agent"), await furnished.enter("agent", name="Nils Falk")
    for ref in ("chat-1", "chat-2", "chat-3"):
        await furnished.begin(ref)
    for ref in ("chat-1", "chat-2"):
        await tom.post(f"/v1/conversations/{ref}/answers", json={"text": ANSWER})
    mine = (await tom.get("/v1/shift")).raise_for_status().json()["conversations"]
    assert {one["line"]["conversation_id"] for one in mine} == {"chat-1", "chat-2"}
    assert all(one["brief"] and len(one["where"]) <= 120 and one["handed_over"] is None for one in mine)
    handed = (await tom.post("/v1/shift/handover", json={"to": {"user": "nils.falk"}, "note": "Back on Monday."})).raise_for_status().json()
    assert [h["conversation_id"] for h in handed["offered"]] == ["chat-1", "chat-2"]
    assert handed["not_offered"] == []
    brief = handed["offered"][0]["brief"]
    assert "End of Tom Berg's shift" in brief["reason"] or "asks" in brief["reason"]
    assert any("hear from me by 17:00 tomorrow" in told for told in brief["story"]), brief["story"]
    assert any("OPEN" in p or "OVERDUE" in p for p in brief["promises"])
    again = (await tom.get("/v1/shift")).json()["conversations"]
    assert [one["handed_over"] for one in again] == ["offered", "offered"]
    accepted = await nils.post(f"/v1/handovers/{handed['offered'][0]['id']}/accept", json={"read_back": "I take it."})
    assert accepted.status_code == 200, accepted.text
    assert [one["line"]["conversation_id"] for one in (await nils.get("/v1/shift")).json()["conversations"]] == ["chat-1"]


async def test_what_is_not_mine_to_hand_over(furnished: House) -> None:
    tom = await furnished.enter("agent")
    await furnished.enter("agent", name="Nils Falk")
    await furnished.begin("chat-1")
    await furnished.begin("chat-2")
    await tom.post("/v1/conversations/chat-1/answers", json={"text": ANSWER})
    to = {"to": {"user": "nils.falk"}}
    handed = (await tom.post("/v1/shift/handover", json=to | {"conversations": ["chat-1", "chat-2", "nowhere"]})).json()
    assert [h["conversation_id"] for h in handed["offered"]] == ["chat-1"]
    assert [one["conversation_id"] for one in handed["not_offered"]] == ["chat-2", "nowhere"]
    twice = (await tom.post("/v1/shift/handover", json=to)).json()
    assert (twice["offered"], "already offered" in twice["not_offered"][0]["reason"]) == ([], True)
    for wrong, status in (
        ({"user": "nobody"}, 404),
        ({"team": "nobody's"}, 404),
        ({"user": "tom.berg"}, 422),
        ({}, 422),
        ({"user": "nils.falk", "team": "x"}, 422),
    ):
        assert_problem(await tom.post("/v1/shift/handover", json={"to": wrong}), status)
