"""What the extension reads from the pages of each tool: at the tools' own addresses, which the browser is given fixtures for."""

import json
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, Route

from copilot.commands.extension import SHIPPED

ID, TEXT = "12", "Hello"
ADDRESSES = [
    ("https://app.chatwoot.com/app/accounts/3/conversations/12", "chatwoot", "12"),
    ("https://app.chatwoot.com/app/accounts/3/inbox/7/conversations/12", "chatwoot", "12"),
    ("https://app.chatwoot.com/app/accounts/3/label/late-refunds/conversations/12", "chatwoot", "12"),
    ("https://app.chatwoot.com/app/accounts/3/mentions/conversations/12?messageId=9", "chatwoot", "12"),
    ("https://app.chatwoot.com/app/accounts/3/mentions/conversations", "chatwoot", ""),
    ("https://app.chatwoot.com/app/accounts/3/contacts/12", "chatwoot", ""),
    ("https://acme.zendesk.com/agent/tickets/12", "zendesk", "12"),
    ("https://acme.zendesk.com/agent/tickets/12/events", "zendesk", "12"),
    ("https://acme.zendesk.com/agent/users/12", "zendesk", ""),
    ("https://acme.zendesk.com/hc/tickets/12", "zendesk", ""),
    ("https://app.intercom.com/a/inbox/ab12/inbox/conversation/215475827415413", "intercom", "215475827415413"),
    ("https://app.intercom.com/a/inbox/ab12/inbox/shared/all/conversation/12?view=List", "intercom", "12"),
    ("https://app.eu.intercom.com/a/inbox/ab12/inbox/admin/8857114/conversation/12", "intercom", "12"),
    ("https://app.intercom.com/a/inbox/ab12/inbox/admin/8857114", "intercom", ""),
    ("https://app.frontapp.com/open/cnv_55c8c149", "front", "cnv_55c8c149"),
    ("https://app.frontapp.com/inboxes/teams/folders/1/unassigned/99887766", "front", "cnv_1ngxw6"),
    ("https://app.frontapp.com/inboxes/teams/folders/99887766", "front", ""),
    ("https://app.frontapp.com/inboxes/teams/folders/99887766/unassigned", "front", ""),
    ("https://app.frontapp.com/settings/teams/members/99887766", "front", ""),
    ("https://acme.freshdesk.com/a/tickets/12", "freshdesk", "12"),
    ("https://acme.freshdesk.com/a/tickets/12?current_tab=details", "freshdesk", "12"),
    ("https://acme.freshdesk.com/a/tickets/filters/all_tickets", "freshdesk", ""),
]
STRANGERS = [
    "https://zendesk.com.evil.example/agent/tickets/12",
    "https://evilzendesk.com/agent/tickets/12",
    "https://app.chatwoot.com:8443/app/accounts/3/conversations/12",
    "https://evil.example/app/accounts/3/conversations/12",
]
COMPOSERS = [
    ("https://app.chatwoot.com/app/accounts/3/conversations/12",
     '<div class="reply-box"><div class="ProseMirror" contenteditable id="it">_</div></div>'),
    ("https://app.chatwoot.com/app/accounts/3/conversations/12", '<div class="reply-box"><textarea id="it"></textarea></div>'),
    ("https://acme.zendesk.com/agent/tickets/12",
     '<div hidden><div contenteditable data-test-id="omnicomposer-rich-text-ckeditor">_</div></div>'
     '<div contenteditable id="it" data-test-id="omnicomposer-rich-text-ckeditor">_</div>'),
    ("https://app.intercom.com/a/inbox/ab12/inbox/conversation/12",
     '<div class="ProseMirror embercom-prosemirror-composer-editor" contenteditable id="it">_</div>'),
    ("https://app.frontapp.com/open/cnv_1", '<div role="textbox" contenteditable="true" id="it">_</div>'),
    ("https://acme.freshdesk.com/a/tickets/12",
     '<div class="fr-wrapper"><div class="fr-element fr-view" contenteditable id="it">_</div></div>'),
]  # fmt: skip
READ = """(settings) => Promise.all([import('/ext/settings.js')]).then(([m]) => {
  const recipe = m.recipeFor(settings, location.href);
  return recipe && [recipe.tool, copilotBeside.conversation(recipe)];
})"""
PLACE = (
    """() => import('/ext/settings.js').then((m) => copilotBeside.composer(m.recipeFor({ sites: [] }, location.href)).field?.id ?? '')"""
)
HEAD = "<!doctype html><meta charset=utf-8><style>#it { min-width: 40px; min-height: 20px }</style>"
NOTHING: dict[str, Any] = {"sites": []}


