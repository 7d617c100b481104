"""Running a suite with Inspect: its tasks one after the other, its logs in the run's folder. A run that was stopped goes on."""

import asyncio
import hashlib
import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from time import monotonic
from typing import Any

from copilot.commands.output import warn
from copilot.domain.errors import Invalid, Refused
from evals.answers.estimate import Estimate, estimate
from evals.casebook.format import Case
from evals.judge.scoring import versions as judged_versions
from evals.metrics import CATALOGUE as METRICS
from evals.resources import close_shared
from evals.runs import HOME, Run, latest_logs, read_run
from evals.session import Session, under
from evals.suites import Step, Suite
from evals.tasks import CATALOGUE
from evals.tasks.cases import CASE, variant_of
from evals.tasks.outside import Absent
from evals.watching import watched

AT_ONCE = 4
"""Samples under way: the encoder is busy all the time, and answers of a model are waited for together."""
FOLDERS = ("prompts", "knowledge")
"""What is tried by its folder: a run remembers what stood in it."""


@dataclass(frozen=True)
class Plan:
    """What is run, and how."""

    suite: Suite
    name: str
    given: dict[str, Any] = field(default_factory=dict)
    """For every task that takes it: model, api_base, prompts, knowledge, embedder, judge, judge_base, data, where, tags, ability."""
    limit: int | None = None

    @property
    def folder(self) -> Path:
        """Of the run."""
        return HOME / self.name


async def run(plan: Plan, session: Session | None = None, confirm: Callable[[Estimate], None] | None = None) -> Run:
    """The rows of all tasks. What of this run is done is not done again; samples that broke off, or whose case changed, are.

    A task whose data is not there is skipped, and the run says so.
    Logs are read in a thread: in a running loop Inspect's readers patch asyncio, and loops are not closed from then on.
    `confirm` hears what models will cost before they are asked; what it raises ends the run.
    Raises Refused when the name belongs to a run that tried something else.
    """
    session = session or Session()
    there = await asyncio.to_thread(latest_logs, plan.folder)
    steps = [(step, _made(plan, step)) for step in plan.suite.steps]
    for step, given in steps:
        if step.task in there:
            _same_trial(plan, there[step.task], given)
    try:
        with _quiet(), under(session):
            if confirm and (plan.given.get("model") or plan.given.get("judge")):
                confirm(await _estimated(plan, steps))
            skipped = [reason for step, given in steps if (reason := await _step(plan, step, given, there.get(step.task)))]
    finally:
        await close_shared()
        await session.close()
    if len(skipped) == len(steps):
        return Run(name=plan.name, folder=plan.folder, made_at=datetime.now(UTC), skipped=tuple(skipped))
    return (await asyncio.to_thread(read_run, str(plan.folder))).model_copy(update={"skipped": tuple(skipped)})


async def _estimated(plan: Plan, steps: list[tuple[Step, dict[str, Any]]]) -> Estimate:
    """Of the tasks that read cases; the others that ask a model are named."""
    cases: list[Case] = []
    others: list[str] = []
    for step, given in steps:
        samples = list(CATALOGUE[step.task](**given).dataset)[: plan.limit]
        found = [Case.model_validate(sample.metadata[CASE]) for sample in samples if sample.metadata and CASE in sample.metadata]
        cases += found
        if not found and {"model", "judge"} & set(given):
            others.append(step.task)
    return await estimate(cases, variant_of(**plan.given), plan.given.get("judge", ""), plan.given.get("judge_base", ""), others)


def _made(plan: Plan, step: Step) -> dict[str, Any]:
    """What the step's task is given, of all that the plan names."""
    takes = inspect.signature(CATALOGUE[step.task]).parameters
    return {name: value for name, value in (plan.given | step.given).items() if name in takes and value not in ("", None)}


async def _step(plan: Plan, step: Step, given: dict[str, Any], log: Any | None) -> str:
    """Run one task; returns why it was skipped, or nothing."""
    try:
        task = CATALOGUE[step.task](**given)
    except Absent as absent:
        return f"{step.task}: {absent}"
    await _run_task(plan, step, given, log, task)
    return ""


