"""What is Front's own: the challenge, previews and full events, whose words are whose, pages, the poll."""

from contextlib import suppress
from typing import Any

import httpx
import pytest

from copilot.channels.front import Front
from copilot.channels.markup import QUICK
from copilot.domain.channels import Arrival, Delivery
from copilot.domain.errors import Invalid, NotFound, Refused, Unavailable
from tests.channels.doubles.front import BEGAN, FrontDouble, comment, conversation, message, recipient, teammate
from tests.channels.tools import EXAMPLES, account

HERE = EXAMPLES["front"]
CNV = "cnv_55c8c149"


@pytest.fixture
def double() -> FrontDouble:
    made = FrontDouble()
    made.put(CNV)
    return made


def read(body: dict[str, Any], **headers: str) -> Delivery:
    webhook = HERE.webhook(body)
    webhook = webhook.model_copy(update={"headers": webhook.headers | {name.replace("_", "-"): value for name, value in headers.items()}})
    return Front(httpx.AsyncClient()).read(HERE.account, webhook)


def event(kind: str = "inbound_received", target: dict[str, Any] | None = None, told: dict[str, Any] | None = None) -> dict[str, Any]:
    payload = {"id": "evt_1", "type": kind, "emitted_at": BEGAN, "conversation": told or conversation(CNV), "target": target}
    return {"type": kind, "authorization": {"id": "cmp_3"}, "payload": payload}


def about(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"_meta": {"type": kind}, "data": data}


async def thread(double: FrontDouble) -> Arrival:
    async with double.client() as http:
        return await Front(http).thread(HERE.account, CNV)


def test_the_challenge_is_answered_only_where_it_is_signed() -> None:
    asked = {"type": "sync", "authorization": {"id": "cmp_3"}}
    delivery = read(asked, x_front_challenge="c-4711")
    assert (delivery.answer, delivery.arrivals) == ({"challenge": "c-4711"}, ())
    webhook = HERE.webhook(asked, secret="whsec_b3RoZXItc2VjcmV0")
    with pytest.raises(Refused):
        Front(httpx.AsyncClient()).read(HERE.account, webhook)


def test_a_challenge_beside_an_event_is_not_answered() -> None:
    delivery = read(event(target=about("message", message("msg_1", "Hello"))), x_front_challenge="c-4711")
    assert delivery.answer is None
    assert delivery.arrivals


def test_the_time_is_in_milliseconds() -> None:
    good = HERE.webhook(event())
    assert len(good.header("x-front-request-timestamp")) == 13


def test_a_full_event_is_believed_field_by_field() -> None:
    file = {"id": "fil_1", "filename": "bill.pdf", "content_type": "application/pdf", "url": "https://x.example.com/1", "size": 3}
    (arrival,) = read(event(target=about("message", message("msg_1", "Where is my refund?", attachments=[file])))).arrivals
    assert arrival.whole
    told = arrival.conversation
    assert (told.conversation_id, told.channel, told.status, told.assignee) == (CNV, "email", "open", "7")
    assert told.customer is not None
    assert (told.customer.id, told.customer.email, told.customer.name) == ("front-1:crd_41", "marta@example.com", "Marta Ruiz")
    assert told.customer.assurance == "claimed"
    (said,) = told.messages
    assert (said.id, said.author, said.author_name, said.text) == ("msg_1", "customer", "Marta Ruiz", "Where is my refund?")
    assert said.sent_at == "2026-03-02T10:00:00.123000+00:00"
    assert said.attachments == [{"name": "bill.pdf", "type": "application/pdf", "url": ""}]


@pytest.mark.parametrize("kind", ["message", "comment"])
def test_a_preview_says_only_which_conversation(kind: str) -> None:
    (arrival,) = read(event(target=about(kind, {"id": "msg_1", "_links": {}}))).arrivals
    assert (arrival.conversation.conversation_id, arrival.whole, arrival.conversation.messages) == (CNV, False, [])


@pytest.mark.parametrize(
    ("status", "ours"),
    [("archived", "closed"), ("deleted", "closed"), ("unassigned", "open"), ("snoozed", "pending"), ("assigned", "open")],
)
def test_a_change_of_state_is_told_and_the_thread_is_read(status: str, ours: str) -> None:
    (arrival,) = read(event("conversation_archived", told=conversation(CNV, status=status, assignee=None))).arrivals
    assert (arrival.conversation.status, arrival.conversation.assignee, arrival.whole) == (ours, "", False)


