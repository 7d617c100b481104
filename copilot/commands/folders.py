"""Folders of articles: the files in them, read as text."""

import json
from collections.abc import Iterator
from pathlib import Path

from copilot.domain.errors import CopilotError, Invalid

MARKDOWN = (".md", ".markdown")
ENDINGS = (*MARKDOWN, ".html", ".htm")
LARGEST = 7_500_000
"""Bytes of a file; a request may have 8 MB."""


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
        try:
            yield {"name": name, "text": as_text(read_bytes(file))}
        except Invalid as error:
            refused.append({"name": name, "reason": str(error)})


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


def read_bytes(file: Path) -> bytes:
    """A file as it is. Raises Invalid for what is too large or cannot be read."""
    try:
        if file.stat().st_size > LARGEST:
            raise Invalid(f"The file has more than {LARGEST / 1e6:g} MB.", todo="Make several articles of it.")
        return file.read_bytes()
    except OSError as error:
        raise _unreadable(error) from None


def as_text(content: bytes) -> str:
    """A file's text, without a byte order mark, lines ended by one character. Raises Invalid when it is not UTF-8."""
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise _unreadable(error) from None


def _unreadable(error: Exception) -> Invalid:
    return Invalid(f"It cannot be read ({error}).", todo="Save it as UTF-8 text.")
