"""Articles, their revisions and passages, and what changed in the passages that are searched."""

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database.tables.knowledge import article_groups, article_revisions, articles, passage_removals, passages
from copilot.adapters.database.tables.tenancy import tenants
from copilot.adapters.database.transaction import Group, among, batches, fields, mine, same
from copilot.domain.base import now
from copilot.domain.knowledge import Article, Passage
from copilot.domain.ports.articles import SavedArticle
from copilot.domain.ports.search import PassageFilter

_BODY = sa.select(articles.c.body).where(mine(articles))
_PASSAGE = fields(passages, Passage)
_SEARCHED = (
    sa.select(*_PASSAGE).join(articles, same(passages, "article_id", articles)).where(mine(passages), articles.c.status == "published")
)
_VALID = [sa.or_(column.is_(None), column <= sa.bindparam("at")) for column in (passages.c.valid_from, articles.c.valid_from)]
_ALLOWED = _SEARCHED.where(*_VALID, among(passages.c.audience, "audiences"), among(articles.c.audience, "owners"))
_LANGUAGE = sa.func.lower(sa.func.replace(passages.c.locale, "_", "-"))
_INDEXED = ("title", "heading", "text", "locale")
"""What the search indexes are made of; the rest is read from here at every search."""
_ASKED_BY = ("id", "revision", "status", "audience", "products", "valid_from", "title", "owner", "locale", "policy", "review_by")
"""Fields of an article that are columns too."""


