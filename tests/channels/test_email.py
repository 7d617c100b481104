"""The mailbox: threads and people, what came since, replies that go out once, and how it is set up."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from copilot.channels.email import Email
from copilot.domain.channels import Unsure
from copilot.domain.connections import Outgoing
from copilot.domain.errors import CopilotError, Invalid, NotFound, Refused, Unavailable
from copilot.domain.people import Assurance
from tests.channels.doubles.mail import BEGAN, MailDouble, letter, minutes
from tests.channels.mailboxes import HELP, MARTA, PASSED, box, only, polled, texts
from tests.channels.tools import wanted as write


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
    await tool.write(mailbox, next(i for i in idents if "eve@evil.example" in str(told[idents.index(i)])), wanted("No."))
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


async def test_what_was_there_before_is_left_alone(server: MailDouble, tool: Email) -> None:
    server.deliver(letter("Old."), minutes(0))
    mailbox = box(server)
    first = await tool.since(mailbox, "")
    assert first.arrivals == ()
    assert (await polled(tool, mailbox, first.cursor))[0] == []


async def test_a_mailbox_numbered_anew_loses_nothing_and_doubles_nothing(server: MailDouble, tool: Email, monkeypatch: Any) -> None:
    mailbox = box(server)
    cursor = (await tool.since(mailbox, "")).cursor
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


def wanted(text: str = "It is on its way.", ident: str = "w1", agent: str = "7") -> Outgoing:
    return write("reply", text, agent, ident)


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
        await tool.write(mailbox, told.conversation_id, wanted("Hello", agent="8"))
    wrong = mailbox.model_copy(update={"agents": {"7": "lea@ternway.example:guessed"}})
    with pytest.raises(Refused):
        await tool.write(wrong, told.conversation_id, wanted("Hello"))
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


async def test_what_was_sent_is_sent_though_no_copy_can_be_kept(server: MailDouble, tool: Email) -> None:
    """The mailbox's password is changed in between: a write that counts as failed would be sent once more by hand."""
    told = await only(tool, server, letter("Hi"))

    def changed(command: str) -> bool:
        if command == "APPEND":
            server.people[HELP] = "another"
        return command == "APPEND"

    server.drop = changed
    before = server.asked.count("CAPABILITY ")
    assert await tool.write(box(server), told.conversation_id, wanted())
    assert len(server.taken) == 1
    assert server.asked.count("CAPABILITY ") - before == 3, "the thread, the copy, and one refused sign-in: more would lock the login"


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
        await tool.write(mailbox.model_copy(update={"agents": agents}), told.conversation_id, wanted("Hello"))
    await tool.write(mailbox, told.conversation_id, wanted("Hello\r\n.\r\nBcc: all@example.com\r\n\r\n."))
    ((_, _, to, raw),) = server.taken
    sent = message_from_bytes(raw, policy=default)
    assert to == ["eve@evil.example"]
    assert "Bcc" not in sent
    assert "all@example.com" in str(sent["Subject"])
    assert sent.get_content().splitlines() == ["Hello", ".", "Bcc: all@example.com", "", "."]


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
