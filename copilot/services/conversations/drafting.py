"""A turn from minted to done: evidence, quiet period, suggestions. One idempotent job per turn, and one per kind on demand."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

import structlog

from copilot.domain import experiments
from copilot.domain.base import new_id
from copilot.domain.case import StoredTurn, TurnStatus
from copilot.domain.conversation import Channel, unanswered
from copilot.domain.emotion import Sensed
from copilot.domain.errors import Invalid, NotFound
from copilot.domain.experiments import Assigned, Experiment
from copilot.domain.ports.models import ChatMessage
from copilot.domain.ports.records import Database, Records
from copilot.domain.suggestion import Suggestion
from copilot.domain.tenant import KINDS, TenantSettings
from copilot.domain.turn import Turn
from copilot.graph.build import Run, State, Tools, kinds_for, run
from copilot.kinds import by_name
from copilot.services.conversations.cases import load
from copilot.services.gaps import opening as gap_opening
from copilot.services.knowledge.outdating import outdated_by
from copilot.services.running.hooks import Hook, nobody
from copilot.services.running.live import Growing, Live
from copilot.services.running.pulse import Pulse
from copilot.services.searching.reader import KnowledgeReader

log = structlog.get_logger()
TURN = "turn"
"""The durable job that drafts a turn."""
KINDS_JOB = "kinds"
"""The durable job that drafts what a person asked for; its subject is `turn:kind,kind`."""
BURSTS: tuple[Channel, ...] = ("chat", "sms", "social")
"""Channels in which people write in bursts; elsewhere a message is complete and drafting begins at once."""
AT_ONCE = 2
"""Turns whose evidence is made at the same time: it is work for the processor, and waiting for models is not part of it."""


@dataclass(frozen=True)
class Drafting:
    """Runs turns through the graph and saves what they make."""

    database: Database
    graph: Any
    tools: Tools
    live: Live
    clock: Callable[[], datetime]
    wake: Callable[[], None]
    finished: Hook[str, str, Sequence[Suggestion]] = nobody
    """Hears of a turn that is done: conversation, turn, suggestions."""
    readers: dict[str, KnowledgeReader] = field(default_factory=dict)
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    """Taken while a turn's evidence is made: without it, a rush of messages starves the acknowledgement of the next."""
    pulse: Pulse = field(default_factory=Pulse)
    held: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """What one run at a time may make here: a turn's evidence, by the turn's id, and a kind's draft, by `turn:kind`."""

    def reader(self, tenant: str) -> KnowledgeReader:
        """The tenant's articles, as the graph reads them."""
        return self.readers.setdefault(tenant, KnowledgeReader(self.database, tenant, self.tools.embedder))

    async def turn(self, tenant: str, turn_id: str) -> None:
        """The durable job `turn`: safe to run again at any point."""
        await self._run(tenant, turn_id, only=())

    async def kinds(self, tenant: str, subject: str) -> None:
        """The durable job `kinds`: what a person asked for."""
        turn_id, _, kinds = subject.partition(":")
        await self._run(tenant, turn_id, only=tuple(kinds.split(",")))

    async def request(self, tenant: str, conversation: str, kinds: Sequence[str], actor: str, *, fresh: bool = False) -> TurnStatus:
        """Ask for kinds now. Without a waiting customer a turn is minted that holds nothing but what was asked for.

        `fresh`: a new turn for the same waiting messages, with evidence as it is now; the one before is superseded.
        """
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown or not kinds:
            raise Invalid(f"There is no kind {', '.join(unknown) or '(none given)'}.", todo=f"Choose from {', '.join(KINDS)}.")
        async with self.database.write(tenant) as records:
            found = await records.conversations.find(conversation)
            if found is None:
                raise NotFound(f"There is no conversation {conversation!r}.", todo="Check its id.")
            stored = await records.turns.current_status(found.id)
            if stored is None or fresh:
                waiting = [message.id for message in unanswered(found.messages)] if fresh else []
                stored = await records.turns.mint(new_id(), found.id, waiting, self.clock())
            await records.turns.request(stored.id, [k for k in kinds if k not in stored.requested])
            if fresh:
                await records.log.event("turn.minted", conversation_id=found.id, subject_id=stored.id)
                await records.log.enqueue(TURN, stored.id)
            else:
                await records.log.enqueue(KINDS_JOB, f"{stored.id}:{','.join(kinds)}")
            await records.log.event(
                "suggestion.requested", conversation_id=found.id, subject_id=stored.id, actor=actor, data={"kinds": list(kinds)}
            )
        self.wake()
        return stored

    async def requeue(self, tenant: str) -> int:
        """Leave every current turn that is not finished in the outbox again (after a restore, which brings no work along)."""
        left = [turn for owner, turn in await self.database.unfinished_turns(self.clock()) if owner == tenant]
        async with self.database.write(tenant) as records:
            for turn in left:
                await records.log.enqueue(TURN, turn)
        return len(left)

    async def unfinished(self, before: datetime) -> list[tuple[str, str, str]]:
        """Current turns minted before `before` that came to no end, as (job, tenant, turn)."""
        return [(TURN, tenant, turn) for tenant, turn in await self.database.unfinished_turns(before)]

    def alone(self, name: str) -> asyncio.Lock:
        """The lock of what only one run at a time makes; gone when nobody holds it."""
        return self.held.setdefault(name, asyncio.Lock())

    async def _run(self, tenant: str, turn_id: str, only: tuple[str, ...]) -> None:
        async with AsyncExitStack() as making:
            # Whoever comes second to a turn finds its evidence stored.
            await making.enter_async_context(self.alone(turn_id))
            begun = await self._begin(tenant, turn_id, only)
            if begun is None:
                return
            stored, state, saved = begun
            if "case" in state:
                await making.enter_async_context(self.room)
                await self.pulse.calm()
            watcher = Saver(self, tenant, stored, making, patient=not only)
            context = Run(self.tools, self.reader(tenant), watcher, only=only, also=stored.requested, done=saved)
            turn, _ = await run(self.graph, state, context)
        if not only or await self._nothing_left(tenant, turn, context):
            await self._finish(tenant, stored, watcher.superseded, turn)

    async def _begin(self, tenant: str, turn_id: str, only: tuple[str, ...]) -> tuple[StoredTurn, State, frozenset[str]] | None:
        """The turn as stored, what its run starts from and the kinds that are saved; None when there is nothing to do."""
        started = time.perf_counter()
        async with self.database.read(tenant) as records:
            stored = await records.turns.get(turn_id)
            if stored is None or (not only and stored.state in ("done", "superseded", "failed")):
                return None
            saved = frozenset(s.kind for s in await records.suggestions.of_turn(turn_id))
            state: State = {"turn": stored.turn} if stored.turn else {}
            if stored.turn is None:
                conversation = await records.conversations.find(stored.conversation_id)
                if conversation is None:
                    return None
                # A sender's clock may run a little ahead of ours: the message is part of its own turn all the same.
                as_of = max([self.clock(), *(m.sent_at for m in conversation.messages[-1:])])
                case = await load(records, conversation, turn_id=turn_id, as_of=as_of, embedder=self.tools.embedder)
                state = {"case": case}
        state["timings"] = {"read": (time.perf_counter() - started) * 1000}
        return stored, state, saved

    async def _nothing_left(self, tenant: str, turn: Turn, context: Run) -> bool:
        """Whether every kind that was asked for or that the turn wants is saved: asking for one reopens a turn that was done."""
        async with self.database.read(tenant) as records:
            stored = await records.turns.status(turn.id)
            saved = frozenset(s.kind for s in await records.suggestions.of_turn(turn.id))
        also = stored.requested if stored else ()
        return not kinds_for(turn, replace(context, only=(), also=also, done=saved))

    async def _finish(self, tenant: str, stored: TurnStatus, superseded: bool, turn: Turn) -> None:
        async with self.database.write(tenant) as records:
            now = await records.turns.status(stored.id)
            if now is None or now.state in ("done", "superseded", "failed"):
                return
            await records.turns.set_state(stored.id, "superseded" if superseded else "done")
            if not superseded:
                made = await records.suggestions.of_turn(stored.id)
                await gap_opening.of_turn(records, turn, made)
                await self.finished(records, stored.conversation_id, stored.id, made)
            await records.log.event(
                "turn.superseded" if superseded else "turn.done", conversation_id=stored.conversation_id, subject_id=stored.id
            )
        self.live.wake(tenant)
        self.wake()  # whoever heard of it may have left work

    async def failed(self, tenant: str, turn_id: str) -> None:
        """The job was given up after its retries: the turn says so."""
        async with self.database.write(tenant) as records:
            stored = await records.turns.status(turn_id.partition(":")[0])
            if stored is None or stored.state in ("done", "superseded"):
                return
            await records.turns.set_state(stored.id, "failed")
            await records.log.event("turn.failed", conversation_id=stored.conversation_id, subject_id=stored.id)
        self.live.wake(tenant)


