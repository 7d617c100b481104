"""Running a suite with Inspect: its tasks one after the other, its logs in the run's folder. A run that was stopped goes on."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from copilot.domain.errors import Invalid
from evals.answers.estimate import Estimate, estimate
from evals.casebook.format import Case
from evals.runs import HOME, Run, read_run
from evals.session import Session, under
from evals.subject import close_subjects
from evals.suites import Step, Suite
from evals.tasks import CATALOGUE
from evals.tasks.cases import CASE, variant_of

AT_ONCE = 4
"""Samples under way: the encoder is busy all the time, and answers of a model are waited for together."""


@dataclass(frozen=True)
class Plan:
    """What is run, and how."""

    suite: Suite
    name: str
    given: dict[str, Any] = field(default_factory=dict)
    """For every task that takes it: model, api_base, prompts, knowledge, judge, judge_base, data, where, tags, ability."""
    show: str = "plain"
    """Inspect's display: full, rich, plain or none."""
    limit: int | None = None

    @property
    def folder(self) -> Path:
        """Of the run."""
        return HOME / self.name


async def run(plan: Plan, session: Session | None = None, confirm: Callable[[Estimate], None] | None = None) -> Run:
    """The rows of all tasks. Tasks of this run that ended well are not run again; one that was stopped goes on where it was.

    `confirm` hears what models will cost before they are asked; what it raises ends the run.
    """
    session = session or Session()
    with under(session):
        try:
            if confirm and (plan.given.get("model") or plan.given.get("judge")):
                confirm(await _estimated(plan))
            await _run(plan)
        finally:
            await close_subjects()
            await session.close()
    return read_run(str(plan.folder))


async def _run(plan: Plan) -> None:
    from inspect_ai.log import read_eval_log

    done: dict[str, tuple[str, Path | None]] = {}
    for path in sorted(plan.folder.glob("*.eval")) if plan.folder.is_dir() else ():
        log = read_eval_log(str(path), header_only=True)
        done[log.eval.task] = (log.status if _whole(log) else "stopped", path)
    for step in plan.suite.steps:
        status, stopped = done.get(step.task, ("", None))
        if status == "success":
            continue
        await _step(plan, step, stopped)


async def _estimated(plan: Plan) -> Estimate:
    """Of the tasks that read cases; the others are named."""
    cases: list[Case] = []
    others: list[str] = []
    for step in plan.suite.steps:
        samples = list(_task(plan, step).dataset)[: plan.limit]
        found = [Case.model_validate(sample.metadata[CASE]) for sample in samples if CASE in (sample.metadata or {})]
        cases += found
        if not found and {"model", "judge"} & set(inspect.signature(CATALOGUE[step.task]).parameters):
            others.append(step.task)
    return await estimate(cases, variant_of(**plan.given), plan.given.get("judge", ""), plan.given.get("judge_base", ""), others)


def _whole(log: Any) -> bool:
    """Whether every sample came to its end."""
    return log.results is None or log.results.completed_samples >= log.results.total_samples


def _task(plan: Plan, step: Step) -> Any:
    make = CATALOGUE[step.task]
    takes = inspect.signature(make).parameters
    given = {name: value for name, value in (plan.given | step.given).items() if name in takes and value not in ("", None)}
    return make(**given)


async def _step(plan: Plan, step: Step, stopped: Path | None) -> None:
    from inspect_ai import eval_async, eval_retry_async

    how: dict[str, Any] = {"log_dir": str(plan.folder), "max_samples": AT_ONCE, "fail_on_error": False}
    if stopped is not None:
        await eval_retry_async(str(stopped), **how)
        return
    await eval_async(_task(plan, step), model=None, limit=plan.limit, score_display=False, **how)


def check_name(name: str) -> str:
    """A run's name becomes a folder. Raises Invalid."""
    if not name or name.startswith(".") or set(name) & set('/\\:*?"<>| '):
        raise Invalid(f"{name!r} cannot name a run.", todo="Use letters, digits, '-' and '_'.")
    return name
