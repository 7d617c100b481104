"""Events for whoever builds on the copilot: left with the transaction in which they happen, delivered with patience.

They name things and hold no words of customers or drafts: a listener reads these over the API, with its own key, as they are by then.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from copilot.domain.base import new_id
from copilot.domain.case import Handover
from copilot.domain.connections import Connection, Event, EventType
from copilot.domain.conversation import Conversation
from copilot.domain.ports.channels import Channel
from copilot.domain.ports.records import Database, Records
from copilot.domain.suggestion import Suggestion
from copilot.domain.times import parse_when
from copilot.services.chat_tools import framing
from copilot.services.chat_tools.writing import Writing

LOOKED: Final = "events:promises"
"""The named state that says until when promises were looked through."""
MADE: Final = "events:promises:made"
"""The named state that says behind which event of the log promises came on record since: a message may tell late what was due before."""
BACK: Final = timedelta(days=1)
"""Promises that fell due while the service stood still are told after so long at most."""


@dataclass(frozen=True)
class Telling:
    """Tells of drafts, cues, handovers and promises."""

    database: Database
    writing: Writing
    channels: Mapping[str, Channel]
    clock: Callable[[], datetime]

    async def finished(self, records: Records, conversation_id: str, turn_id: str, suggestions: Sequence[Suggestion]) -> None:
        """A turn is done."""
        listeners = await self._listeners(records)
        if not listeners:
            return
        for one in suggestions:
            if one.state == "proposed":
                what: EventType = "cue.raised" if one.kind == "cue" else "suggestion.ready"
                data = {"turn_id": turn_id, "suggestion_id": one.id, "kind": one.kind}
                await self._tell(records, listeners, what, one.id, conversation_id, data)

    async def offered(self, records: Records, handover: Handover) -> None:
        """Somebody offered a conversation to somebody else."""
        listeners = await self._listeners(records)
        data = {"handover_id": handover.id, "to_user": handover.to_user, "to_team": handover.to_team, "to_channel": handover.to_channel}
        await self._tell(records, listeners, "handover.offered", handover.id, handover.conversation_id, data)

    async def due(self, _: datetime) -> list[tuple[str, str, str]]:
        """Tells of promises whose time has come since it was last looked; there is nothing else to start."""
        for tenant in await self.database.tenants():
            async with self.database.read(tenant) as records:
                listening = await self._listeners(records)
            if listening:
                await self._promises(tenant)
        return []

    async def _promises(self, tenant: str) -> None:
        now = self.clock()
        async with self.database.write(tenant) as records:
            looked = await records.admin.state(LOOKED)
            made = await records.admin.state(MADE)
            since = max(parse_when(looked, now), now - BACK) if looked else now
            late = await records.memories.promises_late(int(made), now - BACK, since) if made else []
            listeners = await self._listeners(records)
            for promise in [*late, *await records.memories.promises_due(since, now)]:
                data = {"promise_id": promise.id, "due": promise.due.isoformat() if promise.due else None, "owner": promise.owner}
                key = f"{promise.id}:{promise.due}"  # another date is another promise to keep
                await self._tell(records, listeners, "promise.due", key, promise.conversation_id, data)
            await records.admin.put_state(LOOKED, now.isoformat())
            await records.admin.put_state(MADE, str(await records.log.last_event()))
        self.writing.wake(tenant)

    async def _listeners(self, records: Records) -> list[Connection]:
        known = await records.connections.all()
        return [one for one in known if one.active and "events" in framing.can(self.channels, one) and one.settings.get("events_to")]

    async def _tell(
        self, records: Records, listeners: Sequence[Connection], what: EventType, key: str, conversation_id: str, data: Mapping[str, Any]
    ) -> None:
        wanting = [one for one in listeners if what in _wanted(one)]
        found = await records.conversations.find(conversation_id) if wanting and conversation_id else None
        if found is None:
            return
        origin = await records.connections.of(found.id)
        for one in wanting:
            event = Event(id=new_id(), type=what, timestamp=self.clock(), data={**_about(found, origin), **data})
            await self.writing.want(records, one.id, found, "event", f"event:{one.id}:{what}:{key}", event.model_dump_json())


def _wanted(connection: Connection) -> Sequence[Any]:
    wanted = connection.settings.get("events")
    return wanted if isinstance(wanted, list) else ()


def _about(conversation: Conversation, origin: Connection | None) -> dict[str, Any]:
    return {
        "conversation_id": conversation.external_id,
        "conversation": conversation.id,
        "connection": origin.id if origin else "",
        "channel": conversation.channel,
    }
