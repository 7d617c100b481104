"""Facts that change over many articles, and saved replies."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database.tables.drafts import suggestions, turns
from copilot.adapters.database.tables.editing import fact_changes, saved_replies
from copilot.adapters.database.transaction import Group, fields, mine, same
from copilot.domain.facts import ChangeState, FactChange, SavedReply

_CHANGE = sa.select(*fields(fact_changes, FactChange)).where(mine(fact_changes))
_DUE = (
    sa.select(fact_changes.c.id)
    .where(mine(fact_changes), fact_changes.c.closed_at.is_(None), fact_changes.c.state == "approved")
    .where(fact_changes.c.publish_at <= sa.bindparam("at"))
)
_REPLY = sa.select(*fields(saved_replies, SavedReply)).where(mine(saved_replies))
_WAITING = (
    sa.select(suggestions.c.text)
    .select_from(turns)
    .join(suggestions, same(suggestions, "turn_id", turns))
    .where(mine(turns), turns.c.is_current, suggestions.c.state == "proposed", suggestions.c.stale.is_(sa.false()))
)


class SqlFacts(Group):
    """The `Facts` port."""

    async def add_change(self, change: FactChange) -> None:
        await self._db.add(fact_changes, [_row(change)])

    async def save_change(self, change: FactChange, seen: int) -> bool:
        statement = sa.update(fact_changes).where(
            mine(fact_changes), fact_changes.c.id == change.id, fact_changes.c.version == sa.bindparam("seen")
        )
        return await self._db.run(statement.values(**_row(change)), seen=seen) == 1

    async def change(self, change_id: str) -> FactChange | None:
        row = await self._db.row(_CHANGE.where(fact_changes.c.id == change_id))
        return None if row is None else FactChange.model_validate(row)

    async def changes(self, states: Sequence[ChangeState], limit: int = 200) -> list[FactChange]:
        newest_first = fact_changes.c.opened_at.desc(), fact_changes.c.id.desc()
        statement = _CHANGE.where(fact_changes.c.state.in_(states)).order_by(*newest_first).limit(limit)
        return [FactChange.model_validate(row) for row in await self._db.rows(statement)]

    async def due(self, at: datetime) -> list[str]:
        return list(await self._db.column(_DUE, at=at))

    async def replies(self) -> list[SavedReply]:
        statement = _REPLY.order_by(saved_replies.c.shortcut, saved_replies.c.id)
        return [SavedReply.model_validate(row) for row in await self._db.rows(statement)]

    async def reply(self, reply_id: str) -> SavedReply | None:
        row = await self._db.row(_REPLY.where(saved_replies.c.id == reply_id))
        return None if row is None else SavedReply.model_validate(row)

    async def add_reply(self, reply: SavedReply) -> None:
        await self._db.add(saved_replies, [reply.model_dump()])

    async def save_reply(self, reply: SavedReply, seen: int) -> bool:
        statement = sa.update(saved_replies).where(
            mine(saved_replies), saved_replies.c.id == reply.id, saved_replies.c.version == sa.bindparam("seen")
        )
        return await self._db.run(statement.values(**reply.model_dump()), seen=seen) == 1

    async def remove_reply(self, reply_id: str) -> bool:
        return await self._db.run(sa.delete(saved_replies).where(mine(saved_replies), saved_replies.c.id == reply_id)) == 1

    async def waiting_texts(self) -> list[str]:
        return list(await self._db.column(_WAITING))


def _row(change: FactChange) -> dict[str, Any]:
    return change.model_dump(exclude={"replies"}) | {"replies": [reply.model_dump(mode="json") for reply in change.replies]}