def test_a_comment_is_private_whoever_writes_it() -> None:
    (arrival,) = read(event("new_comment_added", about("comment", comment("com_1", "Ask Tom.")))).arrivals
    (note,) = arrival.conversation.messages
    assert (note.id, note.visibility, note.author, note.author_name) == ("com_1", "private", "agent", "Tom Weber")


@pytest.mark.parametrize("author", [None, teammate("api", type="api"), teammate("rul_1", type="rule")])
def test_what_no_person_sent_is_a_bots(author: dict[str, Any] | None) -> None:
    (arrival,) = read(event(target=about("message", message("msg_2", "We got it.", inbound=False, author=author)))).arrivals
    assert arrival.conversation.messages[0].author == "bot"
    (arrival,) = read(event(target=about("comment", comment("com_2", "A draft is ready.", author=author)))).arrivals
    assert (arrival.conversation.messages[0].author, arrival.conversation.messages[0].visibility) == ("bot", "private")


@pytest.mark.parametrize("given", [{"is_draft": True}, {"error_type": "bounce"}, {"text": "[REDACTED]"}, {"text": "", "body": ""}])
def test_what_nobody_said_is_left_out(given: dict[str, Any]) -> None:
    (arrival,) = read(event(target=about("message", message("msg_3", "x", inbound=False) | given))).arrivals
    assert arrival.conversation.messages == []


def test_markup_is_taken_off_where_there_is_no_plain_text() -> None:
    told = message("msg_4", "", type="custom", body="<p>Dear Tom,</p><p>1 &lt; 2</p><script>x</script>")
    (arrival,) = read(event(target=about("message", told))).arrivals
    assert arrival.conversation.messages[0].text == "Dear Tom,\n\n1 < 2"


