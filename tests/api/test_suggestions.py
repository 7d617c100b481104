"""What an agent does with a suggestion, and what a provider received for it."""

from typing import Any

import pytest

from tests.api.house import House, assert_problem, of_kind


@pytest.fixture
async def reply(furnished: House) -> dict[str, Any]:
    """A reply to Ines that is ready."""
    found = of_kind(await furnished.begin(), "reply")
    assert found["state"] == "proposed", found
    return found


def decisions(suggestion: dict[str, Any]) -> str:
    return f"/v1/suggestions/{suggestion['id']}/decisions"


async def test_a_decision_is_answered_201_then_200_then_409(furnished: House, reply: dict[str, Any]) -> None:
    tom = await furnished.enter("agent")
    body = {"id": "d-1", "action": "edited", "text": "Your refund left us today, Ines."}
    first, again = await tom.post(decisions(reply), json=body), await tom.post(decisions(reply), json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert first.json()["text"] == body["text"]
    assert_problem(await tom.post(decisions(reply), json=body | {"action": "used", "text": ""}), 409, "d-1")
    assert (await tom.get(f"/v1/suggestions/{reply['id']}")).json()["decided"] == "edited"


async def test_somebody_elses_decision_id_is_not_theirs_to_read(furnished: House, reply: dict[str, Any]) -> None:
    body = {"id": "d-1", "action": "used"}
    assert (await (await furnished.enter("agent")).post(decisions(reply), json=body)).status_code == 201
    other = await furnished.enter("agent", name="Nora Lie")
    assert_problem(await other.post(decisions(reply), json=body), 409)
    assert (await other.get(f"/v1/suggestions/{reply['id']}")).json()["decided"] is None


async def test_a_stale_suggestion_can_be_decided_and_the_decision_says_so(furnished: House, reply: dict[str, Any]) -> None:
    program, tom = await furnished.enter("integrator"), await furnished.enter("agent")
    await program.post("/v1/conversations/chat-1/messages", json={"id": "m2", "author": "customer", "text": "Hello??", "sent_at": "-PT0S"})
    assert (await tom.get(f"/v1/suggestions/{reply['id']}")).json()["stale"] is True
    decided = await tom.post(decisions(reply), json={"id": "d", "action": "used"})
    assert (decided.status_code, decided.json()["stale"]) == (201, True)


async def test_a_dismissal_for_knowledge_opens_a_gap(furnished: House, reply: dict[str, Any]) -> None:
    tom, edda = await furnished.enter("agent"), await furnished.enter("editor")
    before = len((await edda.get("/v1/gaps")).json()["gaps"])
    dismissed = await tom.post(decisions(reply), json={"id": "d", "action": "dismissed", "reason": "knowledge_wrong"})
    assert dismissed.status_code == 201
    gaps = (await edda.get("/v1/gaps")).json()["gaps"]
    assert len(gaps) == before + 1
    assert (gaps[0]["cause"], gaps[0]["conversation_id"], gaps[0]["suggestion_id"]) == ("knowledge_wrong", "chat-1", reply["id"])


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"id": "d", "action": "edited"}, "needs its text"),
        ({"id": "d", "action": "dismissed", "reason": "moon"}, "'moon'"),
        ({"id": "d", "action": "used", "part": 7}, "part"),
        ({"id": "d", "action": "used", "part": -1}, "body.part"),
        ({"id": "d", "action": "used", "displayed_at": "2026-03-01T10:00:00"}, "body.displayed_at"),
        ({"id": "d", "action": "framed"}, "body.action"),
        ({"action": "used"}, "body.id"),
    ],
)
async def test_a_wrong_decision_is_refused(furnished: House, reply: dict[str, Any], body: dict[str, Any], named: str) -> None:
    assert_problem(await (await furnished.enter("agent")).post(decisions(reply), json=body), 422, named)


async def test_one_part_can_be_decided(furnished: House) -> None:
    tom = await furnished.enter("agent")
    await furnished.begin()
    await tom.post("/v1/conversations/chat-1/suggestions", json={"kinds": ["options"]})
    await furnished.settle()
    options = of_kind((await tom.get("/v1/conversations/chat-1/suggestions")).json(), "options")
    if options["state"] != "proposed":
        pytest.fail(options["reason"])
    assert (await tom.post(decisions(options), json={"id": "d", "action": "used", "part": 0})).json()["part"] == 0


