"""Whether what a tool delivers comes through: it is made to deliver something, and that is waited for."""

from collections.abc import Awaitable, Callable
from typing import Final

from copilot.domain.base import Frozen
from copilot.domain.channels import Account, Missing, Unsure
from copilot.domain.errors import CopilotError
from copilot.domain.ports.channels import Channel, ProbedTool
from copilot.domain.ports.records import Database

TIMES: Final = 2
"""The tool is made to deliver so often: another replica knows a new secret only after some seconds, and refuses what comes before."""
LOOKS: Final = 20
EVERY_S: Final = 0.5
"""Each time so many looks are taken at the record, so far apart: all in all twenty seconds."""


class Installed(Frozen):
    """What became of setting a connection up in its tool."""

    problems: list[Missing]
    """What an operator has to mend; none: it works."""
    delivered: bool = False
    """Whether a delivery came through just now."""
    todo: str = ""
    """What to do to see one come through, where the tool cannot be made to send one."""


async def tried(database: Database, tool: Channel, account: Account, pause: Callable[[float], Awaitable[None]]) -> Installed:
    """A connection to which nothing is missing, with a delivery of its own if the tool has a way of causing one."""
    if isinstance(tool, ProbedTool):
        missing = await _round_trip(database, tool, account, pause)
        return Installed(problems=missing, delivered=not missing)
    seen = "triage" in tool.can or not tool.delivers  # what such a tool does, nobody has to wait for
    return Installed(problems=[], todo="" if seen else "Write in a conversation there; the connections page shows when it was delivered.")


async def _round_trip(database: Database, tool: ProbedTool, account: Account, pause: Callable[[float], Awaitable[None]]) -> list[Missing]:
    """What is missing for its deliveries to come through; none: one came. Any replica may have taken it: it is looked for on record."""
    before = await _newest(database, account)
    for _ in range(TIMES):
        try:
            if await _heard(database, tool, account, pause, before):
                return []
        except Unsure:
            continue
        except CopilotError as error:
            return [Missing(what=f"Whether its deliveries come through was not seen: {error.detail}", todo=error.todo)]
    waited = f"No delivery came within {TIMES * LOOKS * EVERY_S:.0f} seconds."
    return [Missing(what=waited, todo=f"Look whether the tool reaches that address, and this service runs behind it. {tool.unheard}")]


async def _heard(database: Database, tool: ProbedTool, account: Account, pause: Callable[[float], Awaitable[None]], before: int) -> bool:
    async with tool.probe(account):
        for _ in range(LOOKS):
            if await _newest(database, account) > before:
                return True
            await pause(EVERY_S)
    return False


async def _newest(database: Database, account: Account) -> int:
    """Number of the connection's latest delivery; 0: there is none. What is delivered later has a higher one."""
    async with database.read(account.tenant_id) as records:
        return max((one.id for one in await records.connections.deliveries(account.id, 1)), default=0)