def test_much_markup_is_read_with_the_thread_and_not_while_front_waits() -> None:
    told = message("msg_4", "", type="custom", body="<b>" * (QUICK // 3 + 1) + "Dear Tom")
    (arrival,) = read(event(target=about("message", told))).arrivals
    assert (arrival.whole, arrival.conversation.messages) == (False, [])
    (arrival,) = read(event(target=about("message", told | {"text": "Dear Tom"}))).arrivals
    assert (arrival.whole, [one.text for one in arrival.conversation.messages]) == (True, ["Dear Tom"])


@pytest.mark.parametrize(
    ("kind", "channel"),
    [
        ("email", "email"),
        ("sms", "sms"),
        ("front_chat", "chat"),
        ("whatsapp", "chat"),
        ("call", "phone"),
        ("tweet", "social"),
        ("googleplay", "social"),
        ("custom", "social"),
        ("a new one", "social"),
        (None, "social"),
    ],
)
def test_whatever_is_not_surely_private_counts_as_public(kind: str | None, channel: str) -> None:
    (arrival,) = read(event(target=about("message", message("msg_5", "Hello", type=kind)))).arrivals
    assert arrival.conversation.channel == channel


def test_other_companies_and_private_inboxes_are_not_read() -> None:
    with pytest.raises(Invalid, match="another company"):
        read(event() | {"authorization": {"id": "cmp_4"}})
    assert read(event(told=conversation(CNV, is_private=True))).arrivals == ()
    assert read(event() | {"payload": {"id": "evt_2", "type": "tag", "conversation": None}}).arrivals == ()


async def test_a_thread_is_read_whole_and_our_token_stays_here(double: FrontDouble) -> None:
    double.page = 4
    for number in range(11):
        double.messages[CNV].append(message(f"msg_{number}", f"line {number}", inbound=number % 2 == 0, created_at=BEGAN + number))
    double.comments[CNV] = [comment(f"com_{number}", f"note {number}") for number in range(5)]
    arrival = await thread(double)
    said = {one.id: one.visibility for one in arrival.conversation.messages}
    assert said == {f"msg_{number}": "public" for number in range(11)} | {f"com_{number}": "private" for number in range(5)}
    assert {one.headers["host"] for one in double.asked} == {"tool.example.com"}


async def test_an_edited_comment_is_read_as_it_is_now(double: FrontDouble) -> None:
    double.messages[CNV] = [message("msg_1", "Hello")]
    double.comments[CNV] = [comment("com_1", "Offer 50 EUR.")]
    double.comments[CNV][0]["body"] = "Offer 20 EUR."
    assert (await thread(double)).conversation.messages[1].text == "Offer 20 EUR."


async def test_a_teammates_own_inbox_is_not_read(double: FrontDouble) -> None:
    double.put(CNV, is_private=True)
    with pytest.raises(NotFound, match="own inbox"):
        await thread(double)
    assert len(double.asked) == 1


async def test_a_merged_conversation_is_told(double: FrontDouble) -> None:
    double.merged[CNV] = "cnv_other"
    with pytest.raises(Invalid, match="elsewhere"):
        await thread(double)


async def test_our_own_note_comes_back_under_the_id_that_we_were_told(double: FrontDouble) -> None:
    async with double.client() as http:
        ident = await Front(http).note(HERE.account, CNV, "A draft is ready.")
    (note,) = (await thread(double)).conversation.messages
    assert (note.id, note.visibility, note.author) == (ident, "private", "bot")


@pytest.mark.parametrize(("kind", "body"), [("email", "1 &lt; 2<br>Tom"), ("sms", "1 < 2\nTom"), (None, "1 < 2\nTom")])
async def test_a_reply_is_written_as_its_channel_wants_it(double: FrontDouble, kind: str | None, body: str) -> None:
    if kind:
        double.messages[CNV].append(message("msg_1", "Hello", type=kind))
    async with double.client() as http:
        assert await Front(http).reply(HERE.account, CNV, "1 < 2\nTom", "7") == "FMID2"
    (asked,) = [one for one in double.asked if one.method == "POST"]
    assert (asked.body["author_id"], asked.body["body"]) == ("tea_7", body)


async def test_the_poll_rises_and_names_each_conversation_once(double: FrontDouble) -> None:
    double.page = 2
    double.put("cnv_b")
    double.put("cnv_private", is_private=True)
    double.happened(CNV, 1)
    double.happened(CNV, 2)
    double.happened("cnv_private", 3)
    double.happened("cnv_b", 4)
    async with double.client() as http:
        tool = Front(http)
        assert not (await tool.since(HERE.account, "")).arrivals
        seen, cursor, more = [], f"{BEGAN:.3f}", True
        while more:
            page = await tool.since(HERE.account, cursor)
            seen += [one.conversation.conversation_id for one in page.arrivals]
            cursor, more = page.cursor, page.more
        assert seen == [CNV, "cnv_b"]
        assert not (await tool.since(HERE.account, cursor)).arrivals


async def test_the_companys_pace_is_kept(double: FrontDouble) -> None:
    double.minute = 0
    async with double.client() as http:
        with pytest.raises(Unavailable) as told:
            await Front(http).since(HERE.account, "1")
    assert told.value.retry_after == 12
    assert len(double.asked) == 1


async def test_what_a_token_lacks_is_told(double: FrontDouble) -> None:
    async with double.client() as http:
        assert await Front(http).check(HERE.account) == []
        double.scopes.clear()
        assert [one.what for one in await Front(http).check(HERE.account)] == [
            "The token lacks conversations:read.",
            "The token lacks events:read.",
        ]
        other = account("front", settings={"company": "cmp_4"})
        assert (await Front(http).check(other))[0].what == "The token is of another company."


@pytest.mark.parametrize(
    ("handle", "email", "phone", "assurance"),
    [("marta@example.com", "marta@example.com", None, "claimed"), ("+34600", None, "+34600", "claimed"), ("marta_r", None, None, "none")],
)
def test_a_handle_is_a_claim(handle: str, email: str | None, phone: str | None, assurance: str) -> None:
    told = conversation(CNV, recipient=recipient(handle=handle, _links={}))
    (arrival,) = read(event(told=told)).arrivals
    customer = arrival.conversation.customer
    assert customer is not None
    assert (customer.id, customer.email, customer.phone, customer.assurance) == (f"front-1:{handle}", email, phone, assurance)


@pytest.mark.parametrize("answer", [b"null", b"[]", b"7", b'"x"', b"{}", b'{"ticket": [], "tickets": [{}], "_results": [{}]}'])
async def test_an_api_that_answers_nonsense_is_told(answer: bytes) -> None:
    def respond(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=answer)

    async with httpx.AsyncClient(transport=httpx.MockTransport(respond)) as http:
        with pytest.raises(Invalid):
            await Front(http).thread(HERE.account, CNV)
        with suppress(Invalid):
            assert not (await Front(http).since(HERE.account, "1")).arrivals


async def test_a_message_that_pages_show_twice_is_there_once(double: FrontDouble) -> None:
    double.messages[CNV] = [message("msg_1", "Hello"), message("msg_2", "Anybody?"), message("msg_2", "Anybody?")]
    double.page = 1
    assert [one.id for one in (await thread(double)).conversation.messages] == ["msg_2", "msg_1"]
