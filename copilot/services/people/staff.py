"""Tenants, users and keys."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.base import Frozen, new_id
from copilot.domain.errors import Invalid, NotFound
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import ROLES, Caller, Key, Role, User
from copilot.domain.tenant import TenantSettings

PREFIX = "rk_"


class NewKey(Frozen):
    """A key just created; `secret` is shown this once."""

    key: Key
    secret: str


@dataclass(frozen=True)
class Staff:
    """Who may come in."""

    database: Database
    clock: Callable[[], datetime]

    async def create_key(self, tenant: str, role: str, name: str, user: str | None = None) -> NewKey:
        """A key of 256 random bits, of which only the SHA-256 is kept (a slow hash protects passwords people choose; this needs none)."""
        if role not in ROLES:  # narrows the type as well
            raise Invalid(f"There is no role {role!r}.", todo=f"Choose from {', '.join(ROLES)}.")
        if not name.strip():
            raise Invalid("A key needs a name.", todo="Say who or what will use it.")
        secret = PREFIX + secrets.token_urlsafe(32)
        async with self.database.write(tenant) as records:
            person = await self._user(records, user, name, role) if user or role in ("agent", "supervisor") else None
            key = Key(
                id=new_id(),
                tenant_id=tenant,
                name=name,
                role=role,
                prefix=secret[:8],
                user_id=person.id if person else None,
                created_at=self.clock(),
            )
            await records.admin.put_key(key, digest(secret))
            await records.log.event("key.created", subject_id=key.id, data={"role": role})
        return NewKey(key=key, secret=secret)

    async def _user(self, records: Records, ref: str | None, name: str, role: Role) -> User:
        """The user of that id, created when new: agents' and supervisors' keys belong to a person, since decisions do."""
        known = await records.admin.user(ref) if ref else None
        if known is None:
            known = User(id=new_id(), name=name, role=role, external_id=ref or "")
            await records.admin.put_user(known)
        return known

    async def caller(self, secret: str) -> Caller | None:
        """Whose key this is; None for an unknown or revoked one."""
        key = await self.database.key_by_digest(digest(secret))
        if key is None:
            return None
        return Caller(tenant_id=key.tenant_id, role=key.role, key_id=key.id, user_id=key.user_id, name=key.name)

    async def keys(self, tenant: str) -> list[Key]:
        async with self.database.read(tenant) as records:
            return await records.admin.keys()

    async def revoke(self, tenant: str, key_id: str) -> None:
        """At once. Raises NotFound."""
        async with self.database.write(tenant) as records:
            if not await records.admin.revoke_key(key_id, self.clock()):
                raise NotFound(f"There is no active key {key_id!r}.", todo="List the keys.")
            await records.log.event("key.revoked", subject_id=key_id)

    async def create_tenant(self, tenant: str, settings: TenantSettings) -> None:
        """Raises Conflict when it exists."""
        if not tenant or not all(c.isalnum() or c in "-_" for c in tenant) or len(tenant) > 60:
            raise Invalid(f"{tenant!r} cannot be a tenant's name.", todo="Use up to 60 letters, digits, - and _.")
        await self.database.create_tenant(tenant, settings)

    async def tenants(self) -> list[str]:
        return await self.database.tenants()


def digest(secret: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(secret.encode()).hexdigest()
