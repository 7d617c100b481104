"""A handover's life, and what is refused on the way."""

from typing import Any

import pytest

from copilot.api import examples
from tests.api.house import House, assert_problem

HANDOVERS = "/v1/conversations/chat-1/handovers"


@pytest.fixture
async def offered(furnished: House) -> dict[str, Any]:
    """Tom offers Ines's chat to the refunds team, with a brief of his own."""
    await furnished.begin()
    answer = await (await furnished.enter("agent")).post(HANDOVERS, json=examples.OFFER)
    assert answer.status_code == 201, answer.text
    handover: dict[str, Any] = answer.json()
    return handover


async def test_a_brief_written_by_hand_is_enough(furnished: House, offered: dict[str, Any]) -> None:
    tom = await furnished.enter("agent")
    assert (offered["state"], offered["conversation_id"], offered["to_team"]) == ("offered", "chat-1", "refunds")
    assert (await tom.get(f"/v1/handovers/{offered['id']}")).json() == offered
    assert (await tom.get(HANDOVERS)).json() == {"handovers": [offered]}


async def test_accepting_needs_a_read_back_and_fills_in_the_name(furnished: House, offered: dict[str, Any]) -> None:
    sara, at = await furnished.enter("supervisor"), f"/v1/handovers/{offered['id']}"
    assert_problem(await sara.post(f"{at}/accept", json={"read_back": ""}), 422, "body.read_back")
    assert_problem(await sara.post(f"{at}/accept", json={"read_back": "  "}), 422, "read-back")
    accepted = (await sara.post(f"{at}/accept", json=examples.ACCEPT)).json()
    assert (accepted["state"], accepted["accepted_name"]) == ("accepted", "Sara Lind")
    assert accepted["introduction"] == "Ines, this is Sara Lind from our refunds team, who has your case in front of them."
    assert (await sara.get("/v1/conversations/chat-1")).json()["assignee"] == accepted["accepted_by"]
    assert_problem(await sara.post(f"{at}/accept", json=examples.ACCEPT), 409, "accepted")


async def test_it_can_be_declined_and_offered_again(furnished: House, offered: dict[str, Any]) -> None:
    tom, sara = await furnished.enter("agent"), await furnished.enter("supervisor")
    assert_problem(await tom.post(HANDOVERS, json=examples.OFFER), 409, "already offered")
    declined = (await sara.post(f"/v1/handovers/{offered['id']}/decline", json={"note": "On holiday."})).json()
    assert (declined["state"], declined["note"], declined["introduction"]) == ("declined", "On holiday.", "")
    assert (await tom.post(HANDOVERS, json=examples.OFFER)).status_code == 201


async def test_who_it_was_offered_to_takes_it(furnished: House) -> None:
    await furnished.begin()
    tom, sara = await furnished.enter("agent"), await furnished.enter("supervisor")
    nora = await furnished.enter("agent", name="Nora Lie")
    offer = {"to_user": "sara.lind", "brief": examples.OFFER["brief"]}
    handover = (await tom.post(HANDOVERS, json=offer)).json()
    assert_problem(await nora.post(f"/v1/handovers/{handover['id']}/accept", json=examples.ACCEPT), 403, "someone else")
    assert (await sara.post(f"/v1/handovers/{handover['id']}/accept", json=examples.ACCEPT)).status_code == 200


async def test_another_conversations_brief_does_not_come_along(furnished: House) -> None:
    """It tells of another customer."""
    await furnished.begin("chat-2", "I want to speak to a human now. This is the third time I write about my refund!")
    tom = await furnished.enter("agent")
    await tom.post("/v1/conversations/chat-2/suggestions", json={"kinds": ["handover"]})
    await furnished.settle()
    drafted = (await tom.get("/v1/conversations/chat-2/suggestions")).json()["suggestions"]
    ident = next(s["id"] for s in drafted if s["kind"] == "handover")
    await furnished.begin("chat-1")
    offer = {"suggestion_id": ident, "to_team": "refunds"}
    assert_problem(await tom.post(HANDOVERS, json=offer), 404, "This conversation")
    assert (await tom.post("/v1/conversations/chat-2/handovers", json=offer)).status_code == 201


async def test_card_numbers_in_briefs_and_notes_are_not_stored(furnished: House) -> None:
    await furnished.begin()
    tom, sara = await furnished.enter("agent"), await furnished.enter("supervisor")
    brief = examples.OFFER["brief"] | {"known": ["card 4111 1111 1111 1111"]}
    offered = await tom.post(HANDOVERS, json=examples.OFFER | {"brief": brief, "note": "Their password is hunter2."})
    accepted = await sara.post(f"/v1/handovers/{offered.json()['id']}/accept", json={"read_back": "Refund to 4111111111111111."})
    assert accepted.status_code == 200
    assert "1111" not in offered.text + accepted.text
    assert "hunter2" not in offered.text


