"""Who sees which page, and what every answer carries. Without a browser: the application's answers as they are."""

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route

from copilot.api import create_app
from copilot.api.auth import COOKIE
from copilot.bootstrap import DEFAULT_TENANT, Application
from copilot.domain.staff import ROLES
from copilot.testing.application import close_application
from copilot.web import rooms, security, tool_pages
from copilot.web.assets import asset
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


async def test_links_that_stand_in_chat_tools_lead_to_the_conversation(application: Application, app: FastAPI) -> None:
    async with await visitor(application, app, "agent") as lea:
        answer = await lea.get("/c/live-marta-refund")
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk?conversation=live-marta-refund")
        assert "refund" in (await lea.get(answer.headers["location"])).text


async def test_the_navigation_names_pages_that_are_there_and_allowed(application: Application, app: FastAPI) -> None:
    for role in PEOPLE:
        async with await visitor(application, app, role) as person:
            text = (await person.get("/", follow_redirects=True)).text
            for place in rooms.NAVIGATION:
                there = f'href="{place.path}"' in text
                assert there == (f"GET {place.path}" in rooms.PAGES and role in place.roles), (role, place.path)


ODD = (
    ("GET", "/nowhere"),
    ("GET", "/v1/nowhere"),
    ("GET", "/static/x/css/base.css"),
    ("GET", asset("js/desk.js")),
    ("GET", "/static/x/nothing.js"),
    ("GET", "/desk?conversation=" + "x" * 300),
    ("GET", "/panel?conversation=live-marta-refund"),
    ("GET", "/embed-demo?conversation=live-marta-refund&service=http://localhost"),
    ("GET", "/customers/nobody/memory"),
    ("GET", "/%00"),
    ("POST", "/desk"),
    ("POST", "/sign-in"),
    ("DELETE", "/panel"),
    ("OPTIONS", "/desk"),
    ("HEAD", "/desk"),
    ("PUT", "/embed.js"),
)
"""Files, wrong methods, wrong values and addresses that lead nowhere."""


def asked(app: FastAPI) -> list[tuple[str, str]]:
    """Every address that can be read, with a made-up value for what it leaves open; the endless stream is not."""
    paths = {route.path for route in walked(app.routes) if "GET" in (route.methods or ())}
    assert {"/desk", "/docs", "/embed.js", "/health", "/sign-in", "/v1/queue"} < paths
    return [("GET", re.sub(r"{[^}]*}", "live-marta-refund", path)) for path in sorted(paths - {"/v1/stream"})]


def walked(routes: Iterable[BaseRoute]) -> Iterator[Route | APIRoute]:
    """Routes, also those of routers that were included."""
    for route in routes:
        if isinstance(route, Route | APIRoute):
            yield route
        inner = getattr(route, "original_router", None)
        yield from walked(inner.routes if inner is not None else ())


@pytest.mark.parametrize("role", ["", "agent", "admin"])
async def test_every_answer_carries_the_headers(application: Application, app: FastAPI, role: str) -> None:
    async with await visitor(application, app, role) as person:
        for method, path in (*asked(app), *ODD):
            answer = await person.request(method, path)
            where = (method, path, answer.status_code)
            (policy,) = answer.headers.get_list("content-security-policy") or [""]
            assert_strict(policy, where)
            assert answer.headers.get_list("x-content-type-options") == ["nosniff"], where
            assert answer.headers.get_list("referrer-policy") == ["no-referrer"], where
            opened = path.startswith(security.OPENED_BY_PANELS)
            assert ("cross-origin-opener-policy" in answer.headers) != opened, where
            if "text/html" in answer.headers.get("content-type", ""):
                assert_nothing_inline(answer.text, where)


def assert_strict(policy: str, where: tuple[str, str, int]) -> None:
    """Nothing is allowed but what is ours; the panel, pages for chat tools and the one that shows how to embed it frame or are framed.

    On a chat tool's page its script runs as well.
    """
    of = next((page for page in tool_pages.SCRIPTS if where[1] == page or where[1].startswith(f"{page}/")), "")
    tool, framed = tool_pages.SCRIPTS.get(of, ""), bool(of)
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules.pop("default-src") == rules.pop("base-uri") == "'none'", (where, policy)
    framers, frames = rules.pop("frame-ancestors"), rules.pop("frame-src", "")
    assert framers == "'none'" or "/panel" in str(where) or framed, (where, policy)
    assert not frames or "embed-demo" in str(where) or framed, where
    ours = {"'self'", "'none'"} | ({frames} if frames else set()) | ({tool} if tool else set())
    assert {word for rule in rules.values() for word in rule.split()} <= ours, (where, policy)
    assert frames in (("'self'",) if framed else ("", "http://copilot", "http://localhost")), (where, policy)


def assert_nothing_inline(html: str, where: object) -> None:
    """No script, style or handler stands in a page itself."""
    for element in BeautifulSoup(html, "html.parser").find_all():
        assert element.name != "style", where
        assert element.name != "script" or (element.has_attr("src") and not element.get_text()), (where, element)
        assert not [name for name in element.attrs if name.startswith("on") or name == "style"], (where, element)


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
        assert_strict(answer.headers["content-security-policy"], ("GET", "/desk", 500))
        assert_nothing_inline(answer.text, "a failure")


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
