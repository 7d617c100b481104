"""Sources, imports and the lines of their reports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database.tables.imports import import_files, imports, knowledge_sources, source_articles
from copilot.adapters.database.tables.knowledge import article_revisions, articles
from copilot.adapters.database.transaction import Group, batches, equals, fields, mine, same
from copilot.domain.imports import LEFT, OPEN, FileState, Import, ImportFile, Source, SourceArticle, Waiting
from copilot.domain.knowledge import Article

_SOURCE = sa.select(*fields(knowledge_sources, Source)).where(mine(knowledge_sources))
_KNOWN = sa.select(*fields(source_articles, SourceArticle)).where(mine(source_articles))
_IMPORT = sa.select(*fields(imports, Import)).where(mine(imports))
_LINE = sa.select(*fields(import_files, ImportFile)).where(*equals(import_files, "import_id"))
_LEFT = _LINE.where(import_files.c.state.in_(LEFT)).order_by(import_files.c.position)
_CONTENT = sa.select(import_files.c.position, import_files.c.content).where(*equals(import_files, "import_id"))
_MASTER = _SOURCE.join(articles, same(articles, "source_id", knowledge_sources)).where(
    articles.c.id == sa.bindparam("article_id"), knowledge_sources.c.master == sa.true()
)
_LAST_BY = (
    sa.select(article_revisions.c.body)
    .where(*equals(article_revisions, "article_id", "author"))
    .order_by(article_revisions.c.revision.desc())
    .limit(1)
)
_CHANGED = ("state", "reason", "total", "done", "ended_at")


class SqlImports(Group):
    """The `Imports` port."""

    async def put_source(self, source: Source) -> None:
        await self._db.put(knowledge_sources, [_row(source)], keep=("made_by", "made_at"))

    async def source(self, source_id: str) -> Source | None:
        row = await self._db.row(_SOURCE.where(knowledge_sources.c.id == source_id))
        return Source(**row) if row else None

    async def source_named(self, name: str) -> Source | None:
        """The oldest of that name."""
        named = _SOURCE.where(knowledge_sources.c.name == name).order_by(knowledge_sources.c.made_at, knowledge_sources.c.id)
        row = await self._db.row(named.limit(1))
        return Source(**row) if row else None

    async def sources(self) -> list[Source]:
        return [Source(**row) for row in await self._db.rows(_SOURCE.order_by(knowledge_sources.c.name, knowledge_sources.c.id))]

    async def master_of(self, article_id: str) -> Source | None:
        row = await self._db.row(_MASTER, article_id=article_id)
        return Source(**row) if row else None

    async def mirror(self, article_id: str, source_id: str | None) -> None:
        await self._db.run(sa.update(articles).where(mine(articles), articles.c.id == article_id).values(source_id=source_id))

    async def mirror_all(self, source_id: str, *, on: bool) -> None:
        brought = sa.select(source_articles.c.article_id).where(mine(source_articles), source_articles.c.source_id == source_id)
        which = articles.c.id.in_(brought) if on else articles.c.source_id == source_id
        await self._db.run(sa.update(articles).where(mine(articles), which).values(source_id=source_id if on else None))

    async def known(self, source_id: str, external_ids: Sequence[str]) -> dict[str, SourceArticle]:
        found: dict[str, SourceArticle] = {}
        theirs = _KNOWN.where(source_articles.c.source_id == source_id)
        for some in batches(list(dict.fromkeys(external_ids))):
            for row in await self._db.rows(theirs.where(source_articles.c.external_id.in_(some))):
                found[row["external_id"]] = SourceArticle(**row)
        return found

    async def brought(self, article_id: str) -> SourceArticle | None:
        """The source that held it last, where several did."""
        theirs = _KNOWN.where(source_articles.c.article_id == article_id).order_by(source_articles.c.seen_at.desc())
        row = await self._db.row(theirs.limit(1))
        return SourceArticle(**row) if row else None

    async def forget(self, source_id: str, external_id: str) -> None:
        theirs = sa.delete(source_articles).where(mine(source_articles), source_articles.c.source_id == source_id)
        await self._db.run(theirs.where(source_articles.c.external_id == external_id))

    async def put_known(self, known: Sequence[SourceArticle]) -> None:
        await self._db.put(source_articles, [one.model_dump() for one in known])

    async def unseen(self, source_id: str, since: datetime, limit: int) -> list[SourceArticle]:
        theirs = _KNOWN.where(source_articles.c.source_id == source_id, source_articles.c.seen_at < since)
        return [SourceArticle(**row) for row in await self._db.rows(theirs.order_by(source_articles.c.external_id).limit(limit))]

    async def last_by(self, article_id: str, author: str) -> Article | None:
        body = await self._db.value(_LAST_BY, article_id=article_id, author=author)
        return None if body is None else Article.model_validate_json(body)

    async def add(self, started: Import) -> None:
        await self._db.add(imports, [_row(started)])

    async def get(self, import_id: str) -> Import | None:
        row = await self._db.row(_IMPORT.where(imports.c.id == import_id))
        return Import(**row) if row else None

    async def change(self, changed: Import) -> None:
        values = {name: getattr(changed, name) for name in _CHANGED}
        await self._db.run(sa.update(imports).where(mine(imports), imports.c.id == changed.id).values(values))

    async def all(self, limit: int = 50) -> list[Import]:
        newest = _IMPORT.order_by(imports.c.made_at.desc(), imports.c.id.desc()).limit(limit)
        return [Import(**row) for row in await self._db.rows(newest)]

    async def unfinished(self, before: datetime) -> list[Import]:
        left = _IMPORT.where(imports.c.state.in_(OPEN), imports.c.made_at < before).order_by(imports.c.made_at, imports.c.id)
        return [Import(**row) for row in await self._db.rows(left)]

    async def put_file(self, file: ImportFile, content: bytes | None) -> None:
        await self.put_files([Waiting(file=file, content=content)])

    async def put_files(self, lines: Sequence[Waiting]) -> None:
        rows = [_row(line.file) | {"content": line.content} for line in lines]
        for some in batches(rows):
            await self._db.put(import_files, some)

    async def close_file(self, file: ImportFile) -> None:
        row = _row(file)
        values = {name: row[name] for name in ("state", "reason", "article_ids", "name")} | {"content": None}
        line = sa.update(import_files).where(
            mine(import_files), import_files.c.import_id == file.import_id, import_files.c.position == file.position
        )
        await self._db.run(line.values(values))

    async def waiting(self, import_id: str, limit: int, largest: int = 16_000_000) -> list[Waiting]:
        files: list[ImportFile] = []
        size = 0
        for row in await self._db.rows(_LEFT.limit(limit), import_id=import_id):
            size += row["size"]
            if files and size > largest:
                break
            files.append(ImportFile(**row))
        of_these = _CONTENT.where(import_files.c.position.in_([file.position for file in files]))
        held = {row["position"]: row["content"] for row in await self._db.rows(of_these, import_id=import_id)}
        return [Waiting(file=file, content=held[file.position]) for file in files]

    async def files(self, import_id: str, states: Sequence[FileState] = (), after: int = -1, limit: int = 200) -> list[ImportFile]:
        lines = _LINE.where(import_files.c.position > after).order_by(import_files.c.position).limit(limit)
        if states:
            lines = lines.where(import_files.c.state.in_(states))
        return [ImportFile(**row) for row in await self._db.rows(lines, import_id=import_id)]

    async def counts(self, import_id: str) -> dict[FileState, int]:
        counted = sa.select(import_files.c.state, sa.func.count().label("count")).where(*equals(import_files, "import_id"))
        rows = await self._db.rows(counted.group_by(import_files.c.state), import_id=import_id)
        return {row["state"]: int(row["count"]) for row in rows}

    async def last_position(self, import_id: str) -> int:
        last = await self._db.value(
            sa.select(sa.func.max(import_files.c.position)).where(*equals(import_files, "import_id")), import_id=import_id
        )
        return -1 if last is None else int(last)

    async def size(self, import_id: str) -> int:
        whole = sa.select(sa.func.sum(import_files.c.size)).where(*equals(import_files, "import_id"))
        return int(await self._db.value(whole, import_id=import_id) or 0)

    async def drop_content(self, import_id: str) -> None:
        kept = sa.update(import_files).where(mine(import_files), import_files.c.import_id == import_id)
        await self._db.run(kept.values(content=None))


def _row(value: Source | Import | ImportFile) -> dict[str, Any]:
    """Its columns: times as they are, what is nested as JSON."""
    nested = value.model_dump(mode="json", include={"overlay", "options", "article_ids"} & type(value).model_fields.keys())
    return value.model_dump() | nested
