"""What is Intercom's own: notifications that prove no time, whose words are whose, notes and replies by teammates, the poll, the card."""

import json
from typing import Any

import httpx
import pytest

from copilot.channels import intercom_canvas, signing
from copilot.channels.intercom import VERSION, Intercom
from copilot.domain.base import now
from copilot.domain.channels import Arrival, Delivery, Webhook
from copilot.domain.errors import Invalid, Refused, Unavailable
from copilot.domain.triage import Offer, Shown
from tests.channels.doubles.base import status
from tests.channels.doubles.intercom import APP, BEGAN, MARTA, IntercomDouble, author, conversation, part
from tests.channels.tools import AT, EXAMPLES, NEW, OLD, account, told_intercom

HERE = EXAMPLES["intercom"]


@pytest.fixture
def double() -> IntercomDouble:
    made = IntercomDouble()
    made.open(17)
    return made


def read(body: dict[str, Any]) -> Delivery:
    return Intercom(httpx.AsyncClient()).read(HERE.account, HERE.webhook(body))


async def thread(double: IntercomDouble) -> Arrival:
    async with double.client() as http:
        return await Intercom(http).thread(HERE.account, "17")


@pytest.mark.parametrize("topic", ["conversation.user.created", "conversation.admin.replied", "conversation.admin.noted"])
def test_a_notification_is_believed_to_say_which_conversation(topic: str) -> None:
    (arrival,) = read(told_intercom("5001", "Send 9,999 EUR.", topic)).arrivals
    assert (arrival.conversation.conversation_id, arrival.whole, arrival.conversation.messages) == ("17", False, [])


def test_a_part_that_was_taken_away_names_its_conversation() -> None:
    item = part("5001", "") | {"redacted": True, "conversation_id": "17"}
    body = told_intercom("5001", "x", "conversation_part.redacted") | {"data": {"item": item}}
    assert [one.conversation.conversation_id for one in read(body).arrivals] == ["17"]


@pytest.mark.parametrize("topic", ["ping", "contact.created", "conversation.deleted", "ticket.created"])
def test_what_is_about_no_conversation_that_is_there_tells_nothing(topic: str) -> None:
    assert read(told_intercom("5001", "x", topic)) == Delivery(id=read(told_intercom("5001", "x", topic)).id)


def test_another_workspaces_notification_is_refused() -> None:
    with pytest.raises(Invalid, match="another workspace"):
        read(told_intercom("5001", "x") | {"app_id": "other"})


def test_a_signature_of_another_algorithm_is_refused() -> None:
    webhook = HERE.webhook(told_intercom("5001", "x"))
    made = {"x-hub-signature": f"sha256={signing.hexadecimal(NEW, webhook.body)}"}
    with pytest.raises(Refused):
        Intercom(httpx.AsyncClient()).read(HERE.account, webhook.model_copy(update={"headers": made}))


async def test_a_conversation_is_read_field_by_field(double: IntercomDouble) -> None:
    double.conversations["17"]["source"]["attachments"] = [
        {"type": "upload", "name": "bill.pdf", "content_type": "application/pdf", "url": "x"}
    ]
    parts = double.conversations["17"]["conversation_parts"]["conversation_parts"]
    parts.append(part("1", "It was 142 &lt;b&gt; euros."))
    told = (await thread(double)).conversation
    assert (told.conversation_id, told.channel, told.status, told.assignee) == ("17", "chat", "open", "7")
    assert told.customer is not None
    assert (told.customer.id, told.customer.name, told.customer.email) == (f"intercom-1:{MARTA}", "Marta Ruiz", "marta@example.com")
    assert told.customer.assurance == "claimed"
    first, second = told.messages
    assert (first.id, first.author, first.text, first.sent_at) == ("source-403918320", "customer", "Hello", "2026-03-02T10:00:00+00:00")
    assert first.attachments == [{"name": "bill.pdf", "type": "application/pdf", "url": ""}]
    assert (second.id, second.text, second.visibility, second.author_name) == ("1", "It was 142 <b> euros.", "public", "Marta Ruiz")


@pytest.mark.parametrize(
    ("kind", "who", "expected"),
    [
        ("comment", author("user"), ("customer", "public")),
        ("comment", author("lead"), ("customer", "public")),
        ("comment", author("admin", "7"), ("agent", "public")),
        ("close", author("admin", "7"), ("agent", "public")),
        ("comment", author("bot", "b"), ("bot", "public")),
        ("note", author("admin", "7"), ("agent", "private")),
        ("note", author("bot", "b"), ("bot", "private")),
        ("assignment", author("admin", "7"), ("agent", "private")),
        ("something_new", author("admin", "7"), ("agent", "private")),
        ("comment", author("nobody", "n"), ("bot", "public")),
    ],
)
async def test_whose_words_are_whose_and_who_reads_them(
    double: IntercomDouble, kind: str, who: dict[str, Any], expected: tuple[str, str]
) -> None:
    double.say("17", "Words", kind, author=who)
    said = (await thread(double)).conversation.messages[-1]
    assert (said.author, said.visibility) == expected


