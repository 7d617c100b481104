"""Files of other tools → articles: one reader a kind.

Readers know vendors' formats, and stand here beside the reading of our own format because they are pure functions from a file's bytes to
articles: no connection, no state, nothing to replace in tests. A new kind: its file, one line in CATALOGUE, its name in
`domain.imports.SourceKind`, a test with what the vendor exports.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from copilot.domain.errors import Invalid
from copilot.domain.imports import Found, SourceKind, Unread
from copilot.retrieval.reading import beir, chatwoot, confluence, docx, html, intercom, markdown, pdf, zendesk
from copilot.retrieval.reading.archives import is_zip, members
from copilot.retrieval.reading.base import File, Reader

__all__ = ["CATALOGUE", "File", "Reader", "is_zip", "members", "read", "reader_for"]

CATALOGUE: Final[tuple[Reader, ...]] = (
    zendesk.READER,
    intercom.READER,
    chatwoot.READER,
    markdown.READER,
    confluence.READER,
    html.READER,
    docx.READER,
    pdf.READER,
    beir.READER,
)
"""Most used first; whoever knows a file first reads it, so a kind that others could be taken for stands before them."""


def read(file: File, kind: SourceKind, now: datetime) -> Iterator[Found | Unread]:
    """What a file holds. Raises Invalid with what to do when nobody can read it."""
    yield from reader_for(file, kind).read(file, now)


def reader_for(file: File, kind: SourceKind) -> Reader:
    """The reader of a kind; for `auto` the first that knows the file. Raises Invalid."""
    if kind != "auto":
        return next(reader for reader in CATALOGUE if reader.kind == kind)
    for reader in CATALOGUE:
        if reader.knows(file):
            return reader
    if file.ending == ".json":
        raise Invalid(
            "This JSON is no help centre export that is known.",
            todo="Send what Zendesk, Intercom or Chatwoot answer for their articles; an empty list holds nothing to bring in.",
        )
    raise Invalid("This kind of file is not read.", todo=f"Send {', '.join(reader.label for reader in CATALOGUE[:-1])}, or a zip of them.")
