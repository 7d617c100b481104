"""BEIR corpora: one JSON document a line, `{"_id", "title", "text"}`."""

import json
from collections.abc import Iterator
from datetime import datetime

from copilot.domain.errors import Invalid
from copilot.domain.imports import Found, Unread
from copilot.retrieval.articles import article_from_beir
from copilot.retrieval.reading.base import WRITTEN, File, Reader, text_of


def knows(file: File) -> bool:
    """By its ending."""
    return file.ending == ".jsonl"


def read(file: File, now: datetime) -> Iterator[Found | Unread]:
    """One article a line."""
    text, _ = text_of(file)
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{file.name}:{number}"
        try:
            made = article_from_beir(_document(line), where)
            yield Found(external_id=made.id, article=made, says=WRITTEN, named=True)
        except Invalid as error:
            yield Unread(name=where, reason=str(error))


def _document(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


READER = Reader("beir", "BEIR corpus", knows, read)
