"""The mailbox: threads and people, what came since, replies that go out once, and what nobody may be made to believe."""

from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import httpx
import pytest

from copilot.channels.email import Email
from copilot.domain.channels import Account, Unsure
from copilot.domain.connections import Outgoing
from copilot.domain.errors import CopilotError, Invalid, NotFound, Refused, Unavailable
from copilot.domain.formats import ConversationIn
from copilot.domain.people import Assurance
from tests.channels.doubles.mail import BEGAN, MailDouble, letter, minutes
from tests.channels.tools import account

HELP, MARTA = "help@ternway.example", "Marta Ruiz <marta@example.com>"
PASSED = "mx.ternway.example (server); dmarc=pass (p=reject; dis=none) header.from=example.com; spf=pass smtp.mailfrom=example.com"


@pytest.fixture
async def server() -> AsyncIterator[MailDouble]:
    async with MailDouble() as double:
        yield double


@pytest.fixture
def tool() -> Email:
    return Email(httpx.AsyncClient())


def box(server: MailDouble, **settings: Any) -> Account:
    given = {"address": HELP, "smtp": server.smtp, "authserv_id": "mx.ternway.example"} | settings
    agents = {"7": "Lea Brandt <lea@ternway.example>:pw:lea"}
    return account("email", url=server.imap, token="pw-mailbox", agents=agents, settings=given)


async def polled(tool: Email, mailbox: Account, cursor: str) -> tuple[list[str], str]:
    """(conversations with new mail, the next cursor), until there is no more."""
    found: list[str] = []
    while True:
        page = await tool.since(mailbox, cursor)
        found += [one.conversation.conversation_id for one in page.arrivals]
        cursor = page.cursor
        if not page.more:
            return found, cursor


async def only(tool: Email, server: MailDouble, *mails: str | bytes, **settings: Any) -> ConversationIn:
    """The one conversation that these mails make."""
    mailbox = box(server, **settings)
    cursor = (await tool.since(mailbox, "")).cursor
    for index, mail in enumerate(mails):
        server.deliver(mail, minutes(index))
    found, _ = await polled(tool, mailbox, cursor)
    (ident,) = set(found)
    return (await tool.thread(mailbox, ident)).conversation


def texts(given: ConversationIn) -> list[tuple[str, str]]:
    return [(one.author, one.text) for one in given.messages]


# -- threads --------------------------------------------------------------------------------------------------------------------


async def test_a_thread_is_what_answers_it_never_what_is_called_alike(server: MailDouble, tool: Email) -> None:
    mailbox = box(server)
    cursor = (await tool.since(mailbox, "")).cursor
    server.deliver(letter("Where is it?", "a@x"), minutes(0))
    server.deliver(letter("Another matter.", "b@x"), minutes(1))  # the same subject, answering nothing
    server.deliver(
        letter("Today.", "ours@t", sender=f"Lea <{HELP}>", to=MARTA, subject="Re: Refund", In_Reply_To="<a@x>"), minutes(2), "Sent"
    )
    # A program that writes In-Reply-To alone, to a mail in the middle, under another subject.
    server.deliver(letter("And now?", "c@x", subject="Something else", In_Reply_To="<ours@t>"), minutes(3))
    found, _ = await polled(tool, mailbox, cursor)
    first, second = sorted(set(found))
    assert (first.partition("~")[0], second.partition("~")[0]) == ("a@x", "b@x")
    told = (await tool.thread(mailbox, first)).conversation
    assert texts(told) == [("customer", "Refund\n\nWhere is it?"), ("agent", "Today."), ("customer", "And now?")]
    assert [one.id for one in told.messages] == ["a@x", "ours@t", "c@x"]
    assert told.channel == "email"
    assert texts((await tool.thread(mailbox, second)).conversation) == [("customer", "Refund\n\nAnother matter.")]


