"""copilot knowledge: import, search, reindex."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from copilot.commands.output import print_json, progress, say, table, warn
from copilot.domain.errors import CopilotError, Invalid

if TYPE_CHECKING:
    # The connection brings an HTTP client, which reading files for `lint` does not need.
    from copilot.commands.connection import Api

ENDINGS = (".md", ".markdown", ".html", ".htm")
BATCH_BYTES = 2_000_000
BATCH_FILES = 200
LARGEST = 7_500_000
"""Bytes of a file; a request may have 8 MB."""
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
    hits = await api.get("/v1/knowledge/search", q=query, limit=limit)
    if as_json:
        print_json(hits)
        return 0
    passages = hits["passages"] if isinstance(hits, dict) else hits
    if not passages:
        say("Nothing found. Try other words, or import articles that cover it.")
    for hit in passages:
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


def read_files(path: Path, refused: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    """Files as {name, text}; what cannot be read goes to `refused`."""
    if not path.exists():
        raise Invalid(f"{path} does not exist.", todo="Check the path.")
    corpus = path / "corpus.jsonl" if path.is_dir() else path
    if corpus.name.endswith(".jsonl") and corpus.is_file():
        yield from _beir(corpus, refused)
        return
    found = sorted(p for p in path.rglob("*") if p.suffix.lower() in ENDINGS) if path.is_dir() else [path]
    for file in found:
        name = str(file.relative_to(path)) if path.is_dir() else file.name
        if file.suffix.lower() not in ENDINGS:
            refused.append({"name": name, "reason": f"This kind of file is not read. Give {', '.join(ENDINGS)} or a BEIR corpus.jsonl."})
            continue
        if file.stat().st_size > LARGEST:
            refused.append({"name": name, "reason": f"The file has more than {LARGEST / 1e6:g} MB. Make several articles of it."})
            continue
        try:
            yield {"name": name, "text": file.read_text(encoding="utf-8-sig")}
        except (OSError, UnicodeDecodeError) as error:
            refused.append({"name": name, "reason": f"It cannot be read ({error}). Save it as UTF-8 text."})


def _beir(corpus: Path, refused: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    from copilot.retrieval.articles import article_from_beir, write_article

    with corpus.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                article = article_from_beir(json.loads(line), f"{corpus.name}:{number}")
                yield {"name": f"{corpus.name}:{number}.md", "text": write_article(article)}
            except (ValueError, CopilotError) as error:
                refused.append({"name": f"{corpus.name}:{number}", "reason": str(error)})


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
