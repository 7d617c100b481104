"""What goes between runs and the desk: approved cases out of it, figures into it. Over HTTP, as every command."""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from copilot.commands.connection import Api
from copilot.commands.output import print_json, say
from copilot.domain.quality import FOUND
from evals.figures import figure
from evals.metrics import CATALOGUE
from evals.runs import Run, by_metric

WORDS = {
    "said_wrong": "said to be wrong",
    "flagged": "taken though a check found something",
    "rewritten": "sent in other words",
    "agreed": "sent as drafted",
}


async def harvest(api: Api, out: Path | None, limit: int, *, as_json: bool) -> int:
    """Make candidates of what agents decided; with `out`, write the approved cases there. A file that is there stays as it is."""
    made = await api.post("/v1/quality/harvest", {"limit": limit})
    written, kept = write(await approved(api), out) if out else ((), ())
    if as_json:
        print_json({**made, "written": [str(path) for path in written], "kept": [str(path) for path in kept]})
        return 0
    say(f"{made['made']} new candidates.")
    for found in FOUND:
        if made["found"].get(found):
            say(f"  {made['found'][found]} {WORDS[found]}")
    if made["made"]:
        say("Somebody has to read and approve them, on the page /quality of the service.")
    if out:
        say(f"{len(written)} approved cases written to {out}, {len(kept)} were there already.")
    return 0


async def approved(api: Api) -> list[dict[str, Any]]:
    """Approved cases, as a file writes them."""
    found: list[dict[str, Any]] = (await api.get("/v1/quality/approved"))["cases"]
    return found


def write(bodies: Sequence[dict[str, Any]], folder: Path) -> tuple[list[Path], list[Path]]:
    """One file a case, so that a change of one is a change of one file. Returns (written, those that were there)."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    kept: list[Path] = []
    for body in sorted(bodies, key=lambda one: str(one["case"])):
        path = folder / f"{_slug(str(body['case']))}.yaml"
        if path.exists():
            kept.append(path)
            continue
        path.write_text(yaml.safe_dump([body], allow_unicode=True, sort_keys=False, width=100), encoding="utf-8")
        written.append(path)
    return written, kept


def _slug(name: str) -> str:
    return re.sub(r"[^\w]+", "-", name.lower()).strip("-")[:100] or "case"


async def publish(api: Api, run: Run, *, as_json: bool) -> int:
    """Show a run's figures in the desk; the same name again replaces them."""
    body = {"name": run.name, "made_at": run.made_at.isoformat(), "tried": tried(run), "figures": figures(run)}
    made = await api.post("/v1/quality/runs", body)
    if as_json:
        print_json(made)
    else:
        say(f"{run.name}: {len(made['figures'])} figures are on the page /quality/runs of the service.")
    return 0


def tried(run: Run) -> dict[str, str]:
    """What was tried, without the folders' paths: they say nothing to whoever reads the page, and something of who made the run."""
    return {
        name: Path(str(value)).name if name in ("prompts", "knowledge", "data", "where") else str(value)
        for name, value in run.tried.items()
    }


def figures(run: Run) -> list[dict[str, Any]]:
    """One row a metric, with its 95 % interval."""
    rows = []
    for name, some in by_metric(run.rows).items():
        made, metric = figure(some), CATALOGUE[name]
        if not all(map(math.isfinite, (made.value, made.low, made.high))):
            continue  # too few samples for a figure
        shown = {"value": made.value, "low": made.low, "high": made.high, "n": made.n, "k": made.k}
        rows.append({"metric": name, "version": some[0].version, **shown, "better": metric.better, "unit": metric.unit})
    return rows