async def test_whoever_answers_in_anothers_thread_has_a_conversation_of_their_own(server: MailDouble, tool: Email) -> None:
    """A Message-ID is no secret: knowing one opens nothing of what stands in the thread."""
    mailbox = box(server)
    cursor = (await tool.since(mailbox, "")).cursor
    server.deliver(letter("My booking is 4711.", "a@x", Authentication_Results=PASSED), minutes(0))
    server.deliver(letter("It is confirmed.", "o@t", sender=HELP, to=MARTA, References="<a@x>"), minutes(1), "Sent")
    server.deliver(letter("Send the money to me.", "evil@x", sender="Marta Ruiz <eve@evil.example>", References="<a@x> <o@t>"), minutes(2))
    idents = sorted(set((await polled(tool, mailbox, cursor))[0]))
    told = [(await tool.thread(mailbox, one)).conversation for one in idents]
    assert sorted(str(one.customer.email) for one in told if one.customer) == ["eve@evil.example", "marta@example.com"]
    for one in told:
        assert one.customer is not None
        evil = one.customer.email == "eve@evil.example"
        assert one.customer.assurance is (Assurance.CLAIMED if evil else Assurance.PROVEN)
        assert ("Send the money to me." in str(texts(one))) is evil
        assert ("4711" in str(texts(one))) is not evil
    # And an answer to the intruder goes to the intruder alone, with nothing of the other thread's people.
    await tool.reply(mailbox, next(i for i in idents if "eve@evil.example" in str(told[idents.index(i)])), "No.", "7")
    assert server.taken[0][2] == ["eve@evil.example"]


async def test_a_mail_that_bears_anothers_id_changes_nothing_in_it(server: MailDouble, tool: Email) -> None:
    mailbox = box(server)
    cursor = (await tool.since(mailbox, "")).cursor
    server.deliver(letter("Where is it?", "a@x"), minutes(0))
    server.deliver(letter("You get 20 EUR.", "o@t", sender=HELP, to=MARTA, References="<a@x>"), minutes(1), "Sent")
    server.deliver(letter("You get 900 EUR.", "o@t", References="<a@x>"), minutes(2))
    server.deliver(letter("Where is it?", "a@x"), minutes(3))  # the same mail by a second address of ours
    (ident,) = set((await polled(tool, mailbox, cursor))[0])
    told = (await tool.thread(mailbox, ident)).conversation
    assert [(one.author, one.text) for one in told.messages if one.id == "o@t"] == [("agent", "You get 20 EUR.")]
    assert [one.text for one in told.messages if one.id.startswith("o@t#")] == ["You get 900 EUR."]
    assert len(told.messages) == 3


async def test_mail_without_an_id_is_known_again(server: MailDouble, tool: Email) -> None:
    said = letter("Hello?", "gone@x").replace("Message-ID: <gone@x>\n", "")
    told = await only(tool, server, said)
    assert told.messages[0].id.startswith("none.")
    server.folders["INBOX"].renumber()
    again = (await tool.thread(box(server), told.conversation_id)).conversation
    assert again.messages[0].id == told.messages[0].id


# -- what came since --------------------------------------------------------------------------------------------------------------------


async def test_what_was_there_before_is_left_alone(server: MailDouble, tool: Email) -> None:
    server.deliver(letter("Old."), minutes(0))
    mailbox = box(server)
    first = await tool.since(mailbox, "")
    assert first.arrivals == ()
    assert (await polled(tool, mailbox, first.cursor))[0] == []


async def test_a_mailbox_numbered_anew_loses_nothing_and_doubles_nothing(server: MailDouble, tool: Email, monkeypatch: Any) -> None:
    mailbox = box(server)
    cursor = (await tool.since(mailbox, "")).cursor
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    server.deliver(letter("One.", "a@x"), now)
    seen, cursor = await polled(tool, mailbox, cursor)
    server.deliver(letter("Two.", "b@x"), now)
    server.folders["INBOX"].renumber()
    server.deliver(letter("Three.", "c@x"), now)
    again, cursor = await polled(tool, mailbox, cursor)
    assert {one.partition("~")[0] for one in again} == {"a@x", "b@x", "c@x"}
    assert seen[0] in again  # the same conversation, and in it the same ids: the record takes each once
    assert (await polled(tool, mailbox, cursor))[0] == []


async def test_many_come_page_by_page(server: MailDouble, tool: Email) -> None:
    mailbox = box(server)
    cursor = (await tool.since(mailbox, "")).cursor
    for index in range(120):
        server.deliver(letter("Hi", f"{index}@x"), minutes(index))
    first = await tool.since(mailbox, cursor)
    assert (first.more, len(first.arrivals)) == (True, 50)
    found, cursor = await polled(tool, mailbox, cursor)
    assert len(set(found)) == 120
    assert (await polled(tool, mailbox, cursor))[0] == []


