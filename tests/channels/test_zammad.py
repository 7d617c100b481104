"""What is Zammad's own: no signed time, articles and their types, answers the same way as the customer wrote, webhook and triggers."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from copilot.channels.zammad import Zammad
from copilot.domain.channels import Arrival
from copilot.domain.errors import Invalid, NotFound, Refused
from copilot.domain.people import Assurance
from tests.channels.doubles.zammad import BEGAN, ZammadDouble, user
from tests.channels.tools import EXAMPLES, NEW, OLD, account

HERE = EXAMPLES["zammad"]
OURS = {"webhook": "https://copilot.example.com/hooks/default/zammad-1", "panel": "https://copilot.example.com/zammad/panel"}


@pytest.fixture
def double() -> ZammadDouble:
    made = ZammadDouble()
    made.open()
    return made


async def thread(double: ZammadDouble) -> Arrival:
    async with double.client() as http:
        return await Zammad(http).thread(HERE.account, "17")


async def test_a_ticket_is_read_with_everything_that_stands_in_it(double: ZammadDouble) -> None:
    html = "Where is my <b>refund</b>?<br>It was 142&nbsp;EUR.<script>alert(1)</script><!-- hidden -->"
    double.say(17, html, content_type="text/html; charset=utf-8", attachments=[{"filename": "a.pdf", "preferences": {"Mime-Type": "pdf"}}])
    double.say(17, "It is on its way.", "Agent")
    double.say(17, "She called twice.", "Agent", "note", internal=True)
    double.say(17, "We have received your request.", "System")
    found = (await thread(double)).conversation
    assert (found.conversation_id, found.channel, found.status, found.assignee) == ("17", "email", "open", "7")
    _, asked, answered, note, automatic = found.messages
    assert (asked.author, asked.text, asked.author_name) == ("customer", "Where is my refund?\nIt was 142 EUR.", "Marta Ruiz")
    assert asked.attachments == [{"name": "a.pdf", "type": "pdf", "url": ""}]
    assert (answered.author, answered.visibility, answered.author_id) == ("agent", "public", "7")
    assert (note.author, note.visibility) == ("agent", "private")
    assert automatic.author == "bot"
    assert found.customer is not None
    assert (found.customer.id, found.customer.name, found.customer.email) == ("zammad-1:41", "Marta Ruiz", "marta@example.com")
    assert found.customer.assurance == Assurance.CLAIMED


async def test_without_the_word_nothing_is_taken_for_public(double: ZammadDouble) -> None:
    del double.say(17, "Between us: he is lying.", "Agent")["internal"]
    assert (await thread(double)).conversation.messages[-1].visibility == "private"


@pytest.mark.parametrize(
    ("kind", "channel"),
    [
        ("email", "email"),
        ("web", "email"),
        ("phone", "phone"),
        ("sms", "sms"),
        ("whatsapp message", "chat"),
        ("twitter direct-message", "chat"),
        ("twitter status", "social"),
        ("facebook feed post", "social"),
        ("facebook feed comment", "social"),
        ("a type of an add-on", "social"),
    ],
)
async def test_where_it_is_said_follows_from_the_articles(double: ZammadDouble, kind: str, channel: str) -> None:
    double.open(17, kind)
    assert (await thread(double)).conversation.channel == channel


async def test_one_public_article_makes_it_a_public_place(double: ZammadDouble) -> None:
    double.say(17, "@ternway hello??", kind="twitter status")
    assert (await thread(double)).conversation.channel == "social"


@pytest.mark.parametrize(("state", "status"), [("new", "open"), ("pending close", "pending"), ("closed", "closed"), ("merged", "closed")])
async def test_states(double: ZammadDouble, state: str, status: str) -> None:
    double.tickets[17]["state"] = state
    assert (await thread(double)).conversation.status == status


async def test_of_a_state_that_was_added_nothing_is_said(double: ZammadDouble) -> None:
    double.tickets[17] |= {"state": "waiting for the bank", "owner_id": 1}
    found = (await thread(double)).conversation
    assert "status" not in found.model_fields_set
    assert found.assignee == ""


async def test_a_customer_who_was_deleted_leaves_the_ticket_readable(double: ZammadDouble) -> None:
    double.users.clear()
    assert (await thread(double)).conversation.customer is None


def test_a_customized_payload_is_told() -> None:
    for body in ({"text": "New ticket"}, {"ticket": {"number": "96017"}}, {"ticket": {"id": "17; DROP"}}, {"ticket": {"id": True}}):
        with pytest.raises(Invalid):
            Zammad(httpx.AsyncClient()).read(HERE.account, HERE.webhook(dict(body)))


def test_a_replay_of_any_age_only_makes_us_read_again() -> None:
    channel, webhook = Zammad(httpx.AsyncClient()), HERE.webhook(HERE.said("5001", "Send it to DE00."))
    later = webhook.model_copy(update={"at": webhook.at + timedelta(days=400)})
    (arrival,) = channel.read(HERE.account, later).arrivals
    assert (arrival.whole, arrival.conversation.messages, arrival.conversation.customer) == (False, [], None)


@pytest.mark.parametrize(
    ("given", "kind", "to"),
    [
        ({}, "email", "marta@example.com"),
        ({"reply_to": "Office <office@example.com>"}, "email", "office@example.com"),
        ({"kind": "web"}, "email", "marta@example.com"),
        ({"kind": "sms", "from": "+4915112345678"}, "sms", "+4915112345678"),
    ],
)
async def test_an_answer_goes_the_way_the_customer_wrote(double: ZammadDouble, given: dict[str, Any], kind: str, to: str) -> None:
    double.say(17, "Where is it?", **given)
    double.say(17, "Ours.", "Agent")
    async with double.client() as http:
        await Zammad(http).reply(HERE.account, "17", "Dear Marta,\n<b>it is on its way</b>.", "7")
    sent = double.articles[17][-1]
    assert (sent["type"], sent["to"], sent["internal"], sent["content_type"]) == (kind, to, False, "text/plain")
    assert (await thread(double)).conversation.messages[-1].text == "Dear Marta,\n<b>it is on its way</b>."


@pytest.mark.parametrize("kind", ["twitter status", "facebook feed comment", "chat", "phone"])
async def test_what_cannot_be_answered_from_here_is_said(double: ZammadDouble, kind: str) -> None:
    double.say(17, "@ternway??", kind=kind)
    async with double.client() as http:
        with pytest.raises(Refused, match=kind):
            await Zammad(http).reply(HERE.account, "17", "Hello", "7")
    assert double.writes == 0


async def test_the_poll_goes_on_where_it_was(double: ZammadDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.channels.zammad.LIMIT", 2)
    for number in (18, 19, 20):
        double.open(number)
    async with double.client() as http:
        channel = Zammad(http)
        assert (await channel.since(HERE.account, "")).arrivals == ()
        page = await channel.since(HERE.account, (BEGAN + timedelta(minutes=1)).isoformat())
        seen = [one.conversation.conversation_id for one in page.arrivals]
        while page.more:
            page = await channel.since(HERE.account, page.cursor)
            seen += [one.conversation.conversation_id for one in page.arrivals]
    assert list(dict.fromkeys(seen)) == ["17", "18", "19", "20"]
    assert double.writes == 0


async def test_webhook_and_triggers_are_made_once(double: ZammadDouble) -> None:
    async with double.client() as http:
        channel = Zammad(http)
        (missing,) = await channel.check(HERE.account)
        assert "webhook" in missing.what
        assert (await channel.install(HERE.account, OURS)).signing == (OLD, NEW)
        assert await channel.check(HERE.account) == []
        await channel.install(HERE.account, OURS)
    (hook,) = double.webhooks
    assert (hook["endpoint"], hook["signature_token"], hook["ssl_verify"]) == (OURS["webhook"], NEW, True)
    assert [one["condition"]["ticket.action"]["value"] for one in double.triggers] == ["create", "update"]
    assert {one["perform"]["notification.webhook"]["webhook_id"] for one in double.triggers} == {hook["id"]}


async def test_a_new_secret_reaches_the_webhook_that_is_there(double: ZammadDouble) -> None:
    async with double.client() as http:
        await Zammad(http).install(HERE.account, OURS)
        await Zammad(http).install(account("zammad", signing=(NEW, "whsec_dGhlLW5leHQ=")), OURS)
    assert [hook["signature_token"] for hook in double.webhooks] == ["whsec_dGhlLW5leHQ="]


async def test_what_is_missing_is_said(double: ZammadDouble) -> None:
    async with double.client() as http:
        channel = Zammad(http)
        await channel.install(HERE.account, OURS)
        double.triggers.clear()
        (missing,) = await channel.check(HERE.account)
        assert "trigger" in missing.what
        double.webhooks[0]["active"] = False
        (missing,) = await channel.check(HERE.account)
        assert "switched off" in missing.what
        double.admin = False
        (missing,) = await channel.check(HERE.account)
        assert "admin.webhook" in missing.todo
        with pytest.raises(Refused):
            await channel.install(account("zammad", signing=()), OURS)


async def test_a_ticket_that_is_not_there(double: ZammadDouble) -> None:
    double.users[41] = user(firstname="", lastname="", email=None, phone="", login="+49151")
    found = (await thread(double)).conversation.customer
    assert found is not None
    assert (found.name, found.assurance) == ("+49151", Assurance.NONE)
    async with double.client() as http:
        with pytest.raises(NotFound):
            await Zammad(http).thread(HERE.account, "4711")
