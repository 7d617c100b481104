"""What people change about a conversation: its status, who takes care of it, how sure they are who is speaking."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.base import Frozen
from copilot.domain.conversation import Status
from copilot.domain.errors import Invalid
from copilot.domain.people import Assurance
from copilot.domain.ports.records import Database
from copilot.domain.staff import Caller
from copilot.services.conversations import closing
from copilot.services.conversations.reading import actor, conversation


class Change(Frozen):
    """What is set; what is not named stays. An empty assignee or team: nobody's."""

    status: Status | None = None
    assignee: str | None = None
    team: str | None = None
    assurance: Assurance | None = None


@dataclass(frozen=True)
class Conversations:
    """Changes conversations."""

    database: Database
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def change(self, caller: Caller, ref: str, change: Change) -> None:
        """Raises NotFound, and Invalid when nothing is named."""
        fields = {name: value for name in Change.model_fields if (value := getattr(change, name)) is not None}
        if not fields:
            raise Invalid("Nothing is named that should change.", todo=f"Send any of {', '.join(Change.model_fields)}.")
        async with self.database.write(caller.tenant_id) as records:
            found = await conversation(records, ref)
            await closing.change(records, found, fields, actor(caller), self.clock())
        self.wake(caller.tenant_id)
