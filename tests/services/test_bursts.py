"""Every customer message mints a turn and supersedes the one before; a burst is answered as one; an answer makes drafts stale."""

from typing import Any

import pytest

from copilot.domain.suggestion import Suggestion
from copilot.domain.tenant import TenantSettings
from copilot.testing.application import Clock
from copilot.testing.engine import InlineEngine, Work
from tests.api.house import House, chat, of_kind
from tests.patience import eventually
from tests.services.conftest import Open
from tests.services.models import HeldModels

QUIET_S = 3600.0
"""So long that it ends only because a test moves the clock."""


@pytest.fixture
async def house(opened: Open) -> House:
    return await opened()


@pytest.fixture
async def patient(opened: Open) -> House:
    return await opened(tenant=TenantSettings(company="Ternway", quiet_period_s=QUIET_S))


async def states(house: House, ref: str = "chat-1") -> list[tuple[str, bool]]:
    """(state, current) of every turn of a conversation, oldest first."""
    async with house.application.database.read("default") as records:
        conversation = await records.conversations.find(ref)
        assert conversation is not None
        turns = [await records.turns.get(ident) for ident in await records.turns.ids(conversation.id)]
    return [(turn.state, turn.current) for turn in turns if turn]


async def say(house: House, ident: str, text: str, author: str = "customer", **more: Any) -> None:
    program = await house.enter("integrator")
    said = {"id": ident, "author": author, "text": text, "sent_at": "-PT0S"} | more
    (await program.post("/v1/conversations/chat-1/messages", json=said)).raise_for_status()


async def test_a_burst_is_answered_as_one(opened: Open) -> None:
    """Evidence of each message is there at once; drafting waits until the customer has finished, and happens once."""
    work, clock = Work(), Clock()
    patient = await opened(engine=InlineEngine(work), clock=clock, tenant=TenantSettings(company="Ternway", quiet_period_s=QUIET_S))
    program = await patient.enter("integrator")
    await program.post("/v1/conversations", json=chat("chat-1", "My flight to Lisbon was cancelled."))
    turns = [await evidence_of(patient, ["m1"])]
    for ident, text in (("m2", "Nine days ago!"), ("m3", "Where is my refund?")):
        await say(patient, ident, text)
        turns.append(await evidence_of(patient, [*turns[-1]["unanswered"], ident]))
    assert [turn["suggestions"] for turn in turns] == [[], [], []], "the quiet period has not ended"
    assert all(turn["turn"]["evidence"]["emotion"]["heat"] > 0 for turn in turns)
    assert [current for _, current in await states(patient)] == [False, False, True]

    # The time of waiting passes; the service is started anew, and takes up what waits.
    clock.forward(seconds=QUIET_S)
    patient = await opened(engine=InlineEngine(work), clock=clock, tenant=TenantSettings(company="Ternway", quiet_period_s=QUIET_S))
    await patient.settle()
    assert await states(patient) == [("superseded", False), ("superseded", False), ("done", True)]
    turn = await current(patient)
    assert (turn["turn_id"], turn["unanswered"]) == (turns[-1]["turn_id"], ["m1", "m2", "m3"])
    assert {"cue", "reply"} <= {s["kind"] for s in turn["suggestions"]}
    made = await drafts(patient)
    assert {s.turn_id for s in made} == {turn["turn_id"]}, "only the last one was drafted"
    assert len({(s.kind, s.variant) for s in made}) == len(made)


async def test_a_message_that_comes_while_drafts_are_written_starts_over(opened: Open) -> None:
    """What is being written is finished, marked stale and can be decided; the new message gets a set of its own."""
    models = HeldModels()
    house = await opened(models=models, tenant=TenantSettings(company="Ternway", quiet_period_s=0, kinds=("cue", "reply")))
    program, tom = await house.enter("integrator"), await house.enter("agent")
    await program.post("/v1/conversations", json=chat())
    await house.application.dispatcher.once()
    await models.asked_at_all.wait()
    first = (await states(house))[0]
    await say(house, "m2", "Hello?")
    models.go.set()
    await house.settle()
    assert first == ("frozen", True)
    before, now = await states(house)
    assert (before[1], now) == (False, ("done", True))
    made = await drafts(house)
    turn = await current(house)
    assert turn["unanswered"] == ["m1", "m2"]
    assert {s["kind"] for s in turn["suggestions"]} == {"cue", "reply"}
    assert not any(s["stale"] for s in turn["suggestions"])
    late = [s for s in made if s.turn_id != turn["turn_id"]]
    assert late
    assert all(s.stale for s in late), "nobody takes them for an answer to what was written since"
    decided = await tom.post(f"/v1/suggestions/{of_kind(turn, 'reply')['id']}/decisions", json={"id": "d", "action": "used"})
    assert (decided.status_code, decided.json()["stale"]) == (201, False)


