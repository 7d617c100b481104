"""Durable work on DBOS: a job is a workflow of one step; its id makes a start idempotent, also after a crash."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from copilot.domain.errors import Unavailable

log = structlog.get_logger()
APPLICATION_VERSION = "1"
"""Raised only when a workflow's steps change: a newer version leaves an older version's runs pending (RELIABILITY, DBOS)."""
ATTEMPTS = 5
FORGET_AT_ONCE = 50
Job = Callable[[str, str], Awaitable[None]]


class DbosEngine:
    """One per process: DBOS keeps its state in a process-wide object."""

    def __init__(self, url: str, replica: str) -> None:
        self._url, self._replica = url, replica
        self._jobs: dict[str, Job] = {}
        self._given_up: Job | None = None
        self._dbos: Any = None
        self._workflow: Any = None

    def register(self, name: str, job: Job) -> None:
        self._jobs[name] = job

    def on_failure(self, job: Job) -> None:
        """Called as `job(tenant, subject)` when a run was given up after its retries."""
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

        with SetWorkflowID(run_id(name, tenant_id, subject_id)):
            await DBOS.start_workflow_async(self._workflow, name, tenant_id, subject_id)

    async def adopt(self, silent: list[str]) -> int:
        from dbos import DBOS

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
            found = await DBOS.list_workflows_async(workflow_id_prefix=prefixes, load_input=False, load_output=False)
            if found:
                await DBOS.delete_workflows_async([w.workflow_id for w in found])

    async def close(self) -> None:
        from dbos import DBOS

        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)

    async def _run(self, name: str, tenant_id: str, subject_id: str) -> None:
        from dbos import DBOS

        job = self._jobs[name]

        async def step() -> None:
            await job(tenant_id, subject_id)

        try:
            await DBOS.run_step_async({"name": name, "retries_allowed": True, "max_attempts": ATTEMPTS, "interval_seconds": 0.5}, step)
        except Exception:
            log.exception("work_given_up", job=name, tenant=tenant_id, subject=subject_id)
            if self._given_up is not None:
                await self._given_up(tenant_id, subject_id)
            raise


def run_id(name: str, tenant_id: str, subject_id: str) -> str:
    """The workflow's id."""
    return f"{name}/{tenant_id}/{subject_id}"