async def test_an_abstention_cannot_be_decided(house: House) -> None:
    """Without knowledge the reply abstains: there is no draft to use."""
    reply = of_kind(await house.begin("c", "Which of your credit cards has lounge access in Oslo?", customer=None), "reply")
    assert reply["state"] == "abstained"
    assert_problem(await (await house.enter("agent")).post(decisions(reply), json={"id": "d", "action": "used"}), 409, "abstained")


async def test_a_decision_needs_a_person(furnished: House, reply: dict[str, Any]) -> None:
    for path, body in ((decisions(reply), {"id": "d", "action": "used"}), (f"/v1/suggestions/{reply['id']}/sent", {"text": "x"})):
        assert_problem(await furnished.owner().post(path, json=body), 403, "person")
    acting = furnished.client(furnished.owner().headers["authorization"].split()[1], **{"X-Copilot-User": "tom.berg"})
    await furnished.enter("agent")
    assert (await acting.post(decisions(reply), json={"id": "d", "action": "used"})).status_code == 201


async def test_sent_counts_once_by_message(furnished: House, reply: dict[str, Any]) -> None:
    tom = await furnished.enter("agent")
    path = f"/v1/suggestions/{reply['id']}/sent"
    first = await tom.post(path, json={"text": reply["text"], "message_id": "a1"})
    again = await tom.post(path, json={"text": reply["text"], "message_id": "a1"})
    assert (first.status_code, first.json()["edit_distance"]) == (201, 0.0)
    assert again.json() == first.json()
    assert_problem(await tom.post(path, json={"text": "Something else entirely.", "message_id": "a1"}), 409, "another text")
    other = await furnished.enter("agent", name="Nora Lie")
    shown = (await other.post(path, json={"text": reply["text"], "message_id": "a1"})).json()
    assert (shown["edit_distance"], shown["user_id"]) == (None, None)


async def test_what_the_chat_tool_reports_as_sent_closes_the_loop(furnished: House, reply: dict[str, Any]) -> None:
    """`sent` is for tools that cannot report messages; others just deliver the agent's message."""
    tom, program = await furnished.enter("agent"), await furnished.enter("integrator")
    await tom.post(decisions(reply), json={"id": "d", "action": "used"})
    words = reply["text"] + " Anything else?"
    await program.post("/v1/conversations/chat-1/messages", json={"id": "a1", "author": "agent", "text": words, "sent_at": "-PT0S"})
    assert (await tom.get(f"/v1/suggestions/{reply['id']}")).json()["stale"] in (True, False)
    assert (await tom.get("/v1/conversations/chat-1")).json()["turn_id"] is None


async def test_sent_needs_words_and_a_time_with_offset(furnished: House, reply: dict[str, Any]) -> None:
    tom = await furnished.enter("agent")
    path = f"/v1/suggestions/{reply['id']}/sent"
    assert_problem(await tom.post(path, json={"text": " "}), 422, "empty")
    assert_problem(await tom.post(path, json={"text": "x", "sent_at": "2026-03-01T10:00:00"}), 422, "body.sent_at")
    assert_problem(await tom.post("/v1/suggestions/nowhere/sent", json={"text": "x"}), 404, "nowhere")
    assert_problem(await tom.post("/v1/suggestions/nowhere/seen", json={"what": "copied"}), 404, "nowhere")
    assert_problem(await tom.post(f"/v1/suggestions/{reply['id']}/seen", json={"what": "printed"}), 422, "body.what")


async def test_what_a_provider_received_is_shown_to_those_allowed_and_noted(furnished: House, reply: dict[str, Any]) -> None:
    quinn, ada = await furnished.enter("qa"), await furnished.enter("admin")
    call = await quinn.get(f"/v1/suggestions/{reply['id']}/provider-call")
    assert call.json() == {"suggestion_id": reply["id"], "messages": []}
    looks = [e for e in (await ada.get("/v1/events", params={"limit": 1000})).json()["events"] if e["type"] == "provider_call.viewed"]
    assert [(e["subject_id"], e["conversation_id"]) for e in looks] == [(reply["id"], "chat-1")]
    assert looks[0]["actor"].startswith("user:")
