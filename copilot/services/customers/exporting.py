"""Everything on record about one person, as one JSON document: for them, when they ask. Who exported it is noted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from copilot.domain.base import Frozen, Instant
from copilot.domain.conversation import Conversation
from copilot.domain.errors import NotFound
from copilot.domain.memory import Memory, MemoryState, Promise
from copilot.domain.people import Customer
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.services.conversations.reading import actor

EVERY_STATE: tuple[MemoryState, ...] = ("pending", "active", "forgotten")
MOST = 100_000
"""Conversations of one person."""


class Ending(Frozen):
    """How one of their conversations was wrapped up. Who did it is no data of theirs."""

    conversation_id: str
    summary: str
    disposition: str
    resolved: bool | None
    closed_at: Instant


class Export(Frozen):
    """One person's data. Ids are ours, except where the field says external."""

    schema_version: Literal[1] = 1
    exported_at: Instant
    customer: Customer
    conversations: tuple[Conversation, ...]
    """Oldest first, with every message; private ones are notes between colleagues."""
    memories: tuple[Memory, ...]
    """In every state: what was forgotten is not used any more, and is still stored."""
    promises: tuple[Promise, ...]
    endings: tuple[Ending, ...]


@dataclass(frozen=True)
class Exporting:
    """Exports people's data."""

    database: Database
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def customer(self, caller: Caller, ref: str) -> Export:
        """Raises NotFound. Messages that were deleted come without their words."""
        now = self.clock()
        async with self.database.write(caller.tenant_id) as records:
            found = await records.customers.find(ref)
            if found is None:
                raise NotFound(f"There is no customer {ref!r}.", todo="Check the id.")
            threads = [_shown(one) for one in reversed(await records.conversations.of_customer(found.id, MOST))]
            export = Export(
                exported_at=now,
                customer=found,
                conversations=tuple(threads),
                memories=tuple(await records.memories.of_customer(found.id, EVERY_STATE)),
                promises=tuple(p.at(now) for p in await records.memories.promises_of(found.id, now)),
                endings=tuple([ending for thread in threads for ending in await _endings(records, thread.id)]),
            )
            counts = {"conversations": len(threads), "memories": len(export.memories)}
            await records.log.event("customer.exported", subject_id=found.id, actor=actor(caller), data=counts)
        self.wake(caller.tenant_id)
        return export


def _shown(thread: Conversation) -> Conversation:
    return thread.model_copy(
        update={
            "messages": tuple(m.model_copy(update={"text": "", "attachments": ()}) if m.deleted_at else m for m in thread.messages),
            "assignee": "",
            "team": "",
        }
    )


async def _endings(records: Records, conversation_id: str) -> list[Ending]:
    return [Ending(**one.model_dump(include=set(Ending.model_fields))) for one in await records.day.wrap_ups_of(conversation_id)]
