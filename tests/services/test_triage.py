"""A customer writes in Chatwoot, colleagues see it in Slack and decide there – on doubles of both tools."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from copilot.channels import signing
from copilot.domain.errors import Unavailable
from tests.api.house import assert_problem
from tests.channels.doubles.base import status
from tests.channels.doubles.slack import CHANNEL, SCOPES, buttons, member, texts
from tests.channels.tools import AT
from tests.services.conftest import Open
from tests.services.test_chat_tools import ASKED, NUMBER
from tests.services.triage_room import LEA, NOBODY, SECRET, TOM, Room, furnished_room, later, mail


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The channel's pace has a test of its own."""
    monkeypatch.setattr("copilot.channels.slack.Slack.limits", ())


@pytest.fixture
async def room(opened: Open) -> Room:
    made = await furnished_room(opened)
    await made.tool.said()
    return made


async def test_a_conversation_that_needs_a_look_is_a_thread_with_its_drafts(room: Room) -> None:
    thread, card = room.posts
    turn = await room.tool.turn()
    cue, reply = (next(one["text"] for one in turn["suggestions"] if one["kind"] == kind) for kind in ("cue", "reply"))
    words = "\n".join(texts(thread["blocks"]))
    assert "Marta Ruiz · Website · chat" in words
    assert f"> {ASKED}" in words
    assert cue.splitlines()[0] in words.replace("&gt;", ">")
    assert "thread_ts" not in thread
    assert card["thread_ts"] == thread["ts"]
    assert reply.splitlines()[0] in "\n".join(texts(card["blocks"]))
    assert [one["text"]["text"] for one in buttons(card["blocks"])][:3] == ["Use", "Edit", "Dismiss"]
    # In the customer's own tool there is the note as ever.
    assert sum(one["private"] for one in room.tool.double.messages[NUMBER]) == 1


async def test_used_is_decided_by_that_person_and_the_words_stand_in_the_thread(room: Room) -> None:
    card = room.card
    await room.press("use")
    assert await room.decisions() == [("Tom Berg", "used", "")]
    reply = next(one for one in (await room.tool.turn())["suggestions"] if one["kind"] == "reply")
    words = room.posts[-1]
    assert (words["text"], words["thread_ts"], words["mrkdwn"]) == (reply["text"], card["thread_ts"], False)
    assert "Used by Tom Berg." in "\n".join(texts(room.card["blocks"]))
    assert card["ts"] == room.card["ts"]
    # What Tom then writes in Chatwoot is matched with the draft.
    await room.tool.said(f"{reply['text']} Tom", 1)
    async with room.house.application.database.read("default") as records:
        conversation = await records.conversations.find(str(NUMBER), "chatwoot-1")
        assert conversation is not None
        (sent,) = await records.suggestions.sent_of(conversation.id)
    assert sent.suggestion_id == reply["id"]


async def test_edited_is_a_form_whose_text_is_the_decision(room: Room) -> None:
    reply = next(one for one in (await room.tool.turn())["suggestions"] if one["kind"] == "reply")
    await room.press("edit")
    assert await room.decisions() == []
    (opened_form,) = room.slack.views
    assert opened_form["trigger_id"] == "trigger-1"
    assert opened_form["view"]["blocks"][0]["element"]["initial_value"] == reply["text"]
    answer = await room.submit("We are sorry, Marta. The refund left today.")
    assert (answer.status_code, answer.content) == (200, b"")
    assert await room.decisions() == [("Tom Berg", "edited", "We are sorry, Marta. The refund left today.")]
    assert room.posts[-1]["text"] == "We are sorry, Marta. The refund left today."
    assert "Edited and used by Tom Berg." in "\n".join(texts(room.card["blocks"]))


async def test_an_empty_form_stays_open(room: Room) -> None:
    await room.press("edit")
    assert (await room.submit("  ")).json()["response_action"] == "errors"
    assert await room.decisions() == []


