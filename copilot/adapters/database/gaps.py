"""Gaps, the vectors of their questions, and the conversations in which more may be found."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from copilot.adapters.database.erasure import ERASED
from copilot.adapters.database.tables.talk import conversations
from copilot.adapters.database.tables.work import gaps
from copilot.adapters.database.transaction import Group, among, batches, equals, fields, mine
from copilot.domain.case import Gap
from copilot.domain.ports.gaps import Ending

_GAP = sa.select(*fields(gaps, Gap)).where(mine(gaps))
_OPEN = sa.and_(gaps.c.closed_at.is_(None), gaps.c.question != ERASED)
"""What was erased has no question any more."""
_CURRENT = sa.and_(gaps.c.vector.is_not(None), gaps.c.embedder_version == sa.bindparam("version"))
_STALE = sa.or_(gaps.c.vector.is_(None), gaps.c.embedder_version.is_(None), gaps.c.embedder_version != sa.bindparam("version"))
_NEWEST = (gaps.c.opened_at.desc(), gaps.c.id.desc())
_WITH_VECTOR = _GAP.add_columns(gaps.c.vector).where(_CURRENT)
_COUNTS = sa.select(sa.func.count().label("open"), sa.func.sum(sa.case((_STALE, 1), else_=0)).label("stale")).where(mine(gaps), _OPEN)


class SqlGaps(Group):
    """The `Gaps` port."""

    async def put(self, gap: Gap, vector: bytes | None = None, embedder_version: str = "") -> None:
        """Upsert by id; a vector that was there belongs to the question as it was and goes."""
        made = {"vector": vector, "embedder_version": embedder_version if vector is not None else None}
        await self._db.put(gaps, [{name: getattr(gap, name) for name in Gap.model_fields} | made])

    async def get(self, gap_id: str) -> Gap | None:
        row = await self._db.row(_GAP.where(*equals(gaps, "id")), id=gap_id)
        return None if row is None else Gap(**row)

    async def of_conversation(self, conversation_id: str) -> list[Gap]:
        """Open and closed, oldest first."""
        statement = _GAP.where(*equals(gaps, "conversation_id")).order_by(gaps.c.opened_at, gaps.c.id)
        return [Gap(**row) for row in await self._db.rows(statement, conversation_id=conversation_id)]

    async def all(self, limit: int = 200) -> list[Gap]:
        """Open ones first, then newest first."""
        statement = _GAP.order_by(gaps.c.closed_at.is_not(None), *_NEWEST)
        return [Gap(**row) for row in await self._db.rows(statement.limit(limit))]

    async def open(self, embedder_version: str, limit: int) -> list[tuple[Gap, bytes]]:
        """Open ones whose question has a vector of that version, newest first."""
        return await self._with_vectors(_WITH_VECTOR.where(_OPEN).order_by(*_NEWEST).limit(limit), embedder_version)

    async def set_aside(self, embedder_version: str, limit: int) -> list[tuple[Gap, bytes]]:
        """Those that an editor said are none, the latest first."""
        aside = _WITH_VECTOR.where(gaps.c.closed_as == "not_a_gap", gaps.c.question != ERASED)
        return await self._with_vectors(aside.order_by(gaps.c.closed_at.desc(), gaps.c.id).limit(limit), embedder_version)

    async def counts(self, embedder_version: str) -> tuple[int, int]:
        """(open ones, those of them without a vector of that version)."""
        row = await self._db.row(_COUNTS, version=embedder_version) or {}
        return int(row.get("open") or 0), int(row.get("stale") or 0)

    async def without_vector(self, embedder_version: str, limit: int) -> list[Gap]:
        """Open ones, newest first."""
        statement = _GAP.where(_OPEN, _STALE).order_by(*_NEWEST).limit(limit)
        return [Gap(**row) for row in await self._db.rows(statement, version=embedder_version)]

    async def put_vectors(self, vectors: Mapping[str, bytes], embedder_version: str) -> None:
        """By gap id; a gap that was erased meanwhile gets none."""
        for ident, vector in vectors.items():
            change = sa.update(gaps).where(mine(gaps), gaps.c.id == ident, gaps.c.question != ERASED)
            await self._db.run(change.values(vector=vector, embedder_version=embedder_version))

    async def close(self, ids: Sequence[str], ending: Ending) -> list[str]:
        """The ids of those that were open until now."""
        closed: list[str] = []
        said = {"closed_as": ending.as_, "closed_by": ending.by, "closed_at": ending.at}
        said |= {"article_id": ending.article_id or None, "note": ending.note or None}
        for some in batches(ids):
            was_open = mine(gaps), among(gaps.c.id), gaps.c.closed_at.is_(None)
            found = await self._db.column(sa.select(gaps.c.id).where(*was_open), ids=list(some))
            await self._db.run(sa.update(gaps).where(*was_open).values(**said), ids=list(some))
            closed += found
        return closed

    async def threads(self, after: str, limit: int) -> list[str]:
        """Ids of conversations, in the order they were stored, behind `after`."""
        statement = sa.select(conversations.c.id).where(mine(conversations), conversations.c.id > after).order_by(conversations.c.id)
        return list(await self._db.column(statement.limit(limit)))

    async def known(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that are on record, open or closed."""
        found: set[str] = set()
        for some in batches(ids):
            found |= set(await self._db.column(sa.select(gaps.c.id).where(mine(gaps), among(gaps.c.id)), ids=list(some)))
        return found

    async def _with_vectors(self, statement: sa.Select[tuple[object, ...]], version: str) -> list[tuple[Gap, bytes]]:
        rows = await self._db.rows(statement, version=version)
        return [(Gap(**{name: row[name] for name in Gap.model_fields}), row["vector"]) for row in rows]
