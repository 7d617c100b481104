"""Chatwoot: what `GET /api/v1/accounts/{id}/portals/{slug}/articles` answers, one page or all joined. Bodies are Markdown.

Fields after Chatwoot's own answers: `payload` with title, slug, content, status (a word, or its number: 0 draft, 1 published, 2 archived),
locale, category, and `associated_article_id`, the article it translates.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from copilot.domain.errors import Invalid
from copilot.domain.imports import Found, Unread
from copilot.domain.knowledge import ArticleStatus
from copilot.retrieval.reading.base import WRITTEN, File, Reader, article, clean, each, first_of, json_of, rows_of

SAYS = (*WRITTEN, "locale", "group", "tags")
_OWN = ("associated_article_id", "associated_articles", "category", "category_id", "portal", "slug")
_STATES: dict[str, ArticleStatus] = {
    "draft": "draft",
    "published": "published",
    "archived": "archived",
    "0": "draft",
    "1": "published",
    "2": "archived",
}


def knows(file: File) -> bool:
    """A list under `payload` whose things have a body in `content`."""
    first = first_of(file, "payload")
    return "content" in first and "title" in first and any(name in first for name in _OWN)


def read(file: File, now: datetime) -> Iterator[Found | Unread]:
    """One article each; translations share the group of the article they translate."""
    given = json_of(file)
    if not isinstance(given, list) and not (isinstance(given, Mapping) and isinstance(given.get("payload"), list)):
        raise Invalid("This is not a Chatwoot help centre: it has no payload.", todo="Export what the portal's articles address answers.")
    rows = rows_of(given, "payload")
    translated = {clean(row.get("associated_article_id")) for row in rows if isinstance(row, Mapping)} - {""}

    def one(row: Mapping[str, Any]) -> Iterator[Found | Unread]:
        yield _found(row, translated)

    yield from each(rows, "article", one)


def _found(row: Mapping[str, Any], translated: set[str]) -> Found:
    ident = clean(row.get("id"))
    if not ident:
        raise Invalid("It has no id.", todo="Export it again.")
    filed = row.get("category")
    category: Mapping[str, Any] = filed if isinstance(filed, Mapping) else {}
    root = clean(row.get("associated_article_id")) or (ident if ident in translated else "")
    made = article(
        f"Article {ident}",
        id=f"chatwoot-{ident}",
        title=row.get("title"),
        text=clean(row.get("content")),
        status=_STATES.get(clean(row.get("status")).lower(), "draft"),
        tags=tuple(name for name in (clean(category.get("name")),) if name),
        locale=clean(row.get("locale") or category.get("locale")),
        group=f"chatwoot-{root}" if root else None,
    )
    return Found(external_id=ident, article=made, says=SAYS)


READER = Reader("chatwoot", "Chatwoot help centre (JSON)", knows, read)
