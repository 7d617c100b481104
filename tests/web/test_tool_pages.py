"""The pages in Chatwoot's, Zendesk's and Front's own frames: the panel in them, the tool's script, and what goes into the composer."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import RSAKey
from playwright.async_api import FrameLocator, Page, Route, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route as Address

from copilot.bootstrap import DEFAULT_TENANT, Application
from copilot.domain.formats import ConversationIn, MessageIn
from copilot.services.chat_tools.connecting import ConnectionIn
from tests.channels.doubles.zendesk import ZendeskDouble, user
from tests.patience import eventually
from tests.web.beside import comes_from
from tests.web.serving import Served
from tests.web.site import CONSOLE, Company, Site

MARTA = "live-marta-refund"
TEXT = 'I < you & "we"\nTom'
ZENDESK = """
window.asked = []; window.heard = {}; window.known = {"ticket.id": 4711, "comment.useRichText": true}; window.fails = [];
window.ZAFClient = { init: () => ({
  get: async (name) => ({ errors: {}, [name]: window.known[name] }),
  on: (name, told) => { window.heard[name] = told; },
  invoke: async (name, ...given) => { if (window.fails.includes(name)) throw new Error(name); window.asked.push([name, ...given]); },
}) };
"""
"""The framework as Zendesk's documentation says: `get` answers an object by name, `invoke` a promise."""
FRONT = """
window.asked = [];
window.context = (id, draftId) => ({
  type: "singleConversation", conversation: { id, draftId },
  listMessages: async () => ({ results: [
    { id: "msg_2", status: "inbound", date: new Date(2000) }, { id: "msg_3", status: "outbound", date: new Date(3000) },
    { id: "msg_1", status: "inbound", date: new Date(1000) } ] }),
  createDraft: async (given) => { window.asked.push(["createDraft", given]); return { id: "dra_made" }; },
  updateDraft: async (id, given) => { window.asked.push(["updateDraft", id, given]); },
});
window.Front = { contextUpdates: { subscribe: (told) => { window.tell = told; told(window.context("live-marta-refund")); } } };
"""
CUT = """() => [...document.querySelectorAll('.copilot :is(.tag, h2, a, button)')].filter((one) => one.checkVisibility())
  .filter((one) => one.getBoundingClientRect().right > innerWidth || (one.matches('.part-head h2') && one.getClientRects()[0].height > 30))
  .map((one) => one.textContent.trim())"""
"""What stands beyond the edge, or is broken in the middle of a word."""
INSERT = """(text) => parent.postMessage({ type: "copilot:insert", text }, location.origin)"""


class ToolSite(Site):
    """A site whose calls to Zendesk come to a double."""

    def __init__(self, application: Application, double: ZendeskDouble) -> None:
        super().__init__(application)
        self.double = double


@pytest_asyncio.fixture(loop_scope="session")
async def site(company: Company, tmp_path: Path) -> AsyncIterator[ToolSite]:
    double = ZendeskDouble()
    async with ToolSite(company.copy(tmp_path / "data", http=double.client()), double) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def tool(site: Site) -> AsyncIterator[str]:
    """A chat tool's page that frames the page of the query, on an origin that the tenant allows."""

    async def answer(request: Request) -> HTMLResponse:
        at = f"{site.address}{request.url.path}"
        if token := request.query_params.get("token"):  # as Zendesk asks: by POST, with a token that it signed
            form = f'<form method="post" action="{at}" target="sidebar"><input name="token" value="{token}"></form>'
            frame = '<iframe name="sidebar" title="Sidebar" width="320" height="720"></iframe>'
            return HTMLResponse(f"<!doctype html>{frame}{form}<script>document.forms[0].submit()</script>")
        return HTMLResponse(f'<!doctype html><h1>Tool</h1><iframe title="Sidebar" src="{at}?{request.url.query}"></iframe>')

    async with Served(Starlette(routes=[Address("/{path:path}", answer)])) as served:
        origin = f"http://localhost:{served.port}"
        async with site.application.database.write(DEFAULT_TENANT) as records:
            settings = await records.admin.settings()
            await records.admin.put_settings(settings.model_copy(update={"panel_origins": (origin,)}))
        yield origin


