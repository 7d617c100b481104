"""Offers that nobody took: after the tenant's time a handover to one person falls to their team, so that the customer is not forgotten."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from copilot.domain.case import Handover
from copilot.domain.ports.records import Database, Records
from copilot.domain.tenant import TenantSettings
from copilot.sensing.hours import add_business_seconds, opens_ever

FALL = "handover_falls"
"""The durable job; its subject is the handover."""


@dataclass(frozen=True)
class Falling:
    """Watches open offers."""

    database: Database
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def due(self, _: datetime) -> list[tuple[str, str, str]]:
        """(job, tenant, handover) of offers whose time is over."""
        now, found = self.clock(), []
        for tenant in await self.database.tenants():
            async with self.database.read(tenant) as records:
                offered = await records.handovers.in_state(("offered",))
            found += [(FALL, tenant, one.id) for one in offered if _over(one, now)]
        return found

    async def run(self, tenant: str, handover_id: str) -> None:
        """The durable job: safe to run again at any point."""
        async with self.database.write(tenant) as records:
            handover = await records.handovers.get(handover_id)
            if handover is None or handover.state != "offered" or not _over(handover, self.clock()):
                return
            fallen = handover.model_copy(
                update={
                    "to_user": None,
                    "to_team": await _team(records, handover) or None,
                    "fell_from": handover.to_user or "",
                    "falls_at": None,
                    "changed_at": self.clock(),
                }
            )
            await records.handovers.put(fallen)
            await records.log.event("handover.fell", conversation_id=handover.conversation_id, subject_id=handover.id)
        self.wake(tenant)


def falls_at(offered_at: datetime, settings: TenantSettings) -> datetime | None:
    """When an offer to a person made then falls to the team; None: never."""
    if not settings.handover_minutes or not opens_ever(settings):
        return None
    due = add_business_seconds(offered_at, settings.handover_minutes * 60, settings)
    return max(due, offered_at + timedelta(seconds=1))


def _over(handover: Handover, now: datetime) -> bool:
    return handover.to_user is not None and handover.falls_at is not None and handover.falls_at <= now


async def _team(records: Records, handover: Handover) -> str:
    """The receiver's team, else the conversation's, else that of who offered it; empty: everybody at the desk."""
    receiver = await records.admin.user(handover.to_user or "")
    if receiver is not None and receiver.team:
        return receiver.team
    found = await records.conversations.find(handover.conversation_id)
    if found is not None and found.team:
        return str(found.team)
    giver = await records.admin.user(handover.offered_by)
    return giver.team if giver is not None else ""
