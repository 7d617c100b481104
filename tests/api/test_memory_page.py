"""What is remembered about a customer: corrected by people, and given out whole."""

import json

import httpx

from tests.api.house import House, assert_problem


async def pending(house: House, text: str = "Where is my refund? And I always prefer a window seat.") -> tuple[httpx.AsyncClient, str]:
    """Tom, and the id of a memory that live work has proposed."""
    tom = await house.enter("agent")
    await house.begin("chat-1", text)
    await tom.post("/v1/conversations/chat-1/answers", json={"text": "Noted, thank you."})
    found = (await tom.get("/v1/customers/cust-1042/memories", params={"state": "pending"})).json()["memories"]
    return tom, found[0]["id"]


async def test_a_memory_is_corrected_with_or_without_approval(furnished: House) -> None:
    tom, ident = await pending(furnished)
    at = f"/v1/memories/{ident}"
    corrected = (await tom.patch(at, json={"text": "Prefers the aisle, card 4111 1111 1111 1111."})).json()
    assert corrected["text"].startswith("Prefers the aisle")
    assert "4111" not in corrected["text"]
    assert (corrected["state"], corrected["confidence"]) == ("pending", 1.0)
    approved = (await tom.patch(at, json={"state": "active", "use": "guide", "expires_at": "2090-01-01T00:00:00Z"})).json()
    assert (approved["state"], approved["use"], approved["expires_at"]) == ("active", "guide", "2090-01-01T00:00:00Z")
    assert (await tom.patch(at, json={"state": "active"})).json() == approved, "the same again changes nothing"
    assert_problem(await tom.patch(at, json={}), 422, "text")
    await tom.patch(at, json={"state": "forgotten"})
    assert_problem(await tom.patch(at, json={"text": "Something else"}), 409, "forgotten")
    events = (await (await furnished.enter("admin")).get("/v1/events", params={"limit": 1000})).json()["events"]
    kinds = [e["type"] for e in events if e["subject_id"] == ident and e["type"] != "memory.proposed"]
    assert kinds == ["memory.corrected", "memory.corrected", "memory.approved", "memory.forgotten"]
    assert "aisle" not in json.dumps(events), "what is known of people is not in the audit"


async def test_a_corrected_memory_is_found_by_its_new_words(furnished: House) -> None:
    tom, ident = await pending(furnished)
    await tom.patch(f"/v1/memories/{ident}", json={"state": "active"})
    application = furnished.application
    name = await application.indexes.serving("default", "memories")
    before = (await application.vectors.get(name, [ident]))[ident]
    await tom.patch(f"/v1/memories/{ident}", json={"text": "Travels with a cello that needs its own seat."})
    after = (await application.vectors.get(name, [ident]))[ident]
    assert list(before) != list(after)


async def test_what_is_sensitive_is_never_quoted(furnished: House) -> None:
    tom, ident = await pending(furnished)
    at = f"/v1/memories/{ident}"
    known = (await tom.patch(at, json={"text": "She has diabetes and needs meals on time."})).json()
    assert (known["sensitive"], known["use"], known["expires_at"] is not None) == (True, "guide", True)
    assert_problem(await tom.patch(at, json={"use": "quotable"}), 422, "never quoted")


async def test_everything_about_one_person_is_given_out_and_it_is_noted(furnished: House) -> None:
    tom, ident = await pending(furnished)
    sara, ada = await furnished.enter("supervisor"), await furnished.enter("admin")
    await tom.patch(f"/v1/memories/{ident}", json={"state": "forgotten"})
    await tom.post("/v1/conversations/chat-1/wrap-up", json={"summary": "Refund released.", "disposition": "solved"})
    answer = await sara.get("/v1/customers/cust-1042/export")
    assert answer.headers["content-disposition"].startswith("attachment")
    data = answer.json()
    assert (data["schema_version"], data["customer"]["name"]) == (1, "Ines Almeida")
    assert [c["external_id"] for c in data["conversations"]] == ["mail-88", "chat-1"]
    assert data["conversations"][1]["messages"][-1]["text"] == "Noted, thank you."
    assert {m["state"] for m in data["memories"]} >= {"active", "forgotten"}
    assert [p["text"] for p in data["promises"]]
    assert [e["summary"] for e in data["endings"]] == ["Refund released."]
    assert "edit_distance" not in answer.text
    looks = [e for e in (await ada.get("/v1/events", params={"limit": 1000})).json()["events"] if e["type"] == "customer.exported"]
    users = {u["name"]: u["id"] for u in (await ada.get("/v1/users")).json()["users"]}
    assert [e["actor"] for e in looks] == [f"user:{users['Sara Lind']}"]
    assert_problem(await tom.get("/v1/customers/cust-1042/export"), 403, "agent")
    assert_problem(await ada.get("/v1/customers/nowhere/export"), 404, "nowhere")


async def test_nothing_of_the_day_survives_an_erasure(furnished: House) -> None:
    tom, _ = await pending(furnished)
    ada = await furnished.enter("admin")
    await tom.post("/v1/conversations/chat-1/seen-until", json={"message_id": "m1"})
    promise = (await ada.get("/v1/promises")).json()["promises"][0]["id"]
    await tom.patch(f"/v1/promises/{promise}", json={"owner": "me"})
    key = {"Idempotency-Key": "wrap"}
    body = {"summary": "Ines got her refund.", "disposition": "solved"}
    (await tom.post("/v1/conversations/chat-1/wrap-up", json=body, headers=key)).raise_for_status()
    asked = (await ada.delete("/v1/customers/cust-1042")).json()
    await furnished.settle()
    assert (await ada.get(f"/v1/erasures/{asked['id']}")).json()["state"] == "done"
    assert_problem(await tom.post("/v1/conversations/chat-1/wrap-up", json=body, headers=key), 409, "erased")
    assert (await ada.get("/v1/promises")).json()["promises"] == []
