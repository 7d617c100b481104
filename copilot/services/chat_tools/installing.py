"""A connection is set up in its tool, then the tool is made to deliver something, and that is waited for."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from copilot.domain.base import Frozen
from copilot.domain.channels import Account, Missing, Unsure
from copilot.domain.connections import Connection
from copilot.domain.errors import CopilotError
from copilot.domain.ports.channels import ProbedTool
from copilot.domain.ports.records import Database
from copilot.domain.staff import Caller
from copilot.services.chat_tools.connecting import Connecting

TIMES: Final = 3
"""The tool is made to deliver so often: another replica knows a new secret only after 15 seconds, and refuses what comes before."""
LOOKS: Final = 16
EVERY_S: Final = 0.5
"""Each time so many looks are taken at the record, so far apart: eight seconds."""

WRITE: Final = "Write in a conversation there; the connections page shows when it was delivered."


class Installed(Frozen):
    """What became of setting a connection up in its tool."""

    problems: list[Missing]
    """What an operator has to mend; none: it works."""
    delivered: bool = False
    """Whether a delivery came through just now."""
    todo: str = ""
    """What to do to see one come through, where the tool cannot be made to send one."""


@dataclass(frozen=True)
class Installing:
    """Sets connections up."""

    database: Database
    connecting: Connecting
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    """Between two looks for what a tool was made to deliver, in seconds."""

    async def install(self, caller: Caller, ident: str, address: str) -> Installed:
        """Make in the tool what the connection needs, check it, and see a delivery come through where the tool can be made to send one.

        `address`: where the tool reaches this service.
        """
        account = await self.connecting.account(caller.tenant_id, ident)
        try:
            ours = await self.connecting.addresses(account, address)
            learned = await self.connecting.channel(account.kind).install(account, ours)
        except CopilotError as error:
            return Installed(problems=[Missing(what=error.detail, todo=error.todo)])
        await self.connecting.learn(caller, account, learned)
        if missing := await self.connecting.check(caller.tenant_id, ident):
            return Installed(problems=missing)
        return await self._tried(await self.connecting.account(caller.tenant_id, ident), ours["webhook"])

    async def _tried(self, account: Account, address: str) -> Installed:
        """A connection to which nothing is missing, with a delivery of its own if the tool has a way of causing one."""
        tool = self.connecting.channel(account.kind)
        if isinstance(tool, ProbedTool):
            missing = await self._round_trip(tool, account, address)
            return Installed(problems=missing, delivered=not missing)
        seen = "triage" in tool.can or not tool.delivers  # what such a tool does, nobody has to wait for
        return Installed(problems=[], todo="" if seen else WRITE)

    async def _round_trip(self, tool: ProbedTool, account: Account, address: str) -> list[Missing]:
        """What is missing for its deliveries to come through; none: one came. Any replica may have taken it: it is looked for on record."""
        before, newest = await self._connection(account), await self._newest(account)
        for _ in range(TIMES):
            try:
                if await self._heard(tool, account, newest):
                    return []
            except Unsure:
                continue
            except CopilotError as error:
                return [Missing(what=f"Whether its deliveries come through was not seen: {error.detail}", todo=error.todo)]
        now = await self._connection(account)
        return [_refused(now) if now.refused > before.refused else _silent(tool, now, address)]

    async def _heard(self, tool: ProbedTool, account: Account, before: int) -> bool:
        async with tool.probe(account):
            for _ in range(LOOKS):
                if await self._newest(account) > before:
                    return True
                await self.pause(EVERY_S)
        return False

    async def _newest(self, account: Account) -> int:
        """What a poll brings meanwhile is no sign that the tool reaches this service."""
        async with self.database.read(account.tenant_id) as records:
            return await records.connections.newest(account.id)

    async def _connection(self, account: Account) -> Connection:
        async with self.database.read(account.tenant_id) as records:
            return await self.connecting.found(records, account.id)


def _refused(connection: Connection) -> Missing:
    return Missing(
        what=f"Deliveries reach this service, and are refused: {connection.refused_why}",
        todo=f"Take over the secret that stands in the tool: copilot connections secret {connection.id} --secret SECRET. A tool that signs "
        "nothing is connected with --unsigned.",
    )


def _silent(tool: ProbedTool, connection: Connection, address: str) -> Missing:
    lead = "That address leads every machine to itself. " if _to_itself(address) else ""
    return Missing(
        what=f"No delivery came within {TIMES * LOOKS * EVERY_S:.0f} seconds.",
        todo=f"{lead}Look whether the tool reaches {address}, and this service runs behind it. {tool.unheard} "
        f"Then: copilot connections install {connection.id} --address ADDRESS",
    )


def _to_itself(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
