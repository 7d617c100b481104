"""The product's own ingestion, all of it: `python -m evals.bench.indexing.ours FILES PRECISION`. Prints one JSON object.

Parsing, passages, the record in SQLite, words in Tantivy, vectors in Chroma. The encoder is loaded and warm before the clock starts.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from copilot.adapters.embedder import Precision, SentenceTransformerEmbedder, make_embedder
from copilot.bootstrap import build
from copilot.services.knowledge.articles import SourceFile
from copilot.settings import Settings

TENANT = "default"


def read(files: Path) -> list[SourceFile]:
    """The files as a request holds them."""
    return [SourceFile(name=file.name, text=file.read_text(encoding="utf-8")) for file in sorted(files.glob("*.md"))]


async def ingest(files: Path, precision: Precision) -> dict[str, Any]:
    """Bring the folder in, file by file, in the batches of `copilot knowledge import`."""
    with TemporaryDirectory() as folder:
        embedder = make_embedder(precision=precision)
        application = build(Settings(data_dir=Path(folder)), embedder=embedder)
        await embedder.warm()
        await application.open()
        started = time.perf_counter()
        given = read(files)
        for start in range(0, len(given), 200):
            done = await application.knowledge.import_files(TENANT, given[start : start + 200])
            if done.refused:
                raise AssertionError(done.refused)
        seconds = time.perf_counter() - started
        async with application.database.read(TENANT) as records:
            _, passages = await records.articles.count()
        await application.close()
    computed = embedder.precision if isinstance(embedder, SentenceTransformerEmbedder) else ""
    return {"seconds": seconds, "pieces": passages, "precision": computed}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(ingest(Path(sys.argv[1]), cast("Precision", sys.argv[2])))) + "\n")
