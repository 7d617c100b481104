"""Runs: what a suite left behind, read from Inspect's logs as rows, one for each sample and metric."""

import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from copilot.domain.errors import Invalid, NotFound

HOME = Path(".evals")
"""Where runs are kept, each in a folder with its name; in the folder one is in."""


class Row(BaseModel):
    """One sample, one metric."""

    model_config = ConfigDict(frozen=True)

    task: str
    sample: str
    metric: str
    version: int
    value: float
    truth: float | None = None
    why: str = ""
    facts: dict[str, Any] = {}
    """Of the sample: ability, severity, tags, channel, language …"""

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
    """Tasks that did not end well, with the reason."""
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
    from inspect_ai.log import read_eval_log

    folder = folder_of(name)
    logs = [read_eval_log(str(path)) for path in sorted(folder.glob("*.eval"))]
    if not logs:
        raise Invalid(f"{folder} holds no run.", todo="Name the folder of a run: it holds files that end in .eval.")
    latest = {log.eval.task: log for log in logs}  # a run that was resumed leaves one log for each attempt
    rows = [row for log in latest.values() for row in _rows(log)]
    return Run(
        name=folder.name,
        folder=folder,
        made_at=datetime.fromisoformat(logs[0].eval.created),
        seconds=sum(_seconds(log) for log in logs),
        tried={key: value for log in latest.values() for key, value in (log.eval.task_args or {}).items() if value},
        rows=tuple(rows),
        failed=tuple(f"{log.eval.task}: {_reason(log)}" for log in latest.values() if log.status != "success"),
    )


def _rows(log: Any) -> Iterator[Row]:
    for sample in log.samples or ():
        facts = {name: value for name, value in sample.metadata.items() if name != "case"}
        for metric, score in (sample.scores or {}).items():
            value = score.value if isinstance(score.value, int | float) else math.nan
            if math.isnan(value):
                continue
            told = score.metadata or {}
            yield Row(
                task=log.eval.task,
                sample=str(sample.id),
                metric=metric,
                version=int(told.get("version", 1)),
                value=float(value),
                truth=told.get("truth"),
                why=score.explanation or "",
                facts=facts,
            )


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
