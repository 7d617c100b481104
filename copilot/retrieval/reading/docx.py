"""Word documents, by mammoth: headings, lists and tables by their styles, no pictures."""

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from copilot.domain.errors import Invalid
from copilot.domain.imports import Found, Unread
from copilot.retrieval.articles import as_markdown, html_page, id_from_name
from copilot.retrieval.reading.archives import LARGEST_UNPACKED, check, content
from copilot.retrieval.reading.base import WRITTEN, File, Reader, article

_ENCRYPTED = b"\xd0\xcf\x11\xe0"
"""A password-protected document is an OLE container instead of a zip; so is one of Word before 2007."""


def knows(file: File) -> bool:
    """By its ending: the same bytes could be any zip."""
    return file.ending == ".docx"


def read(file: File, now: datetime) -> Iterator[Found | Unread]:
    """One article; its title is the first heading, else the document's name."""
    page = html_page(_html(file), file.name)
    heading = page.find(["h1", "h2"])
    title = " ".join(heading.get_text(" ").split()) if heading else ""
    if heading is not None and title:
        heading.decompose()
    made = article(
        file.name, id=id_from_name(file.name), title=title or file.stem.replace("_", " "), text=as_markdown(page), status="published"
    )
    yield Found(external_id=file.name, article=made, says=WRITTEN)


def _html(file: File) -> str:
    if file.content.startswith(_ENCRYPTED):
        raise Invalid("It is protected by a password, or from before Word 2007.", todo="Save it without a password as .docx.")
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            check(archive, len(file.content), LARGEST_UNPACKED)
            parts = {info.filename: _part(archive, info) for info in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Invalid("This is not a Word document.", todo="Save it again as .docx.") from None
    if any(b"<!ENTITY" in content[:20_000] for name, content in parts.items() if name.endswith((".xml", ".rels"))):
        raise Invalid("Its XML defines entities of its own, which Word never does.", todo="Save it again from Word.")
    import mammoth

    try:
        converted: Any = mammoth.convert_to_html(_plain(parts), convert_image=mammoth.images.img_element(lambda image: {"src": ""}))
    except Exception as error:  # noqa: BLE001 - the library lets through whatever its parts raise on a broken document
        raise Invalid(f"This Word document cannot be read ({type(error).__name__}).", todo="Open it and save it again as .docx.") from None
    return str(converted.value)


def _part(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """What a part holds; empty for pictures, which nobody reads. Raises Invalid where it is damaged or not as large as it says."""
    if not info.filename.endswith((".xml", ".rels")):
        return b""
    found = content(archive, info, LARGEST_UNPACKED)
    if isinstance(found, str):
        raise Invalid(f"{info.filename[:100]}: {found}", todo="Save it again as .docx.")
    return found


def _plain(parts: dict[str, bytes]) -> io.BytesIO:
    """The document packed again without compression: the library unpacks whatever a part's data come to, however little it announced."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, held in parts.items():
            archive.writestr(name, held)
    packed.seek(0)
    return packed


READER = Reader("docx", "Word documents", knows, read)
