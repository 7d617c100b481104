"""What is live: durable events read once per tenant and handed to every listener, and texts while they grow.

A listener that is slow loses growing texts (the next one is a snapshot of the whole), never durable events: those it catches up from SQL.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from copilot.domain.case import Event
from copilot.domain.ports.records import Database
from copilot.domain.ports.work import LiveEvent

QUEUE = 1000
"""Events a listener may be behind before it is told to catch up from SQL."""
BATCH = 500


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
    """One open stream."""

    events: asyncio.Queue[LiveEvent | None] = field(default_factory=lambda: asyncio.Queue(QUEUE))
    behind: bool = False

    def put(self, event: LiveEvent) -> None:
        """Hand over, or note that this listener has to catch up."""
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

    @property
    def heard(self) -> list[str]:
        """Tenants that somebody listens to."""
        return [tenant for tenant, listeners in self._listeners.items() if listeners]

    def wake(self, tenant: str) -> None:
        """There may be new durable events of this tenant."""
        if not self._listeners.get(tenant):
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
    async def listen(self, tenant: str, after: int | None, wanted: Callable[[LiveEvent], bool]) -> AsyncIterator[AsyncIterator[LiveEvent]]:
        """A stream of events: those after id `after` (None: from now), then what comes. Growing drafts begin with a snapshot."""
        listener = Listener()
        start = await self._start(tenant) if after is None else after
        self._listeners[tenant].add(listener)
        try:
            yield (event async for event in self._stream(tenant, listener, start) if wanted(event))
        finally:
            self._listeners[tenant].discard(listener)

    def close(self) -> None:
        """End every stream."""
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.end()

    async def _start(self, tenant: str) -> int:
        async with self._database.read(tenant) as records:
            return await records.log.last_event()

    async def _stream(self, tenant: str, listener: Listener, start: int) -> AsyncIterator[LiveEvent]:
        place = Place(start)
        async for event in self._caught_up(tenant, start):
            if place.moves(event):
                yield event
        while (heard := await listener.events.get()) is not None:
            if place.moves(heard):
                yield heard
            if listener.behind:
                # What did not fit is read again from the record, and drafts start over as snapshots.
                listener.forget()
                async for event in self._caught_up(tenant, place.last):
                    if place.moves(event):
                        yield event

    async def _caught_up(self, tenant: str, after: int) -> AsyncIterator[LiveEvent]:
        """Everything since `after`, then all of every draft that is being written."""
        async for event in self._backlog(tenant, after):
            yield event
        for growing in list(self._growing.values()):
            if growing.tenant_id == tenant:
                yield growing.snapshot()

    async def _backlog(self, tenant: str, after: int) -> AsyncIterator[LiveEvent]:
        while True:
            async with self._database.read(tenant) as records:
                events = await records.log.events(after, limit=BATCH)
            for event in events:
                yield as_live(tenant, event)
            if len(events) < BATCH:
                return
            after = events[-1].id

    async def _pump(self, tenant: str) -> None:
        """Read what is new once, for all listeners."""
        while True:
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
            if len(events) < BATCH and tenant not in self._again:
                return

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
