"""Where records come from: a row per configured chat tool account, and one per file or caller that brought some."""

from copilot.adapters.database.tables.tenancy import connections, teams
from copilot.adapters.database.transaction import Transaction
from copilot.domain.base import new_id, now


async def ensure_connection(transaction: Transaction, name: str) -> None:
    """The connection exists afterwards; one that nobody configured is made with its name as kind."""
    await transaction.add_new(connections, {"id": name, "kind": name, "name": name, "settings": {}, "active": True, "created_at": now()})


async def ensure_team(transaction: Transaction, name: str) -> None:
    """The team exists afterwards. An empty name is no team."""
    if name:
        await transaction.add_new(teams, {"id": new_id(), "name": name, "created_at": now()})
