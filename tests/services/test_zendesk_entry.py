"""Who opens the sidebar in Zendesk is signed in by what Zendesk signed for them – or signs in as everybody does."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from copilot.domain.staff import Role
from tests.api.house import House, assert_problem
from tests.channels.doubles.zendesk import ZendeskDouble, user
from tests.services.conftest import Open

TOOL = "https://ternway.zendesk.com"
ENTER = "/zendesk/enter/default/zendesk"
KEY = RSAKey.generate_key(2048)


class Sidebar:
    """A house with Zendesk, whose app is installed under the number 9001."""

    def __init__(self, house: House, double: ZendeskDouble) -> None:
        self.house, self.double = house, double

    def token(self, agent: int = 7, **given: Any) -> str:
        at = int(self.house.clock().timestamp())
        audience = f"{TOOL}/api/v2/apps/installations/9001.json"
        claims = {"iss": "ternway.zendesk.com", "aud": audience, "sub": f"{TOOL}/api/v2/users/{agent}.json", "iat": at, "exp": at + 300}
        return jwt.encode({"alg": "RS256"}, claims | given, KEY, algorithms=["RS256"])

    async def enter(self, token: str) -> httpx.Response:
        return await self.house.nobody().post(ENTER, json={"token": token})

    async def me(self, answer: httpx.Response) -> dict[str, Any]:
        secret = answer.raise_for_status().json()["secret"]
        found: dict[str, Any] = (await self.house.client(secret).get("/v1/me")).raise_for_status().json()
        return found


@pytest.fixture
async def sidebar(opened: Open) -> Sidebar:
    double = ZendeskDouble(app_key=KEY.as_pem(private=False).decode())
    double.installed.append({"id": 9001, "app_id": 77, "enabled": True, "settings": {"name": "Rapport", "title": "Rapport"}})
    house = await opened(http=double.client(), furnish=False)
    admin = await house.enter("admin")
    made = {"id": "zendesk", "kind": "zendesk", "url": TOOL, "token": double.token}
    (await admin.post("/v1/connections", json=made)).raise_for_status()
    (await admin.post("/v1/users", json={"name": "Tom Weber", "email": "tom@example.com", "role": "supervisor"})).raise_for_status()
    told = await admin.post("/v1/connections/zendesk/install", json={"address": "https://copilot.example.com"})
    assert told.json()["problems"] == [], "the app's number and key are learned as well"
    return Sidebar(house, double)


async def test_an_agent_whom_zendesk_knows_is_signed_in_once_by_each_token(sidebar: Sidebar) -> None:
    token = sidebar.token()
    answer = await sidebar.enter(token)
    me = await sidebar.me(answer)
    assert (me["name"], me["role"]) == ("Tom Weber", "agent"), "a panel is an agent's, whatever else they are"
    assert_problem(await sidebar.enter(token), 403, "used before")
    assert (await sidebar.enter(sidebar.token(jti="another"))).status_code == 200
    sidebar.house.clock.forward(hours=25)
    assert (await sidebar.house.client(answer.json()["secret"]).get("/v1/me")).status_code == 401


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"email": "nobody@example.com"}, "address"),
        ({"verified": False}, "address"),
        ({"role": "end-user"}, "address"),
        ({"suspended": True}, "address"),
        ({"id": 8}, "address"),
    ],
)
async def test_whom_nobody_added_signs_in_by_the_form(sidebar: Sidebar, told: dict[str, Any], why: str) -> None:
    sidebar.double.users[7] = user(7, "agent") | told
    assert_problem(await sidebar.enter(sidebar.token()), 403, why, "form")
    shown = await sidebar.house.nobody().post("/zendesk/sidebar/default/zendesk", data={"token": sidebar.token()})
    assert shown.status_code == 200


@pytest.mark.parametrize("role", ["editor", "qa", "integrator"])
async def test_whoever_answers_no_customers_is_not_let_in(sidebar: Sidebar, role: Role) -> None:
    inside = (await sidebar.enter(sidebar.token())).raise_for_status().json()["secret"]
    async with sidebar.house.application.database.write("default") as records:
        (tom,) = [one for one in await records.admin.users() if one.name == "Tom Weber"]
        await records.admin.put_user(tom.model_copy(update={"role": role}))
    assert_problem(await sidebar.enter(sidebar.token(jti="another")), 403, "answer customers")
    assert (await sidebar.house.client(inside).get("/v1/me")).status_code == 401, "nor does the panel they have open stay theirs"


async def test_an_administrator_says_who_is_who(sidebar: Sidebar) -> None:
    admin = await sidebar.house.enter("admin")
    (known,) = (await admin.get("/v1/connections")).json()["connections"]
    settings = known["connection"]["settings"] | {"people": {"7": "tom.berg"}}
    await sidebar.house.enter("agent")
    (await admin.patch("/v1/connections/zendesk", json={"settings": settings})).raise_for_status()
    assert (await sidebar.me(await sidebar.enter(sidebar.token())))["name"] == "Tom Berg"


async def test_what_zendesk_did_not_sign_for_here_lets_nobody_in(sidebar: Sidebar) -> None:
    late = sidebar.token(exp=int((sidebar.house.clock() - timedelta(minutes=5)).timestamp()))
    elsewhere = sidebar.token(aud=f"{TOOL}/api/v2/apps/installations/9002.json")
    for token in (late, elsewhere, sidebar.token()[:-4] + "AAAA", "x"):
        assert (await sidebar.enter(token)).status_code == 403
    assert (await sidebar.house.nobody().post("/zendesk/enter/nobody/zendesk", json={"token": sidebar.token()})).status_code == 404
    admin = await sidebar.house.enter("admin")
    (await admin.patch("/v1/connections/zendesk", json={"active": False})).raise_for_status()
    assert (await sidebar.enter(sidebar.token())).status_code == 404


async def test_its_pages_may_show_the_panel_for_as_long_as_it_is_in_service(sidebar: Sidebar) -> None:
    admin, by_hand = await sidebar.house.enter("admin"), "https://chat.example.com"

    async def origins() -> list[str]:
        found: list[str] = (await admin.get("/v1/settings")).json()["panel_origins"]
        return found

    assert await origins() == [TOOL]
    settings = (await admin.get("/v1/settings")).json()
    (await admin.put("/v1/settings", json=settings | {"panel_origins": [by_hand, TOOL]})).raise_for_status()
    (await admin.patch("/v1/connections/zendesk", json={"shadow": True})).raise_for_status()
    assert await origins() == [by_hand, TOOL]
    (await admin.patch("/v1/connections/zendesk", json={"active": False})).raise_for_status()
    assert await origins() == [by_hand]
    (shown,) = (await admin.get("/v1/connections")).json()["connections"]
    assert shown["pages"] == []
    (await admin.patch("/v1/connections/zendesk", json={"active": True, "url": "http://zendesk.example.com"})).raise_for_status()
    assert await origins() == [by_hand], "what is not reached by https is not let in"
    (await admin.patch("/v1/connections/zendesk", json={"url": "https://other.zendesk.com/"})).raise_for_status()
    assert await origins() == [by_hand, "https://other.zendesk.com"]
    made = {"id": "zendesk-2", "kind": "zendesk", "url": "https://other.zendesk.com", "token": "t"}
    assert (await admin.post("/v1/connections", json=made)).json()["pages"] == ["https://other.zendesk.com"]
    (await admin.patch("/v1/connections/zendesk", json={"active": False})).raise_for_status()
    assert await origins() == [by_hand, "https://other.zendesk.com"], "the other connection is still in service"


async def test_the_page_holds_the_token_and_nothing_else_that_was_posted(sidebar: Sidebar) -> None:
    nobody, at = sidebar.house.nobody(), "/zendesk/sidebar/default/zendesk"
    token = sidebar.token()
    shown = await nobody.post(at, params={"origin": TOOL, "app_guid": "1"}, data={"token": token})
    assert f'<meta name="entry" content="{token}">' in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert f"frame-ancestors 'self' {TOOL};" in shown.headers["content-security-policy"]
    for odd in ('"><script>alert(1)</script>', "a.b", "x" * 30_000, f"{token}<"):
        assert 'name="entry"' not in (await nobody.post(at, data={"token": odd})).text
    assert 'name="entry"' not in (await nobody.get(at)).text