async def test_dismissed_leaves_no_words(room: Room) -> None:
    before = len(room.posts)
    await room.press("dismiss", LEA)
    assert await room.decisions() == [("Lea Brandt", "dismissed", "")]
    assert len(room.posts) == before
    assert "Dismissed by Lea Brandt." in "\n".join(texts(room.card["blocks"]))


async def test_with_their_own_token_it_is_sent_in_the_customers_tool(room: Room) -> None:
    reply = next(one for one in (await room.tool.turn())["suggestions"] if one["kind"] == "reply")
    tom, posted = await room.house.enter("agent"), len(room.posts)
    (await tom.put("/v1/connections/chatwoot-1/own-token", json={"token": room.tool.double.agents["7"]})).raise_for_status()
    await room.press("use")
    sent = room.tool.double.messages[NUMBER][-1]
    assert (sent["content"], sent["private"], sent["sender"]["name"]) == (reply["text"], False, "Tom Weber")
    assert len(room.posts) == posted
    await room.tool.deliver(room.tool.told(sent))
    await room.settle()
    async with room.house.application.database.read("default") as records:
        conversation = await records.conversations.find(str(NUMBER), "chatwoot-1")
        assert conversation is not None
        (matched,) = await records.suggestions.sent_of(conversation.id)
    assert matched.suggestion_id == reply["id"]


async def test_what_could_not_be_sent_is_put_into_the_thread(room: Room) -> None:
    tom = await room.house.enter("agent")
    (await tom.put("/v1/connections/chatwoot-1/own-token", json={"token": "tok-of-yesterday"})).raise_for_status()
    await room.press("use")
    assert "could not be sent" in room.posts[-1]["text"]
    assert not [one for one in room.tool.double.messages[NUMBER] if one["message_type"] == 1 and not one["private"]]


async def test_what_a_tool_in_shadow_would_not_get_is_put_into_the_thread(room: Room) -> None:
    reply = next(one for one in (await room.tool.turn())["suggestions"] if one["kind"] == "reply")
    tom, admin, written = await room.house.enter("agent"), await room.house.enter("admin"), room.tool.double.writes
    (await tom.put("/v1/connections/chatwoot-1/own-token", json={"token": room.tool.double.agents["7"]})).raise_for_status()
    (await admin.patch("/v1/connections/chatwoot-1", json={"shadow": True})).raise_for_status()
    await room.press("use")
    assert room.posts[-1]["text"] == reply["text"]
    assert room.tool.double.writes == written


async def test_whoever_is_not_known_is_told_and_nothing_happens(room: Room) -> None:
    before = room.slack.writes
    await room.press("use", NOBODY)
    (told,) = room.slack.whispered
    assert told["to"] == NOBODY
    assert told["response_type"] == "ephemeral"
    assert "not known here" in told["text"]
    assert await room.decisions() == []
    assert room.slack.writes == before + 1
    await room.press("edit", NOBODY)
    assert not room.slack.views


async def test_an_address_that_proves_nothing_lets_nobody_in(room: Room) -> None:
    wrongs: list[dict[str, Any]] = [{"is_email_confirmed": False}, {"team_id": "T99"}, {"is_restricted": True}, {"deleted": True}]
    for number, wrong in enumerate(wrongs):
        room.slack.members[f"U9{number}"] = member(f"U9{number}", "tom@ternway.example", **wrong)
        await room.press("use", f"U9{number}")
        assert await room.decisions() == [], wrong
        assert len(room.slack.whispered) == number + 1


async def test_who_may_not_decide_on_the_desk_may_not_here(room: Room) -> None:
    await room.house.enter("qa")
    await mail(room.house, "Quinn Ito", "x@y.example")
    await room.press("use", NOBODY)
    assert await room.decisions() == []
    assert "role" in room.slack.whispered[0]["text"]


async def test_a_person_is_known_by_the_settings_too(opened: Open) -> None:
    room = await furnished_room(opened, settings={"agents": {NOBODY: "lea.brandt"}})
    await room.tool.said()
    async with room.house.application.database.read("default") as records:
        assert await records.admin.user("lea.brandt") is not None
    await room.press("dismiss", NOBODY)
    assert await room.decisions() == [("Lea Brandt", "dismissed", "")]


