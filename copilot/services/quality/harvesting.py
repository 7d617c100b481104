"""Harvest: what became of real drafts, as candidate cases; dangerous disagreements first. Never twice the same, nobody is named."""

from dataclasses import dataclass
from typing import Final

from copilot.domain.base import Frozen
from copilot.domain.ports.records import Database
from copilot.domain.quality import FOUND, Found, QualityCase
from copilot.domain.staff import Caller
from copilot.services.quality.case_making import CaseMaking

USUAL: Final = 20
MOST: Final = 200
"""Cases of one harvest: more than anybody reads in a sitting."""


class Harvested(Frozen):
    """How many candidates a harvest made, by why they are worth a look."""

    made: int
    found: dict[Found, int]


@dataclass(frozen=True)
class Harvesting:
    """Makes candidates of decisions."""

    database: Database
    making: CaseMaking

    async def harvest(self, caller: Caller, limit: int = USUAL) -> Harvested:
        """At most `limit` new candidates."""
        counted: dict[Found, int] = {}
        for found in FOUND:
            # One after the other: each is a few milliseconds of writing, and others want to write too.
            for suggestion_id in await self._decided(caller, found, limit - sum(counted.values())):
                case: QualityCase | None = await self.making.harvest(caller, suggestion_id, found)
                if case is not None:
                    counted[found] = counted.get(found, 0) + 1
        return Harvested(made=sum(counted.values()), found=counted)

    async def _decided(self, caller: Caller, found: Found, limit: int) -> list[str]:
        if limit <= 0:
            return []
        async with self.database.read(caller.tenant_id) as records:
            return await records.quality.decided(found, limit)
