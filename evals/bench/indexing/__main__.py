"""`python -m evals.bench.indexing DATA [PYTHON]`: how fast the same files are indexed, here and by a plain LangChain + Chroma ingestion.

DATA holds BEIR folders under `retrieval`; stackfaq and workarena_kb are taken. PYTHON is the interpreter of an environment with
requirements.txt; without it the plain row is left out, and said so. Pieces differ in size, so what is compared is characters of the files
a second. Then the nDCG@10 of our search with vectors of each precision, on the same sets.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any

from copilot.adapters.embedder import Precision, make_embedder
from copilot.adapters.weights import MINILM, model_folder
from copilot.retrieval.articles import read_beir
from evals.bench import search

SETS = ("stackfaq", "workarena_kb")
OVERLAPS = (0, 200)
"""LangChain's tutorials use 200, which encodes a fifth twice; 0 is the faster baseline."""


@dataclass(frozen=True)
class Files:
    """A folder of Markdown and its size."""

    folder: Path
    characters: int
    octets: int


def write(data: Path, folder: Path) -> Files:
    """The sets' articles as Markdown files."""
    characters = octets = 0
    for name in SETS:
        for article in read_beir(data / "retrieval" / name / "corpus.jsonl"):
            text = f"# {article.title}\n\n{article.text}\n"
            (folder / f"{name}-{article.id.replace('/', '-')}.md").write_text(text, encoding="utf-8")
            characters, octets = characters + len(text), octets + len(text.encode())
    return Files(folder, characters, octets)


def compare(data: Path, python: str) -> list[dict[str, Any]]:
    """One row per way of indexing, fastest environment first come, each in a process of its own."""
    with TemporaryDirectory() as temporary:
        files = write(data, Path(temporary))
        plain = Path(__file__).with_name("plain.py")
        ways = [
            (
                f"LangChain + Chroma, float32, overlap {overlap}",
                [python, str(plain), str(files.folder), str(model_folder(MINILM)), str(overlap)],
            )
            for overlap in OVERLAPS
            if python
        ]
        ours = [sys.executable, "-m", "evals.bench.indexing.ours", str(files.folder)]
        ways += [(f"ours, {precision}", [*ours, precision]) for precision in ("float32", "auto")]
        return [_row(name, _run(command), files) for name, command in ways]


def _run(command: Sequence[str]) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 – our own scripts
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _row(name: str, measured: dict[str, Any], files: Files) -> dict[str, Any]:
    seconds = measured["seconds"]
    chosen = f" ({measured['precision']})" if measured.get("precision") else ""
    return {
        "way": name + chosen,
        "pieces": measured["pieces"],
        "seconds": round(seconds, 1),
        "pieces/s": round(measured["pieces"] / seconds, 1),
        "characters/s": round(files.characters / seconds),
        "bytes/s": round(files.octets / seconds),
    }


async def quality(data: Path) -> list[dict[str, Any]]:
    """NDCG@10 of our search by set and precision."""
    rows = []
    precisions: tuple[Precision, ...] = ("float32", "auto")
    for precision in precisions:
        embedder = make_embedder(precision=precision)
        row: dict[str, Any] = {"vectors": precision}
        for name in SETS:
            corpus = await search.load(data / "retrieval" / name, embedder)
            ours, *_ = await search._ours(corpus, embedder)  # noqa: SLF001
            row[name] = round(fmean(search._ndcg(corpus, ours).values()), 4)  # noqa: SLF001
        await embedder.close()
        rows.append(row)
    return rows


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as Markdown."""
    columns = list(rows[0])
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return "\n".join([*lines, *("| " + " | ".join(str(row[column]) for column in columns) + " |" for row in rows)])


def main(arguments: Sequence[str]) -> int:
    """Print both tables; returns the exit code."""
    if not arguments or not all((Path(arguments[0]) / "retrieval" / name).is_dir() for name in SETS):
        sys.stdout.write(f"Indexing speed: left out, no data folder with {' and '.join(SETS)} under `retrieval` was named.\n")
        return 2
    data, python = Path(arguments[0]), arguments[1] if len(arguments) > 1 else ""
    if not python:
        sys.stdout.write("LangChain + Chroma: left out, no interpreter with requirements.txt was named.\n")
    sys.stdout.write(table(compare(data, python)) + "\n\n" + table(asyncio.run(quality(data))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
