"""Sign-in by the company's own accounts, against a small real provider."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import httpx2
import pytest
import pytest_asyncio
from joserfc.jwk import RSAKey
from playwright.async_api import BrowserContext, Page, expect

from copilot.adapters.identity import OidcProvider
from copilot.api import create_app
from copilot.api.auth import COOKIE
from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.staff import User
from copilot.settings import Settings
from copilot.testing.application import close_application
from copilot.testing.identity import CLIENT, SECRET, Provider
from tests.web.serving import Served
from tests.web.site import Company, Site

HERE = "http://copilot"
THERE = "http://id.example"
BROWSER = {"Accept": "text/html"}


class Trip:
    """A visitor's way to the provider and back, without a browser."""

    def __init__(self, application: Any, provider: Provider) -> None:
        self.application, self.provider = application, provider
        self.here = httpx.AsyncClient(
            transport=httpx.ASGITransport(create_app(application, lifespan=False)), base_url=HERE, headers=BROWSER
        )
        self.there = httpx.AsyncClient(transport=httpx.ASGITransport(provider.app()), base_url=THERE)

    async def begin(self, after: str = "/desk") -> str:
        """The address at which the provider sends one back."""
        answer = await self.here.get("/oidc/start", params={"next": after})
        assert answer.status_code == 303, answer.text
        return str((await self.there.get(answer.headers["location"])).headers["location"])

    async def enter(self) -> httpx.Response:
        return await self.here.get(await self.begin())

    async def people(self) -> dict[str, User]:
        async with self.application.database.read(DEFAULT_TENANT) as records:
            return {user.name: user for user in await records.admin.users()}


def settings(folder: Path, groups: str = "support=agent,leads=supervisor") -> Settings:
    given = {"oidc_issuer": THERE, "oidc_groups": groups}
    return Settings.model_validate({"data_dir": folder, "embedder": "hash", "model": "", "fallback_models": (), **given})


@pytest_asyncio.fixture(loop_scope="session")
async def trip(company: Company, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Trip]:
    provider = Provider(THERE)
    provider.claims |= {"groups": ["support", "chess"], "email_verified": True}
    speaking = OidcProvider(THERE, CLIENT, SECRET, transport=httpx2.ASGITransport(provider.app()))
    folder = tmp_path / "data"
    application = company.copy(folder, settings=settings(folder, **getattr(request, "param", {})), provider=speaking)
    await application.open()
    application.ready = True
    made = Trip(application, provider)
    yield made
    await made.here.aclose()
    await made.there.aclose()
    await close_application(application)


async def test_the_first_sign_in_makes_the_person_and_the_next_finds_them(trip: Trip) -> None:
    answer = await trip.enter()
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    nora = (await trip.people())["Nora Falk"]
    assert (nora.role, nora.email) == ("agent", "nora@ternway.example")
    me = (await trip.here.get("/v1/me")).json()
    assert me["user_id"] == nora.id
    trip.provider.claims |= {"name": "Nora Falk-Berg", "email": "other@ternway.example", "groups": ["support", "leads"]}
    await trip.enter()
    again = (await trip.people())["Nora Falk"]
    assert (again.id, again.role) == (nora.id, "supervisor"), "the same person, with what the groups say now"


async def test_who_leaves_the_groups_comes_in_no_more(trip: Trip) -> None:
    await trip.enter()
    trip.provider.claims["groups"] = ["chess"]
    trip.here.cookies.clear()
    answer = await trip.enter()
    assert answer.status_code == 403
    assert "no group that works here" in answer.text
    assert COOKIE not in trip.here.cookies


async def test_a_closed_account_stays_closed(trip: Trip) -> None:
    await trip.enter()
    nora = (await trip.people())["Nora Falk"]
    async with trip.application.database.write(DEFAULT_TENANT) as records:
        await records.admin.put_user(nora.model_copy(update={"active": False}))
    assert (await trip.enter()).status_code == 403


async def test_somebody_added_here_is_linked_by_a_checked_address_only(trip: Trip) -> None:
    trip.provider.claims |= {"sub": "p-8", "email": "Lea.Brandt@ternway.example", "email_verified": False}
    answer = await trip.enter()
    assert answer.status_code == 403
    assert "not linked" in answer.text
    trip.provider.claims["email_verified"] = True
    assert (await trip.enter()).status_code == 303
    lea = (await trip.people())["Lea Brandt"]
    assert (await trip.here.get("/v1/me")).json()["user_id"] == lea.id
    trip.provider.claims["sub"] = "p-9"
    assert (await trip.enter()).status_code == 403, "the same address in other hands"


