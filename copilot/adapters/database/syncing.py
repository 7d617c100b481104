"""Articles as a folder of files compares them: present ones, their whole past, and up to where both agreed."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database.tables.editing import article_drafts
from copilot.adapters.database.tables.knowledge import article_revisions, articles
from copilot.adapters.database.transaction import Group, among, batches, mine
from copilot.domain.editing import Revision
from copilot.domain.knowledge import Article
from copilot.domain.ports.syncing import Present

_PRESENT = sa.select(articles.c.body, articles.c.synced_revision).where(mine(articles))
_PAGE = _PRESENT.where(articles.c.id > sa.bindparam("after")).order_by(articles.c.id).limit(sa.bindparam("most"))
_PAST = (
    sa.select(article_revisions.c.body, article_revisions.c.author, article_revisions.c.saved_at)
    .where(mine(article_revisions), among(article_revisions.c.article_id))
    .order_by(article_revisions.c.article_id, article_revisions.c.revision)
)
_DRAFTED = sa.select(article_drafts.c.article_id).where(
    mine(article_drafts), article_drafts.c.closed_at.is_(None), among(article_drafts.c.article_id)
)
_SYNCED = (
    sa.update(articles)
    .where(mine(articles), articles.c.id == sa.bindparam("ident"), articles.c.revision >= sa.bindparam("common"))
    .values(synced_revision=sa.bindparam("common"))
)


class SqlSyncing(Group):
    """The `Syncing` port."""

    async def present(self, after: str, limit: int) -> list[Present]:
        return [_present(row) for row in await self._db.rows(_PAGE, after=after, most=limit)]

    async def some(self, article_ids: Collection[str]) -> dict[str, Present]:
        found: dict[str, Present] = {}
        for part in batches(list(article_ids)):
            for row in await self._db.rows(_PRESENT.where(among(articles.c.id)), ids=list(part)):
                one = _present(row)
                found[one.article.id] = one
        return found

    async def pasts(self, article_ids: Sequence[str]) -> dict[str, list[Revision]]:
        found: dict[str, list[Revision]] = {}
        for part in batches(list(article_ids)):
            for row in await self._db.rows(_PAST, ids=list(part)):
                revision = Revision(article=Article.model_validate_json(row.pop("body")), **row)
                found.setdefault(revision.article.id, []).append(revision)
        return found

    async def synced(self, revisions: Mapping[str, int]) -> None:
        for ident, revision in revisions.items():
            await self._db.run(_SYNCED, ident=ident, common=revision)

    async def drafted(self, article_ids: Collection[str]) -> set[str]:
        found: set[str] = set()
        for part in batches(list(article_ids)):
            found.update(await self._db.column(_DRAFTED, ids=list(part)))
        return found


def _present(row: dict[str, Any]) -> Present:
    return Present(article=Article.model_validate_json(row["body"]), synced_revision=row["synced_revision"])
