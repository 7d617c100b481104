"""A tenant's settings, staff, keys, budget, idempotency, tombstones and named state."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, TypeVar

import sqlalchemy as sa

from copilot.adapters.database import retention
from copilot.adapters.database.connections import ensure_team
from copilot.adapters.database.tables.tenancy import (
    api_keys,
    idempotency_keys,
    state_values,
    tenant_settings,
    tombstones,
    usage_days,
    users,
)
from copilot.adapters.database.transaction import Group, among, batches, equals, fields, mine, named
from copilot.domain.base import now
from copilot.domain.errors import Conflict, Invalid
from copilot.domain.staff import Key, User
from copilot.domain.tenant import Outdating, TenantSettings

KEPT: Final = timedelta(days=30)
"""How long an Idempotency-Key's answer is kept; senders repeat within minutes."""
CLAIMED: Final = 0
"""The status of an Idempotency-Key whose request is being carried out; its body names who does it."""
_SETTINGS = sa.select(tenant_settings.c.body).where(mine(tenant_settings)).order_by(tenant_settings.c.version.desc()).limit(1)
_USER = sa.select(*fields(users, User)).where(mine(users))
_SPENT = sa.select(usage_days.c.microusd).where(*equals(usage_days, "day"))
_STATE = sa.select(state_values.c.value).where(*equals(state_values, "name"))
_BURIED = sa.select(tombstones.c.digest).where(mine(tombstones), among(tombstones.c.digest)).limit(1)
_ANSWER = sa.select(idempotency_keys).where(*equals(idempotency_keys, "key", "route"))
_NAMED = _USER.where(named(users))
_KEY = sa.select(*fields(api_keys, Key)).where(mine(api_keys))


S = TypeVar("S", sa.Update, sa.Delete)


def _claimed(key: str, route: str, statement: S) -> S:
    """`statement`, for what was claimed and is not answered."""
    this = idempotency_keys.c.key == key, idempotency_keys.c.route == route, idempotency_keys.c.status == CLAIMED
    return statement.where(mine(idempotency_keys), *this)


def _of(key: str, route: str, by: str, statement: S) -> S:
    """As `_claimed`, for what `by` claimed."""
    return _claimed(key, route, statement).where(idempotency_keys.c.body == by)


