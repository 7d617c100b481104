"""What is live: durable events read once per tenant and handed to every listener, and texts while they grow.

A listener that is slow loses growing texts (the next one is a snapshot of the whole), never durable events: those it catches up from SQL.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from copilot.domain.case import Event
from copilot.domain.errors import Unavailable
from copilot.domain.ports.records import Database
from copilot.domain.ports.work import LiveEvent

log = structlog.get_logger()
QUEUE = 1000
"""Events a listener may be behind before it is told to catch up from SQL."""
BATCH = 500
IDLE_S = 15.0
"""After so long without an event a listener gets an empty batch: a sign of life for the connection."""
GATHER_S = 0.5
"""How long what happens elsewhere may be gathered before it is handed over: with hundreds of listeners, waking each of them for every
event costs more than all the rest."""
RETRY_S = 1.0
"""After so long a record that could not answer is asked again, unless it says when."""
Chooses = Callable[[LiveEvent], bool]


def everything(_: LiveEvent) -> bool:
    """Chooses every event."""
    return True


@dataclass
class Growing:
    """A draft that is being written: all of its text so far. `attempt` rises when the text starts over."""

    tenant_id: str
    conversation_id: str
    suggestion_id: str
    kind: str
    attempt: int = 1
    text: str = ""

    def snapshot(self) -> LiveEvent:
        """All of it, as one delta from the beginning."""
        return self._delta(0, self.text)

    def grow(self, so_far: str) -> LiveEvent | None:
        """The delta that brings a listener to `so_far`; a new attempt when the text is not a continuation."""
        if so_far == self.text:
            return None
        if not so_far.startswith(self.text):
            self.attempt += 1
            self.text = ""
        offset, self.text = len(self.text), so_far
        return self._delta(offset, so_far[offset:])

    def _delta(self, offset: int, text: str) -> LiveEvent:
        data = {"suggestion": self.suggestion_id, "kind": self.kind, "attempt": self.attempt, "offset": offset, "text": text}
        return LiveEvent(id=0, tenant_id=self.tenant_id, type="suggestion.delta", conversation_id=self.conversation_id, data=data)


@dataclass(eq=False)
class Listener:
    """One open stream. `wanted`: what it gets; `urgent`: what it gets at once."""

    wanted: Chooses = everything
    urgent: Chooses = everything
    events: asyncio.Queue[LiveEvent | None] = field(default_factory=lambda: asyncio.Queue(QUEUE))
    behind: bool = False

    async def take(self) -> list[LiveEvent] | None:
        """Everything that waits, once something does; empty after IDLE_S; None at the end."""
        try:
            async with asyncio.timeout(IDLE_S):
                first = await self.events.get()
        except TimeoutError:
            return []
        if first is None:
            return None
        if self.events.empty() and not self.urgent(first):
            await asyncio.sleep(GATHER_S)
        taken = [first]
        while not self.events.empty():
            event = self.events.get_nowait()
            if event is None:
                self.events.put_nowait(None)  # the end is told after what came before it
                break
            taken.append(event)
        return taken

    def put(self, event: LiveEvent) -> None:
        """Hand over, or note that this listener has to catch up."""
        if not self.wanted(event):
            return
        try:
            self.events.put_nowait(event)
        except asyncio.QueueFull:
            self.behind = True

    def forget(self) -> None:
        """Drop what waits; the listener catches up from the record."""
        self.behind = False
        while not self.events.empty():
            self.events.get_nowait()

    def end(self) -> None:
        """No more events."""
        self.forget()
        self.events.put_nowait(None)


@dataclass
class Place:
    """How far a listener has come: the last durable event, and of each growing draft its attempt and length."""

    last: int
    drafts: dict[str, tuple[int, int]] = field(default_factory=dict)

    def moves(self, event: LiveEvent) -> bool:
        """Whether an event is new to the listener; if so, they have it now."""
        if event.id:
            new, self.last = event.id > self.last, max(self.last, event.id)
            return new
        data = event.data
        end = (int(data["attempt"]), int(data["offset"]) + len(data["text"]))
        if end <= self.drafts.get(data["suggestion"], (0, 0)):
            return False
        self.drafts[data["suggestion"]] = end
        return True


class Live:
    """Publishes to the listeners of this replica. `wake(tenant)` after a commit (or a notification from another replica)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._cursor: dict[str, int] = {}
        self._growing: dict[str, Growing] = {}
        self._pumping: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._closed = False

    @property
    def heard(self) -> list[str]:
        """Tenants that somebody listens to."""
        return [tenant for tenant, listeners in self._listeners.items() if listeners]

    def wake(self, tenant: str) -> None:
        """There may be new durable events of this tenant."""
        if self._closed or not self._listeners.get(tenant):
            return
        running = self._pumping.get(tenant)
        if running is not None and not running.done():
            self._again.add(tenant)
            return
        self._pumping[tenant] = asyncio.get_running_loop().create_task(self._pump(tenant))

    def grow(self, growing: Growing, so_far: str) -> None:
        """A draft has grown."""
        self._growing[growing.suggestion_id] = growing
        delta = growing.grow(so_far)
        if delta is not None:
            self._publish(delta)

    def grown(self, suggestion_id: str) -> None:
        """A draft is done (its durable event follows) or given up."""
        self._growing.pop(suggestion_id, None)

    @asynccontextmanager
    async def listen(
        self, tenant: str, after: int | None, wanted: Chooses = everything, urgent: Chooses = everything
    ) -> AsyncIterator[AsyncIterator[list[LiveEvent]]]:
        """Events in batches: those after id `after` (None: from now), then what comes. Growing drafts begin with a snapshot.

        What is not `urgent` may come up to GATHER_S later. An empty batch says that nothing happened for a while.
        """
        listener = Listener(wanted, urgent)
        start = await self._start(tenant) if after is None else after
        self._listeners[tenant].add(listener)
        try:
            yield self._stream(tenant, listener, start)
        finally:
            self._listeners[tenant].discard(listener)

    def end(self) -> None:
        """End every stream."""
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.end()

    async def close(self) -> None:
        """End every stream; nothing is read after that."""
        self._closed = True
        self.end()
        for task in self._pumping.values():
            task.cancel()
        await asyncio.gather(*self._pumping.values(), return_exceptions=True)

    async def _start(self, tenant: str) -> int:
        async with self._database.read(tenant) as records:
            return await records.log.last_event()

    async def _stream(self, tenant: str, listener: Listener, start: int) -> AsyncIterator[list[LiveEvent]]:
        place = Place(start)
        async for batch in self._caught_up(tenant, listener, start):
            if fresh := [event for event in batch if place.moves(event)]:
                yield fresh
        while (heard := await listener.take()) is not None:
            fresh = [event for event in heard if place.moves(event)]
            if fresh or not heard:
                yield fresh
            if listener.behind:
                # What did not fit is read again from the record, and drafts start over as snapshots.
                listener.forget()
                async for batch in self._caught_up(tenant, listener, place.last):
                    if fresh := [event for event in batch if place.moves(event)]:
                        yield fresh

    async def _caught_up(self, tenant: str, listener: Listener, after: int) -> AsyncIterator[list[LiveEvent]]:
        """Everything since `after` that the listener wants, then all of every draft that is being written."""
        async for batch in self._backlog(tenant, after):
            yield [event for event in batch if listener.wanted(event)]
        drafts = [growing.snapshot() for growing in self._growing.values() if growing.tenant_id == tenant]
        yield [draft for draft in drafts if listener.wanted(draft)]

    async def _backlog(self, tenant: str, after: int) -> AsyncIterator[list[LiveEvent]]:
        while True:
            async with self._database.read(tenant) as records:
                events = await records.log.events(after, limit=BATCH)
            yield [as_live(tenant, event) for event in events]
            if len(events) < BATCH:
                return
            after = events[-1].id

    async def _pump(self, tenant: str) -> None:
        """Read what is new once, for all listeners. What the record cannot say now it says later: nobody else asks for it."""
        while True:
            try:
                if not await self._read_on(tenant):
                    return
            except Unavailable as error:
                log.warning("live_waits", tenant=tenant, reason=str(error))
                await asyncio.sleep(error.retry_after or RETRY_S)

    async def _read_on(self, tenant: str) -> bool:
        """Whether there may be more."""
        self._again.discard(tenant)
        cursor = self._cursor.get(tenant)
        async with self._database.read(tenant) as records:
            if cursor is None:
                cursor = max(0, await records.log.last_event() - BATCH)
            events = await records.log.events(cursor, limit=BATCH)
        for event in events:
            self._publish(as_live(tenant, event))
        if events:
            self._cursor[tenant] = events[-1].id
        return len(events) == BATCH or tenant in self._again

    def _publish(self, event: LiveEvent) -> None:
        for listener in self._listeners.get(event.tenant_id, ()):
            listener.put(event)


def as_live(tenant: str, event: Event) -> LiveEvent:
    """A durable event as streams carry it."""
    data = {
        "subject": event.subject_id,
        "at": event.at.isoformat(),
        "actor": event.actor,
        "schema_version": event.schema_version,
        **event.data,
    }
    return LiveEvent(id=event.id, tenant_id=tenant, type=event.type, conversation_id=event.conversation_id, data=data)