async def evidence_of(house: House, unanswered: list[str]) -> dict[str, Any]:
    """The current turn once its evidence is frozen."""
    await house.application.dispatcher.once()

    async def frozen() -> dict[str, Any] | None:
        turn = await current(house)
        return turn if turn["state"] == "frozen" and turn["unanswered"] == unanswered else None

    return await eventually(frozen, f"the evidence of {unanswered}")


async def current(house: House) -> dict[str, Any]:
    """The conversation's turn as an agent's tool reads it."""
    program = await house.enter("integrator")
    found: dict[str, Any] = (await program.get("/v1/conversations/chat-1/suggestions")).raise_for_status().json()
    return found


async def drafts(house: House) -> list[Suggestion]:
    """Every draft there is of the conversation, of all turns."""
    async with house.application.database.read("default") as records:
        conversation = await records.conversations.find("chat-1")
        assert conversation is not None
        return await records.suggestions.of_conversation(conversation.id)


async def test_a_letter_does_not_wait_for_more(patient: House) -> None:
    for channel in ("email", "letter", "phone"):
        turn = await patient.begin(f"{channel}-1", channel=channel)
        assert turn["state"] == "done", channel


async def test_what_has_waited_already_does_not_wait_again(patient: House) -> None:
    program = await patient.enter("integrator")
    await program.post("/v1/conversations", json=chat())
    patient.clock.forward(seconds=QUIET_S)
    await patient.settle()
    assert await states(patient) == [("done", True)]


async def test_there_is_one_current_turn(house: House) -> None:
    await house.begin()
    for number in range(2, 6):
        await say(house, f"m{number}", f"And another thing, number {number}.")
        await house.settle()
        found = await states(house)
        assert sum(current for _, current in found) == 1
        assert found[-1] == ("done", True)
    assert len(await states(house)) == 5


async def test_a_burst_that_comes_at_once_is_one_turn(house: House) -> None:
    program = await house.enter("integrator")
    await program.post("/v1/conversations", json=chat("chat-1", "One.", "Two.", "Three."))
    assert len(await states(house)) == 1


async def test_an_answer_makes_drafts_stale_and_they_can_still_be_decided(house: House) -> None:
    turn = await house.begin()
    reply = of_kind(turn, "reply")
    await say(house, "a1", "I have looked into it, one moment please.", "agent", author_name="Tom Berg")
    await house.settle()
    tom = await house.enter("agent")
    shown = (await tom.get(f"/v1/suggestions/{reply['id']}")).json()
    assert shown["stale"]
    decided = await tom.post(f"/v1/suggestions/{reply['id']}/decisions", json={"id": "d", "action": "used"})
    assert (decided.status_code, decided.json()["stale"]) == (201, True)
    assert await states(house) == [("done", False)]
    # Notes and bots answer nobody.
    await say(house, "m2", "And?")
    await say(house, "n1", "Looks like a broken promise.", "agent", visibility="private")
    await say(house, "b1", "Your request is important to us.", "bot")
    await house.settle()
    assert (await states(house))[-1][1], "somebody waits"


async def test_what_is_drafted_when_an_answer_comes_is_stale_from_birth(opened: Open) -> None:
    """The answer goes out between the evidence and the drafts: no draft pretends that somebody waits."""
    models = HeldModels()
    house = await opened(models=models, tenant=TenantSettings(company="Ternway", quiet_period_s=0, kinds=("cue", "reply")))
    program = await house.enter("integrator")
    await program.post("/v1/conversations", json=chat())
    await house.application.dispatcher.once()
    await models.asked_at_all.wait()
    await say(house, "a1", "Here I am.", "agent", author_name="Tom Berg")
    models.go.set()
    await house.settle()
    assert [current for _, current in await states(house)] == [False]
    made = await drafts(house)
    assert {s.kind for s in made} == {"cue", "reply"}
    assert all(s.stale for s in made)