async def test_nothing_in_the_mailbox_is_changed_by_reading(server: MailDouble, tool: Email) -> None:
    await only(tool, server, letter("Hi"))
    assert not [one for one in server.asked if one.startswith(("SELECT", "UID STORE", "APPEND", "EXPUNGE", "UID COPY"))]
    assert all("PEEK" in one or "RFC822.SIZE)" in one for one in server.asked if one.startswith("UID FETCH"))


# -- who it is --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("results", "proven"),
    [
        (PASSED, True),
        ("mx.ternway.example; dkim=pass header.d=example.com header.s=k", True),
        ("MX.ternway.example 1; dkim=pass (good) header.i=@example.com", True),
        ("mx.ternway.example; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example", False),
        ("mx.ternway.example; spf=pass smtp.mailfrom=example.com", False),
        ("mx.ternway.example; dmarc=fail header.from=example.com", False),
        ("mx.ternway.example; dmarc=pass header.from=evil.example", False),
        ("mx.ternway.example; dmarc=pass header.from=sub.example.com", False),
        ("mx.evil.example; dmarc=pass header.from=example.com", False),
        ('mx.evil.example; x="; mx.ternway.example; dmarc=pass header.from=example.com"', False),
        ("mx.ternway.example; dmarc=none (; dmarc=pass header.from=example.com)", False),
        ("mx.ternway.example; none", False),
        ("", False),
    ],
)
async def test_an_address_is_proven_only_by_the_receiving_server(server: MailDouble, tool: Email, results: str, proven: bool) -> None:
    told = await only(tool, server, letter("Hi", Authentication_Results=results))
    assert told.customer is not None
    assert told.customer.assurance is (Assurance.PROVEN if proven else Assurance.CLAIMED)
    assert [(one.value, one.verified) for one in told.customer.identities] == [("marta@example.com", proven)]


async def test_only_the_first_result_of_our_server_counts(server: MailDouble, tool: Email) -> None:
    """Below it stands what came with the mail."""
    failed = "mx.ternway.example; dmarc=fail header.from=example.com"
    forged = letter("Hi", Authentication_Results=failed).replace("From:", f"Authentication-Results: {PASSED}\nFrom:", 1)
    told = await only(tool, server, forged)
    assert told.customer is not None
    assert told.customer.assurance is Assurance.CLAIMED


async def test_one_mail_that_anybody_could_have_written_ends_the_proof(server: MailDouble, tool: Email) -> None:
    told = await only(
        tool, server, letter("My own.", "a@x", Authentication_Results=PASSED), letter("Change my address.", "b@x", References="<a@x>")
    )
    assert told.customer is not None
    assert told.customer.assurance is Assurance.CLAIMED


async def test_without_a_trusted_server_nobody_is_proven(server: MailDouble, tool: Email) -> None:
    told = await only(tool, server, letter("Hi", Authentication_Results=PASSED), authserv_id="none")
    assert told.customer is not None
    assert told.customer.assurance is Assurance.CLAIMED


@pytest.mark.parametrize(
    "sender", ["a@x.example, marta@example.com", "Marta <marta@example.com", "marta@example.com\nFrom: eve@x.example", "undisclosed"]
)
async def test_from_with_no_single_address_is_nobodys(server: MailDouble, tool: Email, sender: str) -> None:
    mailbox = box(server)
    cursor = (await tool.since(mailbox, "")).cursor
    server.deliver(letter("Hi", sender=sender, Authentication_Results=PASSED), minutes(0))
    for ident in (await polled(tool, mailbox, cursor))[0]:
        customer = (await tool.thread(mailbox, ident)).conversation.customer
        assert customer is not None
        assert customer.assurance is Assurance.CLAIMED or customer.email == "marta@example.com"


FORWARDED = "mx.ternway.example; dmarc=pass header.from=groups.example"


async def test_a_trusted_forwarder_is_believed_about_who_wrote(server: MailDouble, tool: Email) -> None:
    said = letter("Hi", sender="Marta Ruiz via Help <help@groups.example>", X_Original_From=MARTA, Authentication_Results=FORWARDED)
    told = await only(tool, server, said, forwarders=["@groups.example"])
    assert told.customer is not None
    assert (told.customer.email, told.customer.name, told.customer.assurance) == ("marta@example.com", "Marta Ruiz", Assurance.CLAIMED)


