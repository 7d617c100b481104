"""What is Chatwoot's own: whose identity is proven, pages of a thread and of the poll, edits, bots, its webhook and its dashboard app."""

from typing import Any

import httpx
import pytest

from copilot.channels import chatwoot
from copilot.channels.chatwoot import Chatwoot
from copilot.domain.channels import Account, Arrival, Delivery
from copilot.domain.errors import Invalid
from copilot.domain.people import Assurance
from tests.channels.doubles.chatwoot import ChatwootDouble, contact
from tests.channels.tools import EXAMPLES, NEW, OLD, account

HERE = EXAMPLES["chatwoot"]
OURS = {
    "webhook": "https://copilot.example.com/hooks/default/chatwoot-1",
    "panel": "https://copilot.example.com/chatwoot/panel?tenant=default&connection=chatwoot-1",
}


@pytest.fixture
def double() -> ChatwootDouble:
    made = ChatwootDouble()
    made.open(17)
    return made


async def thread(double: ChatwootDouble) -> Arrival:
    async with double.client() as http:
        return await Chatwoot(http).thread(HERE.account, "17")


def read(body: dict[str, Any], given: Account = HERE.account) -> Delivery:
    return Chatwoot(httpx.AsyncClient()).read(given, HERE.webhook(body))


def said(**given: Any) -> dict[str, Any]:
    """A message's webhook; `meta`, `channel`: of its conversation."""
    body = HERE.said("5001", "Where is my refund?")
    inside = {name: given.pop(name) for name in ("meta", "channel", "status") if name in given}
    body["conversation"] |= inside | ({"meta": body["conversation"]["meta"] | inside["meta"]} if "meta" in inside else {})
    return body | given


@pytest.mark.parametrize(
    ("who", "proven", "ident", "assurance"),
    [
        ({"identifier": "cust-1042"}, True, "cust-1042", Assurance.PROVEN),
        ({"identifier": "cust-1042"}, False, "chatwoot-1:41", Assurance.CLAIMED),
        ({"identifier": "cust-1042"}, "true", "chatwoot-1:41", Assurance.CLAIMED),
        ({"identifier": "x" * 201}, True, "chatwoot-1:41", Assurance.PROVEN),
        ({}, None, "chatwoot-1:41", Assurance.CLAIMED),
        ({"email": None, "phone_number": "+4915112345678"}, False, "chatwoot-1:41", Assurance.CLAIMED),
        ({"email": None}, False, "chatwoot-1:41", Assurance.NONE),
    ],
)
def test_who_it_is_with_and_how_sure_that_is(who: dict[str, Any], proven: object, ident: str, assurance: Assurance) -> None:
    (arrival,) = read(said(meta={"sender": contact(**who), "hmac_verified": proven})).arrivals
    customer = arrival.conversation.customer
    assert customer is not None
    assert (customer.id, customer.assurance, customer.name) == (ident, assurance, "Marta Ruiz")


@pytest.mark.parametrize(
    ("inbox", "channel"),
    [
        ("Channel::WebWidget", "chat"),
        ("Channel::Whatsapp", "chat"),
        ("Channel::Email", "email"),
        ("Channel::TwilioSms", "sms"),
        ("Channel::FacebookPage", "social"),
        ("Channel::Mastodon", "social"),
        ("", "social"),
    ],
)
def test_where_it_is_said_follows_from_the_inbox(inbox: str, channel: str) -> None:
    (arrival,) = read(said(channel=inbox)).arrivals
    assert arrival.conversation.channel == channel


@pytest.mark.parametrize(
    ("given", "author", "visibility"),
    [
        ({}, "customer", "public"),
        ({"message_type": "outgoing", "sender": {"id": 7, "name": "Tom Weber", "type": "user"}}, "agent", "public"),
        ({"message_type": "outgoing", "sender": {"id": 7, "type": "User"}, "private": True}, "agent", "private"),
        ({"message_type": "outgoing", "sender": {"id": 2, "type": "agent_bot"}}, "bot", "public"),
        ({"message_type": "outgoing", "sender": None}, "bot", "public"),
    ],
)
def test_who_said_it_and_who_reads_it(given: dict[str, Any], author: str, visibility: str) -> None:
    (arrival,) = read(said(**given)).arrivals
    (message,) = arrival.conversation.messages
    assert (message.author, message.visibility) == (author, visibility)


