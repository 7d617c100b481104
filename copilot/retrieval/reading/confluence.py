"""Confluence: pages of an HTML space export, and the `entities.xml` of an XML one.

A page of an HTML export has its text in `#main-content.wiki-content`, its title in `#title-text` as "Space : Page" and the pages above it
in `#breadcrumbs`; its number ends the file's name. `index.html` is the space's list of pages. `entities.xml` is a flat list of objects in
`hibernate-generic`: Page (title, contentStatus, parent; old versions name their `originalVersion`), BodyContent (body in the storage
format, bodyType 2), Space.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

from copilot.domain.errors import Invalid
from copilot.domain.imports import Found, Unread
from copilot.retrieval.articles import as_markdown, html_page
from copilot.retrieval.reading.base import WRITTEN, File, Reader, article, clean, text_of

SAYS = (*WRITTEN, "tags")
CDATA = "<![CDATA["
_NUMBER = re.compile(r"(?:^|[_-])(\d{4,})$")
_FURNITURE = (".page-metadata", ".toc-macro", "#attachments", ".pageSection", ".confluence-embedded-file-wrapper img")
_HEAD = 4000


def knows(file: File) -> bool:
    """By what only Confluence writes."""
    if file.ending == ".xml":
        return b"<hibernate-generic" in file.content[:_HEAD]
    if file.ending not in (".html", ".htm"):
        return False
    return (b'id="main-content"' in file.content and b"wiki-content" in file.content) or _is_index(file)


def read(file: File, now: datetime) -> Iterator[Found | Unread]:
    """One article of a page; of `entities.xml` one of each current page."""
    if file.ending == ".xml":
        yield from _entities(file)
    elif not _is_index(file):
        yield _page(file)


def _is_index(file: File) -> bool:
    """The list of a space's pages, which is no article."""
    named = PurePosixPath(file.name).name == "index.html"
    return named and b"Available Pages" in file.content and b"Space Details" in file.content


def _page(file: File) -> Found:
    text, note = text_of(file)
    page = html_page(text, file.name)
    body = page.select_one("#main-content")
    if body is None:
        raise Invalid("This is not a page of a Confluence export.", todo="Export the space as HTML, or choose the kind HTML.")
    above = [" ".join(crumb.get_text(" ").split()) for crumb in page.select("#breadcrumbs li")]
    heading = page.select_one("#title-text")
    written = " ".join((heading or page.title).get_text(" ").split()) if heading or page.title else ""
    space, _, title = written.partition(" : ")
    for furniture in body.select(", ".join(_FURNITURE)):
        furniture.decompose()
    _callouts(body)
    number = _NUMBER.search(file.stem)
    ident = number[1] if number else file.stem
    made = article(
        file.name,
        id=f"confluence-{ident}",
        title=title or space,
        text=as_markdown(body),
        status="published",
        tags=tuple(dict.fromkeys(name for name in above if name)),
    )
    return Found(external_id=ident, article=made, says=SAYS, note=note)


def _callouts(body: Any) -> None:
    """Information, warning and panel macros are quotations: what stands out there stands out here."""
    for macro in body.select(".confluence-information-macro"):
        macro.name = "blockquote"


@dataclass
class _Page:
    title: str = ""
    status: str = ""
    parent: str = ""
    space: str = ""
    old: bool = False


def _entities(file: File) -> Iterator[Found | Unread]:
    if b"<!ENTITY" in file.content:
        raise Invalid("This XML defines entities of its own, which Confluence never does.", todo="Export the space again.")
    try:
        root = ET.fromstring(file.content)  # noqa: S314 - entities are refused above; the file's size is bounded
    except (ET.ParseError, ValueError) as error:
        raise Invalid(f"It is not valid XML: {error}.", todo="Export the space again.") from None
    pages = {_id(one): _described(one) for one in root.iterfind("object[@class='Page']")}
    spaces = {_id(one): _text(one, "name") for one in root.iterfind("object[@class='Space']")}
    bodies = {
        _ref(one, "content"): _text(one, "body")
        for one in root.iterfind("object[@class='BodyContent']")
        if _text(one, "bodyType") in ("2", "")
    }
    for ident, page in pages.items():
        if page.old or page.status not in ("current", "draft", ""):
            continue
        try:
            yield _entity(ident, page, pages, spaces, bodies.get(ident, ""))
        except Invalid as error:
            yield Unread(name=page.title or ident, reason=str(error), external_id=ident)


def _described(one: ET.Element) -> _Page:
    old = bool(_ref(one, "originalVersion"))
    return _Page(_text(one, "title"), _text(one, "contentStatus"), _ref(one, "parent"), _ref(one, "space"), old)


def _entity(ident: str, page: _Page, pages: dict[str, _Page], spaces: dict[str, str], body: str) -> Found:
    above: list[str] = []
    parent, seen = page.parent, {ident}
    while parent in pages and parent not in seen:
        seen.add(parent)
        above.insert(0, pages[parent].title)
        parent = pages[parent].parent
    tags = tuple(dict.fromkeys(name for name in (spaces.get(page.space, ""), *above) if name))
    made = article(
        f"Page {ident}",
        id=f"confluence-{ident}",
        title=page.title,
        text=_storage(body, ident),
        status="draft" if page.status == "draft" else "published",
        tags=tags,
    )
    return Found(external_id=ident, article=made, says=SAYS)


def _without_cdata(body: str) -> str:
    """Its CDATA sections as text. One that does not end stays as it is, and ends the search: each would be looked through to the end."""
    parts, at = list[str](), 0
    while (start := body.find(CDATA, at)) >= 0 and (end := body.find("]]>", start)) >= 0:
        parts += [body[at:start], _escaped(body[start + len(CDATA) : end])]
        at = end + len("]]>")
    return "".join([*parts, body[at:]])


def _storage(body: str, name: str) -> str:
    """The storage format as Markdown: macros keep their text and lose their settings, links to pages keep their words."""
    # Confluence writes "]] >" where a text holds the end of a CDATA section.
    page = html_page(_without_cdata(body.replace("]] >", "]]>")), name)
    for setting in page.find_all(["ac:parameter", "ac:emoticon", "ac:image", "ri:attachment", "ri:user"]):
        setting.decompose()
    for macro in page.find_all("ac:structured-macro"):
        kind = clean(macro.get("ac:name"))
        macro.name = {"code": "pre", "noformat": "pre", "info": "blockquote", "note": "blockquote", "warning": "blockquote"}.get(
            kind, "div"
        )
    return as_markdown(page)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _id(one: ET.Element) -> str:
    return clean(one.findtext("id"))


def _text(one: ET.Element, name: str) -> str:
    return clean(one.findtext(f"property[@name='{name}']"))


def _ref(one: ET.Element, name: str) -> str:
    return clean(one.findtext(f"property[@name='{name}']/id"))


READER = Reader("confluence", "Confluence space (HTML or XML)", knows, read)
