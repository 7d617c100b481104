"""What chat tools delivered and nobody has worked in yet: what of it tells of somebody who is erased goes."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database.tables.connected import inbox
from copilot.adapters.database.tables.people import customers
from copilot.adapters.database.tables.talk import conversations
from copilot.adapters.database.transaction import Transaction, batches, mine


async def forget_unread(db: Transaction, found: Mapping[str, Sequence[str]]) -> None:
    """All that they tell of these customers and conversations, or decide about these suggestions (our ids, by class).

    A delivery may tell of others too: those stay in it. A conversation's id is its own tool's: in another connection it is somebody else's.
    """
    theirs: set[tuple[str, str]] = set()
    for some in batches(found["conversations"]):
        which = mine(conversations), conversations.c.id.in_(some)
        rows = await db.rows(sa.select(conversations.c.connection_id, conversations.c.external_id).where(*which))
        theirs |= {(row["connection_id"], row["external_id"]) for row in rows}
    called = sa.select(customers.c.external_id).where(mine(customers), customers.c.id.in_(found["customers"]))
    people, drafts = set(await db.column(called)), set(found["suggestions"])
    waiting = sa.select(inbox.c.id, inbox.c.connection_id, inbox.c.arrivals).where(mine(inbox), inbox.c.state == "waiting")
    for row in await db.rows(waiting):
        left = [told for told in row["arrivals"] if not _tells_of(told, row["connection_id"], people, theirs, drafts)]
        this = mine(inbox), inbox.c.id == row["id"]
        if not left:
            await db.run(sa.delete(inbox).where(*this))
        elif len(left) < len(row["arrivals"]):
            await db.run(sa.update(inbox).where(*this).values(arrivals=left))


def _tells_of(told: Mapping[str, Any], connection: str, people: Set[str], theirs: Set[tuple[str, str]], drafts: Set[str]) -> bool:
    """Of an arrival or a click, as the inbox holds it."""
    if "conversation" not in told:
        return told.get("suggestion_id") in drafts
    talk = told["conversation"]
    return (connection, talk["conversation_id"]) in theirs or (talk.get("customer") or {}).get("id") in people
