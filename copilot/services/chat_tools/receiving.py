"""A chat tool's delivery: verified, read, kept, acknowledged. The work comes after.

Deliveries that come in together are kept in one transaction: a tool that sends a thousand within seconds waits for none of them.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from copilot.domain.channels import Delivery, Webhook
from copilot.domain.errors import Refused
from copilot.domain.ports.records import Database
from copilot.services.chat_tools.connecting import Connecting
from copilot.services.chat_tools.refusing import Refusing

ARRIVE: Final = "arrive"
"""The durable job that works in what waits; its subject is the inbox row for which it was started."""
AT_ONCE: Final = 100
"""Deliveries of one transaction."""


@dataclass
class _Coming:
    """A delivery that waits to be kept."""

    connection_id: str
    delivery: Delivery
    at: datetime
    kept: asyncio.Future[None]


@dataclass(frozen=True)
class Receiving:
    """Takes deliveries."""

    database: Database
    connecting: Connecting
    clock: Callable[[], datetime]
    wake: Callable[[str], None]
    refusing: Refusing
    taken: Counter[str] = field(default_factory=Counter)
    """Deliveries that were taken since the service started, by kind of tool."""
    refused: Counter[str] = field(default_factory=Counter)
    """Deliveries that were refused since the service started, by kind of tool."""
    working: dict[str, bool] = field(default_factory=dict)
    """Tenants whose deliveries are being worked in here: that run takes new ones along."""
    _coming: dict[str, list[_Coming]] = field(default_factory=dict)
    _keeping: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def receive(self, tenant: str, connection: str, path: str, webhook: Webhook) -> JsonValue:
        """What the tool wants to hear. Returns when the delivery is on the disk. Raises NotFound, Refused, Invalid."""
        account = await self.connecting.account(tenant, connection, path=path)
        try:
            delivery = self.connecting.channel(account.kind).read(account, webhook)
        except Refused as error:
            self.refused[account.kind] += 1
            await self.refusing.note(tenant, connection, error.detail)
            raise
        if delivery.arrivals:
            coming = _Coming(connection, delivery, webhook.at, asyncio.get_running_loop().create_future())
            self._coming.setdefault(tenant, []).append(coming)
            if tenant not in self._keeping:
                self._keeping[tenant] = asyncio.create_task(self._keep(tenant))
            await coming.kept
        self.taken[account.kind] += 1
        return delivery.answer

    async def _keep(self, tenant: str) -> None:
        """Until nothing waits."""
        try:
            while some := self._coming.get(tenant, [])[:AT_ONCE]:
                self._coming[tenant] = self._coming[tenant][AT_ONCE:]
                await self._store(tenant, some)
        finally:
            del self._keeping[tenant]

    async def _store(self, tenant: str, some: list[_Coming]) -> None:
        try:
            async with self.database.write(tenant) as records:
                kept = [
                    await records.connections.receive(one.connection_id, one.delivery.id, one.delivery.arrivals, one.at) for one in some
                ]
                fresh = [ident for ident in kept if ident is not None]
                taken_along = self.working.get(tenant, False)
                if fresh and not taken_along:
                    await records.log.enqueue(ARRIVE, str(fresh[0]))
            if fresh and taken_along and not self.working.get(tenant):
                # The run that should have taken them ended before they were on the disk.
                async with self.database.write(tenant) as records:
                    await records.log.enqueue(ARRIVE, str(fresh[0]))
        except Exception as error:  # noqa: BLE001 - whatever it is, each of those who wait is told
            for one in some:
                if not one.kept.done():
                    one.kept.set_exception(error)
            return
        for one in some:
            if not one.kept.done():
                one.kept.set_result(None)
        self.wake(tenant)
