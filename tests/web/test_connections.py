"""Connections in the desk: seen by administrators only, made and looked after by plain forms that need no script."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from bs4 import BeautifulSoup
from fastapi import FastAPI
from playwright.async_api import Browser, expect

from copilot.api import create_app
from copilot.api.auth import COOKIE
from copilot.bootstrap import DEFAULT_TENANT, Application
from copilot.domain.tenant import TenantSettings
from copilot.services.people.administration import NewUser
from copilot.testing.application import close_application
from tests.channels.doubles.chatwoot import ChatwootDouble
from tests.channels.tools import delivered_to
from tests.web.connected import TROUBLED, connected
from tests.web.hostile import ATTACKS
from tests.web.site import CONSOLE, Company, Site
from tests.web.test_rooms import visitor

PATH = f"/connections/{TROUBLED}"


@pytest.fixture
def double() -> ChatwootDouble:
    made = ChatwootDouble()
    made.open(17)
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def application(company: Company, tmp_path: Path, double: ChatwootDouble) -> AsyncIterator[Application]:
    made = company.copy(tmp_path / "data", http=double.client())
    await made.open()
    await made.engine.launch()
    made.ready = True
    await connected(Site(made))
    yield made
    await close_application(made)


@pytest.fixture
def app(application: Application, double: ChatwootDouble) -> FastAPI:
    made = create_app(application, lifespan=False)
    double.hears = delivered_to(made, "chatwoot", application.clock)
    return made


def words(answer: httpx.Response) -> str:
    return re.sub(r"\s+", " ", BeautifulSoup(answer.text, "html.parser").get_text(" "))


async def press(person: httpx.AsyncClient, path: str, act: str = "", **fields: str) -> httpx.Response:
    """Send a form as a browser does that runs no scripts: with what the page's hidden fields say."""
    page = BeautifulSoup((await person.get(path)).text, "html.parser")
    hidden = page.select_one('main input[name="csrf"]')
    assert hidden is not None
    return await person.post(path, data={"csrf": str(hidden["value"]), **({"act": act} if act else {}), **fields})


async def test_how_each_connection_does_is_listed(application: Application, app: FastAPI) -> None:
    async with await visitor(application, app, "admin") as ada:
        page = BeautifulSoup((await ada.get("/connections")).text, "html.parser")
    rows = {str(row["data-key"]): re.sub(r"\s+", " ", row.get_text(" ")) for row in page.select("li.connection")}
    assert list(rows) == ["crm", TROUBLED, "chatwoot-us", "old-shop"]
    for name, state in (("crm", "Live"), (TROUBLED, "Needs attention"), ("chatwoot-us", "Shadow"), ("old-shop", "Stopped")):
        assert state in rows[name], rows[name]
    for said in ("4 h ago", "1 waiting", "1,204", "2 to look at", "in 1 h", "The signature is not right."):
        assert said in rows[TROUBLED], rows[TROUBLED]
    assert "1 kept back" in rows["chatwoot-us"]


async def test_a_connections_page_tells_all_but_words(application: Application, app: FastAPI) -> None:
    async with await visitor(application, app, "admin") as ada:
        answer = await ada.get(PATH)
    said = words(answer)
    for told in (
        "The answer of Chatwoot was lost",
        "given up",
        "not taken in",
        "Earlier conversation 1 min ago",
        "/hooks/default/chatwoot-eu",
        "/chatwoot/panel?tenant=default",
    ):
        assert told in said, told
    assert "Takes one short private note" in said
    for kept in ("words for nobody", "agent-lea", "Lea Brandt", "abc"):
        assert kept not in answer.text, kept


