"""PDF, by pypdf: the text of its pages. Headings cannot be told from text, so it is one section a page at most."""

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from copilot.domain.errors import Invalid
from copilot.domain.imports import Found, Unread
from copilot.retrieval.articles import LONGEST_TEXT, TITLE_LENGTH, id_from_name
from copilot.retrieval.reading.base import WRITTEN, File, Reader, article, clean

MOST_PAGES = 500


def knows(file: File) -> bool:
    """By how it begins."""
    return file.ending == ".pdf" or file.content.startswith(b"%PDF-")


def read(file: File, now: datetime) -> Iterator[Found | Unread]:
    """One article; its title is the document's own, else its first short line."""
    document = _document(file)
    pages = _pages(document)
    text = "\n\n".join(page for page in pages if page)
    if not text:
        raise Invalid("There is no text in it: its pages are pictures.", todo="Run text recognition over it, or write the article.")
    title = clean(getattr(document.metadata, "title", "") or "")
    first, _, rest = text.partition("\n")
    if not title and len(first) <= TITLE_LENGTH and rest.strip():
        title, text = first, rest.strip()
    made = article(file.name, id=id_from_name(file.name), title=title or file.stem.replace("_", " "), text=text, status="published")
    yield Found(external_id=file.name, article=made, says=WRITTEN)


def _document(file: File) -> Any:
    from pypdf import PasswordType, PdfReader
    from pypdf.errors import PyPdfError

    try:
        document = PdfReader(io.BytesIO(file.content))
        # Many are encrypted with an empty password, only to forbid printing: those can be read.
        if document.is_encrypted and document.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise Invalid("It is protected by a password.", todo="Save it without one.")
        count = len(document.pages)
    except Invalid:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, NotImplementedError, ImportError) as error:
        raise Invalid(f"This PDF cannot be read ({type(error).__name__}).", todo="Print it to a new PDF.") from None
    if count > MOST_PAGES:
        raise Invalid(f"It has {count} pages; at most {MOST_PAGES} are read.", todo="Make several files of it.")
    return document


def _pages(document: Any) -> list[str]:
    found, length = [], 0
    for page in document.pages:
        try:
            text = _paragraphs(clean(page.extract_text()))
        except Exception as error:  # noqa: BLE001 - the library lets through whatever a broken page makes it raise
            raise Invalid(f"A page of this PDF cannot be read ({type(error).__name__}).", todo="Print it to a new PDF.") from None
        length += len(text)
        if length > LONGEST_TEXT:  # the rest of a long one need not be read
            raise Invalid(f"It has more than {LONGEST_TEXT:,} characters.", todo="Make several files of it, one a subject.")
        found.append(text)
    return found


def _paragraphs(text: str) -> str:
    """Lines of a paragraph joined again; words that were cut at a line's end made whole."""
    whole = re.sub(r"(\w)-\n(?=[a-zà-ÿ])", r"\1", text)
    lines = [" ".join(line.split()) for line in whole.splitlines()]
    joined = ""
    for line in lines:
        if not line:
            joined += "\n\n"
        elif joined and not joined.endswith("\n") and line[:1].islower():
            joined += f" {line}"
        else:
            joined += ("\n" if joined and not joined.endswith("\n") else "") + line
    return re.sub(r"\n{3,}", "\n\n", joined).strip()


READER = Reader("pdf", "PDF", knows, read)
