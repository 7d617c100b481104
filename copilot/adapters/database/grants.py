"""Supervisors' grants. What may happen once only (a decision, a use) is one conditional update: of two at a time, one finds a row."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from copilot.adapters.database.tables.asked import grants
from copilot.adapters.database.transaction import Group, fields, mine
from copilot.domain.grants import ALLOWING, Grant, GrantState

_ROW = sa.select(*fields(grants, Grant)).where(mine(grants))
_DECIDED = ("state", "granted", "decided_by", "decided_name", "note", "decided_at", "expires_at")


class SqlGrants(Group):
    """The `Grants` port."""

    async def add(self, grant: Grant) -> None:
        await self._db.add(grants, [{name: getattr(grant, name) for name in Grant.model_fields}])

    async def get(self, grant_id: str) -> Grant | None:
        row = await self._db.row(_ROW.where(grants.c.id == grant_id))
        return Grant(**row) if row else None

    async def decide(self, grant: Grant) -> bool:
        """Store the decision; False when somebody decided before."""
        open_ = sa.update(grants).where(mine(grants), grants.c.id == grant.id, grants.c.state == "asked")
        return await self._db.run(open_.values({name: getattr(grant, name) for name in _DECIDED})) == 1

    async def use(self, grant_id: str, message_id: str, at: datetime) -> bool:
        """Use it up; False when it was used before (or allows nothing)."""
        open_ = sa.update(grants).where(mine(grants), grants.c.id == grant_id, grants.c.state.in_(ALLOWING))
        return await self._db.run(open_.values(state="used", used_in=message_id, used_at=at)) == 1

    async def of_conversation(self, conversation_id: str) -> list[Grant]:
        """Oldest first."""
        statement = _ROW.where(grants.c.conversation_id == conversation_id).order_by(grants.c.asked_at, grants.c.id)
        return [Grant(**row) for row in await self._db.rows(statement)]

    async def in_state(self, states: Sequence[GrantState], limit: int = 200) -> list[Grant]:
        """Newest first."""
        newest = grants.c.asked_at.desc(), grants.c.id.desc()
        statement = _ROW.where(grants.c.state.in_(states)).order_by(*newest).limit(limit)
        return [Grant(**row) for row in await self._db.rows(statement)]
