"""Every write into a chat tool comes to an end that is noted and heard of: sent, kept back, given up, or a person's to settle."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from copilot.adapters.vault import FernetVault
from copilot.domain.channels import Unsure
from copilot.domain.connections import UNKNOWN, Outgoing, SendState, Written
from copilot.domain.errors import Unavailable
from copilot.services.chat_tools.writing import PATIENCE, Patience
from tests.api.house import House, assert_problem, of_kind
from tests.channels.doubles.base import Failing, status
from tests.services.conftest import Open
from tests.services.test_chat_tools import NUMBER, connect
from tests.services.triage_room import Room, furnished_room, later


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The channel's pace has a test of its own."""
    monkeypatch.setattr("copilot.channels.slack.Slack.limits", ())


async def writes(house: House, connection: str = "chatwoot-1") -> list[Written]:
    async with house.application.database.read("default") as records:
        return await records.connections.writes(connection, 99)


async def ends(house: House, action: str) -> list[str]:
    """States that were noted for writes of that kind, in order."""
    async with house.application.database.read("default") as records:
        noted = [one.data for one in await records.log.events(0) if one.type == "connection.wrote"]
    return [str(data["state"]) for data in noted if data["action"] == action]


def written_to(why: Failing) -> Failing:
    """Only what is written fails so; the tool can be read."""

    def fail(request: Request) -> Response | None:
        return why(request) if request.method == "POST" else None

    return fail


async def pressed_while_the_tool_waits(opened: Open) -> Room:
    """Tom used a draft from the thread; Chatwoot asks for patience, so that his answer waits."""
    room = await furnished_room(opened)
    await room.tool.said()
    tom = await room.house.enter("agent")
    (await tom.put("/v1/connections/chatwoot-1/own-token", json={"token": room.tool.double.agents["7"]})).raise_for_status()
    room.tool.double.fail = status(429, retry_after="30")
    await room.press("use")
    assert (await ends(room.house, "reply")) == ["waiting"]
    room.tool.double.fail = None
    return room


@pytest.mark.parametrize(("changed", "state"), [({"active": False}, "failed"), ({"shadow": True}, "shadow")])
async def test_an_answer_that_will_not_be_sent_any_more_is_put_into_the_thread(opened: Open, changed: dict[str, Any], state: str) -> None:
    room = await pressed_while_the_tool_waits(opened)
    admin, written = await room.house.enter("admin"), room.tool.double.writes
    (await admin.patch("/v1/connections/chatwoot-1", json=changed)).raise_for_status()
    await later(room, seconds=31)
    await room.settle()  # what came of it is written
    assert "could not be sent" in room.posts[-1]["text"]
    assert (await ends(room.house, "reply")) == ["waiting", state]
    assert room.tool.double.writes == written


async def test_whoever_sends_again_what_could_not_be_sent_is_told_so(opened: Open) -> None:
    tool = await connect(opened)
    await tool.said()
    reply = of_kind(await tool.turn(), "reply")
    tom, words = await tool.house.enter("agent"), {"text": reply["text"], "suggestion_id": reply["id"]}
    (await tom.put("/v1/connections/chatwoot-1/own-token", json={"token": "tok-of-yesterday"})).raise_for_status()
    (await tom.post(f"/v1/conversations/{NUMBER}/send", json=words)).raise_for_status()
    assert_problem(await tom.post(f"/v1/conversations/{NUMBER}/send", json=words), 409, "sent before")
    await tool.house.settle()
    assert_problem(await tom.post(f"/v1/conversations/{NUMBER}/send", json=words), 409, "could not be sent", "does not allow it")


