"""For the desk: what happens, as it happens (Server-Sent Events).

Durable events carry an `id`; a client that comes back with `Last-Event-ID` (or `?after=`) gets everything since. `suggestion.delta` events
live only now: `text` belongs at `offset` of attempt `attempt` of that suggestion (the text so far is `text[:offset] + delta`), and whoever
connects while a draft grows gets all of it first, as one delta at offset 0. The draft's `suggestion.ready` is durable.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from copilot.api.auth import App, Me
from copilot.api.metrics import Metrics
from copilot.api.references import References
from copilot.api.routing import audience
from copilot.api.shown import on_stream, streamed
from copilot.bootstrap import Application
from copilot.domain.errors import Invalid
from copilot.domain.ports.work import LiveEvent
from copilot.domain.staff import Caller

router = audience("stream")
RETRY_MS = 2000
"""How long a client waits before it connects again."""
HIGHEST = 2**53
REVOKED = "key.revoked"


@dataclass(frozen=True)
class Listening:
    """A stream that was asked for, checked before the answer begins."""

    application: Application
    references: References
    metrics: Metrics
    caller: Caller
    conversation_id: str
    """Empty: every conversation of the tenant."""
    after: int

    def wants(self, event: LiveEvent) -> bool:
        """Whether an event goes to this listener (the end of their own key is heard, too)."""
        if event.type == REVOKED:
            return event.data.get("subject") == self.caller.key_id
        if self.conversation_id and event.conversation_id != self.conversation_id:
            return False
        return streamed(event.type, self.caller)

    async def sent(self, event: LiveEvent) -> ServerSentEvent:
        """An event as it goes out: the sender's conversation id, and nobody named but the listener."""
        refs = await self.references.of(self.caller.tenant_id, [event.conversation_id])
        data = {**on_stream(event.data, self.caller), "conversation": refs.get(event.conversation_id, "")}
        return ServerSentEvent(event=event.type, id=str(event.id) if event.id else None, data=data)

    async def events(self) -> AsyncIterator[ServerSentEvent]:
        """`ready` with the id to come back with, then what happens, until the service stops or the key is revoked."""
        async with self.application.live.listen(self.caller.tenant_id, self.after, self.wants) as events:
            yield ServerSentEvent(event="ready", id=str(self.after), data={"after": self.after}, retry=RETRY_MS)
            async for event in events:
                if event.type == REVOKED:
                    return
                yield await self.sent(event)


async def _listening(
    app: App,
    me: Me,
    request: Request,
    conversation: Annotated[str, Query(max_length=200, description="Only this conversation; all, when left out.")] = "",
    after: Annotated[int | None, Query(ge=0, le=HIGHEST, description="The id of the last event seen.")] = None,
    last_event_id: Annotated[str | None, Header(description="As `after`; browsers send it by themselves.")] = None,
) -> Listening:
    found = await app.reading.thread(me.tenant_id, conversation) if conversation else None
    if last_event_id:
        if not (last_event_id.isdecimal() and last_event_id.isascii()) or int(last_event_id) > HIGHEST:
            raise Invalid(f"Last-Event-ID {last_event_id[:40]!r} is not the id of an event.", todo="Send back an id as you received it.")
        after = int(last_event_id)
    if after is None:
        async with app.database.read(me.tenant_id) as records:
            after = await records.log.last_event()
    state = request.app.state
    return Listening(app, state.references, state.metrics, me, found.conversation.id if found else "", after)


@router.get("/stream", response_class=EventSourceResponse)
async def stream(listening: Annotated[Listening, Depends(_listening)]) -> AsyncIterator[ServerSentEvent]:
    """Everything that happens, or what happens in one conversation. Comments keep the connection alive."""
    listening.metrics.streams.inc()
    try:
        async for event in listening.events():
            yield event
    finally:
        listening.metrics.streams.dec()
