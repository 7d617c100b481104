"""copilot doctor on chat tools: what the record tells of each connection, and what its tool says is missing."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import httpx

from copilot.adapters import keyring
from copilot.adapters.database import open_database
from copilot.adapters.outgoing import ToolAddresses
from copilot.adapters.vault import FernetVault
from copilot.bootstrap import DEFAULT_TENANT
from copilot.channels import channels
from copilot.channels.limits import Pacing
from copilot.commands.finding import Finding
from copilot.commands.spans import when
from copilot.domain.base import now
from copilot.domain.channels import Missing
from copilot.domain.ports.records import Database
from copilot.services.chat_tools.connecting import Connecting
from copilot.services.chat_tools.refusing import Refusing
from copilot.services.chat_tools.standing import Standing, Standings
from copilot.settings import Settings

PATIENCE_S: Final = 15.0
"""A tool that takes longer is said not to answer."""


class Looked(Standing):
    """A connection with its tenant, and what its tool said."""

    tenant: str
    missing: list[Missing] = []
    asked: bool = False


def connections(settings: Settings) -> Iterator[Finding]:
    """A line for each connection that says how it does, and one for everything that is wrong with it."""
    for one in asyncio.run(_look(settings)):
        subject = "connection " + (one.connection.id if one.tenant == DEFAULT_TENANT else f"{one.tenant}/{one.connection.id}")
        wrong = [*one.problems, *one.missing]
        yield Finding(subject=subject, state="note" if wrong or not one.connection.active else "ok", text=told(one, now()))
        for problem in wrong:
            yield Finding(subject=subject, state="problem", text=f"{problem.what} {problem.todo}".strip())


def told(one: Looked, at: datetime) -> str:
    """How it does, in one line."""
    known, traffic = one.connection, one.traffic
    state = "stopped" if not known.active else "in shadow, writes nothing" if known.shadow else "works"
    parts = [
        f"{known.kind}, {state}",
        f"last delivery {when(traffic.last_delivery, at)}",
        f"lag {one.lag_s:.0f} s" if one.lag_s is not None else "no lag",
        f"refused {known.refused}" + (f", last {when(known.refused_at, at)}: {known.refused_why}" if known.refused_at else ""),
        f"next poll {when(one.next_poll, at)}",
        f"{traffic.unsure + traffic.given_up} unsure or failed writes",
    ]
    if one.asked and not one.missing:
        parts.append("no permission is missing")
    return "; ".join(parts)


async def _look(settings: Settings) -> Sequence[Looked]:
    database = open_database(settings.sqlalchemy_url)
    try:
        current, head = await database.revision()
        if not current or current != head:
            return ()  # doctor says so of the schema
        reach = ToolAddresses(private=settings.private_tools)
        async with reach.client() as http:
            return await _all(settings, database, http, reach)
    finally:
        await database.close()


async def _all(settings: Settings, database: Database, http: httpx.AsyncClient, reach: ToolAddresses) -> list[Looked]:
    keys = keyring.known(settings.data_dir, settings.secret_key) or [""]
    vault = FernetVault([key.encode() for key in keys])
    connecting = Connecting(database, channels(http, Pacing(now)), vault, reach, now, lambda _: None)
    standings = Standings(database, connecting, Refusing(database, now), now)
    found = [(tenant, one) for tenant in await database.tenants() for one in await standings.all(tenant)]
    return list(await asyncio.gather(*(_asked(connecting, tenant, one) for tenant, one in found)))


async def _asked(connecting: Connecting, tenant: str, one: Standing) -> Looked:
    """With what its tool says, where it can be asked."""
    if not one.connection.active or one.locked:
        return Looked(**dict(one), tenant=tenant)
    try:
        missing = await asyncio.wait_for(connecting.check(tenant, one.connection.id), PATIENCE_S)
    except TimeoutError:
        missing = [Missing(what=f"The tool did not answer within {PATIENCE_S:.0f} seconds.", todo="Check its address.")]
    return Looked(**dict(one), tenant=tenant, missing=missing, asked=True)
