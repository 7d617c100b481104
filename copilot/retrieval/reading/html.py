"""HTML pages: title and text; scripts, menus and forms are dropped."""

from collections.abc import Iterator
from datetime import datetime

from copilot.domain.errors import Invalid
from copilot.domain.imports import Found, Unread
from copilot.retrieval.articles import parse_html
from copilot.retrieval.reading.base import WRITTEN, File, Reader, article, text_of

ENDINGS = (".html", ".htm", ".xhtml")


def knows(file: File) -> bool:
    """By its ending."""
    return file.ending in ENDINGS


def read(file: File, now: datetime) -> Iterator[Found | Unread]:
    """One article. The path within its source, or the page's address, is its own id there."""
    text, note = text_of(file)
    try:
        page = parse_html(text, file.name)
    except RecursionError:
        raise Invalid("It is nested too deeply to be read.", todo="Flatten it, or save it as Markdown.") from None
    made = article(file.name, **page.model_dump())
    yield Found(external_id=file.name, article=made, says=(*WRITTEN, "locale") if made.locale else WRITTEN, note=note)


READER = Reader("html", "HTML pages", knows, read)
