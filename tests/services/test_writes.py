"""Every write into a chat tool comes to an end that is noted and heard of: sent, kept back, given up, or a person's to settle."""

from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from copilot.adapters.vault import FernetVault
from copilot.domain.connections import Written
from copilot.domain.errors import Unavailable
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


@pytest.mark.parametrize("action", ["thread", "card"])
async def test_nobody_says_of_what_others_need_that_it_was_sent(opened: Open, action: str) -> None:
    room = await furnished_room(opened)
    await room.tool.said()
    admin = await room.house.enter("admin")
    (posted,) = [one for one in await writes(room.house, "slack") if one.action == action]
    async with room.house.application.database.write("default") as records:
        found = await records.connections.outgoing(posted.id)
        assert found is not None
        await records.connections.moved(found.model_copy(update={"state": "failed", "problem": "The answer was lost."}))
    at = f"/v1/connections/slack/writes/{posted.id}"
    assert_problem(await admin.post(at, json={"outcome": "sent"}), 409, "Try again")
    assert (await admin.post(at, json={"outcome": "again"})).is_success
