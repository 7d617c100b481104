"""How connections do: last delivery, lag, refusals, next poll, writes – and what of it somebody has to look at.

The desk's page, the API, the command line and `copilot doctor` all say what is said here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from copilot.domain.base import Frozen, Instant
from copilot.domain.channels import Missing
from copilot.domain.connections import Connection, Delivered, Traffic, Written
from copilot.domain.errors import Unavailable
from copilot.domain.ports.records import Database
from copilot.services.chat_tools import framing
from copilot.services.chat_tools.arriving import EVERY
from copilot.services.chat_tools.connecting import Connecting, Secrets, hook
from copilot.services.chat_tools.refusing import Refusing

State = Literal["live", "shadow", "stopped", "attention"]
"""`attention`: somebody has to look at it, whether it is in shadow or not."""
LATE: Final = timedelta(minutes=2)
"""A delivery that waits longer, or a poll that is overdue by more, is not as it should be: both are looked at several times a minute."""
SHOWN: Final = 20
"""Newest deliveries and writes of one connection that are shown."""


class Standing(Frozen):
    """How a connection does."""

    connection: Connection
    state: State
    traffic: Traffic
    can: list[str]
    secrets: int
    """Signing secrets that hold."""
    pages: tuple[str, ...] = ()
    """Origins of the tool's own pages that may show the panel; none while it is stopped, or where they are not reached by https."""
    locked: bool = False
    """Its secrets were sealed with another key: nothing it delivers can be verified, and its tool cannot be asked."""
    lag_s: float | None = None
    """For how long the oldest waiting delivery has waited; None: nothing waits."""
    next_poll: Instant | None = None
    """When its tool is asked next; None: its tool cannot be asked, or it is stopped."""
    problems: list[Missing] = []
    """What somebody has to look at. What the tool itself would say is not among it: ask with `problems`."""


class Whole(Standing):
    """One connection with what last happened in it."""

    path: str
    """Where the tool delivers, under the service's own address."""
    deliveries: list[Delivered]
    writes: list[Written]


@dataclass(frozen=True)
class Standings:
    """Looks at connections."""

    database: Database
    connecting: Connecting
    refusing: Refusing
    clock: Callable[[], datetime]

    async def all(self, tenant: str) -> list[Standing]:
        """Of all that were configured."""
        async with self.database.read(tenant) as records:
            found = [one for one in await records.connections.all() if one.kind in self.connecting.channels]
            traffic = await records.connections.traffic()
            sealed = {one.id: await records.connections.sealed(one.id) for one in found}
        return [self._one(tenant, one, traffic.get(one.id, Traffic()), sealed[one.id]) for one in found]

    async def one(self, tenant: str, ident: str) -> Whole:
        """Raises NotFound."""
        async with self.database.read(tenant) as records:
            found = await self.connecting.found(records, ident)
            traffic = (await records.connections.traffic()).get(ident, Traffic())
            sealed = await records.connections.sealed(ident)
            deliveries = await records.connections.deliveries(ident, SHOWN)
            writes = await records.connections.writes(ident, SHOWN)
        standing = self._one(tenant, found, traffic, sealed)
        path = hook(tenant, ident, self._opened(sealed)[0].path)
        return Whole(**dict(standing), path=path, deliveries=deliveries, writes=writes)

    def _one(self, tenant: str, connection: Connection, traffic: Traffic, sealed: str) -> Standing:
        known, channel, now = self.refusing.known(tenant, connection), self.connecting.channels[connection.kind], self.clock()
        secrets, locked = self._opened(sealed)
        asked = connection.active and "poll" in channel.can
        next_poll = connection.polled_at + EVERY if connection.polled_at else connection.created_at
        problems = [*locked, *_problems(known, traffic, now, next_poll if asked else None)]
        return Standing(
            connection=known,
            state=_state(known, problems),
            traffic=traffic,
            can=sorted(channel.can),
            secrets=len(secrets.signing),
            pages=framing.pages(self.connecting.channels, connection) if connection.active else (),
            locked=bool(locked),
            lag_s=None if traffic.oldest_waiting is None else max(0.0, (now - traffic.oldest_waiting).total_seconds()),
            next_poll=next_poll if asked else None,
            problems=problems,
        )

    def _opened(self, sealed: str) -> tuple[Secrets, list[Missing]]:
        """None of them, and why, when the installation's key is another one now."""
        try:
            return self.connecting.inside(sealed), []
        except Unavailable as error:
            return Secrets(), [Missing(what=error.detail, todo=error.todo)]


def _state(connection: Connection, problems: list[Missing]) -> State:
    if not connection.active:
        return "stopped"
    return "attention" if problems else "shadow" if connection.shadow else "live"


def _problems(connection: Connection, traffic: Traffic, now: datetime, next_poll: datetime | None) -> Iterator[Missing]:
    if not connection.active:
        return
    if connection.problem:
        yield Missing(what=f"It was last asked in vain: {connection.problem}", todo="Check it; it is asked again every minute meanwhile.")
    if next_poll is not None and now - next_poll > LATE:
        late = _spell(now - next_poll)
        yield Missing(what=f"It should have been asked {late} ago.", todo="See whether the service works: copilot doctor.")
    if traffic.oldest_waiting is not None and now - traffic.oldest_waiting > LATE:
        yield Missing(
            what=f"A delivery has waited for {_spell(now - traffic.oldest_waiting)}.",
            todo="Check whether the tool answers: what was delivered is read again there.",
        )
    if _shut_out(connection, traffic):
        yield Missing(
            what=f"Deliveries are refused, and none came through since: {connection.refused_why}",
            todo="Compare the signing secret with the tool's, or make a new one and enter it there.",
        )
    if stuck := traffic.unsure + traffic.given_up:
        yield Missing(
            what=f"{'A write' if stuck == 1 else f'{stuck} writes'} may be missing in the tool.",
            todo="Look into the conversations there, then say of each whether it was sent.",
        )


def _shut_out(connection: Connection, traffic: Traffic) -> bool:
    """Single forged deliveries are no problem of ours: then others come through."""
    return connection.refused_at is not None and (traffic.last_delivery is None or connection.refused_at > traffic.last_delivery)


def _spell(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours" if minutes < 2880 else f"{minutes // 1440} days"