@pytest.mark.parametrize("results", ["", "mx.ternway.example; dmarc=fail header.from=groups.example"])
async def test_whoever_only_calls_themselves_the_forwarder_is_not(server: MailDouble, tool: Email, results: str) -> None:
    mailbox = box(server, forwarders=["@groups.example"])
    cursor = (await tool.since(mailbox, "")).cursor
    server.deliver(letter("Hi", sender="help@groups.example", X_Original_From=MARTA, Authentication_Results=results), minutes(0))
    assert (await polled(tool, mailbox, cursor))[0] == []


async def test_a_forwarding_header_of_anybody_else_means_nothing(server: MailDouble, tool: Email) -> None:
    told = await only(tool, server, letter("Hi", sender="eve@evil.example", X_Original_From=MARTA, Reply_To=MARTA))
    assert told.customer is not None
    assert told.customer.email == "eve@evil.example"


# -- programs --------------------------------------------------------------------------------------------------------------------

AUTOMATIC: list[dict[str, Any]] = [
    {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-generated; x=y"},
    {"Precedence": "bulk"},
    {"List_Id": "<news.example.com>"},
    {"Return_Path": "<>"},
    {"X_Autoreply": "yes"},
    {"sender": "Mail Delivery System <MAILER-DAEMON@example.com>"},
    {"sender": "no-reply@example.com"},
]


@pytest.mark.parametrize("how", AUTOMATIC)
async def test_automatic_mail_opens_nothing_and_is_nobodys_word(server: MailDouble, tool: Email, how: dict[str, Any]) -> None:
    mailbox = box(server)
    cursor = (await tool.since(mailbox, "")).cursor
    server.deliver(letter("I am away.", "auto@x", **how), minutes(0))
    found, cursor = await polled(tool, mailbox, cursor)
    assert found == []
    # As an answer to what we sent it stands in that conversation, as a note of nobody's.
    server.deliver(letter("Dear Marta", "o@t", sender=HELP, to=MARTA), minutes(1), "Sent")
    server.deliver(letter("I am away.", "auto2@x", In_Reply_To="<o@t>", **how), minutes(2))
    (ident,) = set((await polled(tool, mailbox, cursor))[0])
    told = (await tool.thread(mailbox, ident)).conversation
    assert [(one.author, one.visibility) for one in told.messages] == [("agent", "public"), ("system", "private")]


async def test_our_own_mail_coming_back_is_not_a_customer(server: MailDouble, tool: Email) -> None:
    mailbox = box(server)
    cursor = (await tool.since(mailbox, "")).cursor
    server.deliver(letter("Dear Marta", "o@t", sender=f"Help <{HELP.upper()}>", to=MARTA), minutes(0))
    assert (await polled(tool, mailbox, cursor))[0] == []


async def test_nothing_is_sent_to_whom_nobody_reads(server: MailDouble, tool: Email) -> None:
    server.deliver(letter("Hello", "o@t", sender=HELP, to="no-reply@example.com"), minutes(0), "Sent")
    mailbox = box(server)
    from copilot.channels.mail.threads import reference

    with pytest.raises(Refused):
        await tool.reply(mailbox, reference("o@t", "no-reply@example.com"), "Hello?", "7")
    assert server.taken == []


# -- replies --------------------------------------------------------------------------------------------------------------------


def wanted(text: str = "It is on its way.", ident: str = "w1") -> Outgoing:
    return Outgoing(
        id=ident,
        connection_id="email-1",
        conversation_id="c",
        key="reply:s1",
        action="reply",
        text=text,
        agent="7",
        due_at=BEGAN,
        made_at=BEGAN,
    )


async def test_a_reply_goes_out_as_the_agent_into_the_thread_and_comes_back_as_sent(server: MailDouble, tool: Email) -> None:
    told = await only(tool, server, letter("Wo ist es?", "a@x", subject="Re: AW: Rückzahlung"))
    mailbox = box(server)
    cursor = (await tool.since(mailbox, "")).cursor
    ident = await tool.write(mailbox, told.conversation_id, wanted("Liebe Marta,\nes ist unterwegs. 🧡"))
    ((login, sender, to, raw),) = server.taken
    assert (login, sender, to) == ("lea@ternway.example", HELP, ["marta@example.com"])
    sent = message_from_bytes(raw, policy=default)
    assert sent["From"] == f"Lea Brandt <{HELP}>"
    assert sent["Subject"] == "Re: Rückzahlung"
    assert (sent["In-Reply-To"], sent["References"], sent["Message-ID"]) == ("<a@x>", "<a@x>", f"<{ident}>")
    assert "Auto-Submitted" not in sent
    found, _ = await polled(tool, mailbox, cursor)
    assert found == [told.conversation_id]
    answer = (await tool.thread(mailbox, told.conversation_id)).conversation.messages[-1]
    assert (answer.id, answer.author, answer.author_name, answer.text) == (
        ident,
        "agent",
        "Lea Brandt",
        "Liebe Marta,\nes ist unterwegs. 🧡",
    )


async def test_the_mailboxes_own_access_speaks_for_nobody(server: MailDouble, tool: Email) -> None:
    told = await only(tool, server, letter("Hi"))
    mailbox = box(server)
    with pytest.raises(Refused):
        await tool.reply(mailbox, told.conversation_id, "Hello", "8")
    wrong = mailbox.model_copy(update={"agents": {"7": "lea@ternway.example:guessed"}})
    with pytest.raises(Refused):
        await tool.reply(wrong, told.conversation_id, "Hello", "7")
    assert server.taken == []


async def test_a_lost_answer_is_unsure_and_found_among_what_was_sent(server: MailDouble, tool: Email) -> None:
    told = await only(tool, server, letter("Hi"))
    server.lose = server.keeps_sent = True
    mailbox = box(server, keeps_sent=True)
    with pytest.raises(Unsure):
        await tool.write(mailbox, told.conversation_id, wanted())
    assert len(server.taken) == 1
    assert await tool.written(mailbox, told.conversation_id, wanted())
    assert await tool.written(mailbox, told.conversation_id, wanted(ident="w2")) == ""


async def test_where_the_server_keeps_nothing_by_itself_nobody_knows(server: MailDouble, tool: Email) -> None:
    """Then a person looks: nothing is sent a second time on a guess."""
    told = await only(tool, server, letter("Hi"))
    server.lose = True
    with pytest.raises(Unsure):
        await tool.write(box(server), told.conversation_id, wanted())
    assert await tool.written(box(server), told.conversation_id, wanted()) is None


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(("code", "error"), [("451 4.7.1 later", Unavailable), ("550 5.1.1 no such user", CopilotError)])
async def test_what_the_server_refuses_was_surely_not_sent(
    server: MailDouble, tool: Email, step: str, code: str, error: type[CopilotError]
) -> None:
    told = await only(tool, server, letter("Hi"))
    server.refuse[step] = code
    with pytest.raises(error) as said:
        await tool.write(box(server), told.conversation_id, wanted())
    assert not isinstance(said.value, Unsure)
    assert server.taken == []
    if code.startswith("4"):
        assert isinstance(said.value, Unavailable)
        assert said.value.retry_after


async def test_nothing_that_people_write_begins_a_header(server: MailDouble, tool: Email) -> None:
    subject = "=?utf-8?q?Hi=0D=0ABcc=3A_all=40example=2Ecom?="
    told = await only(tool, server, letter("Hi", "a@x", subject=subject, sender="=?utf-8?q?Eve=0D=0ABcc=3A_x=40y=2Ez?= <eve@evil.example>"))
    mailbox = box(server)
    agents = {"7": "Lea\r\nBcc: all@example.com <lea@ternway.example>:pw:lea"}
    with pytest.raises(Refused):
        await tool.reply(mailbox.model_copy(update={"agents": agents}), told.conversation_id, "Hello", "7")
    await tool.reply(mailbox, told.conversation_id, "Hello\r\n.\r\nBcc: all@example.com\r\n\r\n.", "7")
    ((_, _, to, raw),) = server.taken
    sent = message_from_bytes(raw, policy=default)
    assert to == ["eve@evil.example"]
    assert "Bcc" not in sent
    assert "all@example.com" in str(sent["Subject"])
    assert sent.get_content().splitlines() == ["Hello", ".", "Bcc: all@example.com", "", "."]


# -- what mails are made of -----------------------------------------------------------------------------------------------------------


def mime(kind: str, body: bytes, more: str = "") -> bytes:
    head = f"From: {MARTA}\nTo: {HELP}\nSubject: x\nMessage-ID: <a@x>\nMIME-Version: 1.0\nContent-Type: {kind}\n{more}\n"
    return head.encode() + body


PARTS = b"""--b
Content-Type: text/plain; charset=utf-8

See the picture.
--b
Content-Type: application/pdf; name="=?utf-8?b?UsO8Y2t6YWhsdW5nLnBkZg==?="
Content-Disposition: attachment; filename*=utf-8''R%C3%BCckzahlung.pdf
Content-Transfer-Encoding: base64

AAAA
--b
Content-Type: message/rfc822

From: somebody@else.example
Subject: inner

Not the customer's words.
--b--
"""


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (mime("text/plain; charset=iso-8859-1", "Grüße".encode("latin-1")), "Grüße"),
        (mime("text/plain; charset=utf-8", b"Gr=C3=BC=C3=9Fe,=\n ja", "Content-Transfer-Encoding: quoted-printable\n"), "Grüße, ja"),
        (mime("text/plain; charset=koi8-r", "Где деньги?".encode("koi8-r")), "Где деньги?"),
        (mime("text/plain; charset=x-nobody-knows", "Grüße".encode()), "Grüße"),
        (mime("text/plain", "أين أموالي؟".encode()), "أين أموالي؟"),
        (
            mime("text/html; charset=utf-8", b"<style>p{}</style><p>Where is <b>it</b>?</p><p>Marta</p><script>x()</script>"),
            "Where is it?\n\nMarta",
        ),
        (mime("multipart/mixed; boundary=b", PARTS), "See the picture."),
        (mime("multipart/mixed; boundary=nowhere", b"Only this."), "Only this."),
        (mime("multipart/alternative; boundary=b", b"--b\nContent-Type: text/html\n\n<p>Cut off"), "Cut off"),
        (mime("text/plain; charset=utf-8", b"!!!not base64!!!", "Content-Transfer-Encoding: base64\n"), None),
        (mime("multipart/mixed; boundary=b", b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 200), None),
        (mime("text/html", b"<div>" * 20_000 + b"deep"), "deep"),
        (mime("text/plain; charset=utf-8", b"\x00\xff\xfe Hi"), None),
        (mime(";;;=;", b"Hi"), "Hi"),
    ],
)
async def test_whatever_a_mail_is_made_of_it_is_read(server: MailDouble, tool: Email, raw: bytes, text: str | None) -> None:
    told = await only(tool, server, raw)
    (message,) = told.messages
    if text is not None:
        assert message.text.removeprefix("x\n\n") == text


