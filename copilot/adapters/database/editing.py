"""Drafts of articles, revisions, comments, redirects; and the list that editors filter."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database.tables.curation import article_flags, article_uses
from copilot.adapters.database.tables.editing import article_comments, article_drafts, article_redirects
from copilot.adapters.database.tables.knowledge import article_revisions, articles
from copilot.adapters.database.transaction import Group, equals, fields, mine, same
from copilot.domain.editing import ArticleDraft, ArticleRow, Comment, DraftState, Redirect, Revision
from copilot.domain.errors import Conflict
from copilot.domain.knowledge import Article
from copilot.domain.ports.editing import ArticleFilter

USED_WITHIN = timedelta(days=30)
_PLAIN = ("audience", "owner", "locale")
"""Filters that compare one field."""

_DRAFT = sa.select(*fields(article_drafts, ArticleDraft), article_drafts.c.body).where(mine(article_drafts))
_OPEN = _DRAFT.where(article_drafts.c.closed_at.is_(None))
_DUE = (
    sa.select(article_drafts.c.id)
    .where(mine(article_drafts), article_drafts.c.closed_at.is_(None), article_drafts.c.state == "approved")
    .where(article_drafts.c.publish_at <= sa.bindparam("at"))
)
_COMMENT = sa.select(*fields(article_comments, Comment)).where(mine(article_comments))
_REDIRECT = sa.select(*fields(article_redirects, Redirect)).where(mine(article_redirects))
_REVISION = sa.select(article_revisions.c.body, article_revisions.c.author, article_revisions.c.saved_at).where(mine(article_revisions))

_FLAGS = (
    sa.select(article_flags.c.article_id, sa.func.count().label("flags"))
    .where(mine(article_flags), article_flags.c.state == "open")
    .group_by(article_flags.c.article_id)
    .subquery("flagged")
)
_SHOWN = (
    sa.select(article_uses.c.article_id, sa.func.count().label("shown"))
    .where(mine(article_uses), article_uses.c.what == "shown", article_uses.c.at >= sa.bindparam("since"))
    .group_by(article_uses.c.article_id)
    .subquery("uses")
)
_THEIRS = sa.and_(same(article_drafts, "article_id", articles), article_drafts.c.closed_at.is_(None))
_LISTED = (
    sa.select(
        *fields(articles, ArticleRow),
        article_drafts.c.state.label("draft"),
        article_drafts.c.id.label("draft_id"),
        sa.func.coalesce(_FLAGS.c.flags, 0).label("flags"),
        sa.func.coalesce(_SHOWN.c.shown, 0).label("shown"),
    )
    .select_from(
        articles.outerjoin(article_drafts, _THEIRS)
        .outerjoin(_FLAGS, _FLAGS.c.article_id == articles.c.id)
        .outerjoin(_SHOWN, _SHOWN.c.article_id == articles.c.id)
    )
    .where(mine(articles))
)
_NEW = _OPEN.where(
    ~sa.exists(sa.select(articles.c.id).where(mine(articles), articles.c.id == article_drafts.c.article_id)),
).order_by(article_drafts.c.updated_at.desc(), article_drafts.c.id)


class SqlEditing(Group):
    """The `Editing` port."""

    async def open_draft(self, draft: ArticleDraft) -> None:
        if not await self._db.add_new(article_drafts, _row(draft)):
            raise Conflict("Somebody has begun a draft of this article.", todo="Open that draft and go on with it.")

    async def save_draft(self, draft: ArticleDraft, seen: int) -> bool:
        row = _row(draft)
        statement = sa.update(article_drafts).where(
            mine(article_drafts), article_drafts.c.id == draft.id, article_drafts.c.version == sa.bindparam("seen")
        )
        return await self._db.run(statement.values(**row), seen=seen) == 1

    async def draft(self, draft_id: str) -> ArticleDraft | None:
        row = await self._db.row(_DRAFT.where(article_drafts.c.id == draft_id))
        return None if row is None else _draft(row)

    async def draft_of(self, article_id: str) -> ArticleDraft | None:
        row = await self._db.row(_OPEN.where(article_drafts.c.article_id == article_id))
        return None if row is None else _draft(row)

    async def drafts(self, states: Sequence[DraftState], limit: int = 500) -> list[ArticleDraft]:
        statement = _DRAFT.where(article_drafts.c.state.in_(states)).order_by(article_drafts.c.updated_at, article_drafts.c.id)
        return [_draft(row) for row in await self._db.rows(statement.limit(limit))]

    async def drafts_of_change(self, change_id: str) -> list[ArticleDraft]:
        statement = _DRAFT.where(article_drafts.c.change_id == change_id).order_by(article_drafts.c.article_id)
        return [_draft(row) for row in await self._db.rows(statement)]

    async def due(self, at: datetime) -> list[str]:
        return list(await self._db.column(_DUE, at=at))

    async def listed(self, wanted: ArticleFilter, offset: int = 0, limit: int = 100) -> list[ArticleRow]:
        """By title. New articles that exist only as a draft come first: they are few."""
        since = wanted.at - USED_WITHIN
        new = [row for row in map(_new_row, await self._db.rows(_NEW)) if _wanted(row, wanted)]
        shown = new[offset : offset + limit]
        rest = limit - len(shown)
        if rest == 0:
            return shown
        statement = _LISTED.where(*_conditions(wanted)).order_by(sa.func.lower(articles.c.title), articles.c.id)
        rows = await self._db.rows(statement.offset(max(0, offset - len(new))).limit(rest), since=since)
        return shown + [ArticleRow(**{name: value for name, value in row.items() if value is not None}) for row in rows]

    async def owners(self) -> list[str]:
        return await self._distinct(articles.c.owner)

    async def locales(self) -> list[str]:
        return await self._distinct(articles.c.locale)

    async def revisions(self, article_id: str) -> list[Revision]:
        """Newest first."""
        statement = _REVISION.where(article_revisions.c.article_id == article_id).order_by(article_revisions.c.revision.desc())
        return [_revision(row) for row in await self._db.rows(statement)]

    async def revision(self, article_id: str, number: int) -> Revision | None:
        row = await self._db.row(_REVISION.where(article_revisions.c.article_id == article_id, article_revisions.c.revision == number))
        return None if row is None else _revision(row)

    async def put_comment(self, comment: Comment) -> None:
        await self._db.put(article_comments, [comment.model_dump()])

    async def comment(self, comment_id: str) -> Comment | None:
        row = await self._db.row(_COMMENT.where(article_comments.c.id == comment_id))
        return None if row is None else Comment(**row)

    async def comments(self, article_id: str) -> list[Comment]:
        """Oldest first."""
        statement = _COMMENT.where(article_comments.c.article_id == article_id).order_by(article_comments.c.at, article_comments.c.id)
        return [Comment(**row) for row in await self._db.rows(statement)]

    async def put_redirect(self, redirect: Redirect) -> None:
        """Whatever led to `redirect.id` leads to its target from now on. Raises Conflict when that would lead in a circle."""
        onward = await self.redirect(redirect.to_id)
        if redirect.id == redirect.to_id or onward is not None:
            where = "itself" if redirect.id == redirect.to_id else f"{redirect.to_id!r}, which leads on to {onward and onward.to_id!r}"
            raise Conflict(f"The article {redirect.id!r} would lead to {where}.", todo="Name the article that readers should end at.")
        before = sa.update(article_redirects).where(mine(article_redirects), article_redirects.c.to_id == redirect.id)
        await self._db.run(before.values(to_id=redirect.to_id))
        await self._db.put(article_redirects, [redirect.model_dump()])

    async def drop_redirect(self, article_id: str) -> None:
        await self._db.run(sa.delete(article_redirects).where(mine(article_redirects), article_redirects.c.id == article_id))

    async def redirect(self, article_id: str) -> Redirect | None:
        row = await self._db.row(_REDIRECT.where(*equals(article_redirects, "id")), id=article_id)
        return None if row is None else Redirect(**row)

    async def _distinct(self, column: sa.Column[Any]) -> list[str]:
        return list(await self._db.column(sa.select(column).where(mine(articles), column != "").distinct().order_by(column)))


def _row(draft: ArticleDraft) -> dict[str, Any]:
    return draft.model_dump(exclude={"article"}) | {"article_id": draft.article.id, "body": draft.article.model_dump_json()}


def _draft(row: dict[str, Any]) -> ArticleDraft:
    return ArticleDraft(article=Article.model_validate_json(row.pop("body")), **row)


def _revision(row: dict[str, Any]) -> Revision:
    return Revision(article=Article.model_validate_json(row.pop("body")), **row)


def _new_row(row: dict[str, Any]) -> ArticleRow:
    draft = _draft(row)
    said = {
        name: getattr(draft.article, name) for name in ("id", "title", "audience", "owner", "locale", "policy", "valid_from", "review_by")
    }
    held = {"status": "draft", "has_levers": bool(draft.article.levers), "saved_at": draft.updated_at}
    return ArticleRow(**said, **held, draft=draft.state, draft_id=draft.id)


def _wanted(row: ArticleRow, wanted: ArticleFilter) -> bool:
    """A new article against the filter, as `_conditions` asks it of stored ones."""
    if wanted.stale or wanted.flagged or wanted.used is not None:
        return False
    named = all(word in f"{row.title} {row.id}".casefold() for word in wanted.text.casefold().split())
    state = wanted.state in ("", "draft", row.draft)
    return named and state and all(getattr(row, name) == value for name in _PLAIN if (value := getattr(wanted, name)))


def _conditions(wanted: ArticleFilter) -> list[sa.ColumnElement[bool]]:
    found = [articles.c[name] == value for name in _PLAIN if (value := getattr(wanted, name))]
    if wanted.state in ("in_review", "approved"):
        found.append(article_drafts.c.state == wanted.state)
    elif wanted.state == "draft":
        found.append(sa.or_(articles.c.status == "draft", article_drafts.c.state == "draft"))
    elif wanted.state:
        found.append(articles.c.status == wanted.state)
    names = articles.c.title, articles.c.id
    found += [sa.or_(*(name.icontains(word, autoescape=True) for name in names)) for word in wanted.text.split()]
    if wanted.stale:
        found += [articles.c.status == "published", articles.c.review_by <= wanted.at]
    if wanted.flagged:
        found.append(_FLAGS.c.flags > 0)
    if wanted.used is not None:
        found.append(_SHOWN.c.shown > 0 if wanted.used else _SHOWN.c.shown.is_(None))
    return found