class SqlArticles(Group):
    """The `Articles` port, and so a PassageSource."""

    async def save(self, article: Article, passages: Sequence[Passage], author: str = "") -> SavedArticle:
        """Store the article with its passages; a new revision when the article differs, nothing at all when neither does.

        Only a published article's passages are searchable: `removed` and `added` tell an index what to do. A passage that was changed
        in place is in both.
        """
        given = {passage.id: _guarded(article, passage) for passage in passages}
        before, stored = await self._stored(article.id)
        rewritten = before is None or article.model_copy(update={"revision": before.revision}) != before
        if before is not None and not rewritten and given == {id_: passage for id_, (passage, _) in stored.items()}:
            return SavedArticle(article=before, changed=False, before=before)
        version = await self._raise_version()
        saved = before if before is not None and not rewritten else await self._revise(article, author)
        old = {id_: passage for id_, (passage, _) in stored.items()} if before and before.status == "published" else {}
        new = given if article.status == "published" else {}
        removed = [id_ for id_, passage in old.items() if id_ not in new or _differs(passage, new[id_])]
        added = [id_ for id_, passage in new.items() if id_ not in old or _differs(old[id_], passage)]
        await self._replace(stored, given, set(added), set(old), version)
        await self._log_removals([id_ for id_ in removed if id_ not in new], version)
        return SavedArticle(article=saved, changed=True, removed=tuple(removed), added=tuple(new[id_] for id_ in added), before=before)

    async def get(self, article_id: str) -> Article | None:
        body = await self._db.value(_BODY.where(articles.c.id == article_id))
        return None if body is None else Article.model_validate_json(body)

    async def many(self, article_ids: Sequence[str]) -> dict[str, Article]:
        found: dict[str, Article] = {}
        for some in batches(list(dict.fromkeys(article_ids))):
            for body in await self._db.column(_BODY.where(articles.c.id.in_(some))):
                article = Article.model_validate_json(body)
                found[article.id] = article
        return found

    async def all(self, status: str = "", after: str = "", limit: int = 500) -> list[Article]:
        """By id, from the one behind `after`; of one status if named."""
        statement = _BODY.where(articles.c.id > after).order_by(articles.c.id).limit(limit)
        if status:
            statement = statement.where(articles.c.status == status)
        return [Article.model_validate_json(body) for body in await self._db.column(statement)]

    async def with_levers(self) -> list[Article]:
        """Published articles that carry levers, by id."""
        # Sorted here: asked to sort, SQLite walks all articles by id instead of the few by index.
        allowing = _BODY.where(articles.c.status == "published", articles.c.has_levers == sa.true())
        found = [Article.model_validate_json(body) for body in await self._db.column(allowing)]
        return sorted(found, key=lambda article: article.id)

    async def remove(self, article_id: str) -> SavedArticle | None:
        """Delete the article and its passages; its revisions stay. None when there is none."""
        before, stored = await self._stored(article_id)
        if before is None:
            return None
        removed = list(stored) if before.status == "published" else []
        await self._log_removals(removed, await self._raise_version())
        await self._db.run(sa.delete(passages).where(mine(passages), passages.c.article_id == article_id))
        await self._db.run(sa.delete(articles).where(mine(articles), articles.c.id == article_id))
        return SavedArticle(article=before, changed=True, removed=tuple(removed))

    async def fetch(self, ids: Sequence[str], allow: PassageFilter) -> dict[str, Passage]:
        """Those of the ids that exist, are published, valid at `allow.at`, and pass the filter; an empty locale or product list passes."""
        return await self._allowed(passages.c.id, ids, allow)

    async def pieces(self, article_ids: Sequence[str], allow: PassageFilter) -> dict[str, Passage]:
        """All passages of those articles that `fetch` would give."""
        return await self._allowed(passages.c.article_id, article_ids, allow)

    async def _allowed(self, column: sa.Column[Any], ids: Sequence[str], allow: PassageFilter) -> dict[str, Passage]:
        statement = _filtered(column, self._db.connection.dialect.name, len(allow.locales), bool(allow.products))
        values = _values(allow)
        found: dict[str, Passage] = {}
        for some in batches(list(dict.fromkeys(ids))):
            found.update((row["id"], Passage(**row)) for row in await self._db.rows(statement, ids=list(some), **values))
        return found

    async def every(self, batch: int = 500, after: str = "") -> AsyncIterator[list[Passage]]:
        """Passages of published articles, by id, from the one behind `after`."""
        statement = _SEARCHED.order_by(passages.c.id).limit(batch)
        while rows := await self._db.rows(statement.where(passages.c.id > after)):
            yield [Passage(**row) for row in rows]
            after = rows[-1]["id"]

    async def count(self) -> tuple[int, int]:
        """(published articles, their passages)."""
        published = sa.select(sa.func.count()).select_from(articles).where(mine(articles), articles.c.status == "published")
        searched = _SEARCHED.with_only_columns(sa.func.count(), maintain_column_froms=True)
        return int(await self._db.value(published)), int(await self._db.value(searched))

    async def version(self) -> int:
        return int(await self._db.value(sa.select(tenants.c.knowledge_version).where(mine(tenants))) or 0)

    async def changes(self, since: int) -> tuple[list[str], list[Passage]]:
        """(passage ids to remove, passages to add) since a version; what changed or came back is in both: remove first, then add."""
        gone = sa.select(passage_removals.c.passage_id).where(mine(passage_removals), passage_removals.c.version > since)
        removed = await self._db.column(gone.order_by(passage_removals.c.version, passage_removals.c.passage_id))
        newer = _SEARCHED.add_columns(passages.c.searchable_from).where(passages.c.version > since)
        added: list[Passage] = []
        for row in await self._db.rows(newer.order_by(passages.c.version, passages.c.id)):
            if row.pop("searchable_from") <= since:
                removed.append(row["id"])
            added.append(Passage(**row))
        return removed, added

    async def _stored(self, article_id: str) -> tuple[Article | None, dict[str, tuple[Passage, Mapping[str, Any]]]]:
        before = await self.get(article_id)
        if before is None:
            return None, {}
        statement = sa.select(*_PASSAGE, passages.c.version, passages.c.searchable_from).where(mine(passages))
        stored: dict[str, tuple[Passage, Mapping[str, Any]]] = {}
        for row in await self._db.rows(statement.where(passages.c.article_id == article_id).order_by(passages.c.position)):
            counts = {name: row.pop(name) for name in ("version", "searchable_from")}
            stored[row["id"]] = Passage(**row), counts
        return before, stored

    async def _raise_version(self) -> int:
        raised = sa.update(tenants).where(mine(tenants)).values(knowledge_version=tenants.c.knowledge_version + 1)
        row = await self._db.one(raised.returning(tenants.c.knowledge_version), f"There is no tenant {self._db.tenant}.")
        return int(row["knowledge_version"])

    async def _revise(self, article: Article, author: str) -> Article:
        if article.group:
            await self._db.add_new(article_groups, {"id": article.group, "created_at": now()})
        revisions = sa.select(sa.func.max(article_revisions.c.revision))
        last = revisions.where(mine(article_revisions), article_revisions.c.article_id == article.id)
        made = article.model_copy(update={"revision": int(await self._db.value(last) or 0) + 1})
        body, moment = made.model_dump_json(), now()
        row = {name: getattr(made, name) for name in _ASKED_BY}
        await self._db.put(
            articles, [row | {"group_id": made.group or None, "has_levers": bool(made.levers), "body": body, "saved_at": moment}]
        )
        revision = {"article_id": made.id, "revision": made.revision, "author": author, "body": body, "saved_at": moment}
        await self._db.add(article_revisions, [revision])
        return made

    async def _replace(
        self,
        stored: Mapping[str, tuple[Passage, Mapping[str, Any]]],
        given: Mapping[str, Passage],
        added: set[str],
        searchable: set[str],
        version: int,
    ) -> None:
        for some in batches([id_ for id_ in stored if id_ not in given]):
            await self._db.run(sa.delete(passages).where(mine(passages), passages.c.id.in_(some)))
        rows = []
        for id_, passage in given.items():
            counts = dict(stored[id_][1]) if id_ in stored else {"version": version, "searchable_from": version}
            if id_ in added:
                counts["version"] = version
                counts["searchable_from"] = counts["searchable_from"] if id_ in searchable else version
            rows.append({name: getattr(passage, name) for name in Passage.model_fields} | counts)
        for some_rows in batches(rows):
            await self._db.put(passages, some_rows)

    async def _log_removals(self, removed: Sequence[str], version: int) -> None:
        await self._db.put(passage_removals, [{"passage_id": id_, "version": version} for id_ in removed])