@pytest.mark.parametrize(
    ("changed", "status", "named"),
    [
        ({"to_team": None}, 422, "goes to someone"),
        ({"brief": None}, 422, "needs a brief"),
        ({"to_team": None, "to_user": "nobody.here"}, 404, "nobody.here"),
        ({"suggestion_id": "nowhere"}, 404, "handover suggestion"),
        ({"to_channel": "pigeon"}, 422, "body.to_channel"),
        ({"brief": {"urgency": "today"}}, 422, "body.brief."),
        ({"when": "now"}, 422, "body.when"),
    ],
)
async def test_a_wrong_offer_is_refused(furnished: House, changed: dict[str, Any], status: int, named: str) -> None:
    await furnished.begin()
    assert_problem(await (await furnished.enter("agent")).post(HANDOVERS, json=examples.OFFER | changed), status, named)


@pytest.mark.parametrize("step", ["accept", "introduced", "decline", "return"])
async def test_what_is_not_there_is_404(house: House, step: str) -> None:
    body = examples.ACCEPT if step == "accept" else {}
    ada = await house.enter("admin")
    assert_problem(await ada.post(f"/v1/handovers/nowhere/{step}", json=body), 404, "nowhere")
    assert_problem(await ada.get("/v1/handovers/nowhere"), 404, "nowhere")
    assert_problem(await ada.post("/v1/conversations/nowhere/handovers", json=examples.OFFER), 404, "nowhere")


async def test_a_person_accepts(furnished: House, offered: dict[str, Any]) -> None:
    assert_problem(await furnished.owner().post(f"/v1/handovers/{offered['id']}/accept", json=examples.ACCEPT), 403, "person")


async def test_a_corrected_part_is_marked(furnished: House, offered: dict[str, Any]) -> None:
    tom, nora, at = await furnished.enter("agent"), await furnished.enter("agent", name="Nora Lie"), f"/v1/handovers/{offered['id']}"
    brief = examples.OFFER["brief"] | {"emotion": "calmer since the call", "known": ["card 4111 1111 1111 1111"]}
    assert_problem(await nora.patch(at, json={"brief": brief}), 403, "who gave it")
    corrected = (await tom.patch(at, json={"brief": brief})).json()
    assert sorted(corrected["corrected"]) == ["emotion", "known"]
    assert "1111" not in str(corrected)
    assert (await tom.patch(at, json={"brief": corrected["brief"]})).json() == corrected
    await tom.post(f"{at}/return", json={})
    assert_problem(await tom.patch(at, json={"brief": brief}), 409, "history")


async def test_offers_wait_for_those_who_may_take_them(furnished: House) -> None:
    await furnished.begin()
    tom, sara = await furnished.enter("agent"), await furnished.enter("supervisor")
    nora = await furnished.enter("agent", name="Nora Lie")
    offer = {"to_user": "sara.lind", "brief": examples.OFFER["brief"]}
    handover = (await tom.post(HANDOVERS, json=offer)).json()
    assert [one["id"] for one in (await sara.get("/v1/handovers")).json()["handovers"]] == [handover["id"]]
    assert (await nora.get("/v1/handovers")).json() == {"handovers": []}
    assert_problem(await nora.post(f"/v1/handovers/{handover['id']}/decline", json={}), 403, "someone else")
    assert_problem(await tom.post(f"/v1/handovers/{handover['id']}/accept", json=examples.ACCEPT), 403, "yourself")


@pytest.mark.parametrize(("minutes", "fallen"), [(9, False), (11, True)])
async def test_an_unanswered_offer_falls_to_the_team(furnished: House, minutes: int, fallen: bool) -> None:
    await furnished.begin()
    tom, nora = await furnished.enter("agent"), await furnished.enter("agent", name="Nora Lie")
    await furnished.enter("supervisor")
    handover = (await tom.post(HANDOVERS, json={"to_user": "sara.lind", "brief": examples.OFFER["brief"]})).json()
    furnished.clock.forward(minutes=minutes)
    await furnished.application.dispatcher.sweep()
    await furnished.settle()
    now = (await tom.get(f"/v1/handovers/{handover['id']}")).json()
    assert (now["to_user"], now["fell_from"]) == ((None, "sara.lind") if fallen else ("sara.lind", ""))
    answer = await nora.post(f"/v1/handovers/{handover['id']}/accept", json=examples.ACCEPT)
    assert answer.status_code == (200 if fallen else 403)


async def test_an_introduction_that_was_sent_ends_the_handover(furnished: House, offered: dict[str, Any]) -> None:
    sara, program = await furnished.enter("supervisor"), await furnished.enter("integrator")
    accepted = (await sara.post(f"/v1/handovers/{offered['id']}/accept", json=examples.ACCEPT)).json()
    said = {
        "id": "m9",
        "author": "agent",
        "author_id": "sara.lind",
        "text": f"{accepted['introduction']} I look into it now.",
        "sent_at": "-PT1S",
    }
    (await program.post("/v1/conversations/chat-1/messages", json=said)).raise_for_status()
    assert (await sara.get(f"/v1/handovers/{offered['id']}")).json()["state"] == "introduced"
