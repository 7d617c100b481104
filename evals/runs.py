"""Runs: what a suite left behind, read from Inspect's logs as rows, one for each sample and metric."""

import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from copilot.domain.errors import Invalid, NotFound

BUDGET_SPENT = "The budget of"
"""How the reason begins why a sample was left for later."""
HOME = Path(".evals")
"""Where runs are kept, each in a folder with its name; in the folder one is in."""


class Row(BaseModel):
    """One sample, one metric."""

    model_config = ConfigDict(frozen=True)

    task: str
    sample: str
    metric: str
    version: int | str
    """Of the metric; of a judged one with model and prompt."""
    value: float
    truth: float | None = None
    why: str = ""
    facts: dict[str, Any] = {}
    """Of the sample: ability, severity, tags, channel, language …; and `prompt`, `producer`: what its drafts were made with."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What is paired when two runs are compared."""
        return self.task, self.sample, self.metric


class Run(BaseModel):
    """One run of a suite."""

    model_config = ConfigDict(frozen=True)

    name: str
    folder: Path
    made_at: datetime
    seconds: float = 0.0
    tried: dict[str, Any] = {}
    """What was tried, beyond what ships: model, prompts, knowledge."""
    rows: tuple[Row, ...] = ()
    failed: tuple[str, ...] = ()
    """Tasks that did not end well, and samples that broke off, with the reason. Nothing of them is in the figures."""
    skipped: tuple[str, ...] = ()
    """Tasks that were not run because their data is not there, with what to do; known to whoever ran it, not kept in the logs."""

    def metrics(self) -> list[str]:
        """Names, in the order they were first met."""
        return list(dict.fromkeys(row.metric for row in self.rows))

    def of(self, metric: str, **facts: str) -> list[Row]:
        """Rows of a metric whose sample has these facts; `tags="x"` is among the tags."""
        return [row for row in self.rows if row.metric == metric and all(_has(row, name, value) for name, value in facts.items())]


def folder_of(name: str) -> Path:
    """A run by its name, or by its folder. Raises NotFound, naming those there are."""
    for place in (Path(name), HOME / name):
        if place.is_dir():
            return place
    there = ", ".join(runs()) or "none yet"
    raise NotFound(f"There is no run {name!r}.", todo=f"Runs: {there}. Make one with: copilot eval run cases --name {name}")


def runs() -> list[str]:
    """Names, the newest first."""
    if not HOME.is_dir():
        return []
    folders = [place for place in HOME.iterdir() if place.is_dir() and any(place.glob("*.eval"))]
    return [place.name for place in sorted(folders, key=lambda place: -max(log.stat().st_mtime for log in place.glob("*.eval")))]


def read_run(name: str) -> Run:
    """All rows of a run. Raises NotFound, or Invalid for a folder without a log that can be read."""
    folder = folder_of(name)
    latest = latest_logs(folder)
    if not latest:
        raise Invalid(f"{folder} holds no run.", todo="Name the folder of a run: it holds files that end in .eval.")
    logs = list(latest.values())
    return Run(
        name=folder.resolve().name,
        folder=folder,
        made_at=min(datetime.fromisoformat(log.eval.created) for log in logs),
        seconds=sum(_seconds(log) for log in logs),
        tried={key: value for log in logs for key, value in (log.eval.task_args_passed or {}).items() if value},
        rows=tuple(row for log in logs for row in _rows(log)),
        failed=tuple(line for log in logs for line in _failures(log)),
    )


def latest_logs(folder: Path) -> dict[str, Any]:
    """Inspect's log of each task, by the task's name: a run that was resumed leaves one for each attempt. Raises Invalid."""
    from inspect_ai.log import read_eval_log

    found: dict[str, Any] = {}
    for path in sorted(folder.glob("*.eval")):
        try:
            log = read_eval_log(str(path))
        except Exception as error:  # noqa: BLE001 - whatever a broken file makes of a reader, its name is what helps
            raise Invalid(f"{path}: this log cannot be read ({error}).", todo="Remove the file, and run it again.") from None
        found[log.eval.task] = log
    return found


def _rows(log: Any) -> Iterator[Row]:
    for sample in log.samples or ():
        if sample.error:
            continue
        facts = {name: value for name, value in sample.metadata.items() if name != "case"} | _made_with(sample)
        for metric, score in (sample.scores or {}).items():
            value = score.value if isinstance(score.value, int | float) else math.nan
            if math.isnan(value):
                continue
            told = score.metadata or {}
            yield Row(
                task=log.eval.task,
                sample=str(sample.id),
                metric=metric,
                version=told.get("version", 1),
                value=float(value),
                truth=told.get("truth"),
                why=score.explanation or "",
                facts=facts,
            )


def _made_with(sample: Any) -> dict[str, list[str]]:
    """Versions of the prompts behind a sample's drafts, and who made them: model, fallback or rules."""
    drafts = (sample.store.get("outcome") or {}).get("suggestions", ())
    found = {name: sorted({str(one[name]) for one in drafts if one.get(name)}) for name in ("prompt", "producer")}
    return {name: values for name, values in found.items() if values}


def _failures(log: Any) -> Iterator[str]:
    if log.status != "success":
        yield f"{log.eval.task}: {_reason(log)}"
    broke = [sample for sample in log.samples or () if sample.error]
    unpaid = [sample for sample in broke if BUDGET_SPENT in str(sample.error.message)]
    if unpaid:
        yield f"{log.eval.task}: {len(unpaid)} of {len(log.samples)} samples were not run: {unpaid[0].error.message}"
    for sample in broke:
        if sample not in unpaid:
            yield f"{log.eval.task}: {sample.id} broke off: {sample.error.message}"


def _has(row: Row, name: str, value: str) -> bool:
    found = row.facts.get(name)
    return value in found if isinstance(found, list) else found == value


def _seconds(log: Any) -> float:
    stats = log.stats
    if not stats or not stats.started_at or not stats.completed_at:
        return 0.0
    return (datetime.fromisoformat(stats.completed_at) - datetime.fromisoformat(stats.started_at)).total_seconds()


def _reason(log: Any) -> str:
    return str(log.error.message) if log.error else str(log.status)


def by_metric(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows under the name of their metric."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.metric, []).append(row)
    return found
