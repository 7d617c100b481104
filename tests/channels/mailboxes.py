"""A mailbox on its double, as the tests of e-mail read it."""

from typing import Any

from copilot.channels.email import Email
from copilot.domain.channels import Account
from copilot.domain.formats import ConversationIn
from tests.channels.doubles.mail import MailDouble, minutes
from tests.channels.tools import account

HELP, MARTA = "help@ternway.example", "Marta Ruiz <marta@example.com>"
PASSED = "mx.ternway.example (server); dmarc=pass (p=reject; dis=none) header.from=example.com; spf=pass smtp.mailfrom=example.com"


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