@pytest.mark.parametrize("given", [{"message_type": "activity"}, {"message_type": "template"}, {"content": None}])
def test_what_nobody_said_is_no_message(given: dict[str, Any]) -> None:
    (arrival,) = read(said(**given)).arrivals
    assert arrival.conversation.messages == []


def test_an_edited_and_a_deleted_message() -> None:
    (edited,) = read(said(event="message_updated", content="Where is it?")).arrivals
    assert [(one.id, one.text) for one in edited.conversation.messages] == [("5001", "Where is it?")]
    (deleted,) = read(said(event="message_updated", content="This message was deleted", content_attributes={"deleted": True})).arrivals
    assert (deleted.conversation.messages, deleted.deleted) == ([], ("5001",))


def test_a_file_without_words_is_a_message_and_its_address_is_not_kept() -> None:
    (arrival,) = read(said(content=None, attachments=[{"file_type": "image", "data_url": "https://files.example.com/secret.png"}])).arrivals
    (message,) = arrival.conversation.messages
    assert message.attachments == [{"name": "", "type": "image", "url": ""}]


@pytest.mark.parametrize(
    ("event", "status", "found"),
    [
        ("conversation_status_changed", "resolved", "closed"),
        ("conversation_updated", "snoozed", "pending"),
        ("conversation_created", "open", "open"),
        ("conversation_resolved", "resolved", "closed"),
        ("conversation_opened", "open", "open"),
    ],
)
def test_a_bots_events_are_read_as_the_accounts(double: ChatwootDouble, event: str, status: str, found: str) -> None:
    """The last two are heard by agent bots only; such a body names no account."""
    body = double.conversations[17] | {"event": event, "status": status, "messages": [], "assignee_id": 7}
    (arrival,) = read(body).arrivals
    assert (arrival.conversation.conversation_id, arrival.conversation.status, arrival.whole) == ("17", found, True)


def test_a_bots_message_is_signed_with_its_own_secret_and_is_one_with_the_accounts() -> None:
    body = said()
    by_bot, by_account = (Chatwoot(httpx.AsyncClient()).read(HERE.account, HERE.webhook(body, secret=secret)) for secret in (OLD, NEW))
    assert by_bot.arrivals == by_account.arrivals
    assert [one.id for one in by_bot.arrivals[0].conversation.messages] == ["5001"]


@pytest.mark.parametrize("event", ["webwidget_triggered", "conversation_typing_on", "contact_updated", "inbox_created", None, ["x"]])
def test_what_is_not_of_a_conversation_tells_nothing(event: object) -> None:
    told = read({"event": event, "account": {"id": 3}, "id": 41})
    assert (told.arrivals, told.heard) == ((), False)


def test_a_new_contact_is_only_heard() -> None:
    told = read(contact() | {"event": "contact_created", "account": {"id": 3}})
    assert (told.arrivals, told.heard) == ((), True)


def test_another_accounts_webhook_is_not_taken() -> None:
    with pytest.raises(Invalid, match="another account"):
        read(said(account={"id": 4}))


def test_of_an_unsigned_one_only_the_number_is_believed() -> None:
    unsigned = account("chatwoot", settings={"account_id": 3}, signing=())
    webhook = HERE.webhook(said())
    bare = webhook.model_copy(update={"headers": {}})
    (arrival,) = Chatwoot(httpx.AsyncClient()).read(unsigned, bare).arrivals
    assert (arrival.whole, arrival.conversation.conversation_id, arrival.conversation.messages) == (False, "17", [])
    assert arrival.conversation.customer is None


async def test_a_long_thread_is_read_page_by_page_in_its_order(double: ChatwootDouble) -> None:
    words = [f"Line {number}." for number in range(45)]
    for text in words:
        double.say(17, text)
    arrival = await thread(double)
    assert [one.text for one in arrival.conversation.messages] == words
    pages = [one.path for one in double.asked if one.path.endswith("/messages")]
    assert len(pages) == 4, "three with something in them, and one that says that there is no more"


async def test_a_thread_without_end_is_read_so_far(double: ChatwootDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chatwoot, "PAGES", 2)
    for number in range(60):
        double.say(17, f"Line {number}.")
    found = (await thread(double)).conversation.messages
    assert [found[0].text, found[-1].text, len(found)] == ["Line 20.", "Line 59.", 40]


