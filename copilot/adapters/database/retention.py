"""What is kept no longer: records of a class that are older than the company wants to keep them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from copilot.adapters.database.erasure import erase_threads
from copilot.adapters.database.tables.connected import inbox
from copilot.adapters.database.tables.drafts import provider_calls
from copilot.adapters.database.tables.quality import quality_cases
from copilot.adapters.database.tables.remembered import memories
from copilot.adapters.database.tables.talk import conversations
from copilot.adapters.database.transaction import Transaction, batches, mine
from copilot.domain.tenant import Outdating

_KEYS: Final = {
    "conversations": (conversations, conversations.c.id, conversations.c.last_at),
    "memories": (memories, memories.c.id, memories.c.at),
    "expired_memories": (memories, memories.c.id, memories.c.expires_at),
    "quality_cases": (quality_cases, quality_cases.c.id, quality_cases.c.made_at),
    "deliveries": (inbox, inbox.c.id, inbox.c.received_at),
    "provider_calls": (provider_calls, provider_calls.c.suggestion_id, provider_calls.c.sent_at),
}
"""Table, what names a row, and the time it is as old as."""
_ONLY: Final = {
    "conversations": conversations.c.status == "closed",
    "quality_cases": quality_cases.c.state != "approved",
    "deliveries": inbox.c.state != "waiting",
}


async def outdated(db: Transaction, class_: Outdating, before: datetime, limit: int) -> list[str]:
    """The oldest records of the class from before that moment: of conversations closed ones, no approved case, no delivery that waits."""
    table, key, at = _KEYS[class_]
    old = sa.select(key).where(mine(table), at < before).order_by(at, key).limit(limit)
    return [str(ident) for ident in await db.column(old.where(_ONLY[class_]) if class_ in _ONLY else old)]


async def discard(db: Transaction, class_: Outdating, ids: Sequence[str]) -> dict[str, list[str]]:
    """Delete these records with everything that belongs to them; what went, by class."""
    if class_ == "conversations":
        return await erase_threads(db, ids)
    table, key, _ = _KEYS[class_]
    keys: Sequence[str | int] = [int(ident) for ident in ids] if class_ == "deliveries" else ids
    for some in batches(keys):
        await db.run(sa.delete(table).where(mine(table), key.in_(some)))
    return {table.name: list(ids)} if ids else {}