@pytest.mark.parametrize("role", ["agent", "supervisor", "qa", "editor"])
async def test_only_administrators_see_or_change_them(application: Application, app: FastAPI, role: str) -> None:
    async with await visitor(application, app, "admin") as ada, await visitor(application, app, role) as person:
        for path in ("/connections", "/connections/add/chatwoot", PATH, f"{PATH}/f/state"):
            assert (await person.get(path)).status_code == 403, path
        word = _word(await person.get("/", follow_redirects=True))
        for path, fields in ((PATH, {"act": "stop"}), ("/connections/add/webhook", {"id": "theirs"})):
            answer = await person.post(path, data={"csrf": word, **fields})
            assert (answer.status_code, "not for your role" in answer.text) == (403, True), path
        assert "theirs" not in (await ada.get("/connections")).text
        assert "Needs attention" in (await ada.get(PATH)).text, "it still runs"


def _word(answer: httpx.Response) -> str:
    found = BeautifulSoup(answer.text, "html.parser").select_one('meta[name="csrf"]')
    assert found is not None
    return str(found["content"])


async def test_a_form_of_another_page_does_nothing(application: Application, app: FastAPI) -> None:
    async with await visitor(application, app, "admin") as ada:
        for word in ({}, {"csrf": "x" * 64}):
            answer = await ada.post(PATH, data={"act": "stop", **word})
            assert (answer.status_code, "did not come from one of our pages" in answer.text) == (403, True)
        assert "Needs attention" in (await ada.get(PATH)).text, "it still runs"


async def test_companies_see_their_own_only(application: Application, app: FastAPI) -> None:
    await application.database.create_tenant("acme", TenantSettings())
    boss = await application.administration.put_user(CONSOLE.model_copy(update={"tenant_id": "acme"}), NewUser(name="Bo", role="admin"))
    entered = await application.signing_in.begin("acme", boss, "password")
    async with await visitor(application, app) as bo:
        bo.cookies.set(COOKIE, entered.secret)
        assert "No chat tool is connected" in (await bo.get("/connections")).text
        assert (await bo.get(PATH)).status_code == 404
        word = _word(await bo.get("/connections"))
        assert (await bo.post(PATH, data={"csrf": word, "act": "stop"})).status_code == 404
    async with await visitor(application, app, "admin") as ada:
        assert "Needs attention" in (await ada.get(PATH)).text