async def test_what_cannot_be_written_without_the_key_waits_and_holds_nobody_elses_up(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = await connect(opened)
    tool.double.fail = written_to(status(429, retry_after="30"))
    await tool.said()
    tool.double.fail = None
    chat_tools, clock = tool.house.application.chat_tools, tool.house.clock
    clock.forward(seconds=31)
    ((_, tenant, subject),) = await chat_tools.writing.unfinished(clock())
    with monkeypatch.context() as patch:
        patch.setattr(FernetVault, "open", locked)
        chat_tools.connecting.opened.clear()
        await chat_tools.writing.run(tenant, subject)
    assert await chat_tools.writing.unfinished(clock()) == []
    (waits,) = await writes(tool.house)
    assert (waits.state, waits.problem, waits.attempts) == ("waiting", "Sealed with another key.", 0)
    clock.forward(minutes=2)
    await chat_tools.writing.run(tenant, subject)
    assert [one.state for one in await writes(tool.house)] == ["sent"]


def locked(*_: object) -> str:
    raise Unavailable("Sealed with another key.")


async def test_what_waits_for_a_thread_that_fails_ends_with_it(opened: Open) -> None:
    room = await furnished_room(opened)
    room.slack.channels.clear()
    await room.tool.said()
    assert (await ends(room.house, "thread"), await ends(room.house, "card")) == (["failed"], ["failed"])
    assert {one.problem for one in await writes(room.house, "slack")} == {(await writes(room.house, "slack"))[0].problem} != {""}


@pytest.mark.parametrize("error", [status(500), None])
async def test_a_write_that_is_never_there_is_given_up_to_a_person(
    opened: Open, monkeypatch: pytest.MonkeyPatch, error: Failing | None
) -> None:
    """Each time nobody knows whether it was done, the thread says that it was not; an error that nobody foresaw is such a time, too."""
    tool = await connect(opened)
    tried: list[str] = []

    async def odd(*_: object) -> str:
        tried.append("")
        raise KeyError("id")

    if error is None:
        monkeypatch.setattr(type(tool.house.application.chat_tools.connecting.channel("chatwoot")), "note", odd)
    else:
        tool.double.fail = written_to(error)
    await tool.said()
    writing = tool.house.application.chat_tools.writing
    for _ in range(30):
        tool.house.clock.forward(minutes=31)
        for _, tenant, subject in await writing.unfinished(tool.house.clock()):
            await writing.run(tenant, subject)
    assert await ends(tool.house, "note") == ["unsure"] * 7 + ["failed"]
    assert len(tried) == (8 if error is None else 0)
    (given_up,) = await writes(tool.house)
    assert given_up.problem
    assert "Where is my refund" not in given_up.problem
    assert not [one for one in tool.double.messages[NUMBER] if one["private"]]


async def test_it_is_looked_for_less_and_less_often(opened: Open) -> None:
    tool = await connect(opened)
    tool.double.fail = written_to(status(500))
    await tool.said()
    writing, pauses = tool.house.application.chat_tools.writing, []
    for _ in range(7):
        (waits,) = await writes(tool.house)
        pauses.append(round((waits.due_at - tool.house.clock()).total_seconds()))
        tool.house.clock.forward(seconds=pauses[-1] + 1)
        await writing.run("default", waits.id)
    assert pauses == [60, 60, 60, 60, 80, 160, 320]


async def ended(house: House, wanted: Written, state: SendState, problem: str) -> Outgoing:
    """That write as it is when its answer was lost, or it was refused; returns it as it was."""
    async with house.application.database.write("default") as records:
        found = await records.connections.outgoing(wanted.id)
        assert found is not None
        await records.connections.moved(found.model_copy(update={"state": state, "attempts": 8, "problem": problem, "external_id": ""}))
    return found


async def again(house: House, wanted: Written, connection: str = "chatwoot-1") -> Written:
    """A person wants it written again; returns what became of it."""
    at = f"/v1/connections/{connection}/writes/{wanted.id}"
    (await (await house.enter("admin")).post(at, json={"outcome": "again"})).raise_for_status()
    await house.settle()
    (now,) = [one for one in await writes(house, connection) if one.id == wanted.id]
    return now


def posted_for(room: Room, key: str) -> list[str]:
    """The ids of messages that were posted for that key."""
    return [f"{one['channel']}:{one['ts']}" for one in room.posts if one["metadata"]["event_payload"]["key"] == key]


@pytest.mark.parametrize("state", ["unsure", "failed"])
async def test_of_what_others_need_nobody_says_that_it_was_sent_and_tried_again_it_is_looked_for(opened: Open, state: SendState) -> None:
    room = await furnished_room(opened)
    await room.tool.said()
    for action in ("thread", "card"):
        (posted,) = [one for one in await writes(room.house, "slack") if one.action == action]
        before = await ended(room.house, posted, state, f"{UNKNOWN} The answer was lost.")
        said = await (await room.house.enter("admin")).post(f"/v1/connections/slack/writes/{posted.id}", json={"outcome": "sent"})
        assert_problem(said, 409, "Try again", "looked for")
        now = await again(room.house, posted, "slack")
        assert (now.state, now.external_id, now.problem) == ("sent", before.external_id, "")
        assert posted_for(room, before.key) == [before.external_id]


async def test_tried_again_what_never_arrived_is_posted_and_what_cannot_be_looked_for_is_not(opened: Open) -> None:
    room = await furnished_room(opened)
    await room.tool.said()
    card, scopes = room.card, room.slack.scopes
    (posted,) = [one for one in await writes(room.house, "slack") if one.action == "card"]
    before = await ended(room.house, posted, "failed", UNKNOWN)
    del room.slack.messages[card["ts"]]
    room.slack.scopes = "chat:write"
    assert (await again(room.house, posted, "slack")).state == "unsure"
    assert posted_for(room, before.key) == []
    room.slack.scopes = scopes
    assert (await again(room.house, posted, "slack")).state == "sent"
    assert len(posted_for(room, before.key)) == 1


@pytest.mark.parametrize(("readable", "notes"), [(True, 1), (False, 2)])
async def test_a_person_is_believed_where_the_tool_cannot_be_read(
    opened: Open, monkeypatch: pytest.MonkeyPatch, readable: bool, notes: int
) -> None:
    """Who has a note written again that is there after all: it is found, if it can be looked for."""
    tool = await connect(opened)
    await tool.said()
    (note,) = await writes(tool.house)
    await ended(tool.house, note, "failed", UNKNOWN)

    async def unknown(*_: object) -> None:
        return None

    if not readable:
        monkeypatch.setattr(type(tool.house.application.chat_tools.connecting.channel("chatwoot")), "written", unknown)
    assert (await again(tool.house, note)).state == "sent"
    assert sum(one["private"] for one in tool.double.messages[NUMBER]) == notes


async def test_again_is_not_forgotten_over_an_answer_that_is_lost_meanwhile(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = await connect(opened)
    await tool.said()
    (note,) = await writes(tool.house)
    await ended(tool.house, note, "waiting", "")
    admin, writing = await tool.house.enter("admin"), tool.house.application.chat_tools.writing

    async def lost(*_: object) -> str:
        (await admin.post(f"/v1/connections/chatwoot-1/writes/{note.id}", json={"outcome": "again"})).raise_for_status()
        raise Unsure("The answer was lost on its way.")

    monkeypatch.setattr(type(writing.connecting.channel("chatwoot")), "note", lost)
    tool.house.clock.forward(minutes=2)
    await writing.run("default", note.id)
    await tool.house.settle()
    assert [one.state for one in await writes(tool.house)] == ["sent"]


async def pressed_and_the_answer_is_lost(opened: Open) -> tuple[Room, dict[str, Any]]:
    """Tom used that draft from the thread; Chatwoot does not say whether it sent it."""
    room = await furnished_room(opened)
    await room.tool.said()
    reply, tom = of_kind(await room.tool.turn(), "reply"), await room.house.enter("agent")
    (await tom.put("/v1/connections/chatwoot-1/own-token", json={"token": room.tool.double.agents["7"]})).raise_for_status()
    room.tool.double.fail = written_to(status(500))
    await room.press("use")
    room.tool.double.fail = None
    return room, reply


async def test_of_an_answer_that_may_have_been_sent_nobody_says_that_it_was_not(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PATIENCE, "reply", Patience(1, timedelta(minutes=30)))
    room, reply = await pressed_and_the_answer_is_lost(opened)
    assert (await ends(room.house, "reply")) == ["failed"]
    first, said = "This may have been sent: look into the conversation first.", room.posts[-1]["text"]
    assert said.startswith(first)
    assert said.endswith(reply["text"]), "after that it is there to copy"
    tom, words = await room.house.enter("agent"), {"text": reply["text"], "suggestion_id": reply["id"]}
    problem = assert_problem(await tom.post(f"/v1/conversations/{NUMBER}/send", json=words), 409, first, "Copy the words")
    assert "could not" not in str(problem)
    # Tried again it is surely refused: that is said, too.
    (await tom.put("/v1/connections/chatwoot-1/own-token", json={"token": "tok-of-yesterday"})).raise_for_status()
    (write,) = [one for one in await writes(room.house) if one.action == "reply"]
    assert (await again(room.house, write)).state == "failed"
    await room.settle()  # what came of it is written
    assert room.posts[-1]["text"].startswith("This could not be sent")
    assert_problem(await tom.post(f"/v1/conversations/{NUMBER}/send", json=words), 409, "could not be sent", "does not allow it")


@pytest.mark.parametrize("changed", [{"active": False}, {"shadow": True}])
async def test_nor_when_its_tool_is_stopped_before_it_was_looked_for(opened: Open, changed: dict[str, Any]) -> None:
    room, reply = await pressed_and_the_answer_is_lost(opened)
    tom, words = await room.house.enter("agent"), {"text": reply["text"], "suggestion_id": reply["id"]}
    assert_problem(await tom.post(f"/v1/conversations/{NUMBER}/send", json=words), 409, "may have been sent")
    (await (await room.house.enter("admin")).patch("/v1/connections/chatwoot-1", json=changed)).raise_for_status()
    await later(room, minutes=2)
    await room.settle()  # what came of it is written
    assert room.posts[-1]["text"].startswith("This may have been sent")


async def test_what_waits_for_a_thread_in_doubt_is_surely_not_written(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PATIENCE, "thread", Patience(1, timedelta(minutes=30)))
    room = await furnished_room(opened)
    room.slack.lose = True
    await room.tool.said()
    known = {one.action: (one.state, one.problem.startswith(UNKNOWN)) for one in await writes(room.house, "slack")}
    assert known == {"thread": ("failed", True), "card": ("failed", False)}
