"""Markdown with front matter: our own import format, and any other."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from copilot.domain.errors import Invalid
from copilot.domain.imports import Found, Unread
from copilot.domain.knowledge import Article
from copilot.retrieval.articles import FIELDS, parse_article
from copilot.retrieval.reading.base import WRITTEN, File, Reader, text_of

ENDINGS = (".md", ".markdown", ".txt")


def knows(file: File) -> bool:
    """By its ending."""
    return file.ending in ENDINGS


def read(file: File, now: datetime) -> Iterator[Found | Unread]:
    """One article. The path within its source is its own id there; front matter speaks for every field it holds."""
    text, note = text_of(file)
    if not text.strip():
        raise Invalid("It is empty.", todo="Write the article, or leave the file out.")
    try:
        made = parse_article(text, file.name, now)
    except RecursionError:
        raise Invalid("It is nested too deeply to be read.", todo="Flatten it.") from None
    if not made.text.strip():
        raise Invalid("It has no text.", todo="Write the article, or leave the file out.")
    written = text.lstrip("\ufeff").startswith("---")
    yield Found(
        external_id=file.name,
        article=made,
        says=_says(made) if written else WRITTEN,
        named=written and _names_itself(text),
        note=note,
        digest=hashlib.blake2b(text.encode(errors="replace"), digest_size=16).hexdigest(),
    )


def _says(made: Article) -> tuple[str, ...]:
    """Fields that stand in the file; what it leaves out is not its to say."""
    blank = Article(id="", title="", text="")
    return tuple(name for name in ("text", *FIELDS) if name != "id" and (name in WRITTEN or getattr(made, name) != getattr(blank, name)))


def _names_itself(text: str) -> bool:
    head = text.lstrip("\ufeff").split("\n---", 1)[0]
    return any(line.startswith("id:") for line in head.splitlines())


READER = Reader("markdown", "Markdown", knows, read)
