"""A chat tool's delivery: verified, read, kept, acknowledged. The work comes after.

Deliveries that come in together are kept in one transaction: a tool that sends a thousand within seconds waits for none of them.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import structlog
from pydantic import JsonValue

from copilot.domain.channels import Account, Arrival, Delivery, Webhook
from copilot.domain.errors import Refused, Unavailable
from copilot.domain.ports.records import Database, Records
from copilot.domain.triage import Ask, Click
from copilot.services.chat_tools.connecting import Connecting
from copilot.services.chat_tools.refusing import Refusing

log = structlog.get_logger()
Result = TypeVar("Result")
ARRIVE: Final = "arrive"
"""The durable job that works in what waits; its subject is the inbox row for which it was started."""
AT_ONCE: Final = 100
"""Deliveries of one transaction."""
PATIENCE_S: Final = 2.0
"""A press is acknowledged after so long, on record or not: its tool waits for three seconds. Half of it is for opening the account."""


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
    asked: Callable[[Account, Ask], Awaitable[None]]
    """Answers a colleague who wants to change a draft."""
    lost: Callable[[Account, Click], Awaitable[None]]
    """Tells a colleague that their press was acknowledged and could not be kept."""
    verified: Counter[str] = field(default_factory=Counter)
    """Deliveries that were verified since the service started, by kind of tool."""
    refused: Counter[str] = field(default_factory=Counter)
    """Deliveries that were refused since the service started, by kind of tool."""
    working: dict[str, bool] = field(default_factory=dict)
    """Tenants whose deliveries are being worked in here: that run takes new ones along."""
    _coming: dict[str, list[_Coming]] = field(default_factory=dict)
    _keeping: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _aside: set[asyncio.Task[Any]] = field(default_factory=set)

    async def receive(self, tenant: str, connection: str, path: str, webhook: Webhook) -> JsonValue:
        """What the tool wants to hear. Returns when the delivery is on the disk. Raises NotFound, Refused, Invalid."""
        began = asyncio.get_running_loop().time()
        account = await self._account(tenant, connection, path)
        try:
            delivery = self.connecting.channel(account.kind).read(account, webhook)
        except Refused as error:
            self.refused[account.kind] += 1
            await self._in_time(self.refusing.note(tenant, connection, error.detail), _left(began))
            raise
        self.verified[account.kind] += 1
        if delivery.ask is not None:
            self._beside(self.asked(account, delivery.ask))
        if not (delivery.arrivals or delivery.clicks or delivery.heard):
            return delivery.answer
        coming = _Coming(connection, delivery, webhook.at, asyncio.get_running_loop().create_future())
        self._coming.setdefault(tenant, []).append(coming)
        if tenant not in self._keeping:
            self._keeping[tenant] = asyncio.create_task(self._keep(tenant))
        if not delivery.clicks:
            await coming.kept
            return delivery.answer
        return await self._pressed(account, delivery, coming.kept, _left(began))

    async def idle(self) -> None:
        """Return when nothing is being kept and nobody answered any more."""
        while running := {*self._aside, *self._keeping.values()}:
            await asyncio.wait(running)

    async def close(self) -> None:
        """What came in is kept first; who still waits for a tool's answer then, stops."""
        if running := {*self._aside, *self._keeping.values()}:
            _, slow = await asyncio.wait(running, timeout=PATIENCE_S)
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)
        await self.refusing.close()

    async def _account(self, tenant: str, connection: str, path: str) -> Account:
        """As it was when it was last opened, where the record does not say in time; one that never was is waited for."""
        if self.connecting.knows(tenant, connection):
            return await self.connecting.account(tenant, connection, path=path)
        opening = await self._in_time(self.connecting.account(tenant, connection, path=path), PATIENCE_S / 2)
        if opening.done() or (tenant, connection) not in self.connecting.opened:
            return await opening
        return await self.connecting.account(tenant, connection, path=path, known_for=timedelta.max)

    async def _in_time(self, work: Coroutine[Any, Any, Result], patience_s: float) -> "asyncio.Task[Result]":
        """Wait for it that long; it then goes on by itself, and what it raises is for nobody."""

        def ended(done: "asyncio.Task[Result]") -> None:
            self._aside.discard(done)
            if not done.cancelled():
                done.exception()

        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(ended)
        await asyncio.wait([task], timeout=patience_s)
        return task

    async def _pressed(self, account: Account, delivery: Delivery, kept: asyncio.Future[None], patience_s: float) -> JsonValue:
        """Acknowledged in time, whatever happens: what could not be kept is said to whoever pressed."""

        def ended(done: asyncio.Future[None]) -> None:
            if not done.cancelled() and (error := done.exception()) is not None:
                log.warning("press_lost", tenant=account.tenant_id, connection=account.id, reason=type(error).__name__)
                for click in delivery.clicks:
                    self._beside(self.lost(account, click))

        kept.add_done_callback(ended)
        await asyncio.wait([kept], timeout=patience_s)
        return delivery.answer if kept.done() and kept.exception() is None else delivery.otherwise

    def _beside(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(_awaited(work))
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

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
                fresh = [ident for one in some if (ident := await _put(records, one)) is not None]
                taken_along = self.working.get(tenant, False)
                if fresh and not taken_along:
                    await records.log.enqueue(ARRIVE, str(fresh[0]))
            if fresh and taken_along and not self.working.get(tenant):
                # The run that should have taken them ended before they were on the disk.
                async with self.database.write(tenant) as records:
                    await records.log.enqueue(ARRIVE, str(fresh[0]))
        except Exception as error:  # noqa: BLE001 - whatever it is, each of those who wait is told
            if len(some) > 1 and not isinstance(error, Unavailable):  # one of them cannot be kept: the others can
                for one in some:
                    await self._store(tenant, [one])
                return
            for one in some:
                if not one.kept.done():
                    one.kept.set_exception(error)
            return
        for one in some:
            if not one.kept.done():
                one.kept.set_result(None)
        self.wake(tenant)


async def _put(records: Records, one: _Coming) -> int | None:
    """Its row, if there is something to do about it. What tells nothing is on record, and done."""
    told: tuple[Arrival | Click, ...] = (*one.delivery.arrivals, *one.delivery.clicks)
    ident = await records.connections.receive(one.connection_id, one.delivery.id, told, one.at)
    if ident is not None and not told:
        await records.connections.worked(ident, one.at)
        return None
    return ident


def _left(began: float) -> float:
    """Seconds of patience since then, by the loop's clock."""
    return max(0.0, began + PATIENCE_S - asyncio.get_running_loop().time())


async def _awaited(work: Awaitable[None]) -> None:
    try:
        await work
    except Exception:  # whatever nobody foresaw: the press was answered, and the log says why nothing followed
        log.exception("colleague_not_answered")
