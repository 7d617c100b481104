"""For the desk: what happens, as it happens (Server-Sent Events).

Durable events carry an `id`; a client that comes back with `Last-Event-ID` (or `?after=`) gets everything since. `suggestion.delta` events
live only now: `text` belongs at `offset` of attempt `attempt` of that suggestion (the text so far is `text[:offset] + delta`), and whoever
connects while a draft grows gets all of it first, as one delta at offset 0. The draft's `suggestion.ready` is durable.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from fastapi.responses import StreamingResponse

from copilot.api.auth import App, Me
from copilot.api.connections import Connection
from copilot.api.metrics import Metrics
from copilot.api.open_streams import LIMITED, one_more
from copilot.api.routing import audience
from copilot.api.shown import streamed
from copilot.api.wire import Wire, written
from copilot.bootstrap import Application
from copilot.domain.errors import Invalid
from copilot.domain.ports.work import LiveEvent
from copilot.domain.staff import Caller
from copilot.services.people.signing_in import ENDED

router = audience("stream")
RETRY_MS = 2000
"""How long a client waits before it connects again."""
HIGHEST = 2**53
ENDINGS = frozenset({"key.revoked", ENDED})
"""Events that end the streams of whoever they are about."""


@dataclass(frozen=True)
class Listening:
    """A stream that was asked for, checked before the answer begins."""

    application: Application
    wire: Wire
    metrics: Metrics
    caller: Caller
    conversation_id: str
    """Empty: every conversation of the tenant."""
    open_id: str
    """The conversation that is open on the listener's page; empty: none in particular."""
    after: int

    def wants(self, event: LiveEvent) -> bool:
        """Whether an event goes to this listener (the end of their own key or session is heard, too)."""
        if event.type in ENDINGS:
            return event.data.get("subject") == self.caller.key_id
        if self.conversation_id and event.conversation_id != self.conversation_id:
            return False
        if self.open_id and not event.id and event.conversation_id != self.open_id:
            return False  # the drafts of others grow unseen; that they are done is told
        return streamed(event.type, self.caller)

    def urgent(self, event: LiveEvent) -> bool:
        """With a conversation open, what happens in others may be a moment late."""
        return not self.open_id or event.conversation_id == self.open_id or event.type in ENDINGS

    async def events(self) -> AsyncIterator[bytes]:
        """`ready` with the id to come back with, then what happens, until the service stops or the listener's key or session ends."""
        self.metrics.streams.inc()
        try:
            async with self.application.live.listen(self.caller.tenant_id, self.after, self.wants, self.urgent) as batches:
                yield written("ready", {"after": self.after}, ident=self.after, retry=RETRY_MS)
                async for batch in batches:
                    last = next((place for place, event in enumerate(batch) if event.type in ENDINGS), None)
                    if last is not None:
                        yield await self.wire.batch(batch[:last], self.caller) if last else b""
                        return
                    yield await self.wire.batch(batch, self.caller)
                    if self.caller.until and self.application.clock() >= self.caller.until:
                        return
        finally:
            self.metrics.streams.dec()


async def _listening(
    app: App,
    me: Me,
    request: Request,
    conversation: Annotated[str, Query(max_length=200, description="Only this conversation; all, when left out.")] = "",
    opened: Annotated[
        str,
        Query(
            max_length=200,
            alias="open",
            description="The conversation that is open on the page: drafts of others are told when they are done, not while they grow, "
            "and what happens elsewhere may come half a second later.",
        ),
    ] = "",
    connection: Connection = "",
    after: Annotated[int | None, Query(ge=0, le=HIGHEST, description="The id of the last event seen.")] = None,
    last_event_id: Annotated[str | None, Header(description="As `after`; browsers send it by themselves.")] = None,
) -> Listening:
    ids = [await _ours(app, me, ref, connection) for ref in (conversation, opened)]
    if last_event_id:
        if not (last_event_id.isdecimal() and last_event_id.isascii()) or int(last_event_id) > HIGHEST:
            raise Invalid(f"Last-Event-ID {last_event_id[:40]!r} is not the id of an event.", todo="Send back an id as you received it.")
        after = int(last_event_id)
    if after is None:
        async with app.database.read(me.tenant_id) as records:
            after = await records.log.last_event()
    state = request.app.state
    return Listening(app, state.wire, state.metrics, me, ids[0], ids[1], after)


class Events(StreamingResponse):
    """Written by us: the framework's own encodes every event anew for each listener."""

    media_type = "text/event-stream"


async def _ours(app: Application, me: Caller, ref: str, connection: str) -> str:
    """Our id of the conversation that a sender names; empty stays empty. Raises NotFound."""
    if not ref:
        return ""
    return (await app.reading.thread(me.tenant_id, await app.reading.ref(me.tenant_id, ref, connection))).conversation.id


@router.get("/stream", response_class=Events, dependencies=[Depends(one_more)], responses=LIMITED)
async def stream(listening: Annotated[Listening, Depends(_listening)]) -> Events:
    """Everything that happens, or what happens in one conversation. Comments keep the connection alive."""
    return Events(listening.events(), headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
