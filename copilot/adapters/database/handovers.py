"""Handovers and their states."""

from collections.abc import Sequence

import sqlalchemy as sa

from copilot.adapters.database.tables.work import handovers
from copilot.adapters.database.transaction import Group, mine
from copilot.domain.case import Handover, HandoverState

_BODY = sa.select(handovers.c.body).where(mine(handovers))


class SqlHandovers(Group):
    """The `Handovers` port."""

    async def put(self, handover: Handover) -> None:
        """Upsert by id."""
        columns = ("id", "conversation_id", "turn_id", "suggestion_id", "state", "offered_at", "changed_at")
        row = {name: getattr(handover, name) for name in columns}
        await self._db.put(handovers, [row | {"body": handover.model_dump_json()}])

    async def get(self, handover_id: str) -> Handover | None:
        body = await self._db.value(_BODY.where(handovers.c.id == handover_id))
        return None if body is None else Handover.model_validate_json(body)

    async def of_conversation(self, conversation_id: str) -> list[Handover]:
        """Oldest first."""
        theirs = _BODY.where(handovers.c.conversation_id == conversation_id).order_by(handovers.c.offered_at, handovers.c.id)
        return [Handover.model_validate_json(body) for body in await self._db.column(theirs)]

    async def in_state(self, states: Sequence[HandoverState], limit: int = 500) -> list[Handover]:
        """Oldest first."""
        theirs = _BODY.where(handovers.c.state.in_(states)).order_by(handovers.c.offered_at, handovers.c.id).limit(limit)
        return [Handover.model_validate_json(body) for body in await self._db.column(theirs)]
