"""The life of a conversation over the API: message → evidence → suggestions → used → sent → promise known → handed over and back."""

from typing import Any

from tests.api.house import House, of_kind


async def test_from_a_message_to_a_warm_handover_and_back(furnished: House) -> None:
    house = furnished
    program, tom, sara = await house.enter("integrator"), await house.enter("agent"), await house.enter("supervisor")

    # A customer writes. The answer comes after one transaction, before anything was drafted.
    said: dict[str, Any] = {
        "conversation_id": "chat-1",
        "channel": "chat",
        "customer": {"id": "cust-1042", "name": "Ines Almeida", "assurance": "proven"},
        "messages": [
            {
                "id": "m1",
                "author": "customer",
                "text": "My flight was cancelled. Where is my refund? This is the third time I ask!",
                "sent_at": "-PT2M",
            }
        ],
    }
    received = await program.post("/v1/conversations", json=said)
    assert received.status_code == 202
    turn_id = received.json()["turn_id"]
    waiting = (await tom.get("/v1/conversations/chat-1/suggestions")).json()
    assert (waiting["turn_id"], waiting["state"], waiting["turn"], waiting["suggestions"]) == (turn_id, "minted", None, [])

    # Evidence and drafts.
    await house.settle()
    turn = (await tom.get("/v1/conversations/chat-1/suggestions")).json()
    assert (turn["state"], turn["current"], turn["unanswered"]) == ("done", True, ["m1"])
    seen = turn["turn"]["evidence"]
    assert [p["state"] for p in seen["promises"]] == ["overdue"]
    assert "refunds" in [p["article_id"] for p in seen["passages"]]
    assert {"TW7K2P"} <= {d["value"] for d in seen["known_details"]}
    assert {"cue", "reply"} <= {s["kind"] for s in turn["suggestions"]}
    (line,) = (await tom.get("/v1/queue")).json()["lines"]
    assert (line["conversation_id"], line["customer"]) == ("chat-1", "Ines Almeida")
    assert line["heat"] >= 60

    # The agent uses the reply, and what really left closes the loop.
    reply = of_kind(turn, "reply")
    assert reply["state"] == "proposed"
    assert (await tom.post(f"/v1/suggestions/{reply['id']}/seen", json={"what": "displayed"})).status_code == 204
    decided = await tom.post(f"/v1/suggestions/{reply['id']}/decisions", json={"id": "d-1", "action": "used"})
    assert (decided.status_code, decided.json()["stale"]) == (201, False)
    assert decided.json()["displayed_at"] is not None
    words = reply["text"] + "\n\nI will call you tomorrow at 10:00."
    sent = await tom.post(f"/v1/suggestions/{reply['id']}/sent", json={"text": words, "message_id": "m2"})
    assert sent.status_code == 201
    assert 0 < sent.json()["edit_distance"] < 0.6
    after = (await tom.get("/v1/conversations/chat-1")).json()
    assert [(m["id"], m["author"], m["author_name"]) for m in after["messages"]] == [("m1", "customer", ""), ("m2", "agent", "Tom Berg")]
    assert after["turn_id"] is None

    # The promise in it is known, and it is Tom's.
    mine = (await tom.get("/v1/promises", params={"owner": "me"})).json()["promises"]
    assert any("call you tomorrow" in p["text"] and p["conversation_id"] == "chat-1" and p["owner"] == "Tom Berg" for p in mine)
    card = (await tom.get("/v1/customers/cust-1042/card")).json()
    assert any("call you tomorrow" in p["text"] for p in card["promises"])

    # She writes again; now a colleague is needed.
    await program.post(
        "/v1/conversations/chat-1/messages",
        json={"id": "m3", "author": "customer", "text": "Let me speak to your manager.", "sent_at": "-PT1S"},
    )
    await tom.post("/v1/conversations/chat-1/suggestions", json={"kinds": ["handover"]})
    await house.settle()
    brief = of_kind((await tom.get("/v1/conversations/chat-1/suggestions")).json(), "handover")
    assert brief["state"] == "proposed"
    offered = await tom.post("/v1/conversations/chat-1/handovers", json={"suggestion_id": brief["id"], "to_user": "sara.lind"})
    assert offered.status_code == 201, offered.text
    handover = offered.json()
    assert (handover["state"], handover["conversation_id"], handover["introduction"]) == ("offered", "chat-1", "")

    # Nobody is introduced before they accepted.
    at = f"/v1/handovers/{handover['id']}"
    assert (await tom.post(f"{at}/introduced", json={})).status_code == 409
    accepted = await sara.post(f"{at}/accept", json={"read_back": "I take over the overdue refund and call her today."})
    assert accepted.status_code == 200
    assert "Sara Lind" in accepted.json()["introduction"]
    assert (await tom.post(f"{at}/introduced", json={})).json()["state"] == "introduced"
    assert [line["conversation_id"] for line in (await sara.get("/v1/queue", params={"mine": True})).json()["lines"]] == ["chat-1"]
    returned = await sara.post(f"{at}/return", json={"note": "Refund released."})
    assert (returned.json()["state"], returned.json()["note"]) == ("returned", "Refund released.")
    listed = (await tom.get("/v1/conversations/chat-1/handovers")).json()["handovers"]
    assert [h["state"] for h in listed] == ["returned"]