async def test_attachments_are_told_by_name(server: MailDouble, tool: Email) -> None:
    told = await only(tool, server, mime("multipart/mixed; boundary=b", PARTS))
    named = [(one["name"], one["type"]) for one in told.messages[0].attachments if isinstance(one, dict)]
    assert named == [("Rückzahlung.pdf", "application/pdf"), ("message", "message/rfc822")]


async def test_a_mail_of_twenty_megabytes_is_read_and_one_that_is_too_long_in_part(
    server: MailDouble, tool: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = b'--b\nContent-Type: image/png; name="big.png"\nContent-Disposition: attachment\n\n' + b"A" * 76 + b"\n"
    long = (
        b"--b\nContent-Type: text/plain\n\nLook.\n" + part + (b"A" * 76 + b"\n") * 260_000 + b"--b\nContent-Type: x/y; name=last\n\n--b--\n"
    )
    told = await only(tool, server, mime("multipart/mixed; boundary=b", long))
    assert told.messages[0].text.endswith("Look.")
    assert [one["name"] for one in told.messages[0].attachments if isinstance(one, dict)] == ["big.png", "last"]
    monkeypatch.setattr("copilot.channels.mail.mailbox.WHOLE", 1024 * 1024)
    cut = (await tool.thread(box(server), told.conversation_id)).conversation
    assert cut.messages[0].text.endswith("Look.")
    assert [one["name"] for one in cut.messages[0].attachments if isinstance(one, dict)] == ["big.png", "more, in the mailbox"]


@pytest.mark.parametrize(
    ("body", "own"),
    [
        ("Yes.\n\nOn Mon, 2 Mar 2026 at 10:00, Help <help@t.example> wrote:\n> Is it you?\n", "Yes."),
        ("Ja.\n\nAm 02.03.2026 um 10:00 schrieb Hilfe:\n> Sind Sie es?\n", "Ja."),
        ("Tak.\n\npon., 2 mar 2026 o 10:00 Help <help@t.example> napisał(a):\n> To ty?\n", "Tak."),
        ("はい。\n\n2026年3月2日(月) 10:00 Help <help@t.example>:\n> あなたですか\n", "はい。"),
        ("Ok\n\nFrom: Help <help@t.example>\nSent: Monday, March 2, 2026\nTo: Marta\nSubject: x\n\nIs it you?", "Ok"),
        ("> When?\nTomorrow.\n> Where?\nLisbon.", "Tomorrow.\nLisbon."),
        ("Thanks.\n-- \nMarta Ruiz\nLisbon", "Thanks."),
        ("Thanks.\n\nSent from my iPhone", "Thanks."),
        ("> only quoted\n", "> only quoted"),
        ("- one\n- two\n\nFrom: here it is far.", "- one\n- two\n\nFrom: here it is far."),
    ],
)
async def test_what_is_answered_and_signed_is_not_said_again(server: MailDouble, tool: Email, body: str, own: str) -> None:
    told = await only(tool, server, letter(body, subject=""))
    assert told.messages[0].text == own


def test_hostile_text_takes_no_time_that_grows_faster_than_it() -> None:
    """Measured in steps of the pattern machine by its result: a backtracking one would not come back from these."""
    from copilot.channels.mail.wording import own_words, plain

    for line in (
        "On " * 60_000,
        "> On a\n" * 40_000,
        "From: a\n" * 40_000,
        "a <b@c" * 40_000 + ":\n> x",
        "--\n" * 60_000,
        "\n \n" * 60_000,
    ):
        assert own_words(line) is not None
    assert plain("<p>" * 60_000 + "x").strip() == "x"


# -- setting it up --------------------------------------------------------------------------------------------------------------------


async def test_check_signs_in_to_both_and_says_what_is_missing(server: MailDouble, tool: Email) -> None:
    assert await tool.check(box(server)) == []
    server.deliver(letter("Hi", Authentication_Results="mx2.ternway.example; none"), minutes(0))
    (unknown,) = await tool.check(box(server, authserv_id=""))
    assert "mx2.ternway.example" in unknown.todo
    del server.folders["Sent"]
    assert ["sent" in one.what for one in await tool.check(box(server))] == [True]
    (folder,) = await tool.check(box(server, folder="Support", sent="x"))
    assert "Support" in folder.what
    server.people[HELP] = "changed"
    (closed,) = await tool.check(box(server))
    assert "does not let the mailbox in" in closed.what


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("https://x", Invalid),
        ("imap.example.com", Invalid),
        ("imaps://[", Invalid),
        ("imap://127.0.0.1:9", Unavailable),
        ("imap://x:0", Invalid),
    ],
)
async def test_a_wrong_address_is_told(server: MailDouble, tool: Email, url: str, error: type[CopilotError]) -> None:
    nowhere = box(server).model_copy(update={"url": url})
    with pytest.raises(error):
        await tool.thread(nowhere, "a@x~0123456789ab")
    assert await tool.check(nowhere)


