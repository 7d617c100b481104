"""What is LibreDesk's own: a time that stands in the body, keys in two parts, HTML both ways, a webhook that is refused with status 200."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from copilot.channels.libredesk import LibreDesk
from copilot.domain.channels import Arrival, Unsure
from copilot.domain.errors import Invalid, Refused, Unavailable
from copilot.domain.people import Assurance
from tests.channels.doubles.libredesk import BEGAN, LibreDeskDouble, contact
from tests.channels.tools import AT, EXAMPLES, NEW, OLD, account

HERE = EXAMPLES["libredesk"]
OURS = {"webhook": "https://copilot.example.com/hooks/default/libredesk-1", "panel": "https://copilot.example.com/libredesk/panel"}


@pytest.fixture
def double() -> LibreDeskDouble:
    made = LibreDeskDouble()
    made.open(17)
    return made


async def thread(double: LibreDeskDouble) -> Arrival:
    async with double.client() as http:
        return await LibreDesk(http).thread(HERE.account, "17")


def told(event: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {"event": event, "timestamp": f"{AT:%Y-%m-%dT%H:%M:%SZ}", "payload": payload}


async def test_a_conversation_is_read_with_all_its_messages(double: LibreDeskDouble) -> None:
    double.largest = 2
    double.say(17, "<p>Where is my <b>refund</b>?</p><p>It was 142&nbsp;EUR.</p>", attachments=[{"name": "a.pdf", "content_type": "pdf"}])
    double.say(17, "<p>It is on its way.</p>", "outgoing")
    double.say(17, "She called twice.", "outgoing", private=True)
    double.say(17, "Tom assigned to himself", "activity")
    double.say(17, "Please rate this conversation", "outgoing", meta={"is_csat": True})
    double.say(17, "How can I help?", "outgoing", author={"id": 9, "first_name": "Desk", "type": "ai_assistant"})
    double.say(17, "Never arrived", "outgoing", status="failed")
    arrival = await thread(double)
    found = arrival.conversation
    assert (found.channel, found.status, found.assignee, arrival.complete) == ("chat", "open", "7", True)
    by_text = {one.text: one for one in found.messages}
    asked, answered, note = (by_text[text] for text in ("Where is my refund?\n\nIt was 142 EUR.", "It is on its way.", "She called twice."))
    assert (asked.author, asked.author_name, asked.attachments[0]) == (
        "customer",
        "Marta Ruiz",
        {"name": "a.pdf", "type": "pdf", "url": ""},
    )
    assert (answered.author, answered.visibility, note.author, note.visibility) == ("agent", "public", "agent", "private")
    assert {text for text, one in by_text.items() if one.author == "bot"} == {"Please rate this conversation", "How can I help?"}
    assert len(by_text) == 5
    assert found.customer is not None
    assert (found.customer.id, found.customer.name, found.customer.assurance) == ("libredesk-1:41", "Marta Ruiz", Assurance.CLAIMED)


async def test_more_than_is_read_is_not_taken_for_all(double: LibreDeskDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.channels.libredesk.PAGES", 1)
    double.largest = 1
    double.say(17, "One.")
    double.say(17, "Two.")
    assert not (await thread(double)).complete


@pytest.mark.parametrize(
    ("event", "payload", "ident"),
    [
        ("message.created", {"uuid": "m-1", "conversation_uuid": "c-1"}, "c-1"),
        ("message.updated", {"uuid": "m-1", "conversation_uuid": "c-1"}, "c-1"),
        ("conversation.created", {"uuid": "c-1", "contact": contact()}, "c-1"),
        ("conversation.status_changed", {"conversation_uuid": "c-1", "new_status": "Closed"}, "c-1"),
        ("conversation.assigned", {"conversation_uuid": "c-1", "assigned_to": 7}, "c-1"),
        ("webhook.test", {"id": 1, "name": "Rapport"}, ""),
        ("conversation.tags_changed", {"conversation_uuid": "c-1"}, ""),
    ],
)
def test_an_event_says_which_conversation_changed(event: str, payload: dict[str, Any], ident: str) -> None:
    arrivals = LibreDesk(httpx.AsyncClient()).read(HERE.account, HERE.webhook(told(event, payload))).arrivals
    assert [one.conversation.conversation_id for one in arrivals] == ([ident] if ident else [])
    assert not any(one.whole for one in arrivals)


def test_the_time_in_the_body_is_held_against_ours() -> None:
    channel, webhook = LibreDesk(httpx.AsyncClient()), HERE.webhook(told("message.created", {"conversation_uuid": "c-1"}))
    for hours in (-1, 25):
        with pytest.raises(Refused, match="not of now"):
            channel.read(HERE.account, webhook.model_copy(update={"at": AT + timedelta(hours=hours)}))
    with pytest.raises(Invalid):
        channel.read(HERE.account, HERE.webhook({"event": "message.created", "payload": {"conversation_uuid": "c-1"}}))


@pytest.mark.parametrize("uuid", ["", "../../webhooks", 17, None, "x" * 101])
def test_an_id_that_is_none_is_told(uuid: object) -> None:
    with pytest.raises(Invalid):
        LibreDesk(httpx.AsyncClient()).read(HERE.account, HERE.webhook(told("message.created", {"conversation_uuid": uuid, "uuid": uuid})))


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"status": "Replied"}, "pending"),
        ({"status": "Resolved"}, "closed"),
        ({"status": "With the bank", "status_category": "waiting"}, "pending"),
        ({"status": "Snoozed"}, "pending"),
    ],
)
async def test_states(double: LibreDeskDouble, given: dict[str, Any], status: str) -> None:
    double.conversations["17"] |= given
    assert (await thread(double)).conversation.status == status


@pytest.mark.parametrize(("inbox", "channel"), [("email", "email"), ("whatsapp", "chat"), ("mastodon", "social")])
async def test_where_it_is_said_follows_from_the_inbox(double: LibreDeskDouble, inbox: str, channel: str) -> None:
    double.conversations["17"]["inbox_channel"] = inbox
    assert (await thread(double)).conversation.channel == channel


@pytest.mark.parametrize(("inbox", "to"), [("email", ["marta@example.com"]), ("livechat", [])])
async def test_what_is_written_is_shown_as_it_was_meant(double: LibreDeskDouble, inbox: str, to: list[str]) -> None:
    double.conversations["17"]["inbox_channel"] = inbox
    text = "Dear Marta,\n\n<b>142 EUR</b> & more.\nTom"
    async with double.client() as http:
        await LibreDesk(http).reply(HERE.account, "17", text, "7")
    assert (double.asked[-1].body["to"], double.asked[-1].body["sender_type"]) == (to, "agent")
    assert "<b>" not in double.messages["17"][-1]["content"]
    assert (await thread(double)).conversation.messages[-1].text == text


async def test_the_poll_reads_what_has_a_new_message(double: LibreDeskDouble) -> None:
    double.open("18", last_message_at=None)
    double.open("19")
    double.say("19", "Hello?")
    double.say(17, "Hello?")
    async with double.client() as http:
        channel = LibreDesk(http)
        assert (await channel.since(HERE.account, "")).arrivals == ()
        page = await channel.since(HERE.account, (BEGAN + timedelta(seconds=5002)).isoformat())
        assert [one.conversation.conversation_id for one in page.arrivals] == ["17"]
        again = await channel.since(HERE.account, BEGAN.isoformat())
    assert {one.conversation.conversation_id for one in again.arrivals} == {"17", "19"}
    assert again.cursor == page.cursor


async def test_the_poll_goes_on_where_it_stopped(double: LibreDeskDouble) -> None:
    """A page at a time, whatever the server gives for one; conversations in which nothing was said yet come first and do not end it."""
    double.conversations.clear()
    double.largest = 2
    for number in range(20):
        double.open(f"c-{number}", last_message_at=(BEGAN + timedelta(minutes=number)).isoformat())
    for number in range(20, 25):
        double.open(f"c-{number}", last_message_at=None)
    async with double.client() as http:
        channel, cursor, seen = LibreDesk(http), (BEGAN + timedelta(minutes=4)).isoformat(), []
        for _ in range(20):
            page = await channel.since(HERE.account, cursor)
            seen += [one.conversation.conversation_id for one in page.arrivals]
            cursor = page.cursor
            if not page.more:
                break
    assert sorted(seen) == sorted(f"c-{number}" for number in range(4, 20))
    assert cursor == (BEGAN + timedelta(minutes=19)).isoformat()


async def test_the_webhook_is_made_once_and_takes_over_a_new_secret(double: LibreDeskDouble) -> None:
    async with double.client() as http:
        channel = LibreDesk(http)
        (missing,) = await channel.check(HERE.account)
        assert "webhook" in missing.what
        assert (await channel.install(HERE.account, OURS)).signing == (OLD, NEW)
        assert await channel.check(HERE.account) == []
        await channel.install(account("libredesk", signing=(NEW, "whsec_dGhlLW5leHQ=")), OURS)
        (hook,) = double.webhooks
        assert (hook["url"], hook["secret"]) == (OURS["webhook"], "whsec_dGhlLW5leHQ=")
        hook["is_active"] = False
        (missing,) = await channel.check(HERE.account)
        assert "switched off" in missing.what
        double.admin = False
        (missing,) = await channel.check(HERE.account)
        assert "webhooks:manage" in missing.todo
        with pytest.raises(Refused):
            await channel.install(account("libredesk", signing=()), OURS)


async def test_a_webhook_that_it_did_not_take_is_told(double: LibreDeskDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.channels.libredesk.EVENTS", ())
    async with double.client() as http:
        with pytest.raises(Invalid, match="did not take the webhook"):
            await LibreDesk(http).install(HERE.account, OURS)


async def test_a_write_that_is_answered_oddly_is_unsure() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"status": "success", "data": True}))
    async with httpx.AsyncClient(transport=transport) as http:
        with pytest.raises(Unsure):
            await LibreDesk(http).note(HERE.account, "17", "A note.")


async def test_an_address_that_is_no_libredesk_is_told() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"hello": "world"}))
    async with httpx.AsyncClient(transport=transport) as http:
        with pytest.raises(Unavailable, match="address"):
            await LibreDesk(http).thread(HERE.account, "17")