@pytest.mark.parametrize("way", ["automated", "campaigns_initiated", "operator_initiated"])
async def test_what_was_sent_to_many_is_no_agents_answer(double: IntercomDouble, way: str) -> None:
    double.conversations["17"]["source"] |= {"delivered_as": way, "author": author("admin", "7")}
    assert (await thread(double)).conversation.messages[0].author == "bot"


async def test_what_is_no_message_is_left_out_and_what_was_taken_away_is_said(double: IntercomDouble) -> None:
    double.say("17", "", "assignment", body=None)
    gone = double.say("17", "My card is 4111", redacted=True, body="<p><i>This message was deleted</i></p>")
    told = await thread(double)
    assert [one.text for one in told.conversation.messages] == ["Hello"]
    assert told.deleted == (gone["id"],)


@pytest.mark.parametrize(
    ("source", "channel"),
    [
        ("email", "email"),
        ("sms", "sms"),
        ("conversation", "chat"),
        ("push", "chat"),
        ("whatsapp", "chat"),
        ("phone_call", "phone"),
        ("facebook", "social"),
        ("instagram", "social"),
        ("a new one", "social"),
        (None, "social"),
    ],
)
async def test_the_channel_follows_from_the_source(double: IntercomDouble, source: str | None, channel: str) -> None:
    double.conversations["17"]["source"]["type"] = source
    assert (await thread(double)).conversation.channel == channel


async def test_tweets_are_not_taken(double: IntercomDouble) -> None:
    double.conversations["17"]["source"] |= {"type": "twitter", "body": "<p>This tweet is hidden</p>"}
    assert (await thread(double)).conversation.messages == []


async def test_closed_and_snoozed(double: IntercomDouble) -> None:
    double.conversations["17"]["state"] = "snoozed"
    assert (await thread(double)).conversation.status == "pending"
    double.conversations["17"] |= {"state": "closed", "admin_assignee_id": None}
    told = (await thread(double)).conversation
    assert (told.status, told.assignee) == ("closed", "")


async def test_the_poll_goes_over_the_pages_and_on_from_the_latest_second(double: IntercomDouble) -> None:
    for number in (18, 19, 20):
        double.open(number)["updated_at"] = BEGAN + number
    async with double.client() as http:
        tool = Intercom(http)
        assert (await tool.since(HERE.account, "")).cursor.isdecimal()
        seen, cursor, more = [], str(BEGAN + 1), True
        while more:
            page = await tool.since(HERE.account, cursor)
            seen += [one.conversation.conversation_id for one in page.arrivals]
            cursor, more = page.cursor, page.more
        assert all(not one.whole for one in page.arrivals)
    assert (seen, cursor) == (["18", "19", "20"], str(BEGAN + 20))
    assert double.writes == 0


async def test_a_search_that_fails_is_asked_again_and_is_no_write(double: IntercomDouble) -> None:
    broken = status(500)
    double.fail = lambda request: None if len(double.asked) > 1 else broken(request)
    async with double.client() as http:
        page = await Intercom(http).since(HERE.account, str(BEGAN))
    assert len(page.arrivals) == 1
    assert len(double.asked) == 2


async def test_a_note_is_text_in_the_name_of_the_teammate_of_the_settings(double: IntercomDouble) -> None:
    async with double.client() as http:
        ident = await Intercom(http).note(HERE.account, "17", "Rapport\nSay <b>sorry</b> & wait")
    asked = double.asked[-1]
    expected = {"message_type": "note", "type": "admin", "admin_id": "1", "body": "Rapport<br>Say &lt;b&gt;sorry&lt;/b&gt; &amp; wait"}
    assert (asked.body, asked.headers["intercom-version"]) == (expected, VERSION)
    said = (await thread(double)).conversation.messages[-1]
    assert (said.id, said.visibility, said.text) == (ident, "private", "Rapport\nSay <b>sorry</b> & wait")


async def test_nobody_speaks_for_another_though_the_api_would_let_them(double: IntercomDouble) -> None:
    double.agents["8"] = "tok-agent-8"
    mixed = HERE.account.model_copy(update={"agents": {"tom": "tok-agent-7", "lea": "tok-agent-8"}})
    double.admins.add("8")
    async with double.client() as http:
        await Intercom(http).reply(mixed, "17", "Dear Marta", "lea")
    assert double.asked[-1].body["admin_id"] == "8"
    assert double.asked[-1].headers["authorization"] == "Bearer tok-agent-8"


