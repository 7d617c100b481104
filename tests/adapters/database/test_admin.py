from datetime import date

import pytest

from copilot.adapters.database import SqlDatabase
from copilot.domain.errors import Conflict, Invalid, NotFound
from copilot.domain.staff import Key, User
from copilot.domain.tenant import Hours, TenantSettings
from tests.adapters.database.samples import minutes

DAY = date(2026, 3, 1)


def key(ref: str = "k1", **values: object) -> Key:
    plain = {"id": ref, "tenant_id": "default", "name": "desk", "role": "agent", "prefix": "cp_ab", "created_at": minutes(0)}
    return Key.model_validate(plain | values)


async def test_settings_are_versioned(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        assert await records.admin.settings() == TenantSettings()
        changed = TenantSettings(company="Wanderlust", hours={0: Hours(opens=540)}, version=41)
        stored = await records.admin.put_settings(changed)
        assert stored == changed.model_copy(update={"version": 2})
        assert await records.admin.settings() == stored


async def test_a_tenant_that_does_not_exist_is_not_found(database: SqlDatabase) -> None:
    async with database.read("nobody") as records:
        with pytest.raises(NotFound):
            await records.admin.settings()
    with pytest.raises(NotFound):
        async with database.write("nobody") as records:
            await records.admin.put_state("a", "b")


async def test_tenants_are_made_once(database: SqlDatabase) -> None:
    await database.create_tenant("acme", TenantSettings(company="Acme"))
    assert await database.tenants() == ["acme", "default"]
    with pytest.raises(Conflict):
        await database.create_tenant("acme", TenantSettings())
    async with database.read("acme") as records:
        assert (await records.admin.settings()).company == "Acme"


@pytest.mark.parametrize("name", ["*", "", "a b", "a'b", "x" * 64, "-a"])
async def test_a_tenants_name_is_checked_before_it_reaches_the_database(database: SqlDatabase, name: str) -> None:
    with pytest.raises(Invalid):
        await database.create_tenant(name, TenantSettings())
    with pytest.raises(Invalid):
        async with database.read(name):
            pass


async def test_users_are_found_by_either_id(database: SqlDatabase) -> None:
    kim = User(id="u1", name="Kim", role="supervisor", email="kim@x.com", external_id="77", team="desk")
    lee = User(id="u2", name="Lee", active=False)
    async with database.write("default") as records:
        for user in (lee, kim, kim):
            await records.admin.put_user(user)
        assert await records.admin.user("u1") == await records.admin.user("77") == kim
        assert await records.admin.user("") is None
        assert await records.admin.users() == [kim, lee]
    with pytest.raises(Conflict):
        async with database.write("default") as records:
            await records.admin.put_user(User(id="u3", name="Max", external_id="77"))


async def test_a_key_is_found_by_its_digest_until_it_is_revoked(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.admin.put_key(key(), "digest")
        with pytest.raises(Invalid):
            await records.admin.put_key(key("k2", tenant_id="acme"), "other")
    assert await database.key_by_digest("digest") == key()
    assert await database.key_by_digest("else") is None
    async with database.write("default") as records:
        assert await records.admin.revoke_key("k1", minutes(1))
        assert not await records.admin.revoke_key("k1", minutes(2))
        assert await records.admin.keys() == [key(revoked_at=minutes(1))]
    assert await database.key_by_digest("digest") is None


async def test_spending_adds_up_by_day(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.admin.spend(DAY, 3_000_000_000, 10, 1)
        await records.admin.spend(DAY, 5, 10, 1)
        assert await records.admin.spent(DAY) == 3_000_000_005
        assert await records.admin.spent(date(2026, 3, 2)) == 0


async def test_an_idempotency_key_keeps_its_first_answer(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        assert await records.admin.remembered("k", "POST /a") is None
        await records.admin.remember("k", "POST /a", "f1", 201, '{"id": 1}')
        await records.admin.remember("k", "POST /a", "f1", 500, "")
        await records.admin.remember("k", "POST /b", "f2", 200, "")
        assert await records.admin.remembered("k", "POST /a") == ("f1", 201, '{"id": 1}')
        with pytest.raises(Conflict):
            await records.admin.remember("k", "POST /a", "f9", 200, "")


async def test_an_idempotency_key_is_claimed_by_one(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        assert await records.admin.claim("k", "POST /a", "f1", "one") is None
        assert await records.admin.remembered("k", "POST /a") is None
    async with database.write("default") as records:
        assert await records.admin.claim("k", "POST /a", "f1", "two") == ("f1", 0, "one")
        assert await records.admin.claim("k", "POST /b", "f1", "two") is None, "another route"
        assert await records.admin.claim("k", "POST /a", "f1", "two", instead_of="three") == ("f1", 0, "one")
        assert await records.admin.claim("k", "POST /a", "f1", "two", instead_of="one") is None
        await records.admin.unclaim("k", "POST /a", "one")
        assert await records.admin.claim("k", "POST /a", "f1", "one") == ("f1", 0, "two")
        await records.admin.remember("k", "POST /a", "f1", 201, "answer")
        await records.admin.unclaim("k", "POST /a", "two")
        assert await records.admin.claim("k", "POST /a", "f1", "two") == ("f1", 201, "answer")
        await records.admin.unclaim("k", "POST /b", "two")
        assert await records.admin.claim("k", "POST /b", "f9", "one") is None


async def test_the_buried_are_known(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.admin.bury(["a", "b", "a"])
        assert await records.admin.buried(["x", "b"])
        assert not await records.admin.buried(["x"])
        assert not await records.admin.buried([])


async def test_named_values_are_kept(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        assert await records.admin.state("collection") == ""
        await records.admin.put_state("collection", "v1")
        await records.admin.put_state("collection", "v2")
        assert await records.admin.state("collection") == "v2"


async def test_replicas_that_fell_silent_are_named(database: SqlDatabase) -> None:
    await database.heartbeat("a", minutes(0))
    await database.heartbeat("b", minutes(0))
    await database.heartbeat("b", minutes(2))
    assert await database.silent_replicas(minutes(1)) == ["a"]
