"""How far each person has read: theirs alone, in no audit and on no stream."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.errors import NotFound
from copilot.domain.ports.records import Database
from copilot.domain.staff import Caller
from copilot.services.conversations.answering import person
from copilot.services.conversations.reading import conversation


@dataclass(frozen=True)
class Marks:
    """Keeps read marks."""

    database: Database
    clock: Callable[[], datetime]

    async def seen_until(self, caller: Caller, ref: str, message_id: str) -> None:
        """The caller has read up to that message (the sender's id or ours). Raises NotFound. Never moves back."""
        async with self.database.write(caller.tenant_id) as records:
            found = await conversation(records, ref)
            user = person(caller)
            message = next((m for m in found.messages if message_id in (m.id, m.external_id)), None)
            if message is None:
                raise NotFound(f"This conversation has no message {message_id!r}.", todo="Read the conversation again.")
            await records.day.read_until(user, found.id, message.id, self.clock())
