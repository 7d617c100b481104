"""Records that are one person's: the pairs, and who follows from them."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from copilot.adapters.database.persons import RECORDS, of_person
from copilot.adapters.database.tables.people import customers, matches
from copilot.adapters.database.transaction import Group, among, batches, equals, fields, mine
from copilot.domain.people import Match

_MATCH = sa.select(*fields(matches, Match)).where(mine(matches))
_BETWEEN = _MATCH.where(*equals(matches, "one", "other"))
_OF = _MATCH.where(sa.or_(of_person(matches.c.one), of_person(matches.c.other))).order_by(matches.c.found_at.desc(), matches.c.id)
_JOINED = _MATCH.where(matches.c.state == "same", matches.c.decided_by == "", among(matches.c.one))
_SAME = sa.select(matches.c.one, matches.c.other).where(
    mine(matches), matches.c.state == "same", sa.or_(among(matches.c.one), among(matches.c.other))
)
_LEADING = (
    sa.select(customers.c.id)
    .where(mine(customers), among(customers.c.id))
    .order_by(customers.c.since.is_(None), customers.c.created_at, customers.c.id)
)
"""Who we know longest leads, then the record that is oldest here: a chat contact follows the customer on file."""


class SqlMatches(Group):
    """The `Matches` port."""

    async def get(self, match_id: str) -> Match | None:
        row = await self._db.row(_MATCH.where(matches.c.id == match_id))
        return Match(**row) if row else None

    async def between(self, one: str, other: str) -> Match | None:
        low, high = sorted((one, other))
        row = await self._db.row(_BETWEEN, one=low, other=high)
        return Match(**row) if row else None

    async def of(self, customer_id: str) -> list[Match]:
        return [Match(**row) for row in await self._db.rows(_OF, customer_id=customer_id)]

    async def joined(self, record_ids: Sequence[str]) -> list[Match]:
        asked = set(record_ids)
        rows = [row for some in batches(sorted(asked)) for row in await self._db.rows(_JOINED, ids=list(some))]
        return [Match(**row) for row in rows if row["other"] in asked]

    async def put(self, match: Match) -> list[str]:
        concerned = {*await self._records(match.one), *await self._records(match.other)}
        await self._db.put(matches, [{name: getattr(match, name) for name in Match.model_fields}], keep=("found_at",))
        await self.settle(concerned)
        return sorted(concerned)

    async def settle(self, record_ids: Iterable[str]) -> None:
        """Whose these records are, by the pairs as they are now."""
        left = set(record_ids)
        while left:
            person = await self._together(left.pop())
            left -= person
            await self._lead(sorted(person))

    async def _records(self, customer_id: str) -> list[str]:
        return await self._db.column(RECORDS, customer_id=customer_id)

    async def _together(self, customer_id: str) -> set[str]:
        """Everybody who hangs together with a record by pairs that are the same."""
        found, new = {customer_id}, [customer_id]
        while new:
            pairs = [row for some in batches(new) for row in await self._db.rows(_SAME, ids=list(some))]
            new = sorted({end for row in pairs for end in (row["one"], row["other"])} - found)
            found |= set(new)
        return found

    async def _lead(self, person: Sequence[str]) -> None:
        leading = (await self._db.column(_LEADING, ids=list(person)))[0]
        for some in batches(person):
            theirs = sa.update(customers).where(mine(customers), customers.c.id.in_(some), customers.c.person_id != leading)
            await self._db.run(theirs.values(person_id=leading))
