"""python -m evals.bench [DATA [PYTHON]]: every figure an issue names, beside its target or baseline.

DATA: folder of the public data sets. PYTHON: the interpreter of an environment with evals/bench/indexing/requirements.txt.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Rows = list[dict[str, Any]]


def _evidence() -> Rows:
    from evals.bench.evidence import run_bench

    return run_bench()


def _service() -> Rows:
    from evals.bench.service import measure

    return asyncio.run(measure())


def _desk() -> Rows:
    from evals.bench import desk

    return asyncio.run(desk.measure())


def _queue() -> Rows:
    from evals.bench import queue_sim

    found = queue_sim.run()
    value = f"worst {found['calm_ratio_worst']} of {len(found['cases'])} simulations, mean {found['calm_ratio_mean']}"
    return [{"figure": "calm customers' p95 wait / first-come-first-served", "value": value, "target": f"≤ {found['allowed']}"}]


def _fairness() -> Rows:
    from evals.bench import fairness

    return fairness.rows()


def _gaps() -> Rows:
    from evals.bench import gaps

    return asyncio.run(gaps.measure())


def _languages() -> Rows:
    from evals.bench import languages

    return languages.measure()


def _publish() -> Rows:
    from evals.bench import publish

    return list(publish.run_bench())


def _webhooks() -> Rows:
    from evals.bench import webhooks

    return asyncio.run(webhooks.measure())


BENCHES: dict[str, Callable[[], Rows]] = {
    "fairness": _fairness,
    "queue": _queue,
    "service": _service,
    "evidence": _evidence,
    "publish": _publish,
    "desk": _desk,
    "gaps": _gaps,
    "languages": _languages,
    "webhooks": _webhooks,
}
"""One line adds a bench: its name (`python -m evals.bench NAME` runs it alone) and what returns its rows."""


def _coverage(data: Path | None) -> Rows:
    from evals.bench import coverage

    return coverage.measure(data / "retrieval" if data else None)


def _sense(data: Path | None) -> Rows:
    from evals.bench import sense

    return list(sense.measure(data))


ON_DATA: dict[str, Callable[[Path | None], Rows]] = {"coverage": _coverage, "sense": _sense}
"""Benches that also read the public data, where a folder is named (`python -m evals.bench coverage DATA`)."""


def main(arguments: list[str]) -> int:
    """Print the figures; returns the exit code."""
    named = [a for a in arguments if a in BENCHES or a in ON_DATA]
    folders = [Path(a) for a in arguments if a not in named]
    for name in named or [*BENCHES, *ON_DATA]:
        _print(name, BENCHES[name]() if name in BENCHES else ON_DATA[name](folders[0] if folders else None))
    if named:
        return 0
    if not folders:
        sys.stdout.write("\nSearch quality: left out, no data folder was named (make bench DATA=folder).\n")
        return 0
    if not (folders[0] / "retrieval").is_dir():
        sys.stdout.write(f"\nSearch quality: left out, {folders[0]} has no folder `retrieval`.\n")
        return 2
    from evals.bench import search
    from evals.bench.indexing import __main__ as indexing

    sys.stdout.write("\nSearch quality\n")
    searched = search.main([str(folders[0])])
    sys.stdout.write("\nIndexing\n")
    return max(searched, indexing.main([str(folder) for folder in folders]))


def _print(name: str, rows: Rows) -> None:
    sys.stdout.write(f"\n{name}\n")
    for row in rows:
        sys.stdout.write(f"  {row['figure']:<66} {row['value']:<64} {row['target']}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