def _guarded(article: Article, passage: Passage) -> Passage:
    """A passage belongs to its article, and nothing of an internal article is public."""
    audience = "internal" if article.audience == "internal" else passage.audience
    return passage.model_copy(update={"article_id": article.id, "audience": audience})


def _differs(before: Passage, after: Passage) -> bool:
    """Whether an index has to read it again."""
    return any(getattr(before, name) != getattr(after, name) for name in _INDEXED)


@cache
def _filtered(column: sa.Column[Any], dialect: str, locales: int, products: bool) -> sa.Select[Any]:
    """Passages that may be shown, by `ids` of a column. Built once for each shape of a filter."""
    statement = _ALLOWED.where(among(column))
    if locales:
        # `en` and `en-GB` are one language for whoever names only the language, on either side.
        within = [_begins(_LANGUAGE, sa.bindparam(f"within_{i}", type_=sa.String)) for i in range(locales)]
        statement = statement.where(sa.or_(among(_LANGUAGE, "languages"), *within))
    if products:
        statement = statement.where(sa.or_(_length(articles.c.products, dialect) == 0, _holds(articles.c.products, dialect)))
    return statement


def _begins(text: sa.ColumnElement[str], prefix: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """As it stands: in LIKE a `%` from outside would be a pattern."""
    return sa.func.substr(text, 1, sa.func.length(prefix)) == prefix


def _length(array: sa.Column[Any], dialect: str) -> sa.ColumnElement[int]:
    return sa.func.jsonb_array_length(array) if dialect == "postgresql" else sa.func.json_array_length(array)


def _holds(array: sa.Column[Any], dialect: str) -> sa.ColumnElement[bool]:
    """Whether the JSON array of texts holds one of `products`."""
    each = sa.func.jsonb_array_elements_text if dialect == "postgresql" else sa.func.json_each
    item = each(array).table_valued(sa.column("value", sa.Text)).alias("product")
    return sa.exists().where(among(item.c.value, "products")).correlate(articles)


def _values(allow: PassageFilter) -> dict[str, Any]:
    """The parameters of `_filtered`."""
    values: dict[str, Any] = {
        "at": allow.at,
        "audiences": list(allow.audiences),
        "owners": ["public", "internal"] if "internal" in allow.audiences else ["public"],
    }
    if allow.locales:
        choices = [choice.lower().replace("_", "-") for choice in allow.locales]
        wider = {"-".join(parts[:n]) for choice in choices for parts in [choice.split("-")] for n in range(1, len(parts) + 1)}
        values |= {"languages": ["", *sorted(wider)]} | {f"within_{i}": f"{choice}-" for i, choice in enumerate(choices)}
    if allow.products:
        values["products"] = list(allow.products)
    return values
