"""Who sees which page, and what every answer carries. Without a browser: the application's answers as they are."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from copilot.api import create_app
from copilot.api.auth import COOKIE
from copilot.bootstrap import DEFAULT_TENANT, Application
from copilot.domain.staff import ROLES
from copilot.testing.application import close_application
from copilot.web import rooms, security
from copilot.web.assets import FOLDER, asset
from copilot.web.sessions import page_router
from tests.web.site import Company

PEOPLE = {"agent": "agent-lea", "editor": "editor-edith", "qa": "qa-quentin", "supervisor": "lead-henrik", "admin": "admin-ada"}
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest_asyncio.fixture(loop_scope="session")
async def application(company: Company, tmp_path: Path) -> AsyncIterator[Application]:
    made = company.copy(tmp_path / "data")
    await made.open()
    made.ready = True
    yield made
    await close_application(made)


@pytest.fixture
def app(application: Application) -> FastAPI:
    return create_app(application, lifespan=False)


async def visitor(application: Application, app: FastAPI, role: str = "") -> httpx.AsyncClient:
    """Somebody's browser, without the browser."""
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://copilot", headers=BROWSER)
    if role:
        async with application.database.read(DEFAULT_TENANT) as records:
            person = await records.admin.user(PEOPLE[role])
        assert person is not None
        client.cookies.set(COOKIE, (await application.signing_in.begin(DEFAULT_TENANT, person, "password")).secret)
    return client


def addresses() -> list[tuple[str, str]]:
    """(route, an address of it) of every page that can be asked for without knowing a record."""
    return [(route, route.partition(" ")[2]) for route in rooms.PAGES if route.startswith("GET") and "{" not in route]


async def test_each_page_is_for_its_roles(application: Application, app: FastAPI) -> None:
    for role in PEOPLE:
        async with await visitor(application, app, role) as person:
            for route, path in addresses():
                answer = await person.get(path)
                if role in rooms.PAGES[route]:
                    assert answer.status_code in (200, 303, 404, 422), (role, route, answer.text)
                else:
                    assert answer.status_code == 403, (role, route)
                    assert "not for your role" in answer.text


async def test_strangers_are_sent_to_sign_in_and_fragments_say_why(application: Application, app: FastAPI) -> None:
    async with await visitor(application, app) as stranger:
        for _, path in addresses():
            answer = await stranger.get(path)
            if "/f/" in path:
                assert answer.status_code == 401, path
            else:
                assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")


async def test_the_navigation_names_pages_that_are_there_and_allowed(application: Application, app: FastAPI) -> None:
    for role in PEOPLE:
        async with await visitor(application, app, role) as person:
            text = (await person.get("/", follow_redirects=True)).text
            for place in rooms.NAVIGATION:
                there = f'href="{place.path}"' in text
                assert there == (f"GET {place.path}" in rooms.PAGES and role in place.roles), (role, place.path)


async def test_every_answer_carries_the_headers(application: Application, app: FastAPI) -> None:
    async with await visitor(application, app, "agent") as person:
        for path in (
            "/desk",
            "/sign-in",
            "/nowhere",
            "/v1/queue",
            "/v1/nowhere",
            "/health",
            "/static/x/css/base.css",
            "/static/x/nothing.js",
        ):
            answer = await person.get(path)
            assert answer.headers["content-security-policy"].startswith("default-src 'none'"), path
            assert "unsafe" not in answer.headers["content-security-policy"], path
            assert answer.headers["content-security-policy"].endswith("frame-ancestors 'none'"), path
            assert answer.headers.get_list("x-content-type-options") == ["nosniff"], path
            assert answer.headers.get_list("referrer-policy") == ["no-referrer"], path
            assert ("cross-origin-opener-policy" in answer.headers) == (path != "/sign-in"), path


def test_who_may_frame_the_panel_stands_in_its_policy() -> None:
    policy = security.framed_by(("https://chat.example.com",))
    assert policy.endswith("frame-ancestors 'self' https://chat.example.com")


async def test_pages_are_never_kept_and_files_for_good(application: Application, app: FastAPI) -> None:
    async with await visitor(application, app, "agent") as person:
        page = await person.get("/desk")
        assert page.headers["cache-control"] == "no-store"
        files = [part.split('"')[0] for part in page.text.split('"/static/')[1:]]
        assert files
        for file in files:
            answer = await person.get(f"/static/{file}")
            assert answer.status_code == 200, file
            assert "immutable" in answer.headers["cache-control"]
        old = await person.get("/static/before/js/api.js")
        assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")
        for path in ("/static/", "/static/x", "/static/x/../../render.py", "/static/x/%2e%2e/render.py", "/static/x/js"):
            assert (await person.get(path)).status_code in (404, 405), path


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, "leads nowhere"),
        ("/enter/made-up", 404, "older than 15 minutes"),
        ("/desk?conversation=" + "x" * 300, 422, "at most 200"),
    ],
)
async def test_errors_are_pages_for_people_and_problems_for_programs(
    application: Application, app: FastAPI, path: str, status: int, words: str
) -> None:
    async with await visitor(application, app, "agent") as person:
        page = await person.get(path)
        assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert words in page.text
        problem = await person.get(path, headers={"Accept": "application/json"})
        assert (problem.status_code, problem.headers["content-type"]) == (status, "application/problem+json")


async def test_what_nobody_foresaw_is_a_page_with_an_id(application: Application, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("secret words of a customer")

    monkeypatch.setattr("copilot.web.pages.queue.shown", broken)
    async with await visitor(application, app, "agent") as person:
        answer = await person.get("/desk")
        assert answer.status_code == 500
        assert "Something broke on our side" in answer.text
        assert "Tell the operator the id" in answer.text
        assert "secret words" not in answer.text
        assert "content-security-policy" in answer.headers


def test_a_page_that_is_not_named_fails_at_start() -> None:
    router = page_router()

    @router.get("/more")
    async def more() -> None: ...

    with pytest.raises(RuntimeError, match="GET /more"):
        rooms.check([router])
    with pytest.raises(RuntimeError, match="do not exist"):
        rooms.check([])


def test_all_people_with_a_role_are_tested() -> None:
    assert set(PEOPLE) == set(ROLES) - {"integrator"}


async def test_files_travel_packed(application: Application, app: FastAPI) -> None:
    async with await visitor(application, app) as person:
        packed = await person.get(asset("css/tokens.css"), headers={"Accept-Encoding": "gzip"})
        plain = await person.get(asset("css/tokens.css"), headers={"Accept-Encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.text == plain.text
        assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
        again = await person.get(asset("css/tokens.css"), headers={"If-None-Match": plain.headers["etag"]})
        assert again.status_code == 304


def test_all_our_files_together_stay_small() -> None:
    """As they travel: 100 KB is a second on a poor line."""
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in FOLDER.rglob("*") if path.is_file()}
    assert sum(sizes.values()) < 100_000, sorted(sizes.items(), key=lambda one: -one[1])[:10]