async def test_a_second_press_says_who_was_first_and_changes_nothing(room: Room) -> None:
    card = json.loads(json.dumps(room.card))
    payload = room.pressed("use")
    for _ in range(3):  # delivered again, signed anew
        assert (await room.deliver(payload, **{"X-Slack-Retry-Num": "1"})).status_code == 200
        room.house.clock.forward(seconds=1)
    await room.settle()
    posted = len(room.posts)
    await room.press("use", TOM, card)  # a double click: the same person, another press
    await room.press("dismiss", LEA, card)
    assert await room.decisions() == [("Tom Berg", "used", "")]
    assert len(room.posts) == posted
    assert [(one["to"], one["text"]) for one in room.slack.whispered] == [(LEA, "Nothing was done. Used by Tom Berg.")]
    await room.press("edit", LEA, card)
    assert not room.slack.views
    assert room.slack.whispered[-1]["text"] == "Nothing was done. Used by Tom Berg."


async def test_who_decided_on_the_desk_is_not_named(room: Room) -> None:
    reply = next(one for one in (await room.tool.turn())["suggestions"] if one["kind"] == "reply")
    tom = await room.house.enter("agent")
    (await tom.post(f"/v1/suggestions/{reply['id']}/decisions", json={"id": "d-1", "action": "used"})).raise_for_status()
    await room.press("use", LEA)
    assert room.slack.whispered[0]["text"] == "Nothing was done. Used on the desk."
    assert "Used on the desk." in "\n".join(texts(room.card["blocks"]))
    assert "Tom Berg" not in json.dumps(room.posts)


async def test_they_write_again_and_the_drafts_before_are_outdated(room: Room) -> None:
    old = json.loads(json.dumps(room.card))
    await room.tool.said("It was 142 euros, by the way.")
    assert sum("thread_ts" not in one for one in room.posts) == 1
    assert room.card["ts"] != old["ts"]
    assert "Outdated" in "\n".join(texts(room.slack.messages[old["ts"]]["blocks"]))
    assert not buttons(room.slack.messages[old["ts"]]["blocks"])
    await room.press("use", TOM, old)
    assert await room.decisions() == []
    assert "Outdated" in room.slack.whispered[0]["text"]


async def test_markup_of_customers_is_no_markup_here(opened: Open) -> None:
    room = await furnished_room(opened)
    await room.tool.said("<!channel> <@U7> see <https://evil.example|your refund> & pay. Where is my refund?")
    for post in room.posts:
        for text in (post["text"], *texts(post["blocks"])):
            assert "<" not in text.replace("&lt;", "")
        assert all(one.get("verbatim") for one in _markups(post["blocks"]))
    assert "&lt;!channel&gt; &lt;@U7&gt;" in "\n".join(texts(room.posts[0]["blocks"]))