async def opened(page: Page, tool: str, path: str, sdk: str) -> tuple[FrameLocator, FrameLocator]:
    """The sidebar in the tool, and the panel in the sidebar."""

    async def script(route: Route) -> None:
        await route.fulfill(body=sdk, content_type="text/javascript")

    await page.context.route("https://static.zdassets.com/**", script)
    await page.context.route("https://dl.frontapp.com/**", script)
    await page.goto(f"{tool}{path}")
    sidebar = page.frame_locator("iframe[title=Sidebar]")
    return sidebar, sidebar.frame_locator("iframe[title=Copilot]")


async def sign_in(site: Site, page: Page, panel: FrameLocator) -> None:
    await site.sign_in(page.context)
    async with page.expect_popup() as window:
        await panel.get_by_role("button", name="Sign in").click()
    popup = await window.value
    if not popup.is_closed():
        await popup.wait_for_event("close")


async def said(sidebar: FrameLocator, name: str = "asked") -> list[Any]:
    found: list[Any] = await sidebar.locator("body").evaluate(f"() => window.{name}")
    return [one for one in found if one[0] != "resize"]


async def asked(sidebar: FrameLocator, count: int) -> list[Any]:
    async def there() -> bool:
        return len(await said(sidebar)) >= count

    await eventually(there, f"{count} calls of the tool")
    return await said(sidebar)


async def choose(panel: FrameLocator, text: str = TEXT) -> None:
    """As the panel does when its button is pressed."""
    await panel.locator("body").evaluate(f"(_, text) => ({INSERT})(text)", text)


async def test_in_zendesks_frame_the_ticket_is_shown_and_the_words_go_into_the_editor(site: Site, page: Page, tool: str) -> None:
    await comes_from(site, MARTA, "zendesk", "4711")
    sidebar, panel = await opened(page, tool, "/zendesk/sidebar/default/zendesk", ZENDESK)
    await expect(panel.get_by_role("button", name="Sign in")).to_be_visible()
    await sign_in(site, page, panel)
    await expect(panel.get_by_role("complementary", name="Copilot")).to_contain_text("Marta Lindqvist")
    await choose(panel)
    assert await asked(sidebar, 1) == [["ticket.editor.insert", 'I &lt; you &amp; "we"<br>Tom']]
    await sidebar.locator("body").evaluate(
        "() => { window.fails = ['ticket.editor.insert']; window.known['comment.useRichText'] = false; }"
    )
    await choose(panel)
    assert (await asked(sidebar, 2))[1] == ["comment.appendText", TEXT]
    await sidebar.locator("body").evaluate("() => { window.fails.push('comment.appendText'); }")
    await choose(panel)
    await expect(sidebar.get_by_role("status")).to_contain_text("Copy it from the panel")


async def test_in_fronts_frame_the_draft_is_made_once_and_then_filled(site: Site, page: Page, tool: str) -> None:
    await comes_from(site, MARTA, "front", MARTA)
    sidebar, panel = await opened(page, tool, "/front/panel?tenant=default&connection=front", FRONT)
    await sign_in(site, page, panel)
    await expect(panel.get_by_role("complementary", name="Copilot")).to_contain_text("Marta Lindqvist")
    content = {"body": TEXT, "type": "text"}
    await choose(panel)
    created = {"content": content, "replyOptions": {"type": "reply", "originalMessageId": "msg_2"}}
    assert await asked(sidebar, 1) == [["createDraft", created]]
    await choose(panel)
    filled = {"updateMode": "insert", "content": content}
    assert (await asked(sidebar, 2))[1] == ["updateDraft", "dra_made", filled]
    await sidebar.locator("body").evaluate("() => window.tell(window.context('live-marta-refund', 'dra_own'))")
    await choose(panel)
    assert (await asked(sidebar, 3))[2] == ["updateDraft", "dra_own", filled]
    await sidebar.locator("body").evaluate("() => window.tell({ type: 'noConversation' })")
    await choose(panel)
    await expect(sidebar.get_by_role("status")).to_contain_text("Open one conversation")
    assert len(await said(sidebar)) == 3


