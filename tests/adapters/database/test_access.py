"""Sessions, links and tokens are found by a hash of their secret, over all tenants, and only while they hold."""

from copilot.adapters.database import SqlDatabase
from copilot.domain.staff import User
from tests.adapters.database import samples
from tests.adapters.database.samples import NOON, minutes

KIM = User(id="u1", name="Kim", email="kim@example.com", role="supervisor")


async def furnished(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.admin.put_user(KIM)
        for door in (samples.session("u1"), samples.link("u1"), samples.panel_token("u1")):
            await samples.open_door(records, door)


async def test_each_door_knows_whom_it_lets_in(database: SqlDatabase) -> None:
    await furnished(database)
    session, link, token = (
        await database.doors.session("Session session"),
        await database.doors.link("EntryLink link"),
        await database.doors.panel_token("PanelToken token"),
    )
    assert session == (samples.session("u1", tenant_id="default"), KIM)
    assert link == (samples.link("u1", tenant_id="default"), KIM)
    assert token == (samples.panel_token("u1", tenant_id="default"), KIM)
    assert await database.doors.session("EntryLink link") is None


async def test_who_is_no_longer_active_comes_in_by_no_door(database: SqlDatabase) -> None:
    await furnished(database)
    async with database.write("default") as records:
        await records.access.set_password("u1", "hash")
        await records.admin.put_user(KIM.model_copy(update={"active": False}))
    assert await database.doors.session("Session session") is None
    assert await database.doors.link("EntryLink link") is None
    assert await database.doors.panel_token("PanelToken token") is None
    assert await database.doors.accounts("kim@example.com") == []


async def test_ending_a_session_ends_the_panels_made_from_it(database: SqlDatabase) -> None:
    await furnished(database)
    async with database.write("default") as records:
        await samples.open_door(records, samples.panel_token("u1", id="other", session_id="another"))
        assert await records.access.end_session("session", NOON) == ["session:session", "panel:token"]
        assert await records.access.end_session("session", NOON) == []
    assert await database.doors.session("Session session") is None
    assert await database.doors.panel_token("PanelToken token") is None
    assert await database.doors.panel_token("PanelToken other") is not None


async def test_ending_all_leaves_nothing_of_the_person_and_everything_of_others(database: SqlDatabase) -> None:
    await furnished(database)
    async with database.write("default") as records:
        await records.admin.put_user(User(id="u2", name="Bo"))
        await samples.open_door(records, samples.session("u2", id="bos"))
        assert set(await records.access.end_all("u1", NOON)) == {"session:session", "panel:token"}
        assert not await records.access.use_link("link", NOON)
    assert await database.doors.session("Session bos") is not None


async def test_a_link_is_used_once_and_in_time(database: SqlDatabase) -> None:
    await furnished(database)
    async with database.write("default") as records:
        await samples.open_door(records, samples.link("u1", id="late"))
        assert not await records.access.use_link("late", minutes(15))
        assert await records.access.use_link("link", minutes(14.9))
        assert not await records.access.use_link("link", minutes(14.9))


async def test_what_ended_long_ago_is_forgotten(database: SqlDatabase) -> None:
    await furnished(database)
    async with database.write("default") as records:
        later = minutes(60 * 24 * 40)
        await samples.open_door(records, samples.session("u1", id="new", started_at=later, seen_at=later, ends_at=later))
    assert await database.doors.session("Session session") is None
    assert await database.doors.link("EntryLink link") is None
    assert await database.doors.session("Session new") is not None


async def test_tries_are_counted_within_a_window_and_forgotten(database: SqlDatabase) -> None:
    counted = [await database.doors.count_try(["kim", "here"], minutes(at), minutes(at - 15)) for at in (0, 1, 2)]
    assert [one["kim"] for one in counted] == [1, 2, 3]
    await database.doors.forget_tries(["kim"])
    assert await database.doors.count_try(["kim", "here"], minutes(3), minutes(-12)) == {"kim": 1, "here": 4}
    assert await database.doors.count_try(["kim", "here"], minutes(20), minutes(5)) == {"kim": 1, "here": 1}


async def test_saving_a_person_keeps_password_and_subject(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.admin.put_user(KIM)
        await records.access.set_password("u1", "hash")
        await records.access.set_subject_once("u1", "https://id.example 7")
        await records.admin.put_user(KIM.model_copy(update={"name": "Kim Aas"}))
        assert await records.access.with_password() == {"u1"}
        found = await records.access.user_by_subject("https://id.example 7")
        assert found is not None
        assert found.name == "Kim Aas"
    accounts = await database.doors.accounts("kim@example.com")
    assert [(one.tenant_id, one.password_hash) for one in accounts] == [("default", "hash")]