class SqlAdmin(Group):
    """The `Admin` port."""

    async def settings(self) -> TenantSettings:
        """The newest version. Raises NotFound when there is no such tenant."""
        row = await self._db.one(_SETTINGS, f"There is no tenant {self._db.tenant}.")
        return TenantSettings.model_validate(row["body"])

    async def put_settings(self, settings: TenantSettings) -> TenantSettings:
        """Stored as the next version, which is returned; the earlier ones stay."""
        made = settings.model_copy(update={"version": (await self.settings()).version + 1})
        await self._db.add(tenant_settings, [{"version": made.version, "body": made, "created_at": now()}])
        return made

    async def put_user(self, user: User) -> None:
        """Upsert by id. Raises Conflict when another user has the external id."""
        await ensure_team(self._db, user.team)
        row = {name: getattr(user, name) for name in User.model_fields}
        await self._db.put(users, [row | {"created_at": now()}], keep=("created_at",))

    async def user(self, ref: str) -> User | None:
        row = await self._db.row(_NAMED, ref=ref)
        return User(**row) if row else None

    async def users(self) -> list[User]:
        """By name."""
        return [User(**row) for row in await self._db.rows(_USER.order_by(users.c.name, users.c.id))]

    async def put_key(self, key: Key, digest: str) -> None:
        if key.tenant_id != self._db.tenant:
            raise Invalid("The key belongs to another tenant.")
        await self._db.add(api_keys, [key.model_dump() | {"digest": digest}])

    async def keys(self) -> list[Key]:
        """Oldest first, revoked ones included."""
        return [Key(**row) for row in await self._db.rows(_KEY.order_by(api_keys.c.created_at, api_keys.c.id))]

    async def revoke_key(self, key_id: str, at: datetime) -> bool:
        """Whether it was valid until now."""
        valid = mine(api_keys), api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None)
        return await self._db.run(sa.update(api_keys).where(*valid).values(revoked_at=at)) == 1

    async def spent(self, day: date) -> int:
        return int(await self._db.value(_SPENT, day=day) or 0)

    async def spend(self, day: date, microusd: int, input_tokens: int, output_tokens: int) -> None:
        """Add one model call to the day."""
        added = {"microusd": microusd, "input_tokens": input_tokens, "output_tokens": output_tokens, "calls": 1}
        statement = self._db.insert(usage_days).values(tenant_id=self._db.tenant, day=day, **added)
        summed = {name: usage_days.c[name] + statement.excluded[name] for name in added}
        await self._db.run(statement.on_conflict_do_update(index_elements=["tenant_id", "day"], set_=summed))

    async def remembered(self, key: str, route: str) -> tuple[str, int, str] | None:
        row = await self._db.row(_ANSWER, key=key, route=route)
        return (row["fingerprint"], row["status"], row["body"]) if row and row["status"] != CLAIMED else None

    async def claim(self, key: str, route: str, fingerprint: str, by: str, instead_of: str = "") -> tuple[str, int, str] | None:
        """None when it is `by`'s to carry out, else the stored answer, or the claim of somebody else (status 0, who as body)."""
        row = {"key": key, "route": route, "fingerprint": fingerprint, "status": CLAIMED, "body": by, "created_at": now()}
        if await self._db.add_new(idempotency_keys, row):
            return None
        stored = await self._db.one(_ANSWER, "The claim is gone.", key=key, route=route)
        if stored["status"] == CLAIMED and stored["body"] in (by, instead_of) and stored["fingerprint"] == fingerprint:
            await self._db.run(_of(key, route, stored["body"], sa.update(idempotency_keys)).values(body=by, created_at=now()))
            return None
        return stored["fingerprint"], stored["status"], stored["body"]

    async def unclaim(self, key: str, route: str, by: str) -> None:
        await self._db.run(_of(key, route, by, sa.delete(idempotency_keys)))

    async def remember(self, key: str, route: str, fingerprint: str, status: int, body: str) -> None:
        """The first answer stays. Raises Conflict when the key was used for another request. Forgets what is older than KEPT."""
        await self._db.run(sa.delete(idempotency_keys).where(mine(idempotency_keys), idempotency_keys.c.created_at < now() - KEPT))
        await self._db.run(_claimed(key, route, sa.delete(idempotency_keys)).where(idempotency_keys.c.fingerprint == fingerprint))
        row = {"key": key, "route": route, "fingerprint": fingerprint, "status": status, "body": body, "created_at": now()}
        if not await self._db.add_new(idempotency_keys, row):
            stored = await self.remembered(key, route)
            if stored is not None and stored[0] != fingerprint:
                raise Conflict("This Idempotency-Key was used for another request.", todo="Use a new key for a new request.")

    async def outdated(self, class_: Outdating, before: datetime, limit: int) -> list[str]:
        return await retention.outdated(self._db, class_, before, limit)

    async def discard(self, class_: Outdating, ids: Sequence[str]) -> dict[str, list[str]]:
        return await retention.discard(self._db, class_, ids)

    async def bury(self, digests: Sequence[str]) -> None:
        for digest in dict.fromkeys(digests):
            await self._db.add_new(tombstones, {"digest": digest, "buried_at": now()})

    async def buried(self, digests: Sequence[str]) -> bool:
        """Whether any of them is."""
        for some in batches(digests):
            if await self._db.row(_BURIED, ids=list(some)):
                return True
        return False

    async def state(self, name: str) -> str:
        return str(await self._db.value(_STATE, name=name) or "")

    async def put_state(self, name: str, value: str) -> None:
        await self._db.put(state_values, [{"name": name, "value": value}])