def _markups(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            yield part
        for inner in part.values():
            yield from _markups(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _markups(inner)


async def test_what_is_asked_for_on_the_desk_comes_onto_the_card(room: Room) -> None:
    card, tom = room.card, await room.house.enter("agent")
    assert "Acknowledgement" not in "\n".join(texts(card["blocks"]))
    (await tom.post(f"/v1/conversations/{NUMBER}/suggestions", json={"kinds": ["acknowledge"]})).raise_for_status()
    await room.settle()
    assert room.card["ts"] == card["ts"]
    assert "Acknowledgement" in "\n".join(texts(room.card["blocks"]))


async def test_only_conversations_of_the_connections_named_are_shown_and_words_only_if_wanted(opened: Open) -> None:
    room = await furnished_room(opened, settings={"connections": ["chatwoot-1"], "quote": False})
    await room.house.begin("chat-1")
    assert room.posts == []
    await room.tool.said()
    assert len(room.posts) == 2
    assert ASKED not in json.dumps(room.posts[0])


async def test_in_shadow_nothing_is_posted(opened: Open) -> None:
    room = await furnished_room(opened, shadow=True)
    await room.tool.said()
    assert room.slack.writes == 0


async def test_a_thread_whose_answer_was_lost_is_found_and_what_belongs_under_it_follows(opened: Open) -> None:
    room = await furnished_room(opened)
    room.slack.lose = True
    await room.tool.said()
    room.slack.lose = False
    assert len(room.posts) == 1
    await later(room, minutes=2)
    await later(room, seconds=10)
    assert len(room.posts) == 2
    assert room.card["thread_ts"] == room.posts[0]["ts"]
    async with room.house.application.database.read("default") as records:
        conversation = await records.conversations.find(str(NUMBER), "chatwoot-1")
        assert conversation is not None
        card = await records.connections.latest("slack", conversation.id, "card")
    assert card is not None
    assert card.attempts == 1  # waiting for its thread is no attempt


async def test_what_slack_refuses_for_now_is_posted_once_when_it_takes_it(opened: Open) -> None:
    room = await furnished_room(opened)
    # Slack's clock moves by hand alone: how quick this machine is does not matter.
    room.slack.clock, room.slack.paced = lambda: AT + room.house.clock.ahead, True
    await room.tool.said()
    assert ["thread_ts" in one for one in room.posts] == [False]
    assert room.slack.refused == 1, "the card came within the same second"
    await later(room, seconds=10)
    assert ["thread_ts" in one for one in room.posts] == [False, True]
    room.slack.fail = status(429, retry_after="30")
    await room.tool.said("Are you there?")
    assert len(room.posts) == 2
    room.slack.fail = None
    await later(room, seconds=31)
    await later(room, seconds=60)
    assert ["thread_ts" in one for one in room.posts] == [False, True, True]


async def test_a_thread_that_could_not_begin_begins_with_the_next_turn(opened: Open) -> None:
    room = await furnished_room(opened)
    room.slack.channels.clear()
    await room.tool.said()
    assert room.posts == []
    room.slack.channels.add(CHANNEL)
    await room.tool.said("Are you there?")
    assert [("thread_ts" in one) for one in room.posts] == [False, True]


async def test_a_press_is_acknowledged_though_the_record_is_held_up(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.services.chat_tools.receiving.PATIENCE_S", 0.01)
    await room.press("edit")
    held = hold(room, monkeypatch, "write")
    assert (await room.deliver(room.pressed("dismiss"))).status_code == 200
    form = (await room.deliver(room.filled_in("Sorry, Marta."))).json()
    assert form == {"response_action": "errors", "errors": {"text": "This could not be kept yet. Press once more."}}
    held.set()
    await room.settle()
    assert [one[1] for one in await room.decisions()] == ["dismissed"]


def hold(room: Room, monkeypatch: pytest.MonkeyPatch, *ways: str) -> asyncio.Event:
    """Until it is set, nobody gets into the record by these ways."""
    held, database = asyncio.Event(), room.house.application.database

    def slow(way: Any) -> Any:
        @asynccontextmanager
        async def waits(tenant: str) -> Any:
            await held.wait()
            async with way(tenant) as records:
                yield records

        return waits

    for name in ways:
        monkeypatch.setattr(database, name, slow(getattr(database, name)))
    return held


async def test_a_service_that_stops_keeps_what_came_in_and_waits_for_nobody_else(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.services.chat_tools.receiving.PATIENCE_S", 0.01)
    receiving, another = room.house.application.chat_tools.receiving, room.pressed("use")
    held = hold(room, monkeypatch, "write")
    assert (await room.deliver(room.pressed("dismiss"))).status_code == 200
    monkeypatch.setattr("copilot.services.chat_tools.receiving.PATIENCE_S", 10.0)
    closing = asyncio.create_task(receiving.close())
    done, _ = await asyncio.wait([closing], timeout=0.05)
    assert not done
    held.set()
    await closing
    await room.settle()
    assert [one[1] for one in await room.decisions()] == ["dismissed"]

    monkeypatch.setattr("copilot.services.chat_tools.receiving.PATIENCE_S", 0.01)
    hold(room, monkeypatch, "write")
    assert (await room.deliver(another)).status_code == 200
    await asyncio.wait_for(receiving.close(), 10)
    await asyncio.wait_for(receiving.idle(), 10)


async def test_nor_does_it_wait_for_what_the_record_says_of_the_connection(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account is taken as it was, its secrets too, and a refusal is said before it is counted."""
    monkeypatch.setattr("copilot.services.chat_tools.receiving.PATIENCE_S", 0.01)
    room.house.clock.forward(minutes=1)  # what was known of it is to be looked up again
    held = hold(room, monkeypatch, "read", "write")
    assert (await room.deliver(room.pressed("dismiss"))).status_code == 200
    assert_problem(await room.deliver(room.pressed("use"), secret="guessed"), 403, "signature")
    held.set()
    await room.settle()
    assert [one[1] for one in await room.decisions()] == ["dismissed"]
    admin = await room.house.enter("admin")
    (slack,) = [one for one in (await admin.get("/v1/connections")).json()["connections"] if one["connection"]["id"] == "slack"]
    assert slack["connection"]["refused"] == 1


async def test_a_connection_that_was_never_opened_is_waited_for(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.services.chat_tools.receiving.PATIENCE_S", 0.01)
    room.house.application.chat_tools.connecting.opened.clear()
    held = hold(room, monkeypatch, "read")
    coming = asyncio.create_task(room.deliver(room.pressed("dismiss")))
    done, _ = await asyncio.wait([coming], timeout=0.05)
    assert not done
    held.set()
    assert (await coming).status_code == 200
    await room.settle()
    assert [one[1] for one in await room.decisions()] == ["dismissed"]


async def test_a_press_that_cannot_be_kept_is_acknowledged_and_they_are_told(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> Any:
        raise Unavailable("The disk is full.")

    payload = room.pressed("use")
    with monkeypatch.context() as patch:
        patch.setattr(room.house.application.database, "write", broken)
        answer = await room.deliver(payload)
        await room.house.application.chat_tools.receiving.idle()
    assert answer.status_code == 200
    assert [one["text"] for one in room.slack.whispered] == ["That did not reach the record. Press again."]
    await room.press("use")
    assert await room.decisions() == [("Tom Berg", "used", "")]


async def test_a_form_that_comes_too_late_is_said(room: Room) -> None:
    room.slack.expired = True
    await room.press("edit")
    assert [one["text"] for one in room.slack.whispered] == ["That took longer than Slack waits. Press again."]


async def test_forged_presses_do_nothing(room: Room) -> None:
    assert_problem(await room.deliver(room.pressed("use"), secret="guessed"), 403, "signature")
    await room.settle()
    assert await room.decisions() == []


async def test_a_connection_is_checked_and_comes_into_the_channel(room: Room) -> None:
    admin = await room.house.enter("admin")
    room.slack.invited, room.slack.scopes = False, "chat:write,users:read,metadata.message:read"
    found = (await admin.get("/v1/connections/slack/problems")).json()["problems"]
    assert [one["what"] for one in found] == ["The app lacks users:read.email.", "The app is not in the channel."]
    room.slack.scopes = SCOPES
    given = {"address": "https://copilot.example.com"}
    assert (await admin.post("/v1/connections/slack/install", json=given)).json() == {"problems": [], "delivered": False, "todo": ""}


async def test_slack_looks_whether_the_address_is_there(room: Room) -> None:
    nobody = room.house.nobody()
    body = json.dumps({"type": "url_verification", "challenge": "c-17", "token": "x"}).encode()
    stamp = f"{room.house.clock().timestamp():.0f}"
    signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signing.hexadecimal(SECRET, f'v0:{stamp}:'.encode() + body)}"}
    assert (await nobody.post("/hooks/default/slack", content=body, headers=signed)).json() == {"challenge": "c-17"}
    assert (await nobody.head("/hooks/default/slack")).status_code == 200
