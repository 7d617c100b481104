"""Durable work on DBOS: a job is a workflow of one step; its id makes a start idempotent, also after a crash."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import structlog

from copilot.domain.errors import CopilotError, Unavailable

log = structlog.get_logger()
APPLICATION_VERSION = "1"
"""Raised only when a workflow's steps change: a newer version leaves an older version's runs pending (RELIABILITY, DBOS)."""
ATTEMPTS = 5
FORGET_AT_ONCE = 50
GRACE_S = 1.0
"""How long runs may take to end by themselves when the engine closes: those that are about to finish do."""
ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
Job = Callable[[str, str], Awaitable[None]]


class DbosEngine:
    """One per process: DBOS keeps its state in a process-wide object."""

    def __init__(self, url: str, replica: str) -> None:
        self._url, self._replica = url, replica
        self._jobs: dict[str, Job] = {}
        self._given_up: Job | None = None
        self._dbos: Any = None
        self._workflow: Any = None
        self._running: set[str] = set()

    def register(self, name: str, job: Job) -> None:
        self._jobs[name] = job

    def on_failure(self, job: Job) -> None:
        """Called as `job(tenant, subject)` when a run was given up after its retries; not for what was Unavailable, which passes."""
        self._given_up = job

    async def launch(self) -> None:
        from dbos import DBOS

        logging.getLogger("dbos").setLevel(logging.WARNING)
        config: Any = {
            "name": "rapport",
            "system_database_url": self._url,
            "application_version": APPLICATION_VERSION,
            "executor_id": self._replica,
            "log_level": "WARNING",
            "enable_otlp": False,
            "notification_listener_polling_interval_sec": 1.0,
        }
        try:
            self._dbos = DBOS(config=config)

            async def job(name: str, tenant_id: str, subject_id: str) -> None:
                await self._run(name, tenant_id, subject_id)

            self._workflow = DBOS.workflow(name="job")(job)
            # Launched inside the running loop, so that recovered coroutines run on it (RELIABILITY, DBOS).
            DBOS.launch()
        except Exception as error:  # the engine raises its drivers' own errors; none is ours to name
            raise Unavailable(
                f"The durable engine does not start: {error}", todo="Check the database address and that it is writable."
            ) from error

    async def start(self, name: str, tenant_id: str, subject_id: str) -> None:
        from dbos import DBOS, SetWorkflowID

        with _engine_errors(), SetWorkflowID(run_id(name, tenant_id, subject_id)):
            await DBOS.start_workflow_async(self._workflow, name, tenant_id, subject_id)

    async def renew(self, name: str, tenant_id: str, subject_id: str) -> bool:
        from dbos import DBOS

        ident = run_id(name, tenant_id, subject_id)
        if ident in self._running:
            return False
        with _engine_errors():
            known = await DBOS.get_workflow_status_async(ident)
            if known is not None and known.status == "PENDING" and known.executor_id == self._replica:
                # Ours by the engine's own record, and yet not running here: it could not note how the run ended.
                await DBOS.resume_workflow_async(ident)
                return True
            if known is not None and known.status not in ENDED:
                return False
            if known is not None:
                await DBOS.delete_workflows_async([ident])
        await self.start(name, tenant_id, subject_id)
        return True

    async def adopt(self, silent: list[str]) -> int:
        from dbos import DBOS

        with _engine_errors():
            left = await DBOS.list_workflows_async(status=["PENDING"], executor_id=silent)
            for one in left:
                log.info("work_adopted", run=one.workflow_id, replica=one.executor_id)
                await DBOS.resume_workflow_async(one.workflow_id)
        return len(left)

    async def forget(self, tenant_id: str, subject_ids: list[str]) -> None:
        from dbos import DBOS

        for start in range(0, len(subject_ids), FORGET_AT_ONCE):
            part = subject_ids[start : start + FORGET_AT_ONCE]
            prefixes = [run_id(name, tenant_id, subject) for name in self._jobs for subject in part]
            with _engine_errors():
                found = await DBOS.list_workflows_async(workflow_id_prefix=prefixes, load_input=False, load_output=False)
                if found:
                    await DBOS.delete_workflows_async([w.workflow_id for w in found])

    async def unfinished(self) -> int:
        """How many runs this replica has not brought to an end, as the engine's own record says."""
        from dbos import DBOS

        with _engine_errors():
            return len(await DBOS.list_workflows_async(status=["PENDING", "ENQUEUED"], executor_id=[self._replica]))

    async def close(self) -> None:
        """What is about to end may end; the rest stays pending and is taken up at the next launch."""
        from dbos import DBOS

        if self._dbos is None:
            return
        # Those that have not reached our code yet, or have left it and are being noted, are known to the engine only.
        tasks = [*self._dbos._workflow_tasks]  # noqa: SLF001 - see above; a test of stopping holds it
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE_S)
        # It would warn of every run that we cancel here on purpose.
        logging.getLogger("dbos").setLevel(logging.ERROR)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
        logging.getLogger("dbos").handlers.clear()
        # It had put its own threads, which are gone now, behind every `asyncio.to_thread` of this loop.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
        self._dbos = None

    async def _run(self, name: str, tenant_id: str, subject_id: str) -> None:
        ident, task = run_id(name, tenant_id, subject_id), asyncio.current_task()
        if task is not None:
            self._running.add(ident)
            # Not when this function ends: the engine has yet to note how.
            task.add_done_callback(lambda _: self._running.discard(ident))
        await self._attempt(name, tenant_id, subject_id)

    async def _attempt(self, name: str, tenant_id: str, subject_id: str) -> None:
        from dbos import DBOS

        job, reason = self._jobs[name], ""

        async def step() -> None:
            nonlocal reason
            reason = ""  # of the last try
            try:
                await job(tenant_id, subject_id)
            except Unavailable as error:
                reason = str(error)
                raise

        try:
            await DBOS.run_step_async({"name": name, "retries_allowed": True, "max_attempts": ATTEMPTS, "interval_seconds": 0.5}, step)
        except Exception:
            if reason:
                # Nothing is wrong with the work: what it needs is out of reach (a full disk). `renew` takes it up again.
                log.warning("work_waits", job=name, tenant=tenant_id, subject=subject_id, reason=reason)
                raise
            log.exception("work_given_up", job=name, tenant=tenant_id, subject=subject_id)
            if self._given_up is not None:
                await self._tell(self._given_up, tenant_id, subject_id)
            raise

    async def _tell(self, job: Job, tenant_id: str, subject_id: str) -> None:
        try:
            await job(tenant_id, subject_id)
        except CopilotError as error:
            # What failed the run may fail this as well (a full disk): `renew` takes the run up again later.
            log.warning("not_told", tenant=tenant_id, subject=subject_id, reason=str(error))


@contextmanager
def _engine_errors() -> Iterator[None]:
    """The engine raises its drivers' own errors; none is ours to name, and each means that its database does not answer."""
    try:
        yield
    except Exception as error:
        raise Unavailable(
            f"The durable engine does not answer ({type(error).__name__}).", todo="Check its database: copilot doctor."
        ) from error


def run_id(name: str, tenant_id: str, subject_id: str) -> str:
    """The workflow's id."""
    return f"{name}/{tenant_id}/{subject_id}"
