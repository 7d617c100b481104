"""Connections of the sample company in every state: one that works, one in trouble, one in shadow, one that is stopped."""

from datetime import timedelta

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.channels import Arrival
from copilot.domain.connections import Action, Outgoing, SendState
from copilot.domain.formats import ConversationIn
from copilot.domain.ports.records import Records
from copilot.services.chat_tools.connecting import ConnectionIn
from copilot.testing.application import settle
from tests.web.cast import caller
from tests.web.site import Site

MARTA = "live-marta-refund"
TROUBLED = "chatwoot-eu"
CHATWOOT = {"kind": "chatwoot", "url": "https://chat.example.com", "settings": {"account_id": 3}, "token": "abc"}


async def connected(site: Site) -> str:
    """Returns the name of the one in trouble: its deliveries are refused, one waits, and of two writes nobody is sure."""
    tools, ada = site.application.chat_tools, await caller(site, "admin-ada")
    for given in (
        {"id": "crm", "kind": "webhook", "name": "CRM"},
        CHATWOOT | {"id": TROUBLED, "name": "Chatwoot Europe"},
        CHATWOOT | {"id": "chatwoot-us", "shadow": True},
        {"id": "old-shop", "kind": "webhook"},
    ):
        await tools.connecting.make(ada, ConnectionIn.model_validate(given))
    await tools.connecting.change(ada, "old-shop", active=False)
    async with site.application.database.write(DEFAULT_TENANT) as records:
        await _traffic(records, site)
    await settle(site.application)
    return TROUBLED


async def _traffic(records: Records, site: Site) -> None:
    now = site.clock()
    talk = await records.conversations.find(MARTA)
    assert talk is not None
    arrival = Arrival(conversation=ConversationIn(conversation_id="17", channel="chat", messages=[]))
    for ident, ago in (("crm", 2), ("crm", 90), (TROUBLED, 400), (TROUBLED, 260), ("chatwoot-us", 7)):
        row = await records.connections.receive(ident, f"{ident}-{ago:03}" * 4, [arrival], now - timedelta(minutes=ago))
        assert row is not None
        if ago != 260:
            await records.connections.worked(row, now - timedelta(minutes=ago - 1), "The conversation has no number." if ago == 400 else "")
    asked = await records.connections.receive(TROUBLED, "earlier:16", [arrival], now - timedelta(minutes=1))
    await records.connections.worked(asked or 0, now, "The conversation is gone there.")
    await records.connections.refuse(TROUBLED, 1204, now - timedelta(minutes=3), "The signature is not right.")
    await records.connections.refuse("crm", 2, now - timedelta(days=3), "It was signed too long ago.")
    writes: tuple[tuple[str, Action, SendState, str], ...] = (
        ("crm", "note", "sent", ""),
        (TROUBLED, "note", "unsure", "The answer of Chatwoot was lost on its way."),
        (TROUBLED, "reply", "failed", "Chatwoot answered 422: Content is too long (maximum is 150000 characters)."),
        (TROUBLED, "note", "sent", ""),
        ("chatwoot-us", "note", "shadow", ""),
    )
    for number, (ident, action, state, problem) in enumerate(writes):
        write = Outgoing(
            id=f"write-{number}",
            connection_id=ident,
            conversation_id=talk.id,
            key=f"key-{number}",
            action=action,
            text="words for nobody's eyes here",
            agent="agent-lea",
            due_at=now + timedelta(days=1),
            made_at=now - timedelta(minutes=40 + number),
        )
        assert await records.connections.want(write)
        await records.connections.moved(write.model_copy(update={"state": state, "attempts": 2 if problem else 1, "problem": problem}))
    for ident in (TROUBLED, "chatwoot-us"):
        await records.connections.change(ident, polled_at=now + timedelta(hours=1))  # so that nothing is asked of a tool that is not there