class Saver:
    """The Watcher of a stored turn: evidence and suggestions are saved the moment they exist."""

    def __init__(self, drafting: Drafting, tenant: str, stored: TurnStatus, making: AsyncExitStack, *, patient: bool) -> None:
        self._drafting, self._tenant, self._stored, self._making, self._patient = drafting, tenant, stored, making, patient
        self._growing: dict[str, Growing] = {}
        self._experiments: list[Experiment] | None = None
        """Those that run once the turn is to be drafted; None: not read yet."""
        self.superseded = False

    async def frozen(self, turn: Turn, sensed: list[Sensed], vectors: dict[str, bytes]) -> None:
        async with self._drafting.database.write(self._tenant) as records:
            if await records.turns.status(turn.id) is None:
                return  # erased meanwhile
            await records.senses.put(sensed, vectors, self._drafting.tools.embedder.version)
            await records.turns.freeze(turn)
            emotion = turn.evidence.emotion
            await records.log.event(
                "evidence.ready",
                conversation_id=turn.conversation_id,
                subject_id=turn.id,
                data={"heat": emotion.heat, "label": emotion.label, "trend": emotion.trend, "covered": turn.evidence.coverage.covered},
            )
        self._drafting.live.wake(self._tenant)

    async def measured(self, turn: Turn) -> None:
        async with self._drafting.database.write(self._tenant) as records:
            await records.turns.measure(turn)

    async def wanted(self, turn: Turn) -> bool:
        # Others may make their evidence now: what follows here is mostly waiting.
        await self._making.aclose()
        if not self._patient:
            return True
        wait = quiet_seconds(turn.settings, turn.channel) - (self._drafting.clock() - self._stored.minted_at).total_seconds()
        if wait > 0:
            await asyncio.sleep(wait)
        async with self._drafting.database.read(self._tenant) as records:
            now = await records.turns.status(turn.id)
            self._experiments = await self._running(records)
        self.superseded = now is None or not now.current
        return not self.superseded

    async def assigned(self, turn: Turn, kind: str) -> Assigned | None:
        if by_name(kind).prompt is None:
            return None
        if self._experiments is None:
            async with self._drafting.database.read(self._tenant) as records:
                self._experiments = await self._running(records)
        experiment = experiments.active(self._experiments, kind, self._drafting.clock())
        return experiments.assigned(experiment, turn.conversation_id) if experiment else None

    async def _running(self, records: Records) -> list[Experiment]:
        return await records.experiments.running() if self._drafting.tools.drafter.models.configured else []

    @asynccontextmanager
    async def alone(self, turn: Turn, kind: str) -> AsyncIterator[bool]:
        lock = self._drafting.alone(f"{turn.id}:{kind}")
        waited = lock.locked()
        async with lock:
            yield not (waited and await self._is_saved(turn, kind))

    async def _is_saved(self, turn: Turn, kind: str) -> bool:
        async with self._drafting.database.read(self._tenant) as records:
            return any(s.kind == kind for s in await records.suggestions.of_turn(turn.id))

    async def text(self, turn: Turn, kind: str, suggestion_id: str, so_far: str) -> None:
        growing = self._growing.setdefault(suggestion_id, Growing(self._tenant, turn.conversation_id, suggestion_id, kind))
        self._drafting.live.grow(growing, so_far)

    async def drafted(self, turn: Turn, made: Sequence[tuple[Suggestion, tuple[ChatMessage, ...]]]) -> None:
        async with self._drafting.database.write(self._tenant) as records:
            now = await records.turns.status(turn.id)
            for drafted, sent in made if now is not None else ():
                suggestion = await self._as_of_now(records, turn, drafted)
                stored = await records.suggestions.put(suggestion, sent)
                if stored.id != suggestion.id:
                    break  # another run was first: its set stands
                await self._saved(records, turn, suggestion)
        for suggestion, _ in made:
            self._drafting.live.grown(suggestion.id)
        self._drafting.live.wake(self._tenant)

    async def _as_of_now(self, records: Any, turn: Turn, suggestion: Suggestion) -> Suggestion:
        """A draft that quotes an article which was changed while it was written is stale from birth."""
        by = await outdated_by(records, turn, suggestion, self._drafting.clock())
        return suggestion.model_copy(update={"stale": True, "outdated_by": by}) if by else suggestion

    async def _saved(self, records: Any, turn: Turn, suggestion: Suggestion) -> None:
        if suggestion.cost_microusd or suggestion.usage.calls:
            usage = suggestion.usage
            await records.admin.spend(self._drafting.clock().date(), suggestion.cost_microusd, usage.input_tokens, usage.output_tokens)
        await records.log.event(
            "suggestion.ready",
            conversation_id=turn.conversation_id,
            subject_id=suggestion.id,
            data={"turn": turn.id, "kind": suggestion.kind, "state": suggestion.state, "producer": suggestion.producer},
        )


def quiet_seconds(settings: TenantSettings, channel: Channel) -> float:
    """How long drafting waits after a message, so that a burst is answered as one."""
    return settings.quiet_period_s if channel in BURSTS else 0.0
