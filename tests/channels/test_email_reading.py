"""What mails are made of, whose they are, and what nobody may be made to believe."""

from typing import Any

import pytest

from copilot.channels.email import Email
from copilot.channels.mail.reading import read
from copilot.channels.mail.threads import reference
from copilot.channels.mail.wording import own_words, plain
from copilot.domain.errors import Refused
from copilot.domain.people import Assurance
from tests.channels.doubles.mail import MailDouble, letter, minutes
from tests.channels.mailboxes import HELP, MARTA, PASSED, box, only, polled
from tests.channels.tools import wanted


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
    with pytest.raises(Refused):
        await tool.write(mailbox, reference("o@t", "no-reply@example.com"), wanted("reply", "Hello?", "7"))
    assert server.taken == []


def mime(kind: str, body: bytes, more: str = "") -> bytes:
    head = f"From: {MARTA}\nTo: {HELP}\nSubject: x\nMessage-ID: <a@x>\nMIME-Version: 1.0\nContent-Type: {kind}\n{more}\n"
    return head.encode() + body


NESTED = [f"--{'b' if n == 0 else n}\nContent-Type: multipart/mixed; boundary={n + 1}\n\n".encode() for n in range(3000)]
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
        (mime("multipart/mixed; boundary=b", b"--b\nContent-Type: text/plain\n\nHi\n" + b"--b\n\nx\n" * 20_000), "Hi"),
        (mime("multipart/mixed; boundary=b", b"".join(NESTED)), None),
        (mime("text/plain", b"Hi", f"X: {'y' * 900}\n" * 1300), None),
        (mime("text/html", b"<div>" * 40_000 + b"deep"), "deep"),
        (mime("text/plain; charset=utf-8", b"\x00\xff\xfe Hi"), None),
        (mime(";;;=;", b"Hi"), "Hi"),
    ],
)
async def test_whatever_a_mail_is_made_of_it_is_read(server: MailDouble, tool: Email, raw: bytes, text: str | None) -> None:
    told = await only(tool, server, raw)
    (message,) = told.messages
    if text is not None:
        assert message.text.removeprefix("x\n\n") == text


async def test_names_and_subjects_hold_nothing_that_no_record_takes(server: MailDouble, tool: Email) -> None:
    """Halves of characters and controls, written as encoded words."""
    odd = "=?utf-8?q?Mar=ED=A0=80ta=00_=1B[31m?="
    told = await only(tool, server, letter("Hi", sender=f"{odd} <marta@example.com>", subject=odd))
    assert told.customer is not None
    for text in (told.customer.name, told.messages[0].text):
        assert "Mar" in text
        assert text.encode()
        assert not set(text) & {"\x00", "\x1b"}


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


async def test_of_a_thread_only_words_are_held_and_not_all_of_very_many(
    server: MailDouble, tool: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_file = mime("multipart/mixed; boundary=b", PARTS.removesuffix(b"--b--\n") + b"--b\nContent-Type: x/y\n\n" + b"A" * 1_000_000)
    mail = read(with_file, minutes(0))
    assert (mail.text, [name for name, _ in mail.files]) == ("See the picture.", ["Rückzahlung.pdf", "message", "x/y"])
    assert len(mail.message.as_bytes()) < 1000
    monkeypatch.setattr("copilot.channels.mail.threads.WORDS", 4000)
    long = [letter("x" * 3000, f"{index}@x", References="<0@x>" if index else "") for index in range(3)]
    told = await only(tool, server, *long, letter("Short.", "3@x", References="<0@x>"))
    assert [len(one.text) for one in told.messages] == [len("Refund\n\n") + 3000, 2000 + len("\n[…]"), 2000 + len("\n[…]"), len("Short.")]


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
    for line in (
        "On " * 20_000,
        "> On a\n" * 20_000,
        "From: a\n" * 20_000,
        "a <b@c" * 20_000 + ":\n> x",
        "--\n" * 20_000,
        "\n \n" * 20_000,
    ):
        assert own_words(line) is not None
    assert plain("<p>" * 20_000 + "x").strip() == "x"
