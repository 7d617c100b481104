"""Zendesk Guide: what `GET /api/v2/help_center/articles.json?include=sections,categories,translations` answers, one page or all joined.

Fields after developer.zendesk.com, "Help Center API": Articles, Translations, Sections. Without translations beside it, an article is its
own only one. A user segment (and not "everybody", which is null) makes it internal: who is in the segment is not known here.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from copilot.domain.errors import Invalid
from copilot.domain.imports import Found, Unread
from copilot.domain.knowledge import Audience
from copilot.retrieval.reading.base import WRITTEN, File, Reader, article, clean, each, first_of, html_text, json_of, names, rows_of, when

SAYS = (*WRITTEN, "locale", "group", "audience", "tags", "review_by")
_OWN = ("section_id", "label_names", "user_segment_id", "source_locale", "html_url")


def knows(file: File) -> bool:
    """A list of articles that have Zendesk's own fields."""
    first = first_of(file, "articles")
    return "body" in first and any(name in first for name in _OWN)


def read(file: File, now: datetime) -> Iterator[Found | Unread]:
    """One article per translation."""
    given = json_of(file)
    rows = rows_of(given, "articles")
    if not isinstance(given, Mapping) or not isinstance(given.get("articles"), list):
        raise Invalid(
            "This is not a Zendesk help centre: it has no list of articles.",
            todo="Export /api/v2/help_center/articles.json?include=sections,categories,translations.",
        )
    filed = _filed(given)
    beside = _beside(given)

    def one(row: Mapping[str, Any]) -> Iterator[Found | Unread]:
        yield from _article(row, filed.get(clean(row.get("section_id")), ()), beside.get(clean(row.get("id")), []))

    yield from each(rows, "article", one)


def _filed(given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Section id → the names of its category and of itself."""
    categories = names(given.get("categories"))
    sections = given.get("sections")
    found = {}
    for section in sections if isinstance(sections, list) else []:
        if isinstance(section, Mapping):
            path = (categories.get(clean(section.get("category_id")), ""), clean(section.get("name")))
            found[clean(section.get("id"))] = tuple(name for name in path if name)
    return found


def _beside(given: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Translations that stand in a list of their own, by the article's id."""
    found: dict[str, list[Any]] = {}
    translations = given.get("translations")
    for one in translations if isinstance(translations, list) else []:
        if isinstance(one, Mapping) and clean(one.get("source_type") or "Article").lower() == "article":
            found.setdefault(clean(one.get("source_id")), []).append(one)
    return found


def _article(row: Mapping[str, Any], path: tuple[str, ...], beside: list[Any]) -> Iterator[Found | Unread]:
    ident = clean(row.get("id"))
    if not ident:
        raise Invalid("It has no id.", todo="Export it again.")
    given = row.get("translations")
    written = [one for one in (given if isinstance(given, list) else beside) if isinstance(one, Mapping)]
    labels = row.get("label_names")
    tags = tuple(dict.fromkeys([*path, *(clean(label) for label in (labels if isinstance(labels, list) else []))]))
    audience: Audience = "internal" if row.get("user_segment_id") or row.get("user_segment_ids") else "public"
    for one in written or [row]:
        try:
            yield _found(row, one, ident, tags, audience, alone=len(written) < 2)
        except Invalid as error:
            yield Unread(name=f"{clean(one.get('title')) or ident}", reason=str(error), external_id=_external(ident, one))


def _external(ident: str, one: Mapping[str, Any]) -> str:
    return f"{ident}/{clean(one.get('locale')).lower()}"


def _found(row: Mapping[str, Any], one: Mapping[str, Any], ident: str, tags: tuple[str, ...], audience: Audience, *, alone: bool) -> Found:
    locale = clean(one.get("locale"))
    name = f"zendesk-{ident}" if alone or locale == clean(row.get("source_locale")) else f"zendesk-{ident}-{locale.lower()}"
    made = article(
        f"Article {ident}",
        id=name,
        title=one.get("title"),
        text=html_text(clean(one.get("body")), name),
        status="draft" if one.get("draft") else "published",
        audience=audience,
        tags=tags,
        locale=locale,
        group=None if alone else f"zendesk-{ident}",
        # The source's word for "look at this again": due when it was last changed there.
        review_by=when(one.get("updated_at")) if one.get("outdated") else None,
    )
    address = clean(one.get("html_url") or row.get("html_url"))
    return Found(external_id=_external(ident, one), article=made, says=SAYS, address=address)


READER = Reader("zendesk", "Zendesk help centre (JSON)", knows, read)