# Zendesk says who is there


KEY = RSAKey.generate_key(2048)
ACCOUNT = "https://ternway.zendesk.com"


class Zendesk:
    """The sample company with Zendesk, where Lea is the agent number 7, and the page that frames the sidebar."""

    def __init__(self, site: Site, double: ZendeskDouble, tool: str) -> None:
        self.site, self.double, self.tool = site, double, tool

    async def opened(self, page: Page, agent: int = 7, **given: Any) -> FrameLocator:
        """The panel in the sidebar of a ticket that an agent has just opened."""
        at = int(self.site.clock().timestamp())
        claims = {"aud": f"{ACCOUNT}/api/v2/apps/installations/9001.json", "sub": f"{ACCOUNT}/api/v2/users/{agent}.json"}
        token = jwt.encode({"alg": "RS256"}, claims | {"iat": at, "exp": at + 300} | given, KEY, algorithms=["RS256"])
        _, panel = await opened(page, self.tool, f"/zendesk/sidebar/default/zendesk?token={token}", ZENDESK)
        return panel

    async def sessions(self) -> int:
        async with self.site.application.database.read(DEFAULT_TENANT) as records:
            return sum(one.type == "session.began" and one.data.get("way") == "tool" for one in await records.log.events(0, limit=10_000))


@pytest_asyncio.fixture(loop_scope="session")
async def zendesk(site: ToolSite, tool: str) -> Zendesk:
    double = site.double
    pem = KEY.as_pem(private=False).decode()
    settings = {"app": 9001, "app_key": pem}
    given = ConnectionIn(id="zendesk", kind="zendesk", url=ACCOUNT, token=double.token, settings=settings)
    await site.application.chat_tools.connecting.make(CONSOLE, given)
    await comes_from(site, MARTA, "zendesk", "4711")
    lea = await site.person("agent-lea")
    double.users[7] = user(7, "agent", email=lea.email)
    return Zendesk(site, double, tool)


async def test_in_zendesk_nobody_whom_it_vouches_for_signs_in(zendesk: Zendesk, page: Page) -> None:
    for _ in range(3):  # each ticket brings a new token; the panel's own session is kept
        panel = await zendesk.opened(page)
        await expect(panel.get_by_role("complementary", name="Copilot")).to_contain_text("Marta Lindqvist")
    assert await zendesk.sessions() == 1


async def test_whom_zendesk_does_not_vouch_for_signs_in_as_everybody_does(zendesk: Zendesk, page: Page) -> None:
    panel = await zendesk.opened(page)
    await expect(panel.get_by_role("complementary", name="Copilot")).to_contain_text("Marta Lindqvist")
    # Somebody else at the same browser, whom nobody added here: what Lea left there is not theirs.
    panel = await zendesk.opened(page, 41)
    await expect(panel.get_by_role("button", name="Sign in")).to_be_enabled()
    await expect(panel.get_by_role("complementary", name="Copilot")).to_be_hidden()
    await sign_in(zendesk.site, page, panel)
    await expect(panel.get_by_role("complementary", name="Copilot")).to_contain_text("Marta Lindqvist")
    assert await zendesk.sessions() == 1