async def test_the_poll_goes_on_where_it_stopped(double: ChatwootDouble) -> None:
    """More conversations than fit on all the pages that one poll reads: none is left out, also not those that move meanwhile."""
    double.conversations.clear()
    for number in range(1, 301):
        double.open(number, last_activity_at=10_000 + number)
    async with double.client() as http:
        channel, cursor, seen = Chatwoot(http), "10001", set()
        for asked in range(100):
            page = await channel.since(HERE.account, cursor)
            seen |= {one.conversation.conversation_id for one in page.arrivals}
            assert not any(one.whole for one in page.arrivals)
            cursor = page.cursor
            if asked == 3:
                double.conversations[299]["last_activity_at"] = 20_000  # from the first page, which was read, to the top again
                double.conversations[5]["last_activity_at"] = 20_001  # from a page that comes yet
            if not page.more:
                break
        assert seen == {str(number) for number in range(1, 301)} - {"5"}
        assert cursor == "10300"
        later = await channel.since(HERE.account, cursor)
        assert {one.conversation.conversation_id for one in later.arrivals} == {"5", "299", "300"}
        assert (later.cursor, later.more) == ("20001", False)


async def test_a_poll_begins_now_and_a_page_that_is_full_of_old_ones_ends_it(double: ChatwootDouble) -> None:
    async with double.client() as http:
        channel = Chatwoot(http)
        first = await channel.since(HERE.account, "")
        assert (first.arrivals, first.cursor.isdecimal(), first.more) == ((), True, False)
        assert double.asked == []
        page = await channel.since(HERE.account, str(double.conversations[17]["last_activity_at"] + 1))
        assert (page.arrivals, page.more) == ((), False)


async def test_what_else_a_contact_said_is_asked_for(double: ChatwootDouble) -> None:
    double.open(16)
    double.open(15, meta={"sender": contact(id=42)})
    async with double.client() as http:
        assert await Chatwoot(http).earlier(HERE.account, "17") == ("16",)


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("https://copilot.example.com/hooks/default/chatwoot-1", True),
        ("https://example.com/support/hooks/default/chatwoot-1/the-secret", True),
        ("https://copilot.example.com/hooks/default/chatwoot-10", False),
        ("https://copilot.example.com/hooks/other/chatwoot-1", False),
        ("https://chatwoot-1.example.com/hooks/default/crm", False),
        ("https://[/hooks/default/chatwoot-1", False),
        (None, False),
    ],
)
async def test_a_webhook_is_known_by_where_it_leads(double: ChatwootDouble, url: object, there: bool) -> None:
    double.webhooks.append({"id": 1, "url": url, "subscriptions": [], "secret": ""})
    async with double.client() as http:
        missing = [one.what for one in await Chatwoot(http).check(HERE.account)]
    assert any("webhook" in what for what in missing) is not there
    assert any("dashboard app" in what for what in missing)


async def test_it_is_set_up_once_and_its_secret_stands_beside_a_bots(double: ChatwootDouble) -> None:
    async with double.client() as http:
        channel = Chatwoot(http)
        made = await channel.install(HERE.account, OURS)
        assert made.signing == (NEW, "made-by-chatwoot")
        assert await channel.check(HERE.account) == []
        assert await channel.install(made, OURS) == made
        assert (len(double.webhooks), len(double.apps)) == (1, 1)
        double.webhooks[0]["subscriptions"] = ["message_created"]
        await channel.install(made, OURS)
    assert set(double.webhooks[0]["subscriptions"]) >= {"message_created", "message_updated", "conversation_status_changed"}


async def test_another_connections_dashboard_app_is_not_ours(double: ChatwootDouble) -> None:
    double.apps.append({"title": "Rapport", "content": [{"type": "frame", "url": OURS["panel"].replace("chatwoot-1", "chatwoot-10")}]})
    async with double.client() as http:
        await Chatwoot(http).install(HERE.account, OURS)
    assert [app["content"][0]["url"].rpartition("=")[2] for app in double.apps] == ["chatwoot-10", "chatwoot-1"]


async def test_the_contact_of_a_probe_is_gone_whatever_happens(double: ChatwootDouble) -> None:
    async with double.client() as http:
        channel = Chatwoot(http)
        async with channel.probe(HERE.account):
            assert [one["name"] for one in double.contacts.values()] == [chatwoot.CHECK]
        assert double.contacts == {}
        with pytest.raises(TimeoutError):
            async with channel.probe(HERE.account):
                raise TimeoutError
    assert double.contacts == {}
