"""The DurableEngine port in memory: jobs run as tasks of this event loop, once per id."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from copilot.domain.errors import Unavailable

log = structlog.get_logger()
Job = Callable[[str, str], Awaitable[None]]
Run = tuple[str, str, str]
"""(job, tenant, subject): a run's id."""


@dataclass
class Work:
    """What an engine remembers of its runs. Give it to the next engine to play a restart: what is pending is taken up again."""

    pending: dict[Run, None] = field(default_factory=dict)
    done: set[Run] = field(default_factory=set)
    given_up: set[Run] = field(default_factory=set)


class InlineEngine:
    """Runs jobs at once, retries without a pause, and says when nothing is left (`idle`)."""

    def __init__(self, work: Work | None = None, attempts: int = 3) -> None:
        self.work = work or Work()
        self._attempts = attempts
        self._jobs: dict[str, Job] = {}
        self._given_up: Job | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._running = False

    def register(self, name: str, job: Job) -> None:
        self._jobs[name] = job

    def on_failure(self, job: Job) -> None:
        self._given_up = job

    async def launch(self) -> None:
        self._running = True
        for run in list(self.work.pending):
            self._begin(run)

    async def start(self, name: str, tenant_id: str, subject_id: str) -> None:
        if not self._running:
            raise Unavailable("The durable engine is not running.", todo="Launch it first.")
        run = (name, tenant_id, subject_id)
        if run not in self.work.pending and run not in self.work.done and run not in self.work.given_up:
            self.work.pending[run] = None
            self._begin(run)

    async def renew(self, name: str, tenant_id: str, subject_id: str) -> bool:
        run = (name, tenant_id, subject_id)
        if run in self.work.pending:
            return False
        self.work.done.discard(run)
        self.work.given_up.discard(run)
        await self.start(name, tenant_id, subject_id)
        return True

    async def adopt(self, silent: list[str]) -> int:
        """There is one replica only: nothing to take over."""
        return 0

    async def forget(self, tenant_id: str, subject_ids: list[str]) -> None:
        subjects = set(subject_ids)
        for runs in (self.work.done, self.work.given_up):
            runs.difference_update([run for run in runs if run[1] == tenant_id and run[2].partition(":")[0] in subjects])

    async def close(self) -> None:
        """Stop where it stands: what was pending stays pending."""
        self._running = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def idle(self) -> None:
        """Return when no run is left, those started meanwhile included."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _begin(self, run: Run) -> None:
        task = asyncio.get_running_loop().create_task(self._carry_out(run))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry_out(self, run: Run) -> None:
        name, tenant_id, subject_id = run
        passes = False
        for left in reversed(range(self._attempts)):
            try:
                await self._jobs[name](tenant_id, subject_id)
            except Exception as error:  # any failure of a job is tried again, as the real engine does; logged with its trace
                log.warning("job_failed", job=name, subject=subject_id, attempts_left=left, exc_info=True)
                passes = isinstance(error, Unavailable)
            else:
                self.work.done.add(run)
                break
        else:
            self.work.given_up.add(run)
            if self._given_up is not None and not passes:
                await self._given_up(tenant_id, subject_id)
        self.work.pending.pop(run, None)
