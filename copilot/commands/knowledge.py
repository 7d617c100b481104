"""copilot knowledge: import, search, reindex."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from copilot.commands.folders import ENDINGS, read_files
from copilot.commands.output import print_json, progress, say, table, warn
from copilot.domain.errors import Invalid

if TYPE_CHECKING:
    # The connection brings an HTTP client, which reading files for `lint` does not need.
    from copilot.commands.connection import Api

BATCH_BYTES = 2_000_000
BATCH_FILES = 200
LOOK_S = 0.2
"""Seconds between looks at a job's progress."""


async def import_path(api: "Api", path: Path, *, as_json: bool) -> int:
    """Import a file, a folder of Markdown or HTML, or a BEIR folder; returns the exit code."""
    refused: list[dict[str, str]] = []
    files = list(read_files(path, refused))
    if not files and not refused:
        raise Invalid(
            f"There is nothing to import in {path}.", todo=f"Give a file or folder with {', '.join(ENDINGS)}, or a BEIR corpus.jsonl."
        )
    saved = unchanged = 0
    with progress("Importing", len(files)) as bar:
        for batch in _batches(files):
            done = await api.post("/v1/knowledge/import", {"files": batch})
            saved, unchanged = saved + done["saved"], unchanged + done["unchanged"]
            refused += done["refused"]
            bar.advance(len(batch))
    report = {"saved": saved, "unchanged": unchanged, "refused": refused}
    if as_json:
        print_json(report)
    else:
        say(f"{saved} articles saved, {unchanged} unchanged, {len(refused)} refused.")
        for one in refused:
            warn(f"  {one['name']}: {one['reason']}")
    return 1 if refused else 0


async def search(api: "Api", query: str, limit: int, *, as_json: bool) -> int:
    """Print the passages for a question."""
    found = await api.get("/v1/knowledge/search", q=query, limit=limit)
    if as_json:
        print_json(found)
        return 0
    if found["degraded"]:
        warn(found["degraded"])
    if not found["passages"]:
        say("Nothing found. Try other words, or import articles that cover it.")
    for hit in found["passages"]:
        lock = " (internal)" if hit["audience"] == "internal" else ""
        say(f"{hit['score']:.2f}  {hit['title']}{lock}  [{hit['article_id']}]")
        say("      " + " ".join(hit["text"].split())[:220])
    return 0


async def reindex(api: "Api", *, as_json: bool) -> int:
    """Make both indexes again, and wait for the report; an interrupted wait stops nothing."""
    report = await api.post("/v1/knowledge/reindex")
    with progress("Re-indexing", 0) as bar:
        while report["state"] in ("requested", "running"):
            await asyncio.sleep(LOOK_S)
            report = await api.get("/v1/knowledge/reindex")
            bar.reach(report["done"], report["total"])
    if as_json:
        print_json(report)
    elif report["state"] == "done":
        table("", ["passages", "memories", "found"], [[str(report["passages"]), str(report["memories"]), f"{report['found']:.1%}"]])
    else:
        warn(f"The indexes as they were go on serving. {report['reason']}")
    return 0 if report["state"] == "done" else 1


def _batches(files: Sequence[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    batch: list[dict[str, str]] = []
    size = 0
    for file in files:
        more = len(file["text"].encode())
        if batch and (size + more > BATCH_BYTES or len(batch) >= BATCH_FILES):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += more
    if batch:
        yield batch
