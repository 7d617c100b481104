"""What is Zendesk's own: which fields mean what, whose words are whose, the poll's cursor, setting it up."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from copilot.channels.zendesk import BEGIN, Zendesk
from copilot.domain.channels import Account, Arrival
from copilot.domain.errors import Invalid, Refused, Unavailable
from tests.channels.doubles.zendesk import ZendeskDouble, user
from tests.channels.tools import AT, EXAMPLES, account

HERE = EXAMPLES["zendesk"]


@pytest.fixture
def double() -> ZendeskDouble:
    made = ZendeskDouble()
    made.open(17)
    return made


async def thread(double: ZendeskDouble, ours: Account = HERE.account) -> Arrival:
    async with double.client() as http:
        return await Zendesk(http).thread(ours, "17")


def read(body: bytes | dict[str, Any], ours: Account = HERE.account) -> tuple[Arrival, ...]:
    return Zendesk(httpx.AsyncClient()).read(ours, HERE.webhook(body)).arrivals


async def test_a_thread_says_who_said_what_to_whom(double: ZendeskDouble) -> None:
    file = {"id": 1, "file_name": "bill.pdf", "content_type": "application/pdf", "content_url": "https://x.example.com/t/1", "size": 3}
    double.say(17, "Where is my refund?", attachments=[file])
    double.say(17, "Ask Tom.", 7, public=False)
    double.say(17, "It is on its way.", 7)
    double.say(17, "Your ticket was received.", -1)
    double.say(17, "I am Marta's sister.", 42)
    double.users[42] = user(42)
    arrival = await thread(double)
    said = [(one.author, one.visibility, one.text, one.author_name) for one in arrival.conversation.messages]
    assert said == [
        ("customer", "public", "Where is my refund?", "Marta Ruiz"),
        ("agent", "private", "Ask Tom.", "Tom Weber"),
        ("agent", "public", "It is on its way.", "Tom Weber"),
        ("bot", "public", "Your ticket was received.", ""),
        ("customer", "public", "I am Marta's sister.", "Nora Falk"),
    ]
    first = arrival.conversation.messages[0]
    assert (first.id, first.sent_at) == ("5001", "2026-03-02T10:23:21+00:00")
    assert first.attachments == [{"name": "bill.pdf", "type": "application/pdf", "url": ""}]
    assert arrival.whole
    assert (arrival.conversation.status, arrival.conversation.assignee, arrival.conversation.channel) == ("open", "7", "email")


async def test_a_comment_of_which_nobody_says_that_it_is_public_is_private(double: ZendeskDouble) -> None:
    double.say(17, "Between us.", 7)
    del double.comments[17][0]["public"]
    assert (await thread(double)).conversation.messages[0].visibility == "private"


async def test_an_agent_who_asks_for_themselves_is_the_customer(double: ZendeskDouble) -> None:
    double.open(17, requester_id=7)
    double.say(17, "My own parcel is lost.", 7)
    assert (await thread(double)).conversation.messages[0].author == "customer"


async def test_who_a_verified_person_is_stays_a_claim(double: ZendeskDouble) -> None:
    double.users[41] = user(41, external_id="cust-9", verified=True)
    customer = (await thread(double)).conversation.customer
    assert customer is not None
    assert (customer.id, customer.email, customer.assurance) == ("zendesk-1:41", "marta@example.com", "claimed")
    double.users[41] = user(41, email=None)
    customer = (await thread(double)).conversation.customer
    assert customer is not None
    assert customer.assurance == "none"


@pytest.mark.parametrize(
    ("via", "channel"),
    [
        ({"channel": "web"}, "email"),
        ({"channel": "native_messaging"}, "chat"),
        ({"channel": "whatsapp"}, "chat"),
        ({"channel": "voice"}, "phone"),
        ({"channel": "sms"}, "sms"),
        ({"channel": "twitter", "source": {"rel": "mention"}}, "social"),
        ({"channel": "twitter", "source": {"rel": "direct_message"}}, "chat"),
        ({"channel": "facebook", "source": {"rel": "post"}}, "social"),
        ({"channel": "facebook", "source": {"rel": "message"}}, "chat"),
        ({"channel": "facebook", "source": None}, "social"),
        ({"channel": "any_channel"}, "social"),
    ],
)
async def test_public_posts_are_known_as_such(double: ZendeskDouble, via: dict[str, Any], channel: str) -> None:
    double.open(17, via=via)
    assert (await thread(double)).conversation.channel == channel


@pytest.mark.parametrize(
    ("told", "status"), [("new", "open"), ("pending", "pending"), ("hold", "pending"), ("solved", "closed"), ("closed", "closed")]
)
async def test_states_are_carried_over(double: ZendeskDouble, told: str, status: str) -> None:
    double.open(17, status=told)
    assert (await thread(double)).conversation.status == status


async def test_a_long_thread_is_read_whole_and_in_order(double: ZendeskDouble) -> None:
    double.page = 7
    for number in range(30):
        double.say(17, f"line {number}")
    messages = (await thread(double)).conversation.messages
    assert [one.text for one in messages] == [f"line {number}" for number in range(30)]


async def test_what_was_made_private_later_is_read_so(double: ZendeskDouble) -> None:
    double.say(17, "Our margin is 40 %.", 7)
    assert (await thread(double)).conversation.messages[0].visibility == "public"
    double.comments[17][0] |= {"public": False, "body": "Our margin is ▇▇▇▇."}
    (again,) = (await thread(double)).conversation.messages
    assert (again.visibility, again.text) == ("private", "Our margin is ▇▇▇▇.")


async def test_our_own_note_comes_back_under_the_id_that_we_were_told(double: ZendeskDouble) -> None:
    async with double.client() as http:
        ident = await Zendesk(http).note(HERE.account, "17", "A draft is ready.")
    (note,) = (await thread(double)).conversation.messages
    assert (note.id, note.visibility, note.author) == (ident, "private", "agent")
    (asked,) = [one for one in double.asked if one.method == "PUT"]
    assert (asked.path, asked.body) == (
        "/api/v2/tickets/17.json",
        {"ticket": {"comment": {"body": "A draft is ready.", "public": False}}},
    )


async def test_a_reply_is_public_and_the_agents_own(double: ZendeskDouble) -> None:
    async with double.client() as http:
        ident = await Zendesk(http).reply(HERE.account, "17", "Dear Marta", "7")
    (said,) = double.comments[17]
    assert (str(said["id"]), said["author_id"], said["public"]) == (ident, 7, True)


async def test_nothing_is_sent_into_a_live_session(double: ZendeskDouble) -> None:
    double.open(17, via={"channel": "native_messaging"})
    async with double.client() as http:
        with pytest.raises(Refused, match="sidebar"):
            await Zendesk(http).reply(HERE.account, "17", "Dear Marta", "7")
    assert double.writes == 0


async def test_a_closed_ticket_takes_nothing(double: ZendeskDouble) -> None:
    double.open(17, status="closed")
    async with double.client() as http:
        with pytest.raises(Invalid):
            await Zendesk(http).note(HERE.account, "17", "x")


async def test_an_api_token_goes_with_its_e_mail(double: ZendeskDouble) -> None:
    ours = account("zendesk", settings={"email": "copilot@example.com"})
    await thread(double, ours)
    assert all(one.headers["authorization"].startswith("Basic ") for one in double.asked)
    double.asked.clear()
    async with double.client() as http:
        await Zendesk(http).reply(ours, "17", "Dear Marta", "7")
    assert {one.headers["authorization"] for one in double.asked} == {"Bearer tok-agent-7"}


def test_the_trigger_of_another_connection_is_refused() -> None:
    with pytest.raises(Invalid, match="another connection"):
        read(HERE.said("5001", "x") | {"connection": "zendesk-2"})


def event(**given: Any) -> dict[str, Any]:
    detail = {"id": "17", "status": "OPEN", "subject": "Refund", "requester_id": "41", "is_public": True}
    known = {"type": "zen:event-type:ticket.comment_added", "account_id": 3, "id": "cbe4028c", "subject": "zen:ticket:17"}
    return known | {"time": "2026-03-02T10:00:00Z", "zendesk_event_version": "2022-11-06", "detail": detail, "event": {}} | given


def test_an_event_about_a_ticket_says_which_and_no_more() -> None:
    (arrival,) = read(event())
    assert (arrival.conversation.conversation_id, arrival.whole, arrival.conversation.messages) == ("17", False, [])


def test_events_about_something_else_tell_nothing() -> None:
    assert read(event(type="zen:event-type:user.created", subject="zen:user:41", detail={"id": "41"})) == ()


def test_events_of_another_account_are_refused() -> None:
    ours = account("zendesk", settings={"account_number": 4})
    with pytest.raises(Invalid, match="another account"):
        read(event(), ours)
    assert read(event(account_id=4), ours)


def test_what_stands_in_the_time_cannot_be_moved_into_the_body() -> None:
    """Between the two stands no separator, so the same signature fits other cuts."""
    good = HERE.webhook(HERE.said("5001", "x"))
    stamp = good.header("x-zendesk-webhook-signature-timestamp")
    for cut in range(len(stamp)):
        headers = good.headers | {"x-zendesk-webhook-signature-timestamp": stamp[:cut]}
        moved = good.model_copy(update={"headers": headers, "body": stamp[cut:].encode() + good.body})
        with pytest.raises((Refused, Invalid)):
            Zendesk(httpx.AsyncClient()).read(HERE.account, moved)


async def test_the_poll_begins_late_enough_and_goes_on_by_zendesks_cursor(double: ZendeskDouble) -> None:
    double.open(18)
    double.open(19)
    double.page = 2
    async with double.client() as http:
        tool = Zendesk(http)
        first = await tool.since(HERE.account, "")
        assert await tool.since(HERE.account, first.cursor) == first
        assert double.exports == 0
        earlier = f"{BEGIN}{(datetime.now(UTC) - timedelta(minutes=2)).timestamp():.0f}"
        page = await tool.since(HERE.account, earlier)
        assert [one.conversation.conversation_id for one in page.arrivals] == ["17", "18"]
        assert page.more
        assert not any(one.whole for one in page.arrivals)
        rest = await tool.since(HERE.account, page.cursor)
        assert [one.conversation.conversation_id for one in rest.arrivals] == ["19"]
        assert not rest.more
        double.open(20)
        again = await tool.since(HERE.account, rest.cursor)
        assert [one.conversation.conversation_id for one in again.arrivals] == ["20"]


async def test_the_polls_pace_is_zendesks(double: ZendeskDouble) -> None:
    double.exports = 10
    async with double.client() as http:
        with pytest.raises(Unavailable) as told:
            await Zendesk(http).since(HERE.account, "1")
    assert told.value.retry_after == 41
    assert double.exports == 11


async def test_installing_makes_one_webhook_and_one_trigger_whose_delivery_we_read(double: ZendeskDouble) -> None:
    ours = {"webhook": "https://copilot.example.com/hooks/default/zendesk-1", "panel": "https://copilot.example.com/panel"}
    async with double.client() as http:
        tool = Zendesk(http)
        assert [one.what for one in await tool.check(HERE.account)] == ["There is no webhook for this connection."]
        made = await tool.install(HERE.account, ours)
        assert await tool.install(HERE.account, ours) == made
        assert await tool.check(made) == []
        trigger = double.triggers.pop()
        assert [one.what for one in await tool.check(made)] == ["No trigger calls the webhook."]
        double.triggers.append(trigger)
        double.webhooks[0]["status"] = "inactive"
        assert [one.what for one in await tool.check(made)] == ["The webhook is switched off."]
    assert made.signing == ("made-by-zendesk-01H0",)
    assert len(double.webhooks) == len(double.triggers) == 1
    (action,) = double.triggers[0]["actions"]
    webhook, body = action["value"]
    assert webhook == "01H0"
    filled = body.replace("{{ticket.id}}", "17").replace("{{ticket.updated_at_with_timestamp}}", AT.isoformat())
    assert read(filled.encode())[0].conversation.conversation_id == "17"


async def test_what_a_token_lacks_is_told(double: ZendeskDouble) -> None:
    double.role = "agent"
    async with double.client() as http:
        found = await Zendesk(http).check(HERE.account)
    assert found[0].what == "What changed cannot be asked for."


@pytest.mark.parametrize("answer", [b"null", b"[]", b"7", b'"x"', b"{}", b'{"ticket": [], "tickets": [{}], "_results": [{}]}'])
async def test_an_api_that_answers_nonsense_is_told(answer: bytes) -> None:
    def respond(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=answer)

    async with httpx.AsyncClient(transport=httpx.MockTransport(respond)) as http:
        with pytest.raises(Invalid):
            await Zendesk(http).thread(HERE.account, "17")
        with suppress(Invalid):
            assert not (await Zendesk(http).since(HERE.account, "1")).arrivals
