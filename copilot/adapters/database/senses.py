"""What was sensed of each message."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from copilot.adapters.database.tables.talk import message_senses
from copilot.adapters.database.transaction import Group, among, batches, mine
from copilot.domain.emotion import Sensed

_SENSED = sa.select(message_senses.c.message_id, message_senses.c.body).where(mine(message_senses), among(message_senses.c.message_id))


class SqlSenses(Group):
    """The `Senses` port."""

    async def get(self, message_ids: Sequence[str]) -> dict[str, Sensed]:
        found: dict[str, Sensed] = {}
        for some in batches(message_ids):
            for row in await self._db.rows(_SENSED, ids=list(some)):
                found[row["message_id"]] = Sensed(**row["body"])
        return found

    async def put(self, sensed: Sequence[Sensed], vectors: Mapping[str, bytes], embedder_version: str) -> None:
        """Sensed again replaces; `vectors` by message id, those without one are stored without."""
        by = {"embedder_version": embedder_version}
        rows = [{"message_id": s.message_id, "body": s, "vector": vectors.get(s.message_id), **by} for s in sensed]
        await self._db.put(message_senses, rows)
