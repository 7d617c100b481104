"""Who comes by cookie may what their role may, and nothing is changed without the word that only our pages know."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from copilot.api import examples
from copilot.api.auth import COOKIE, CSRF_HEADER, csrf_word
from copilot.api.roles import MATRIX
from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.staff import ROLES, Caller
from copilot.domain.tenant import TenantSettings
from tests.api.house import PEOPLE, House, assert_problem
from tests.api.streaming import stream
from tests.api.test_roles import BODIES, Scene, ask, scene

__all__ = ["scene"]
CHAT = "https://chat.example.com"
NOTHING = {"GET /v1/stream"}
"""Read event by event, in its own test."""


async def secret_of(house: House, role: str) -> str:
    """The cookie of a person of that role."""
    await house.enter(role)
    async with house.application.database.read(DEFAULT_TENANT) as records:
        person = await records.admin.user(PEOPLE[role].lower().replace(" ", "."))
    assert person is not None
    return (await house.application.signing_in.begin(DEFAULT_TENANT, person, "password")).secret


@asynccontextmanager
async def browser(house: House, role: str, word: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody's browser. `word`: sent with each request instead of the right one; empty: none."""
    secret = await secret_of(house, role)
    sent = csrf_word(secret) if word is None else word
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(house.app),
        base_url="http://copilot",
        cookies={COOKIE: secret},
        headers={CSRF_HEADER: sent} if sent else {},
    ) as client:
        yield client


@pytest.mark.parametrize("word", ["", "0" * 64, "ü"], ids=["none", "wrong", "odd"])
async def test_no_change_by_cookie_without_its_word(scene: Scene, word: str) -> None:
    async with browser(scene.house, "admin", "") as admin:
        headers = {CSRF_HEADER.encode(): word.encode()} if word else {}
        for route in MATRIX:
            method, path = route.partition(" ")[0], scene.path(route)
            if method == "GET":
                continue
            answer = await admin.request(method, path, json=BODIES.get(route), headers=headers)
            assert_problem(answer, 403, "one of our pages")


async def test_the_word_of_another_session_is_wrong(house: House) -> None:
    other = csrf_word(await secret_of(house, "admin"))
    async with browser(house, "admin", other) as admin:
        assert_problem(await admin.post("/v1/users", json=examples.USER), 403, "one of our pages")


async def test_the_matrix_holds_for_cookies(scene: Scene) -> None:
    for role in ("agent", "editor", "qa", "supervisor", "admin"):
        async with browser(scene.house, role) as person:
            for route in MATRIX.keys() - NOTHING:
                if role not in MATRIX[route]:
                    assert_problem(await ask(scene, person, route), 403, role)
    for route in MATRIX:
        if route.startswith("GET") and route not in NOTHING | {"GET /v1/knowledge/reindex"}:
            for role in sorted(MATRIX[route] & {"agent", "editor", "qa", "supervisor", "admin"}):
                async with browser(scene.house, role) as person:
                    answer = await ask(scene, person, route)
                    assert answer.status_code == 200, (route, role, answer.text)


async def test_changes_by_cookie_are_the_persons(scene: Scene) -> None:
    async with browser(scene.house, "agent") as tom:
        answer = await tom.post(f"/v1/suggestions/{scene.ids['suggestion_id']}/decisions", json={"id": "d-1", "action": "used"})
        assert answer.status_code == 201, answer.text
        me = (await tom.get("/v1/me")).json()
        assert answer.json()["user_id"] == me["user_id"]
        assert me["csrf"] == tom.headers[CSRF_HEADER]


async def test_a_key_in_the_header_goes_before_the_cookie(house: House) -> None:
    async with browser(house, "admin", "") as admin:
        assert_problem(await admin.get("/v1/users", headers={"Authorization": "Bearer rk_nobody"}), 401, "key")
        key = (await house.enter("admin")).headers["authorization"]
        assert (await admin.post("/v1/users", json=examples.USER, headers={"Authorization": key})).status_code == 201


@pytest.mark.parametrize("cookie", ["", "made-up", "ü", "x" * 5000])
async def test_an_unknown_cookie_lets_nobody_in(house: House, cookie: str) -> None:
    answer = await house.nobody().get("/v1/queue", headers={b"Cookie": f"{COOKIE}={cookie}".encode()})
    assert_problem(answer, 401)


