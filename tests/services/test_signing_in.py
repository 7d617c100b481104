"""Who comes in, how often one may try, and how it ends."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from copilot.bootstrap import DEFAULT_TENANT, Application
from copilot.domain.errors import Conflict, CopilotError, Invalid, NotFound, Refused, Unavailable
from copilot.domain.staff import Caller, User
from copilot.domain.tenant import TenantSettings
from copilot.services.people.administration import NewUser
from copilot.services.people.panels import is_origin
from copilot.services.people.signing_in import TRIES
from copilot.testing.application import Clock, close_application, make_application, open_application

ADMIN = Caller(tenant_id=DEFAULT_TENANT, role="admin", key_id="k")
PASSWORD = "seven quiet trains"
CHAT = "https://chat.example.com"


@pytest.fixture
async def application(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Application]:
    shutil.copy(sqlite_template, tmp_path / "rapport.db")
    made = make_application(tmp_path, clock=Clock())
    await open_application(made)
    yield made
    await close_application(made)


async def kim(application: Application, tenant: str = DEFAULT_TENANT) -> User:
    admin = ADMIN.model_copy(update={"tenant_id": tenant})
    user = await application.administration.put_user(admin, NewUser(name="Kim Aas", email="Kim@Example.com", external_id="kim"))
    return await application.signing_in.set_password(admin, user.id, PASSWORD)


def forward(application: Application, **by: float) -> None:
    clock = application.clock
    assert isinstance(clock, Clock)
    clock.forward(**by)


async def test_address_and_password_open_a_session(application: Application) -> None:
    user = await kim(application)
    entered = await application.signing_in.by_password(" kim@example.COM ", PASSWORD, address="10.0.0.1")
    caller = await application.signing_in.caller(entered.secret)
    assert caller is not None
    assert (caller.user_id, caller.role, caller.name, caller.until) == (user.id, "agent", "Kim Aas", entered.session.ends_at)
    await application.signing_in.end(caller)
    assert await application.signing_in.caller(entered.secret) is None


@pytest.mark.parametrize(("email", "password"), [("kim@example.com", "wrong words here"), ("nobody@example.com", PASSWORD), ("", "")])
async def test_what_is_wrong_is_not_told(application: Application, email: str, password: str) -> None:
    await kim(application)
    with pytest.raises(Refused, match="do not go together"):
        await application.signing_in.by_password(email, password, address="10.0.0.1")


async def test_who_tries_too_often_waits_and_others_do_not(application: Application) -> None:
    await kim(application)

    async def fails(address: str) -> CopilotError:
        with pytest.raises(CopilotError) as failed:
            await application.signing_in.by_password("kim@example.com", "guessed words", address=address)
        return failed.value

    for _ in range(TRIES["pair"]):
        assert isinstance(await fails("10.0.0.1"), Refused)
    assert isinstance(await fails("10.0.0.1"), Unavailable)
    with pytest.raises(Unavailable, match="too many"):
        await application.signing_in.by_password("kim@example.com", PASSWORD, address="10.0.0.1")
    await application.signing_in.by_password("kim@example.com", PASSWORD, address="10.0.0.2")
    forward(application, minutes=16)
    await application.signing_in.by_password("kim@example.com", PASSWORD, address="10.0.0.1")


async def test_lists_of_accounts_cannot_be_tried_from_one_address(application: Application) -> None:
    for number in range(TRIES["address"]):
        with pytest.raises(Refused):
            await application.signing_in.by_password(f"a{number}@example.com", "guessed words", address="10.0.0.1")
    with pytest.raises(Unavailable):
        await application.signing_in.by_password("another@example.com", "guessed words", address="10.0.0.1")


async def test_the_same_address_at_two_companies_is_told_apart(application: Application) -> None:
    await application.staff.create_tenant("acme", TenantSettings())
    await kim(application)
    await kim(application, "acme")
    with pytest.raises(Invalid, match="several companies"):
        await application.signing_in.by_password("kim@example.com", PASSWORD, address="a")
    entered = await application.signing_in.by_password("kim@example.com", PASSWORD, address="a", tenant="acme")
    assert entered.session.tenant_id == "acme"
    await application.signing_in.set_password(ADMIN.model_copy(update={"tenant_id": "acme"}), "kim", "other words entirely")
    entered = await application.signing_in.by_password("kim@example.com", "other words entirely", address="a")
    assert entered.session.tenant_id == "acme"


async def test_a_session_ends_when_idle_and_in_any_case_after_half_a_day(application: Application) -> None:
    user = await kim(application)
    idle = await application.signing_in.begin(DEFAULT_TENANT, user, "link")
    forward(application, hours=7.9)
    assert await application.signing_in.caller(idle.secret)
    forward(application, hours=4)
    assert await application.signing_in.caller(idle.secret)
    forward(application, minutes=7)
    assert await application.signing_in.caller(idle.secret) is None
    fresh = await application.signing_in.begin(DEFAULT_TENANT, user, "link")
    forward(application, hours=8)
    assert await application.signing_in.caller(fresh.secret) is None


async def test_a_new_password_or_leaving_ends_every_session_at_once(application: Application) -> None:
    user = await kim(application)
    before = await application.signing_in.begin(DEFAULT_TENANT, user, "password")
    await application.signing_in.set_password(ADMIN, "kim@example.com", "entirely other words")
    assert await application.signing_in.caller(before.secret) is None
    again = await application.signing_in.by_password("kim@example.com", "entirely other words", address="a")
    key = await application.staff.create_key(DEFAULT_TENANT, "agent", "Kim's script", user.id)
    await application.administration.put_user(ADMIN, NewUser(**user.model_dump(exclude={"active"}), active=False))
    assert await application.signing_in.caller(again.secret) is None
    assert await application.staff.caller(key.secret) is None


async def test_the_role_of_a_session_is_the_persons_of_now(application: Application) -> None:
    user = await kim(application)
    entered = await application.signing_in.begin(DEFAULT_TENANT, user, "password")
    await application.administration.put_user(ADMIN, NewUser(**user.model_dump(exclude={"role"}), role="supervisor"))
    caller = await application.signing_in.caller(entered.secret)
    assert caller is not None
    assert caller.role == "supervisor"


async def test_a_link_signs_in_once_within_a_quarter_of_an_hour(application: Application) -> None:
    await kim(application)
    made, late = [await application.signing_in.make_link(ADMIN, "kim") for _ in range(2)]
    assert await application.signing_in.link(made.secret)
    assert await application.signing_in.link(made.secret), "looking at it does not use it"
    assert (await application.signing_in.by_link(made.secret)).user.name == "Kim Aas"
    assert await application.signing_in.link(made.secret) is None
    with pytest.raises(NotFound, match="used"):
        await application.signing_in.by_link(made.secret)
    forward(application, minutes=15)
    with pytest.raises(NotFound, match="15 minutes"):
        await application.signing_in.by_link(late.secret)
    with pytest.raises(NotFound):
        await application.signing_in.by_link("made up")


@pytest.mark.parametrize("password", ["short", "x" * 257, "kim@example.com"])
async def test_weak_passwords_are_refused(application: Application, password: str) -> None:
    await kim(application)
    with pytest.raises(Invalid):
        await application.signing_in.set_password(ADMIN, "kim", password)


async def test_a_panel_token_holds_for_its_person_origin_and_day(application: Application) -> None:
    user = await kim(application)
    entered = await application.signing_in.begin(DEFAULT_TENANT, user, "password")
    caller = await application.signing_in.caller(entered.secret)
    assert caller is not None
    with pytest.raises(Refused, match="panel_origins"):
        await application.panels.make(caller, CHAT)
    await application.administration.change_settings(ADMIN, TenantSettings(panel_origins=(CHAT,)))
    made = await application.panels.make(caller, CHAT)
    inside = await application.panels.caller(made.secret)
    assert inside is not None
    assert (inside.user_id, inside.tenant_id, made.token.origin) == (user.id, DEFAULT_TENANT, CHAT)
    with pytest.raises(Conflict, match="signed in"):
        await application.panels.make(inside, CHAT)
    await application.administration.change_settings(ADMIN, TenantSettings(panel_origins=("https://other.example",)))
    assert await application.panels.caller(made.secret) is None, "its origin is no longer allowed"
    await application.administration.change_settings(ADMIN, TenantSettings(panel_origins=(CHAT,)))
    forward(application, hours=13)
    assert await application.panels.caller(made.secret), "it outlives the session's hours"
    forward(application, hours=11)
    assert await application.panels.caller(made.secret) is None


async def test_signing_out_closes_the_panels_opened_from_there(application: Application) -> None:
    user = await kim(application)
    await application.administration.change_settings(ADMIN, TenantSettings(panel_origins=(CHAT,)))
    caller = await application.signing_in.caller((await application.signing_in.begin(DEFAULT_TENANT, user, "password")).secret)
    assert caller is not None
    made = await application.panels.make(caller, CHAT)
    await application.signing_in.end(caller)
    assert await application.panels.caller(made.secret) is None


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        (CHAT, True),
        ("https://chat.example.com:8443", True),
        ("http://localhost:3000", True),
        ("http://127.0.0.1:3000", True),
        ("http://[::1]:3000", True),
        (f"chrome-extension://{'a' * 31}p", True),
        (f"chrome-extension://{'a' * 31}q", False),
        (f"chrome-extension://{'a' * 31}", False),
        (f"chrome-extension://{'a' * 32}/side.html", False),
        (f"chrome-extension://{'a' * 32}; script-src *", False),
        ("http://chat.example.com", False),
        ("https://chat.example.com/", False),
        ("https://chat.example.com/path", False),
        ("https://*.example.com", False),
        ("https://chat.example.com; script-src *", False),
        ("https://a.example https://b.example", False),
        ("https://user@chat.example.com", False),
        ("https://CHAT.example.com", False),
        ("https://chat.example.com:99999", False),
        ("null", False),
        ("*", False),
        ("", False),
    ],
)
def test_an_origin_is_exact(text: str, fits: bool) -> None:
    assert is_origin(text) is fits