async def test_words_from_outside_are_no_commands(server: MailDouble, tool: Email) -> None:
    for ident in ('a" OR ALL~0123456789ab', "a\r\nDELETE INBOX~0123456789ab", "x", "~0123456789ab", "a@x~zz"):
        with pytest.raises(NotFound):
            await tool.thread(box(server), ident)
    odd = letter("Hi", 'a" ALL "@x', References='<b"@x> <c\\@x> <(d)@x>')
    mailbox = box(server)
    cursor = (await tool.since(mailbox, "")).cursor
    server.deliver(odd, minutes(0))
    (ident,) = (await polled(tool, mailbox, cursor))[0]
    assert (await tool.thread(mailbox, ident)).conversation.messages[0].id.startswith("none.")


async def test_a_connection_that_breaks_is_told_and_nothing_is_skipped(server: MailDouble, tool: Email) -> None:
    mailbox = box(server)
    cursor = (await tool.since(mailbox, "")).cursor
    server.deliver(letter("Hi", "a@x"), minutes(0))
    server.drop = lambda command: command == "UID FETCH"
    with pytest.raises(Unavailable):
        await tool.since(mailbox, cursor)
    server.drop = lambda _: False
    assert len((await polled(tool, mailbox, cursor))[0]) == 1


async def test_a_letter_of_tomorrow_or_long_ago_is_of_when_it_came(server: MailDouble, tool: Email) -> None:
    told = await only(
        tool,
        server,
        letter("Hi", "a@x", at=BEGAN + timedelta(days=40)),
        letter("Hi", "b@x", at=BEGAN - timedelta(days=900), References="<a@x>"),
    )
    assert [one.sent_at for one in told.messages] == [minutes(0).isoformat(), minutes(1).isoformat()]
