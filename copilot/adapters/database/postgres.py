"""PostgreSQL: each transaction says for which tenant it works, and row-level security holds it to that.

Writes of one tenant are serial: a write transaction takes the tenant's advisory lock first and keeps it to its end. That is what
SQLite does anyway, so both databases behave alike; rules that read before they write cannot race; nothing can deadlock; and events
become visible in the order of their ids, so a reader that saw one never misses a smaller one. Tenants do not wait for each other.
"""

import logging

import sqlalchemy as sa
from pydantic_core import from_json
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from copilot.adapters.database.columns import encode_json

ROLE = "copilot_app"
"""The role that transactions take: no superuser, no BYPASSRLS. Made by the first migration where our login may."""
EVERY_TENANT = "*"
"""The value of `copilot.tenant` for the questions that are asked over all tenants."""
_BEGIN = sa.text(
    "SELECT set_config('role', :role, true), set_config('copilot.tenant', :tenant, true), set_config('timezone', 'UTC', true),"
    " set_config('lock_timeout', '30s', true), set_config('idle_in_transaction_session_timeout', '300s', true)"
)
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('copilot:' || :tenant, 0))")
_WHO = sa.text(
    "SELECT rolsuper OR rolbypassrls AS bypasses, COALESCE((SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles"
    " WHERE rolname = :role), false) AS may_take FROM pg_roles WHERE rolname = current_user"
)
_log = logging.getLogger(__name__)


def engine(url: URL) -> AsyncEngine:
    """Pooled connections; a broken one is noticed before it is used."""
    return create_async_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_timeout=30,
        pool_pre_ping=True,
        hide_parameters=True,
        json_serializer=encode_json,
        json_deserializer=from_json,
    )


async def role_to_take(connection: AsyncConnection) -> str:
    """The role for transactions: ours when the login would bypass row-level security, else the login itself ("none")."""
    row = (await connection.execute(_WHO, {"role": ROLE})).mappings().one()
    if not row["bypasses"]:
        return "none"
    if row["may_take"]:
        return ROLE
    _log.warning("The database login bypasses row-level security and cannot take the role %s; run copilot migrate with it.", ROLE)
    return "none"


async def enter(connection: AsyncConnection, tenant: str, role: str, *, lock: bool) -> None:
    """At the beginning of a transaction."""
    await connection.execute(_BEGIN, {"role": role, "tenant": tenant})
    if lock:
        await connection.execute(_LOCK, {"tenant": tenant})
