"""How well sensing reads people: `python -m evals.bench sense DATA`; `copilot eval run emotion` measures it too, and keeps each message."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from inspect_ai import Task

from evals.figures import Figure, figure
from evals.metrics import ON_DATA
from evals.metrics.outside import SampleMetric
from evals.runs import Row
from evals.tasks.emotion import READ, emotion, lead_time
from evals.tasks.outside import Absent

WANTED = {
    ("emotion macro-F1", "goemotions"): "≥ .56",
    ("heat AUROC", "airline"): "≥ .84",
    ("heat AUROC", "complaints"): "≥ .77",
    ("heat AUROC", "SGD"): "≥ .73",
    ("heat AUROC", "MWOZ"): "≥ .63",
}


def measure(data: Path | None, cache: Path | None = None) -> Iterator[dict[str, Any]]:
    """Rows of (figure, value, target), as they are found; each figure with its 95 % interval."""
    given: dict[str, Any] = {"data": str(data or ""), "cache": str(cache or "")}
    try:
        for name, task in (("emotion", emotion), ("lead_time", lead_time)):
            yield from _told(name, task(**given))
    except Absent as absent:
        yield {"figure": "emotion on public sets", "value": f"left out: {absent}", "target": ""}


def _told(name: str, task: Task) -> Iterator[dict[str, Any]]:
    for metric in (one for one in ON_DATA if one.task == name):
        for part, rows in _rows(metric, task).items():
            yield {"figure": f"{metric.name}, {part}", "value": _value(figure(rows)), "target": WANTED.get((metric.name, part), "")}


def _rows(metric: SampleMetric, task: Task) -> dict[str, list[Row]]:
    """By set; sets the metric does not read are left out."""
    found: dict[str, list[Row]] = {}
    for sample in task.dataset:
        facts = sample.metadata or {}
        reading = metric.read(facts[READ])
        if reading is not None:
            row = Row(task=metric.task, sample=str(sample.id), metric=metric.name, version=metric.version, **reading._asdict())
            found.setdefault(str(facts["set"]), []).append(row)
    return found


def _value(found: Figure) -> str:
    counted = f"{found.k} of {found.n}" if found.k is not None else f"n = {found.n}"
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}], {counted}"


def main(arguments: Sequence[str]) -> None:
    """DATA [CACHE]: folder of the public data, folder where vectors are kept."""
    folders = [Path(one) for one in arguments]
    for row in measure(*folders[:2]) if folders else measure(None):
        print(f"{row['figure']:<44} {row['value']:<40} {row['target']}", flush=True)


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
