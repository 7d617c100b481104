"""What a reader of files is, and what all of them share: text out of bytes, HTML to Markdown, an article that was found."""

import codecs
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, Final

from pydantic import ValidationError

from copilot.domain.base import Frozen
from copilot.domain.errors import Invalid
from copilot.domain.imports import Found, SourceKind, Unread
from copilot.domain.knowledge import Article
from copilot.retrieval.articles import as_markdown, bound, html_page

WRITTEN: Final = ("title", "text", "status")
"""What every source speaks for."""
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""UTF-32's begins with UTF-16's, so it is asked for first."""
_DECLARED: Final = re.compile(rb"""<(?:meta[^>]{0,200}charset|\?xml[^>]{0,200}encoding)\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)
_WESTERN: Final = re.compile(
    r"[\u20ac\u201a-\u201e\u2018-\u201d\u2013\u2014\u2026\u2022\u2122\u0160\u0161\u017d\u017e\u0152\u0153\u0178\u00a0-\u00ff]"
)
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")


class File(Frozen):
    """A file as it was sent. Its name may have folders, with slashes; a page of the web has its address, and its `form` from the server."""

    name: str
    content: bytes
    form: str = ""

    @property
    def ending(self) -> str:
        """Lower case, with the dot."""
        return self.form or PurePosixPath(self.name).suffix.lower()

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem


@dataclass(frozen=True)
class Reader:
    """One kind of file. `knows`: whether a file is of this kind, cheaply; `read`: its articles, and what in it cannot be one.

    `read` raises Invalid for a file that is none of its kind, with what to do. Times in a file are counted from the given moment.
    """

    kind: SourceKind
    label: str
    knows: Callable[[File], bool]
    read: Callable[[File, datetime], Iterator[Found | Unread]]


def text_of(file: File) -> tuple[str, str]:
    """(the file's text, what a person should know about how it was read). Raises Invalid that names the encoding it seems to have."""
    for bom, encoding in _BOMS:
        if file.content.startswith(bom):
            return _decoded(file, encoding), ""
    try:
        return file.content.decode(), ""
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.search(file.content[:2000])
    if declared and (encoding := _known(declared[1].decode("ascii"))):
        return _decoded(file, encoding), f"Read as {encoding}."
    return _western(file), "Read as Windows-1252."


def _decoded(file: File, encoding: str) -> str:
    try:
        return file.content.decode(encoding)
    except UnicodeDecodeError:
        raise Invalid(f"It says that it is {encoding} text, and is not.", todo="Save it as UTF-8.") from None


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return ""


def _western(file: File) -> str:
    """Windows-1252, when all that is not ASCII in it are letters and signs that Western texts use, among enough ASCII."""
    try:
        text = file.content.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    odd = [letter for letter in text if letter > "\x7f"]
    if text and "\x00" not in text and len(odd) * 4 < len(text) and all(_WESTERN.match(letter) for letter in odd):
        return text
    from charset_normalizer import from_bytes

    guessed = from_bytes(file.content[:20_000]).best()
    looks = f"; it looks like {guessed.encoding}" if guessed is not None else ""
    raise Invalid(f"It is not UTF-8 text{looks}.", todo="Save it as UTF-8.")


def json_of(file: File) -> Any:
    """Raises Invalid."""
    text, _ = text_of(file)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid("It is not valid JSON.", todo="Export it again; it may have been cut off.") from None


def clean(value: Any) -> str:
    """What stands in a field, as text that can be stored; empty for none."""
    return "" if value is None else _UNSTORABLE.sub("", str(value)).strip()


def html_text(html: str, name: str) -> str:
    """A body of HTML as Markdown, without scripts."""
    return as_markdown(html_page(_UNSTORABLE.sub("", html), name))


def article(where: str, **fields: Any) -> Article:
    """An article; raises Invalid that names the field. A title is needed, a text is not: the caller says why there is none."""
    try:
        made = Article.model_validate({**fields, "title": " ".join(clean(fields["title"]).split())})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"{where}: {place}: {first['msg']}.", todo="Correct it at the source.") from None
    bound(made.text, where)
    if not made.title:
        raise Invalid(f"{where}: it has no title.", todo="Give it one at the source.")
    if not made.text.strip():
        raise Invalid(f"{where}: it has no text.", todo="Write it at the source, or delete it there.")
    return made


def when(value: Any) -> datetime | None:
    """A vendor's time: seconds since 1970, or ISO 8601; None for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e11:
        return datetime.fromtimestamp(value, UTC)
    try:
        moment = datetime.fromisoformat(clean(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def names(records: Any, field: str = "name") -> dict[str, str]:
    """Names by id, of a vendor's list of things that articles are filed under."""
    rows = records if isinstance(records, list) else []
    return {clean(row.get("id")): clean(row.get(field)) for row in rows if isinstance(row, Mapping)}


def each(rows: list[Any], label: str, read: Callable[[Mapping[str, Any]], Iterator[Found | Unread]]) -> Iterator[Found | Unread]:
    """What `read` makes of every row; a row that it cannot read is told and does not stop the others."""
    for number, row in enumerate(rows, 1):
        where = f"{label} {number}"
        if not isinstance(row, Mapping):
            yield Unread(name=where, reason="This is not an article. Export it again.")
            continue
        title = " ".join(clean(row.get("title")).split())[:80]
        try:
            yield from read(row)
        except (Invalid, RecursionError) as error:
            reason = str(error) if isinstance(error, Invalid) else "It is nested too deeply to be read. Flatten it at the source."
            yield Unread(name=title or where, reason=reason, external_id=clean(row.get("id")))


def looks_like_json(file: File) -> bool:
    """Whether it is worth parsing."""
    return file.ending == ".json" or file.content[:200].lstrip(codecs.BOM_UTF8 + b" \t\r\n")[:1] in (b"{", b"[")


def rows_of(given: Any, under: str) -> list[Any]:
    """The list that an export holds under that name, or is itself; empty when it holds none."""
    rows = given.get(under) if isinstance(given, Mapping) else given
    return rows if isinstance(rows, list) else []


def first_of(file: File, under: str) -> Mapping[str, Any]:
    """The first thing of a JSON export's list, to know the vendor by; empty for every other file."""
    if not looks_like_json(file):
        return {}
    try:
        rows = rows_of(json_of(file), under)
    except Invalid:
        return {}
    return rows[0] if rows and isinstance(rows[0], Mapping) else {}
