"""What somebody does who looks after a connection: has its tool asked at once, and says what became of a write that nobody is sure of."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from copilot.domain.connections import Outgoing
from copilot.domain.errors import Conflict, NotFound, Unavailable
from copilot.domain.ports.records import Database
from copilot.domain.ports.work import DurableEngine
from copilot.domain.staff import Caller
from copilot.services.chat_tools.arriving import POLL
from copilot.services.chat_tools.connecting import Connecting
from copilot.services.chat_tools.writing import REFERRED, SEND
from copilot.services.conversations.reading import actor

Outcome = Literal["sent", "again"]
"""It was sent after all; or it was not, and is to be written now: after a last look, where that may be wrong."""
OPEN: Final = ("unsure", "failed")


@dataclass(frozen=True)
class Tending:
    """Acts on connections."""

    database: Database
    connecting: Connecting
    engine: DurableEngine
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def poll(self, caller: Caller, ident: str) -> bool:
        """Have the tool asked what changed; False: it is being asked already. Raises NotFound; Conflict for one that cannot be asked."""
        async with self.database.read(caller.tenant_id) as records:
            found = await self.connecting.found(records, ident)
        channel = self.connecting.channel(found.kind)
        if "poll" not in channel.can:
            raise Conflict(f"{channel.title} cannot be asked what changed.", todo="Wait for what it delivers.")
        if not found.active:
            raise Conflict("This connection is stopped.", todo="Start it first.")
        return await self.engine.renew(POLL, caller.tenant_id, ident)

    async def settle(self, caller: Caller, ident: str, write: str, outcome: Outcome) -> None:
        """Say what became of a write, after looking into the tool. Raises NotFound, and Conflict for one that nobody doubts."""
        async with self.database.write(caller.tenant_id) as records:
            await self.connecting.found(records, ident)
            found = await records.connections.outgoing(write)
            if found is None or found.connection_id != ident:
                raise NotFound("There is no such write in this connection.", todo="Reload the page.")
            if found.state not in OPEN:
                raise Conflict(f"This write is {found.state} by now.", todo="Reload the page: nothing is left to say.")
            if found.action in REFERRED and outcome == "sent":
                raise Conflict("What follows needs this message's own id.", todo="Try again: it is looked for before it is written.")
            await records.connections.moved(found.model_copy(update=self._changed(found, outcome)))
            data = {"outcome": outcome, "action": found.action, "connection": ident}
            await records.log.event(
                "connection.settled", conversation_id=found.conversation_id, subject_id=found.id, actor=actor(caller), data=data
            )
        self.wake(caller.tenant_id)
        if outcome == "again":
            with suppress(Unavailable):  # then the next sweep finds that its time has come
                await self.engine.renew(SEND, caller.tenant_id, write)

    def _changed(self, found: Outgoing, outcome: Outcome) -> dict[str, Any]:
        if outcome == "sent":
            return {"state": "sent", "problem": ""}
        # What may be there is unsure: so it is looked for before it is written.
        return {"state": "unsure" if found.doubted else "waiting", "attempts": 0, "due_at": self.clock(), "problem": ""}