async def test_one_is_made_set_up_and_its_secret_shown_once(application: Application, app: FastAPI, double: ChatwootDouble) -> None:
    async with await visitor(application, app, "admin") as ada:
        made = await press(ada, "/connections/add/webhook", id="shop", shadow="on")
        assert made.status_code == 201
        (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", made.text)
        assert "/hooks/default/shop" in made.text
        assert secret not in (await ada.get("/connections/shop")).text
        assert "Shadow" in words(await ada.get("/connections/shop"))

        about = {"id": "cw", "url": "https://chat.example.com", "token": double.token, "setting.account_id": "3", "setting.notes": "on"}
        made = await press(ada, "/connections/add/chatwoot", **about, install="on", address="https://copilot.example.com")
        assert (made.status_code, "A delivery of Chatwoot came through" in made.text) == (201, True), words(made)
        assert [hook["url"] for hook in double.webhooks] == ["https://copilot.example.com/hooks/default/cw"]
        assert not re.findall(r"whsec_\w+", made.text), "Chatwoot made the secret itself"


async def test_what_is_wrong_in_the_form_is_said_and_what_was_typed_stays(application: Application, app: FastAPI) -> None:
    async with await visitor(application, app, "admin") as ada:
        about = {"id": "cw", "url": "https://chat.example.com", "token": "very-secret", "setting.account_id": "0"}
        answer = await press(ada, "/connections/add/chatwoot", **about)
        assert (answer.status_code, "account_id" in answer.text) == (422, True)
        assert 'value="https://chat.example.com"' in answer.text
        assert "very-secret" not in answer.text
        for ident, status, said in (("no spaces", 422, "cannot be a name"), ("crm", 409, "There is a connection")):
            answer = await press(ada, "/connections/add/webhook", id=ident)
            assert (answer.status_code, said in answer.text) == (status, True), ident
        assert (await ada.get("/connections/add/pigeon")).status_code == 404


async def test_what_its_buttons_do(application: Application, app: FastAPI, double: ChatwootDouble) -> None:
    async with await visitor(application, app, "admin") as ada:

        async def pressed(act: str, said: str, **fields: str) -> str:
            answer = await press(ada, PATH, act, **fields)
            if answer.status_code == 303:
                answer = await ada.get(answer.headers["location"])
            assert answer.status_code == 200, words(answer)
            assert said in words(answer), (act, words(answer))
            return answer.text

        await pressed("stop", "Stopped: nothing is taken in")
        await pressed("start", "Started.")
        await pressed("watch", "In shadow from now on")
        await pressed("write", "It writes from now on.")
        await pressed("check", "The token may not read conversations.")
        await pressed("token", "The new access token is kept.", token=double.token)
        await pressed("check", "There is no webhook for this connection.")
        await pressed("install", "a delivery of its own came through just now", address="https://copilot.example.com")
        assert "whsec_" in await pressed("secret", "it is shown this once")
        await pressed("secret", "Its signing secret holds from now on", secret="the-tools-own")
        await pressed("poll", "The tool is being asked now.")
        about = {"name": "Chatwoot EU", "url": "https://chat.example.com/", "setting.account_id": "4"}
        assert "Chatwoot EU" in await pressed("change", "Changed.", **about)
        async with application.database.read(DEFAULT_TENANT) as records:
            known = await records.connections.find(TROUBLED)
        assert known is not None
        assert (known.url, known.settings) == ("https://chat.example.com", {"account_id": 4, "notes": False})
        await pressed("sent", "Noted as sent.", write="write-1")
        answer = await press(ada, PATH, "sent", write="write-1")
        assert (answer.status_code, "sent by now" in answer.text) == (409, True)
        await pressed("again", "It is being written again.", write="write-2")
        assert (await press(ada, PATH, "dance")).status_code == 422


async def test_what_tools_and_people_wrote_is_never_html(application: Application, app: FastAPI) -> None:
    async with application.database.write(DEFAULT_TENANT) as records:
        known = await records.connections.find(TROUBLED)
        assert known is not None
        for number, attack in enumerate(ATTACKS):
            ident = f"x{number}"
            await records.connections.put(known.model_copy(update={"id": ident, "name": attack, "problem": attack, "refused_why": attack}))
            await records.connections.refuse(ident, 1, application.clock(), attack)
            row = await records.connections.receive(ident, attack, [], application.clock())
            assert row is not None
            await records.connections.worked(row, application.clock(), attack)
    async with await visitor(application, app, "admin") as ada:
        plain = _elements(await ada.get(PATH))
        for number, attack in enumerate(ATTACKS):
            answer = await ada.get(f"/connections/x{number}")
            assert answer.status_code == 200
            assert _elements(answer) <= plain | {"time"}, attack


def _elements(answer: httpx.Response) -> set[str]:
    return {element.name for element in BeautifulSoup(answer.text, "html.parser").find_all()}


async def test_without_scripts_one_is_made_and_stopped(company: Company, browser: Browser, tmp_path: Path) -> None:
    async with Site(company.copy(tmp_path / "data")) as site:
        context = await browser.new_context(base_url=site.address, java_script_enabled=False, locale="en-GB")
        await site.sign_in(context, "admin-ada")
        page = await context.new_page()
        await page.goto("/connections")
        await expect(page.get_by_text("No chat tool is connected")).to_be_visible()
        await page.get_by_role("link", name="Any other tool").click()
        await page.get_by_label("Name").fill("shop")
        await page.get_by_role("button", name="Connect").press("Enter")
        await expect(page.get_by_role("heading", name="Signing secret")).to_be_visible()
        await expect(page.get_by_text("/hooks/default/shop")).to_be_visible()
        await expect(page.get_by_role("button", name="Copy")).to_have_count(0)
        await page.get_by_role("button", name="Stop").click()
        await expect(page.get_by_text("Stopped: nothing is taken in")).to_be_visible()
        await context.close()
