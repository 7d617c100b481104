"""Running a suite with Inspect: its tasks one after the other, its logs in the run's folder. A run that was stopped goes on."""

import inspect
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from copilot.domain.errors import Invalid
from evals.resources import close_shared
from evals.runs import HOME, Run, read_run
from evals.suites import Step, Suite
from evals.tasks import CATALOGUE
from evals.tasks.outside import Absent

AT_ONCE = 4
"""Samples under way: the encoder is busy all the time, and answers of a model are waited for together."""


@dataclass(frozen=True)
class Plan:
    """What is run, and how."""

    suite: Suite
    name: str
    given: dict[str, Any] = field(default_factory=dict)
    """For every task that takes it: model, api_base, prompts, knowledge, data, where, tags, ability."""
    show: str = "plain"
    """Inspect's display: full, rich, plain or none."""
    limit: int | None = None

    @property
    def folder(self) -> Path:
        """Of the run."""
        return HOME / self.name


async def run(plan: Plan) -> Run:
    """The rows of all tasks. Tasks of this run that ended well are not run again; one that was stopped goes on where it was.

    A task whose data is not there is skipped, and the run says so.
    """
    done = _done(plan)
    skipped: list[str] = []
    try:
        for step in plan.suite.steps:
            status, stopped = done.get(step.task, ("", None))
            if status == "success":
                continue
            try:
                await _step(plan, step, stopped)
            except Absent as absent:
                skipped.append(f"{step.task}: {absent}")
    finally:
        await close_shared()
    if len(skipped) == len(plan.suite.steps):
        return Run(name=plan.name, folder=plan.folder, made_at=datetime.now(UTC), skipped=tuple(skipped))
    return read_run(str(plan.folder)).model_copy(update={"skipped": tuple(skipped)})


def _done(plan: Plan) -> dict[str, tuple[str, Path | None]]:
    """Status and log of the tasks that were begun in this run, by name."""
    from inspect_ai.log import read_eval_log

    done: dict[str, tuple[str, Path | None]] = {}
    for path in sorted(plan.folder.glob("*.eval")) if plan.folder.is_dir() else ():
        log = read_eval_log(str(path), header_only=True)
        done[log.eval.task] = (log.status, path)
    return done


async def _step(plan: Plan, step: Step, stopped: Path | None) -> None:
    from inspect_ai import eval_async, eval_retry_async

    how: dict[str, Any] = {"log_dir": str(plan.folder), "max_samples": AT_ONCE, "fail_on_error": False}
    if stopped is not None:
        await eval_retry_async(str(stopped), **how)
        return
    make = CATALOGUE[step.task]
    takes = inspect.signature(make).parameters
    given = {name: value for name, value in (plan.given | step.given).items() if name in takes and value not in ("", None)}
    await eval_async(make(**given), model=None, limit=plan.limit, score_display=False, **how)


def check_name(name: str) -> str:
    """A run's name becomes a folder. Raises Invalid."""
    if not name or name.startswith(".") or set(name) & set('/\\:*?"<>| '):
        raise Invalid(f"{name!r} cannot name a run.", todo="Use letters, digits, '-' and '_'.")
    return name
