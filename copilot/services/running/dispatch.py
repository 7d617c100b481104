"""The dispatcher: starts durable jobs for what transactions left in the outbox, and takes over from silent replicas."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from copilot.domain.errors import CopilotError
from copilot.domain.ports.records import Database
from copilot.domain.ports.work import DurableEngine

log = structlog.get_logger()
POLL_S = 1.0
"""How often the outbox is looked at without being woken: only another replica's or an interrupted transaction's rows wait this long."""
SWEEP_S = 10.0
STUCK_S = 60.0
"""Work that is unfinished for so long is started again unless it is under way (RELIABILITY, invariant 2)."""
SILENT_S = 30.0
"""A replica without a heartbeat for this long is taken to be dead (DESIGN §10)."""
Unfinished = Callable[[datetime], Awaitable[list[tuple[str, str, str]]]]
"""(job, tenant, subject) of work that was left before a moment and is not done."""


class Dispatcher:
    """One per replica."""

    def __init__(self, database: Database, engine: DurableEngine, replica: str, clock: Callable[[], datetime]) -> None:
        self._database, self._engine, self._replica, self._clock = database, engine, replica, clock
        self._event = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._unfinished: list[Unfinished] = []
        self._stopping = False

    def watch(self, unfinished: Unfinished) -> None:
        """Before `start`: the sweep asks for work that should have been done by now."""
        self._unfinished.append(unfinished)

    def wake(self) -> None:
        """The outbox has work."""
        self._event.set()

    async def start(self) -> None:
        """Run until stopped."""
        self._stopping = False
        await self._database.heartbeat(self._replica, self._clock())
        self._tasks = [asyncio.create_task(self._forever(self.once, POLL_S)), asyncio.create_task(self._forever(self.sweep, SWEEP_S))]

    async def stop(self) -> None:
        # A driver may turn the cancellation into an error of its own, which the loop would take for a passing one.
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    async def once(self) -> int:
        """Start everything that waits; returns how many. A row is removed only after its start: starting twice is harmless."""
        started = 0
        while rows := await self._database.outbox():
            for row in rows:
                await self._engine.start(row.job, row.tenant_id, row.subject_id)
            await self._database.outbox_done([row.id for row in rows])
            started += len(rows)
        return started

    async def sweep(self) -> int:
        """Say that we live; adopt what the dead left; start again what ended without doing its work."""
        now = self._clock()
        await self._database.heartbeat(self._replica, now)
        silent = [r for r in await self._database.silent_replicas(now - timedelta(seconds=SILENT_S)) if r != self._replica]
        adopted = await self._engine.adopt(silent) if silent else 0
        return adopted + await self._renew(now - timedelta(seconds=STUCK_S))

    async def _renew(self, before: datetime) -> int:
        """What a failure took away that outlasted all retries: a full disk, a database out of reach."""
        waiting = {(row.job, row.subject_id) for row in await self._database.outbox(1000)}
        renewed = 0
        for unfinished in self._unfinished:
            for job, tenant, subject in await unfinished(before):
                if (job, subject) not in waiting and await self._engine.renew(job, tenant, subject):
                    log.info("work_renewed", job=job, tenant=tenant, subject=subject)
                    renewed += 1
        return renewed

    async def _forever(self, work: Callable[[], Awaitable[int]], pause: float) -> None:
        while not self._stopping:
            if work == self.once:
                self._event.clear()
            try:
                await work()
            except CopilotError as error:
                log.warning("dispatcher_waits", reason=str(error))
            except Exception:  # whatever it is, a dispatcher that ends would leave accepted messages without an answer
                if not self._stopping:
                    log.exception("dispatcher_failed")
            with contextlib.suppress(TimeoutError):
                if work == self.once:
                    await asyncio.wait_for(self._event.wait(), pause)
                else:
                    await asyncio.sleep(pause)