async def test_what_was_closed_in_the_tool_is_wrapped_up_from_its_panel(zendesk: Zendesk, page: Page) -> None:
    given = ConversationIn(conversation_id="4711", channel="email", status="closed", messages=[])
    await zendesk.site.application.ingest.conversation(DEFAULT_TENANT, given, "zendesk")
    panel = await zendesk.opened(page)
    await expect(panel.get_by_role("link", name="Wrap up")).to_be_visible()
    assert await panel.locator("body").evaluate(CUT) == [], "as wide as Zendesk's sidebar"
    await zendesk.site.sign_in(page.context)
    async with page.expect_popup() as window:
        await panel.get_by_role("link", name="Wrap up").click()
    wrap_up = await window.value
    await expect(wrap_up.get_by_text("It was closed in your chat tool.")).to_be_visible()
    await wrap_up.get_by_label("Summary").fill("Refunded.")
    await wrap_up.get_by_label("Solved", exact=True).check()
    await wrap_up.get_by_role("button", name="Keep this").click()
    await expect(wrap_up).to_have_url(f"{zendesk.site.address}/desk")
    panel = await zendesk.opened(page)
    await expect(panel.get_by_role("complementary", name="Copilot")).to_contain_text("Marta Lindqvist")
    await expect(panel.get_by_role("link", name="Wrap up")).to_have_count(0)


CHATWOOT = """(id) => {
  const tell = (what) => document.querySelector("iframe").contentWindow.postMessage(what, "*");
  const context = (id) => JSON.stringify({ event: "appContext", data: { conversation: { id }, contact: {}, currentAgent: { id: 7 } } });
  window.asks = 0;
  addEventListener("message", ({ data }) => { if (data === "chatwoot-dashboard-app:fetch-info") { window.asks += 1; tell(context(id)); } });
  window.show = (next) => tell(context(next));
  window.lie = () => { tell("{"); tell(JSON.stringify({ event: "appContext", data: { conversation: { id: "18" } } })); };
  tell(context(id));
}"""
"""Chatwoot's page as its source says: the context as a JSON string, on being asked, and when another conversation is opened."""


async def test_in_chatwoots_frame_the_conversation_of_its_account_is_shown(site: Site, page: Page, tool: str) -> None:
    for number, text in ((17, "Where is my cello?"), (18, "Somebody else asks.")):
        said = MessageIn(id="1", author="customer", text=text, sent_at="-PT1M")
        given = ConversationIn(conversation_id=str(number), channel="chat", messages=[said])
        await site.application.ingest.conversation(DEFAULT_TENANT, given, "chatwoot")
    sidebar, panel = await opened(page, tool, "/chatwoot/panel", "")
    await page.evaluate(CHATWOOT, 17)
    await sign_in(site, page, panel)
    await expect(panel.locator(".copilot[data-ref='17']")).to_be_visible()
    await page.evaluate("() => window.lie()")
    await page.evaluate("() => window.show(18)")
    await expect(panel.locator(".copilot[data-ref='18']")).to_be_visible()
    await choose(panel)
    await expect(sidebar.get_by_role("status")).to_contain_text("cop", ignore_case=True)  # or the browser did not allow it


async def test_only_allowed_pages_may_frame_them_and_only_the_tools_script_runs(site: Site, tool: str) -> None:
    async with httpx.AsyncClient(base_url=site.address) as http:
        for path, source in (("/zendesk/sidebar", "https://static.zdassets.com"), ("/front/panel", "https://dl.frontapp.com")):
            policy = (await http.get(path)).headers["content-security-policy"]
            assert f"script-src 'self' {source};" in policy
            assert f"frame-ancestors 'self' {tool};" in policy
            nobody = (await http.get(path, params={"tenant": "nobody"})).headers["content-security-policy"]
            assert "frame-ancestors 'self';" in nobody
        posted = await http.post("/zendesk/sidebar", data={"token": "x"}, headers={"Origin": tool, "Sec-Fetch-Site": "cross-site"})
        assert posted.status_code == 200
        for path in ("/zendesk/sidebar.js", "/front/plugin.js"):
            answer = await http.get(path)
            assert answer.headers["content-type"].startswith("text/javascript")
        inner = await http.get("/panel", params={"origin": site.address}, headers={"Sec-Fetch-Dest": "iframe"})
        assert f"frame-ancestors 'self' {tool}" in inner.headers["content-security-policy"]
