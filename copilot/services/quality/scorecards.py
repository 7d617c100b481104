"""Whether there are scorecards at all, and by which rubric. Off until somebody switches them on and says why (DESIGN §6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from copilot.domain.base import new_id
from copilot.domain.errors import Invalid, Refused
from copilot.domain.ports.records import Database, Records
from copilot.domain.scorecards import StoredRubric, Switch
from copilot.domain.staff import Caller
from copilot.measures import rubric as rubrics
from copilot.services.conversations.reading import actor

SHORTEST_REASON: Final = 10
"""Characters: “quality” is none."""


@dataclass(frozen=True)
class Scorecards:
    """The switch and the rubric."""

    database: Database
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def state(self, tenant: str) -> Switch | None:
        """Who switched them on or off last, when, and why; None: nobody ever did, so they are off."""
        async with self.database.read(tenant) as records:
            return await records.scorecards.switch()

    async def switch(self, caller: Caller, on: bool, reason: str) -> Switch:
        """Everyone whose work it is about is shown who did it, when, and why. Raises Invalid without a reason."""
        if len(reason.strip()) < SHORTEST_REASON:
            raise Invalid("This needs a reason.", todo="Say what for, in a sentence: everyone whose work is looked at reads it.")
        made = Switch(id=new_id(), on=on, reason=reason.strip(), by=caller.who, by_name=caller.name, at=self.clock())
        async with self.database.write(caller.tenant_id) as records:
            await records.scorecards.put_switch(made)
            await records.log.event("quality.switched", subject_id=made.id, actor=actor(caller), data={"on": on})
        self.wake(caller.tenant_id)
        return made

    async def rubric(self, tenant: str) -> StoredRubric:
        """The tenant's own, else the one that ships, in the tenant's first language."""
        async with self.database.read(tenant) as records:
            return await rubric_of(records)

    async def change_rubric(self, caller: Caller, text: str) -> StoredRubric:
        """A new version, for samples drawn from now on. Raises Invalid, naming the place."""
        given = rubrics.read(text)
        async with self.database.write(caller.tenant_id) as records:
            before = await rubric_of(records)
            made = StoredRubric(version=before.version + 1, rubric=given, made_by=caller.who, made_at=self.clock())
            await records.scorecards.put_rubric(made)
            await records.log.event("quality.rubric", actor=actor(caller), data={"version": made.version})
        self.wake(caller.tenant_id)
        return made


async def rubric_of(records: Records, version: int | None = None) -> StoredRubric:
    """The latest, or the version that a sample was drawn with."""
    stored = await records.scorecards.rubric(version) if version != 0 else None
    if stored is not None:
        return stored
    settings = await records.admin.settings()
    return StoredRubric(version=0, rubric=rubrics.shipped(settings.languages[0]), made_at=SHIPPED)


async def is_on(records: Records) -> bool:
    """Off until somebody switched them on."""
    switch = await records.scorecards.switch()
    return switch is not None and switch.on


async def need_on(records: Records) -> None:
    """Raises Refused while they are off."""
    if not await is_on(records):
        raise Refused("Scorecards are switched off here.", todo="An administrator switches them on, and says why.")


SHIPPED: Final = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
"""When the rubric that ships was written."""