@pytest.fixture(autouse=True)
def quiet() -> None:
    """These need no service."""


async def at(context: BrowserContext, address: str, body: str = "") -> Page:
    """A page at that address; the extension's own modules are beside it."""

    async def answer(route: Route) -> None:
        path = route.request.url.split("/", 3)[3].split("?")[0]
        if path.startswith("ext/"):
            await route.fulfill(body=(SHIPPED / path.removeprefix("ext/")).read_text(), content_type="text/javascript")
        else:
            await route.fulfill(
                body=f"{HEAD}{body}",
                content_type="text/html",
            )

    await context.route("https://**/*", answer)
    page = await context.new_page()
    await page.goto(address)
    await page.add_script_tag(content=(SHIPPED / "page" / "reading.js").read_text())
    return page


async def test_every_tools_addresses_are_read(context: BrowserContext) -> None:
    for address, tool, number in ADDRESSES:
        page = await at(context, address)
        assert await page.evaluate(READ, NOTHING) == [tool, number], address
        await page.close()


async def test_an_address_like_a_tools_is_no_tool(context: BrowserContext) -> None:
    for address in STRANGERS:
        page = await at(context, address)
        assert await page.evaluate(READ, NOTHING) is None, address
        await page.close()


async def test_every_tools_composer_is_found(context: BrowserContext) -> None:
    for address, body in COMPOSERS:
        page = await at(context, address, body)
        assert await page.evaluate(PLACE) == "it", body
        await page.close()


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("<b id=case>#4711</b>", "4711"),
        ("<b id=case> TW-4711 </b>", "TW-4711"),
        ("<b id=case data-id=77>Case of today</b>", "77"),
        ("<b id=case>4711</b><b id=case>4711</b>", "4711"),
        ("<b id=case>4711</b><b id=case>88</b>", ""),
        ("<b id=case>88</b><b id=case hidden>4711</b>", "88"),
        ("<b id=case>4711 and <i>88</i></b>", ""),
        (f"<b id=case>{'9' * 201}</b>", ""),
        ("<b id=case></b>", ""),
        ("", ""),
    ],
)
async def test_an_element_says_which_one_is_open_only_if_it_says_one(context: BrowserContext, body: str, number: str) -> None:
    page = await at(context, "https://tool.example/inbox", body)
    sites = {"sites": [{"origin": "https://tool.example", "tool": "generic", "id": "#case"}]}
    assert await page.evaluate(READ, sites) == ["generic", number]


async def test_a_wrong_selector_finds_nothing(context: BrowserContext) -> None:
    page = await at(context, "https://tool.example/inbox", "<b id=case>1</b>")
    sites = {"sites": [{"origin": "https://tool.example", "tool": "generic", "id": "#case[[["}]}
    assert await page.evaluate(READ, sites) == ["generic", ""]


def test_the_catalogue_names_every_adapter() -> None:
    lines = (SHIPPED / "catalogue.js").read_text()
    for path in (SHIPPED / "adapters").glob("*.js"):
        assert f'from "./adapters/{path.name}"' in lines
        assert f'tool: "{path.stem}"' in path.read_text()
    assert json.loads((SHIPPED / "config.json").read_text()) == {"service": "", "tenant": "", "sites": []}