async def _run_task(plan: Plan, step: Step, given: dict[str, Any], log: Any | None, task: Any) -> None:
    from inspect_ai import eval_async, eval_retry_async

    wanted = {str(sample.id): sample.metadata or {} for sample in list(task.dataset)[: plan.limit]}
    done = _done(log, wanted, _versions(given.get("judge", "")))
    if log is not None and log.status == "success" and len(done) == len(wanted) == len(log.samples or ()):
        warn(f"{step.task}: all {len(wanted)} samples were done before.")
        return
    began = monotonic()
    how: dict[str, Any] = {"log_dir": str(plan.folder), "max_samples": AT_ONCE, "fail_on_error": False, "score_display": False}
    # Each sample is in the log as soon as it is done; of thousands a hundredth at a time, since the log is written anew each time.
    how |= {"log_realtime": False, "log_buffer": max(1, len(wanted) // 100), "ctl_server": False}
    with watched(step.task, len(wanted) - len(done)):
        if log is not None and done:
            log.samples = done
            log.eval.config.limit, log.eval.dataset.samples = plan.limit, len(wanted)
            await eval_retry_async(log, **how)
        else:
            await eval_async(task, model=None, limit=plan.limit, metadata=_stood(given), **how)
    before = f", {len(done)} of them done before" if done else ""
    warn(f"{step.task}: {len(wanted)} samples{before}, {monotonic() - began:.0f} s.")


def _versions(judge: str) -> dict[str, int | str]:
    """Of all metrics as they count at present."""
    return {name: metric.version for name, metric in METRICS.items()} | (judged_versions(judge) if judge else {})


def _done(log: Any | None, wanted: dict[str, Any], versions: dict[str, int | str]) -> list[Any]:
    """Samples that need not run again: they ended well, and neither their case nor how it is counted has changed."""
    found = (log.samples or []) if log is not None else []
    known = {name: _as_kept(facts) for name, facts in wanted.items()}
    return [one for one in found if not one.error and known.get(str(one.id)) == _as_kept(one.metadata) and _counted_so(one, versions)]


def _as_kept(facts: dict[str, Any]) -> str:
    """As a log holds them: tuples are lists there."""
    return json.dumps(facts, sort_keys=True, default=str)


def _counted_so(sample: Any, versions: dict[str, int | str]) -> bool:
    """Whether its metrics are of the present versions."""
    counted = {name: (score.metadata or {}).get("version") for name, score in (sample.scores or {}).items()}
    return all(versions[name] == version for name, version in counted.items() if name in versions and version is not None)


def _same_trial(plan: Plan, log: Any, given: dict[str, Any]) -> None:
    tried = {name: value for name, value in (log.eval.task_args_passed or {}).items() if value}
    stood = {name: value for name, value in (log.eval.metadata or {}).items() if name in FOLDERS}
    other = sorted({name for name in tried | given if tried.get(name) != given.get(name)} | _differing(stood, _stood(given)))
    if other:
        raise Refused(
            f"The run {plan.name!r} tried something else: {', '.join(other)} changed since.",
            todo=f"Choose another --name, or remove {plan.folder} to run it anew.",
        )


def _differing(one: dict[str, str], other: dict[str, str]) -> set[str]:
    return {name for name in one | other if one.get(name) != other.get(name)}


def _stood(given: dict[str, Any]) -> dict[str, str]:
    """What stood in the folders that are tried, as a digest each."""
    return {name: _digest(Path(given[name])) for name in FOLDERS if given.get(name)}


def _digest(folder: Path) -> str:
    """Of all files' names and contents. Raises Invalid when there is no such folder."""
    if not folder.is_dir():
        raise Invalid(f"There is no folder {folder}.", todo="Name a folder.")
    read = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        read.update(f"{path.relative_to(folder)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return read.hexdigest()[:16]


@contextmanager
def _quiet() -> Iterator[None]:
    """Inspect draws and prints nothing: our own line for each task says how far it is, and `--json` prints JSON alone.

    "log" and not "none": with that Inspect lays out a table of results all the same, which takes longer than a small run itself.
    """
    from inspect_ai.util._display import display_type, init_display_type

    before = display_type()
    init_display_type("log")
    try:
        with redirect_stdout(StringIO()):
            yield
    finally:
        init_display_type(before)


def check_name(name: str) -> str:
    """A run's name becomes a folder. Raises Invalid."""
    if not name or name.startswith(".") or set(name) & set('/\\:*?"<>| '):
        raise Invalid(f"{name!r} cannot name a run.", todo="Use letters, digits, '-' and '_'.")
    return name
