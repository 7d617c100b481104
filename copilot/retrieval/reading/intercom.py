"""Intercom: what `GET /articles` answers, one page or all joined; `collections` from `GET /help_center/collections` may stand beside.

Fields after developers.intercom.com, REST API: Articles, "List all articles"; Help Center, "Collections". Times are seconds since 1970.
`translated_content` holds the other languages by code, each with its own state.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from copilot.domain.errors import Invalid
from copilot.domain.imports import Found, Unread
from copilot.retrieval.reading.base import WRITTEN, File, Reader, article, clean, each, first_of, html_text, json_of, names, rows_of

SAYS = (*WRITTEN, "locale", "group", "tags")
_OWN = ("parent_ids", "parent_id", "parent_type", "translated_content", "workspace_id")


def knows(file: File) -> bool:
    """A list whose things call themselves articles and have Intercom's own fields."""
    first = first_of(file, "data")
    return first.get("type") == "article" and any(name in first for name in _OWN)


def read(file: File, now: datetime) -> Iterator[Found | Unread]:
    """One article per language."""
    given = json_of(file)
    if not isinstance(given, list) and not (isinstance(given, Mapping) and isinstance(given.get("data"), list)):
        raise Invalid("This is not an Intercom export: it has no list of articles.", todo="Export what GET /articles answers.")
    collections = names(given.get("collections")) if isinstance(given, Mapping) else {}

    def one(row: Mapping[str, Any]) -> Iterator[Found | Unread]:
        yield from _article(row, collections)

    yield from each(rows_of(given, "data"), "article", one)


def _article(row: Mapping[str, Any], collections: Mapping[str, str]) -> Iterator[Found | Unread]:
    ident = clean(row.get("id"))
    if not ident:
        raise Invalid("It has no id.", todo="Export it again.")
    above = row.get("parent_ids")
    parents = above if isinstance(above, list) and above else [row.get("parent_id")]
    tags = tuple(name for name in (collections.get(clean(parent), "") for parent in parents) if name)
    own = clean(row.get("default_locale"))
    others = row.get("translated_content")
    languages = {clean(code): one for code, one in others.items() if isinstance(one, Mapping)} if isinstance(others, Mapping) else {}
    languages.pop(own, None)
    for locale, one in {own: row, **languages}.items():
        if not clean(one.get("title")) and not clean(one.get("body")):
            continue  # a language that was begun and never written
        external = f"{ident}/{locale.lower()}"
        try:
            yield _found(one, ident, external, locale, tags, own=locale == own, alone=not languages)
        except Invalid as error:
            yield Unread(name=clean(one.get("title")) or external, reason=str(error), external_id=external)


def _found(one: Mapping[str, Any], ident: str, external: str, locale: str, tags: tuple[str, ...], *, own: bool, alone: bool) -> Found:
    name = f"intercom-{ident}" if own else f"intercom-{ident}-{locale.lower()}"
    text = html_text(clean(one.get("body")), name)
    made = article(
        f"Article {external}",
        id=name,
        title=one.get("title"),
        text=text,
        status="published" if one.get("state") == "published" else "draft",
        tags=tags,
        locale=locale,
        group=None if alone else f"intercom-{ident}",
    )
    return Found(external_id=external, article=made, says=SAYS, address=clean(one.get("url")))


READER = Reader("intercom", "Intercom articles (JSON)", knows, read)