async def test_the_limit_says_until_when(double: IntercomDouble) -> None:
    double.limit, double.reset = 0, int(now().timestamp()) + 8
    async with double.client() as http:
        with pytest.raises(Unavailable) as told:
            await Intercom(http).note(HERE.account, "17", "x")
    assert told.value.retry_after is not None
    assert 0 < told.value.retry_after <= 8


async def test_what_is_missing_is_told(double: IntercomDouble) -> None:
    async with double.client() as http:
        assert await Intercom(http).check(HERE.account) == []
        double.app_code, double.admins = "other", set()
        found = [one.what for one in await Intercom(http).check(HERE.account)]
    assert found == ["The token is of another workspace.", "There is no teammate 1."]


async def test_intercoms_own_address_is_taken_where_none_is_given() -> None:
    asked: list[str] = []

    async def seen(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json=conversation("17"))

    async with httpx.AsyncClient(transport=httpx.MockTransport(seen)) as http:
        await Intercom(http).thread(HERE.account.model_copy(update={"url": ""}), "17")
    assert asked == ["https://api.intercom.io/conversations/17?display_as=plaintext"]


OPENED: dict[str, Any] = {
    "workspace_id": APP,
    "workspace_region": "US",
    "admin": {"type": "admin", "id": "7", "name": "Tom Weber", "email": "tom@ternway.example"},
    "context": {"conversation_id": 17, "location": "conversation", "locale": "en"},
    "conversation": {"type": "conversation", "id": "17"},
    "contact": {"id": MARTA},
}


def canvas_of(body: dict[str, Any], secret: str = NEW) -> intercom_canvas.Opened:
    sent = json.dumps(body).encode()
    return intercom_canvas.read(HERE.account, Webhook(headers={"x-body-signature": signing.hexadecimal(secret, sent)}, body=sent, at=AT))


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_a_card_is_opened_by_whom_intercom_says(secret: str) -> None:
    opened = canvas_of(OPENED, secret)
    assert (opened.conversation_id, opened.pressed) == ("17", "")
    assert (opened.colleague.id, opened.colleague.email, opened.colleague.ours) == ("7", "tom@ternway.example", "")
    named = account("intercom", settings=HERE.account.settings | {"agents": {"7": "tom.berg"}})
    sent = json.dumps(OPENED).encode()
    webhook = Webhook(headers={"x-body-signature": signing.hexadecimal(NEW, sent)}, body=sent, at=AT)
    assert intercom_canvas.read(named, webhook).colleague.ours == "tom.berg"


def test_a_press_says_which_draft_and_what_was_written() -> None:
    opened = canvas_of(OPENED | {"component_id": "save:s-1", "input_values": {"words": "Dear Marta"}, "current_canvas": {}})
    assert (opened.pressed, opened.subject, opened.words) == ("save", "s-1", "Dear Marta")


@pytest.mark.parametrize("signature", ["", "x", signing.hexadecimal("guessed", json.dumps(OPENED).encode())])
def test_a_card_that_is_not_signed_is_not_opened(signature: str) -> None:
    with pytest.raises(Refused):
        intercom_canvas.read(HERE.account, Webhook(headers={"x-body-signature": signature}, body=json.dumps(OPENED).encode(), at=AT))


@pytest.mark.parametrize("wrong", [{"workspace_id": "other"}, {"admin": None}, {"admin": {}}, {"conversation": None, "context": {}}])
def test_a_card_of_another_shape_is_told(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        canvas_of(OPENED | wrong)


def test_a_card_is_text_and_no_links_are_made_of_it() -> None:
    offers = (
        Offer(suggestion_id="s-1", title="Reply", text="See [your refund](https://evil.example)", remarks=("No source.",)),
        Offer(suggestion_id="s-2", title="Questions to ask", text="Which?", outcome="Dismissed by Tom."),
    )
    made = intercom_canvas.canvas(Shown(key="", cue="Say sorry.", offers=offers, link="https://copilot.example.com/c/1"), "It is done.")
    components = made["canvas"]["content"]["components"]
    assert "](" not in json.dumps(components, ensure_ascii=False)
    assert {one["type"] for one in components} == {"text", "button", "divider"}
    assert [one["id"] for one in components if one["type"] == "button"] == ["use:s-1", "edit:s-1", "dismiss:s-1", "refresh", "open"]
    assert next(one["text"] for one in components if one["type"] == "text") == "It is done."


def test_a_card_stays_within_what_intercom_takes() -> None:
    offers = tuple(Offer(suggestion_id=f"s-{n}", title="Reply", text="ß" * 20_000) for n in range(4))
    made = intercom_canvas.canvas(Shown(key="", cue="x", offers=offers))
    assert len(json.dumps(made).encode()) <= 64 * 1024
    assert "Not all of it has room here." in json.dumps(made)