async def test_signing_out_ends_the_open_stream(house: House) -> None:
    secret = await secret_of(house, "agent")
    async with stream(house.app, "", {"authorization": "", "cookie": f"{COOKIE}={secret}"}) as opened:
        assert (await opened.next()).type == "ready"
        caller = await house.application.signing_in.caller(secret)
        assert caller is not None
        await house.application.signing_in.end(caller)
        await opened.ended.wait()
    assert_problem(await house.nobody().get("/v1/queue", headers={"Cookie": f"{COOKIE}={secret}"}), 401, "Sign in")


async def _panel(house: House, role: str) -> httpx.AsyncClient:
    owner = Caller(tenant_id=DEFAULT_TENANT, role="admin", key_id="k")
    await house.application.administration.change_settings(owner, TenantSettings(panel_origins=(CHAT,)))
    async with browser(house, role) as person:
        made = await person.post("/v1/panel-tokens", json={"origin": CHAT})
        assert made.status_code == 201, made.text
        assert_problem(await person.post("/v1/panel-tokens", json={"origin": "https://evil.example"}), 403, "panel_origins")
    return house.client(made.json()["secret"])


async def test_a_panel_may_what_an_agent_may_whoever_opened_it(scene: Scene) -> None:
    house = scene.house
    for role in ("agent", "supervisor", "admin"):
        async with await _panel(house, role) as panel:
            for route in MATRIX.keys() - NOTHING:
                if "agent" not in MATRIX[route] or role not in MATRIX[route]:
                    assert_problem(await ask(scene, panel, route), 403)
                elif route.startswith("GET"):
                    answer = await ask(scene, panel, route)
                    assert answer.status_code == 200, (route, role, answer.text)


async def test_a_panel_that_an_administrator_opened_shows_no_colleagues_flags(scene: Scene) -> None:
    house = scene.house
    tom = await house.enter("agent")
    assert (await tom.post("/v1/flags", json={"passage_id": "refunds", "reason": "outdated"})).status_code == 201
    assert len((await (await house.enter("admin")).get("/v1/flags")).json()["flags"]) == 1
    async with await _panel(house, "admin") as panel:
        assert (await panel.get("/v1/flags")).json()["flags"] == []


async def test_a_panel_token_needs_a_session_and_is_not_repeated(house: House) -> None:
    assert_problem(await (await house.enter("agent")).post("/v1/panel-tokens", json={"origin": CHAT}), 409, "signed in")
    owner = Caller(tenant_id=DEFAULT_TENANT, role="admin", key_id="k")
    await house.application.administration.change_settings(owner, TenantSettings(panel_origins=(CHAT,)))
    async with browser(house, "agent") as tom:
        first, again = [await tom.post("/v1/panel-tokens", json={"origin": CHAT}, headers={"Idempotency-Key": "one"}) for _ in range(2)]
        assert first.json()["secret"].startswith("panel_")
        assert again.json()["secret"] is None


async def test_a_link_and_a_password_are_made_by_administrators(house: House) -> None:
    ada = await house.enter("admin")
    await house.enter("agent")
    made = (await ada.post("/v1/users/tom.berg/links")).json()
    assert made["path"] == f"/enter/{made['secret']}"
    assert (await ada.post("/v1/users/tom.berg/password", json=examples.PASSWORD)).json()["name"] == "Tom Berg"
    assert_problem(await ada.post("/v1/users/tom.berg/password", json={"password": "short"}), 422, "10 to 256")
    assert_problem(await ada.post("/v1/users/nobody/links"), 404, "nobody")


async def test_a_setting_of_origins_is_exact(house: House) -> None:
    ada = await house.enter("admin")
    for wrong in ("https://chat.example.com/", "https://*.example.com", "http://chat.example.com", "*"):
        assert_problem(await ada.put("/v1/settings", json=examples.SETTINGS | {"panel_origins": [wrong]}), 422, "panel_origins")
    stored = await ada.put("/v1/settings", json=examples.SETTINGS | {"panel_origins": [CHAT]})
    assert stored.json()["panel_origins"] == [CHAT]


def test_everyone_with_a_role_is_in_the_test() -> None:
    assert set(ROLES) == set(PEOPLE)
