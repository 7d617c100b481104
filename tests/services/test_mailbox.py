"""A mailbox at work: a customer writes, an agent answers from here, it is known as sent, and who writes again is heard again."""

from collections.abc import AsyncIterator

import pytest

from copilot.domain.channels import Account, Arrival
from copilot.domain.errors import Invalid
from tests.api.house import House, assert_problem
from tests.channels.doubles.mail import MailDouble, letter
from tests.services.conftest import Open

ASKED = "My flight to Lisbon was cancelled nine days ago. Where is my refund?"
PASSED = "mx.ternway.example; dmarc=pass header.from=example.com"
HELP = "help@ternway.example"


@pytest.fixture
async def server() -> AsyncIterator[MailDouble]:
    async with MailDouble() as double:
        yield double


async def asks(house: House) -> None:
    """As every minute."""
    await house.application.chat_tools.arriving.poll("default", "mail")
    await house.settle()


async def test_from_a_mail_to_the_answer_and_back(opened: Open, server: MailDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    house = await opened()
    admin, tom = await house.enter("admin"), await house.enter("agent")
    settings = {"address": HELP, "smtp": server.smtp, "authserv_id": "mx.ternway.example"}
    given = {"id": "mail", "kind": "email", "url": server.imap, "token": "pw-mailbox", "settings": settings}
    made = (await admin.post("/v1/connections", json=given)).raise_for_status().json()
    assert (made["path"], made["signing"]) == ("", "")
    assert (await admin.get("/v1/connections/mail/problems")).json() == {"problems": []}
    await asks(house)
    said = letter(ASKED, "a@x", sender="Ines Almeida <ines@example.com>", at=house.clock(), Authentication_Results=PASSED)
    server.deliver(said, house.clock())
    await asks(house)
    async with house.application.database.read("default") as records:
        (line,) = await records.conversations.queue()
        talk = await records.conversations.find(line.conversation_id)
    assert talk is not None
    assert (talk.channel, talk.assurance, talk.messages[0].text) == ("email", "proven", f"Refund\n\n{ASKED}")
    drafted = (await tom.get(f"/v1/conversations/{talk.id}/suggestions")).raise_for_status().json()
    reply = next(one for one in drafted["suggestions"] if one["kind"] == "reply")
    assert server.taken == []
    # Nothing goes out in Tom's name before he has given his own access; then once for this draft.
    words = {"text": reply["text"] or "Dear Ines, it is on its way.", "suggestion_id": reply["id"]}
    assert (await tom.post(f"/v1/conversations/{talk.id}/send", json=words)).status_code == 403
    (await tom.put("/v1/connections/mail/own-token", json={"token": "lea@ternway.example:pw:lea"})).raise_for_status()
    (await tom.post(f"/v1/conversations/{talk.id}/send", json=words)).raise_for_status()
    assert (await tom.post(f"/v1/conversations/{talk.id}/send", json=words)).status_code == 409
    await house.settle()
    assert [to for _, _, to, _ in server.taken] == [["ines@example.com"]]
    await asks(house)
    async with house.application.database.read("default") as records:
        (sent,) = await records.suggestions.sent_of(talk.id)
        assert [one.since for one in await records.conversations.queue()] == [None]  # nobody waits
        held = await records.conversations.find(talk.id)
    assert (sent.suggestion_id, sent.edit_distance) == (reply["id"], 0.0)
    assert held is not None
    # It is closed here; a mailbox has no state of its own. Who writes again is heard again.
    async with house.application.database.write("default") as records:
        await records.conversations.change(talk.id, status="closed")
    ours = f"<{held.messages[-1].external_id}>"
    house.clock.forward(minutes=5)
    again = letter("And where is it now?", "b@x", sender="Ines Almeida <ines@example.com>", at=house.clock(), In_Reply_To=ours)
    server.deliver(again, house.clock())
    await asks(house)
    async with house.application.database.read("default") as records:
        (line,) = await records.conversations.queue()
    assert (line.conversation_id, line.since is not None) == (talk.id, True)
    assert len(server.taken) == 1
    # A thread that cannot be read holds nobody else's up.
    channel = house.application.chat_tools.connecting.channel("email")
    read = channel.thread

    async def thread(account: Account, ident: str) -> Arrival:
        if ident.startswith("bad@x"):
            raise Invalid("Nobody can read this.")
        return await read(account, ident)

    monkeypatch.setattr(channel, "thread", thread)
    server.deliver(letter("?", "bad@x", sender="bad@example.com"), house.clock())
    server.deliver(letter(ASKED, "good@x", sender="good@example.com"), house.clock())
    await asks(house)
    async with house.application.database.read("default") as records:
        assert len(await records.conversations.queue()) == 2
        mail = await records.connections.find("mail")
    assert mail is not None
    assert mail.problem == ""


async def test_a_mailbox_in_shadow_reads_and_sends_nothing(opened: Open, server: MailDouble) -> None:
    house = await opened()
    admin, tom = await house.enter("admin"), await house.enter("agent")
    settings = {"address": HELP, "smtp": server.smtp, "authserv_id": "mx.ternway.example"}
    given = {"id": "mail", "kind": "email", "url": server.imap, "token": "pw-mailbox", "settings": settings, "shadow": True}
    (await admin.post("/v1/connections", json=given)).raise_for_status()
    await asks(house)
    said = letter(ASKED, "a@x", sender="Ines Almeida <ines@example.com>", at=house.clock(), Authentication_Results=PASSED)
    server.deliver(said, house.clock())
    await asks(house)
    async with house.application.database.read("default") as records:
        (line,) = await records.conversations.queue()
    (await tom.put("/v1/connections/mail/own-token", json={"token": "lea@ternway.example:pw:lea"})).raise_for_status()
    assert_problem(await tom.post(f"/v1/conversations/{line.conversation_id}/send", json={"text": "It is on its way."}), 409, "shadow")
    await house.settle()
    assert server.taken == []
    (shown,) = (await admin.get("/v1/connections")).raise_for_status().json()["connections"]
    assert (shown["traffic"]["sent"], shown["traffic"]["unsent"]) == (0, 0)
    # The address is proven in both records: it is the customer on file.
    card = (await tom.get("/v1/customers/mail:ines@example.com/card")).raise_for_status().json()
    assert (card["id"], card["tier"]) == ("cust-1042", "gold")