@pytest.mark.parametrize("trip", [{"groups": ""}], indirect=True)
async def test_without_groups_only_those_come_in_who_were_added(trip: Trip) -> None:
    answer = await trip.enter()
    assert answer.status_code == 403
    assert "Nobody has added you here" in answer.text
    trip.provider.claims["email"] = "henrik.solberg@ternway.example"
    assert (await trip.enter()).status_code == 303
    assert (await trip.here.get("/v1/me")).json()["role"] == "supervisor"


@pytest.mark.parametrize(
    "twist",
    [
        {"aud": "another client"},
        {"aud": ["another client"]},
        {"iss": "http://evil.example"},
        {"nonce": "another sign-in"},
        {"exp": 1_000_000_000},
        {"sub": None},
    ],
    ids=str,
)
async def test_a_token_that_does_not_fit_lets_nobody_in(trip: Trip, twist: dict[str, Any]) -> None:
    trip.provider.twist = twist
    answer = await trip.enter()
    assert answer.status_code == 403, answer.text
    assert "Nora Falk" not in await trip.people()


async def test_a_token_signed_by_somebody_else_lets_nobody_in(trip: Trip) -> None:
    trip.provider.signing = RSAKey.generate_key(2048, {"kid": "one"})
    assert (await trip.enter()).status_code == 403


async def test_an_answer_without_its_beginning_lets_nobody_in(trip: Trip) -> None:
    """State: whoever gets somebody to open a finished sign-in of their own cannot make them work under a wrong name."""
    back = await trip.begin()
    trip.here.cookies.clear()
    assert (await trip.here.get(back)).status_code == 403
    await trip.begin()
    assert (await trip.here.get(back)).status_code == 403
    state = parse_qs(urlsplit(await trip.begin()).query)["state"][0]
    assert (await trip.here.get(f"/oidc/callback?state={state}")).status_code == 403
    assert (await trip.here.get(f"/oidc/callback?state={state}&code=made-up")).status_code == 403


async def test_a_code_works_once_and_a_refusal_is_told(trip: Trip) -> None:
    back = await trip.begin()
    assert (await trip.here.get(back)).status_code == 303
    await trip.begin()
    assert (await trip.here.get(back)).status_code == 403
    trip.provider.denies = True
    answer = await trip.enter()
    assert answer.status_code == 403
    assert "did not let you in" in answer.text


async def test_a_provider_that_is_silent_or_another_one_is_unavailable(trip: Trip) -> None:
    accounts = trip.application.company_accounts
    other = OidcProvider("http://other.example", CLIENT, SECRET, transport=httpx2.ASGITransport(trip.provider.app()))
    object.__setattr__(accounts, "provider", other)
    assert (await trip.here.get("/oidc/start")).status_code == 503
    silent = OidcProvider(THERE, CLIENT, SECRET, transport=httpx2.MockTransport(lambda _: httpx2.Response(502)))
    object.__setattr__(accounts, "provider", silent)
    assert (await trip.here.get("/oidc/start")).status_code == 503


async def test_without_a_provider_there_is_no_such_page(site: Site, context: BrowserContext) -> None:
    assert (await context.request.get("/oidc/start")).status == 404
    assert "company account" not in await (await context.request.get("/sign-in")).text()


async def test_the_whole_way_in_a_browser(company: Company, tmp_path: Path, context: BrowserContext, page: Page) -> None:
    provider = Provider("")
    provider.claims |= {"groups": ["leads"], "email_verified": True}
    async with Served(provider.app()) as there:
        provider.issuer = there.address
        folder = tmp_path / "other"
        given = settings(folder).model_copy(update={"oidc_issuer": there.address, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET})
        async with Site(company.copy(folder, settings=given)) as site:
            await page.goto(f"{site.address}/desk?conversation=live-marta-refund")
            await page.get_by_role("link", name="Use your company account").click()
            await expect(page).to_have_url(f"{site.address}/desk?conversation=live-marta-refund")
            await expect(page.get_by_role("banner")).to_contain_text("Nora Falk")


def test_groups_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPILOT_OIDC_GROUPS", "support=agent, leads=supervisor,*=qa")
    assert Settings().oidc_groups == {"support": "agent", "leads": "supervisor", "*": "qa"}
    monkeypatch.setenv("COPILOT_OIDC_GROUPS", "support=king")
    with pytest.raises(ValueError, match="support"):
        Settings()
