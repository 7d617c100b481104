"""The browser extension beside a tool's page: it knows which conversation is open, and what is used stands in the tool's composer."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.commands.extension import SHIPPED
from copilot.commands.extension import Site as ToolSite
from copilot.domain.suggestion import Decision
from tests.patience import eventually
from tests.web.beside import Beside, Installed, allow, comes_from, installed, tool_app
from tests.web.serving import Served
from tests.web.site import Site

MARTA, KOFI = "live-marta-refund", "live-kofi-bag"
CHAT = "/app/accounts/1/conversations/4711"
OTHER = "/app/accounts/1/inbox/2/conversations/88"
KEEP = """(origin) => chrome.storage.local.set({
  sites: [{ origin, tool: 'generic', connection: 'chatwoot', id: '#case' }],
})"""
ORIGINS = """() => import('/settings.js')
  .then((m) => ['https://a.example/x', 'http://a.example', 'javascript:1'].map(m.originOf))"""
SECOND = "<div class=reply-box><div class=ProseMirror contenteditable id=second>x</div></div>"
SWALLOW = """() => document.addEventListener('paste', (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
}, true)"""
WHY = ("moved", "nowhere", "several", "untaken", "lost", "silent")
"""Words that side.js names by a page's answer."""
USED = re.compile(r"\bused\b", re.IGNORECASE)
HARD = (
    "Dear Marta,\n\n“quotes”, \"quotes\" & 'quotes' – 142 € 👩‍👩‍👧 🇵🇹\nשלום, مرحبا\n"
    '<img src=x onerror="window.ran = 1"><script>window.ran = 1</script>\n\n  Kind regards\nLea'
)


@pytest_asyncio.fixture(loop_scope="session")
async def chatwoot() -> AsyncIterator[str]:
    async with Served(tool_app("chatwoot")) as there:
        yield f"http://localhost:{there.port}"


@pytest_asyncio.fixture(loop_scope="session")
async def zendesk() -> AsyncIterator[str]:
    async with Served(tool_app("zendesk")) as there:
        yield f"http://localhost:{there.port}"


@pytest_asyncio.fixture(loop_scope="session")
async def generic() -> AsyncIterator[str]:
    async with Served(tool_app("generic")) as there:
        yield f"http://localhost:{there.port}"


@pytest_asyncio.fixture(loop_scope="session")
async def extension(
    browser: Browser, whole_chromium: str, site: Site, tmp_path: Path, chatwoot: str, zendesk: str
) -> AsyncIterator[Installed]:
    await comes_from(site, MARTA, "chatwoot", "4711")
    await comes_from(site, KOFI, "zendesk", "4711")
    sites = [ToolSite(origin=chatwoot, tool="chatwoot"), ToolSite(origin=zendesk, tool="zendesk")]
    async with installed(browser, whole_chromium, tmp_path, site, sites) as made:
        yield made


async def opened(extension: Installed, site: Site, address: str) -> Beside:
    """A tool's page with the panel beside it, signed in."""
    page = await extension.context.new_page()
    await page.goto(address)
    beside = await extension.open(page)
    await beside.sign_in(site)
    return beside


async def decisions(site: Site, number: str, connection: str) -> list[Decision]:
    async with site.application.database.read(DEFAULT_TENANT) as records:
        talk = await records.conversations.find(number, connection)
        assert talk is not None
        found = [one for one in await records.suggestions.of_conversation(talk.id) if one.kind == "reply"]
        return [decision for one in found for decision in await records.suggestions.decisions(one.id)]


async def test_what_is_used_stands_in_chatwoots_composer(extension: Installed, site: Site, chatwoot: str) -> None:
    beside = await opened(extension, site, f"{chatwoot}{CHAT}")
    await expect(beside.side.locator("#where")).to_have_text("Chatwoot · 4711")
    await expect(beside.panel).to_contain_text("Marta Lindqvist")
    text = await beside.panel.locator("[data-main]").get_attribute("data-text")
    await beside.panel.get_by_role("button", name="Use").first.click()
    await expect(beside.panel.get_by_role("region", name="Reply")).to_contain_text(USED)
    assert await beside.written() == text
    await beside.nothing_sent()
    assert [one.action for one in await decisions(site, "4711", "chatwoot")] == ["used"]
    # Signed in once: another page, another panel.
    again = await extension.context.new_page()
    await again.goto(f"{chatwoot}{CHAT}")
    other = await extension.open(again)
    await expect(other.panel).to_contain_text("Marta Lindqvist")


async def test_zendesks_ticket_of_the_same_number_is_another_conversation(extension: Installed, site: Site, zendesk: str) -> None:
    """Two tickets are in the page, one is shown: the other's composer is left alone."""
    beside = await opened(extension, site, f"{zendesk}/agent/tickets/4711")
    await expect(beside.panel).to_contain_text("Kofi Mensah")
    await expect(beside.panel).not_to_contain_text("Marta")
    await beside.use_own(HARD)
    await expect(beside.panel.get_by_role("region", name="Reply")).to_contain_text(USED)
    assert await beside.page.evaluate("[window.models[4711].text, window.models[88].text]") == [HARD, ""]
    await beside.nothing_sent()


@pytest.mark.parametrize("composer", ["textarea", "contenteditable", "pasting", "intending"])
async def test_every_kind_of_composer_takes_it_to_the_letter(extension: Installed, site: Site, generic: str, composer: str) -> None:
    page = await extension.context.new_page()
    await page.goto(f"{generic}/?composer={composer}")
    beside = await extension.open(page)
    form = beside.side.locator("#site")
    await expect(form).to_contain_text("Is this your chat tool?")
    await beside.side.evaluate("chrome.permissions.request = async (asked) => ((window.asked = asked), true)")
    await form.get_by_label("Chat tool").select_option("generic")
    await form.get_by_label("The conversation’s id").fill("#case")
    await form.get_by_label("The field you write in").fill(".reply")
    await page.evaluate("document.querySelector('#case').textContent = '4711'")
    await form.get_by_label("Connection").fill("chatwoot")
    await form.get_by_role("button", name="Use the copilot here").click()
    await expect(beside.side.locator("#where")).to_have_text("Another web page · 4711")
    assert await beside.side.evaluate("window.asked") == {"origins": [f"{generic}/*"]}, "this site, and no other"
    await beside.sign_in(site)
    await expect(beside.panel).to_contain_text("Marta Lindqvist")
    await beside.use_own(HARD)
    await expect(beside.panel.get_by_role("region", name="Reply")).to_contain_text(USED)
    assert (await beside.written()).replace("\u00a0", " ") == HARD
    assert await page.evaluate("[window.ran ?? null, window.html ?? '', document.querySelectorAll('img').length]") == [None, "", 0]
    await beside.nothing_sent()


async def test_text_goes_where_the_cursor_is(extension: Installed, site: Site, generic: str) -> None:
    page = await extension.context.new_page()
    await page.goto(f"{generic}/?composer=textarea")
    await page.evaluate("document.querySelector('#case').textContent = '4711'")
    beside = await extension.open(page)
    await beside.side.evaluate(KEEP, generic)
    await beside.sign_in(site)
    await page.locator("textarea").fill("Hello ! Bye")
    await page.locator("textarea").evaluate("(one) => { one.focus(); one.setSelectionRange(6, 6); }")
    await beside.use_own("Marta")
    await expect(page.locator("textarea")).to_have_value("Hello Marta! Bye")
    await page.evaluate("document.execCommand('undo')")
    await expect(page.locator("textarea")).to_have_value("Hello ! Bye")


async def test_the_panel_follows_the_page(extension: Installed, site: Site, chatwoot: str) -> None:
    await comes_from(site, "live-katharina-annulliert", "chatwoot", "88")
    beside = await opened(extension, site, f"{chatwoot}{CHAT}")
    await expect(beside.panel).to_contain_text("Marta Lindqvist")
    await beside.page.evaluate("(to) => window.go(to)", OTHER)
    await expect(beside.panel).to_contain_text("Katharina Vogel")
    await beside.page.evaluate("window.go('/app/accounts/1/dashboard')")
    await expect(beside.side.locator("#where")).to_have_text("Chatwoot · no conversation is open")
    await beside.page.evaluate("window.go('/app/accounts/1/conversations/999')")
    await expect(beside.panel).to_contain_text("nothing from chatwoot under 999")
    await beside.page.goto(f"{chatwoot}{CHAT}")
    await expect(beside.panel).to_contain_text("Marta Lindqvist")


async def test_a_conversation_that_is_not_here_yet_appears_by_itself(extension: Installed, site: Site, chatwoot: str) -> None:
    from copilot.domain.formats import ConversationIn

    beside = await opened(extension, site, f"{chatwoot}/app/accounts/1/conversations/5000")
    await expect(beside.panel).to_contain_text("nothing from chatwoot under 5000")
    said = {"id": "m1", "author": "customer", "text": "Where is my bag?", "sent_at": site.clock().isoformat()}
    given = {"conversation_id": "5000", "channel": "chat", "customer": {"id": "c1", "name": "Bo Lind"}, "messages": [said]}
    await site.application.ingest.conversation(DEFAULT_TENANT, ConversationIn.model_validate(given), "chatwoot")
    await expect(beside.panel).to_contain_text("Bo Lind")


async def test_nothing_goes_into_another_conversation(extension: Installed, site: Site, chatwoot: str) -> None:
    """The page has moved on while the panel still shows the one before: it says so, writes nothing and counts nothing as used."""
    beside = await opened(extension, site, f"{chatwoot}{CHAT}")
    await expect(beside.panel).to_contain_text("Marta Lindqvist")

    async def never(route: Route) -> None:
        """No answer."""

    await extension.context.route("**/desk/f/panel?*conversation=88*", never)
    await beside.page.evaluate("(to) => window.go(to)", OTHER)
    await expect(beside.side.locator("#where")).to_have_text("Chatwoot · 88")
    await expect(beside.panel).to_contain_text("Marta Lindqvist")
    await beside.panel.get_by_role("button", name="Use").first.click()
    await expect(beside.toasts).to_contain_text("Another conversation is open now, so nothing was put in.")
    assert await beside.written() == ""
    assert await decisions(site, "4711", "chatwoot") == []


NEWER = "A newer draft is ready."


async def asks_again(site: Site) -> None:
    """Marta writes once more, in Chatwoot's conversation 4711, and is drafted for anew."""
    async with site.application.database.read(DEFAULT_TENANT) as records:
        talk = await records.conversations.find("4711", "chatwoot")
    assert talk is not None
    await site.say(talk.id, "Hello? Is anybody there?")


async def test_a_draft_holds_still_while_somebody_writes_into_the_tools_composer(extension: Installed, site: Site, chatwoot: str) -> None:
    """What they began stays as it is, so does the draft that they write by; the new one waits beside until they want it."""
    beside = await opened(extension, site, f"{chatwoot}{CHAT}")
    reply, main = beside.panel.get_by_role("region", name="Reply"), beside.panel.locator("[data-main]")
    before, words = await main.get_attribute("data-suggestion"), await main.get_attribute("data-text")
    body = beside.frame.locator("body")
    await body.evaluate("() => document.addEventListener('copilot:typed', () => (document.body.dataset.heard = ''))")
    await beside.page.locator("[data-composer]").click()
    await beside.page.keyboard.type("Dear Marta, I have")
    await expect(beside.frame.locator("body[data-heard]")).to_have_count(1)
    await asks_again(site)
    await expect(reply).to_contain_text(NEWER)
    assert [await main.get_attribute("data-suggestion"), await main.get_attribute("data-text")] == [before, words]
    assert await beside.written() == "Dear Marta, I have"
    await reply.get_by_role("button", name="Show it").click()
    await expect(main).not_to_have_attribute("data-suggestion", before or "")
    await beside.page.keyboard.type(" looked.")
    assert await beside.written() == "Dear Marta, I have looked."
    await beside.nothing_sent()


async def test_what_is_typed_into_the_draft_is_not_lost(extension: Installed, site: Site, chatwoot: str) -> None:
    beside = await opened(extension, site, f"{chatwoot}{CHAT}")
    reply = beside.panel.get_by_role("region", name="Reply")
    await beside.panel.get_by_role("button", name="Edit").first.click()
    field = beside.panel.get_by_label("The draft, as you want it")
    await field.fill("My own words")
    await asks_again(site)
    await expect(reply).to_contain_text(NEWER)
    await field.press_sequentially(", all of them.")
    await expect(field).to_have_value("My own words, all of them.")
    await beside.panel.get_by_role("button", name="Use my version").click()
    await expect(beside.page.locator("[data-composer]")).to_have_text("My own words, all of them.")
    await expect(reply).not_to_contain_text(NEWER)  # theirs is in: now it is shown
    (decided,) = await eventually(lambda: decisions(site, "4711", "chatwoot"), "the decision on record")
    assert decided.action == "edited"


async def test_its_own_words_are_in_the_browsers_language(extension: Installed) -> None:
    """Every language has every word, with the same places in it, and the pages ask for no other."""
    asked = [*SHIPPED.glob("*.html"), *SHIPPED.glob("*.js")]
    text = "".join(one.read_text() for one in asked)
    words = set(re.findall(r'data-word="(\w+)"|word\("(\w+)"', text)) | {("", name) for name in WHY}
    names = {one or other for one, other in words} | {"name", "about", "press"}
    found = {path.parent.name: json.loads(path.read_text()) for path in SHIPPED.glob("_locales/*/messages.json")}
    assert set(found) == {"en", "de", "es"}
    for language, messages in found.items():
        assert set(messages) == names, language
        for name, one in messages.items():
            places = re.compile(r"\{\w+\}|\$\w+\$")
            assert sorted(places.findall(one["message"])) == sorted(places.findall(found["en"][name]["message"])), (language, name)
    options = await extension.context.new_page()
    await options.goto(f"{extension.origin}/options.html")
    await expect(options.get_by_role("heading", name="Your chat tools")).to_be_visible()
    assert await options.evaluate("[...document.querySelectorAll('[data-word]')].filter((one) => !one.textContent.trim()).length") == 0


async def test_without_a_place_to_write_nothing_is_used(extension: Installed, site: Site, chatwoot: str) -> None:
    beside = await opened(extension, site, f"{chatwoot}{CHAT}")
    await beside.page.evaluate("document.querySelector('.reply-box').hidden = true")
    await beside.panel.get_by_role("button", name="Use").first.click()
    await expect(beside.toasts).to_contain_text("There is no field to write in.")
    assert await decisions(site, "4711", "chatwoot") == []
    await beside.page.evaluate("document.querySelector('.reply-box').hidden = false")
    await beside.panel.get_by_role("button", name="Use").first.click()
    await expect(beside.panel.get_by_role("region", name="Reply")).to_contain_text(USED)
    assert await beside.written() != ""


async def test_the_real_side_panel_opens_for_its_tab(extension: Installed, site: Site, chatwoot: str) -> None:
    page = await extension.context.new_page()
    await page.goto(f"{chatwoot}{CHAT}")
    asked: list[str] = []
    extension.context.on("request", lambda request: asked.append(request.url))
    await extension.press(page)

    async def there() -> list[str]:
        return [url for kind, url in await extension.contexts() if kind == "SIDE_PANEL" and url]

    (address,) = await eventually(there, "the side panel")
    tab = await extension.worker.evaluate("chrome.tabs.query({ active: true }).then(([one]) => one.id)")
    assert address == f"{extension.origin}/side.html?tab={tab}"
    # Its script runs in the page and sees which conversation is open: only it could tell.
    ports = "chrome.runtime.getContexts({ contextTypes: ['SIDE_PANEL'] }).then((all) => all.length)"
    assert await extension.worker.evaluate(ports) == 1


async def test_a_service_that_does_not_allow_it_is_said(extension: Installed, site: Site, chatwoot: str) -> None:
    await allow(site)
    page = await extension.context.new_page()
    await page.goto(f"{chatwoot}{CHAT}")
    beside = await extension.open(page)
    await expect(beside.side.locator("[data-state=no-panel]")).to_be_visible()
    await expect(beside.side.locator("[data-origin]")).to_have_text(extension.origin)
    await allow(site, extension.origin)
    await beside.side.get_by_role("button", name="Try again").click()
    await expect(beside.frame.get_by_role("button", name="Sign in")).to_be_visible()


async def test_it_sees_only_pages_on_which_it_was_asked(extension: Installed, chatwoot: str, zendesk: str) -> None:
    page = await extension.context.new_page()
    await page.goto(f"{chatwoot}{CHAT}")
    beside = await extension.open(page)
    await expect(beside.side.locator("#where")).to_have_text("Chatwoot · 4711")
    await page.goto(f"{zendesk}/agent/tickets/4711")
    await expect(beside.side.locator("[data-state=no-access]")).to_be_visible()


async def test_a_person_says_where_the_service_is(browser: Browser, whole_chromium: str, site: Site, tmp_path: Path, chatwoot: str) -> None:
    async with installed(browser, whole_chromium, tmp_path, site, []) as made:
        options = await made.context.new_page()
        await options.goto(f"{made.origin}/options.html")
        await expect(options.get_by_label("Address of your copilot")).to_be_disabled()
        await expect(options.locator("#origin")).to_have_text(made.origin)
        assert await options.evaluate(ORIGINS) == [
            "https://a.example",
            "",
            "",
        ]


# A page that is not on our side


HOSTILE = """
const attempts = [];
for (const type of ['copilot:insert', 'copilot:open', 'copilot:ready', 'insert', 'look', 'inserted']) {
  const what = { type, text: 'stolen', conversation: '88', id: '1', recipe: { origin: location.origin, conversation: [], composer: [] } };
  for (const frame of [window, ...Array.from({ length: frames.length }, (_, at) => frames[at])]) frame.postMessage(what, '*');
  document.dispatchEvent(new CustomEvent(type, { detail: what }));
}
const tried = async (name, work) => { try { attempts.push([name, await work()]); } catch { attempts.push([name, 'refused']); } };
"""


async def test_a_hostile_page_reaches_nothing(extension: Installed, site: Site, chatwoot: str) -> None:
    beside = await opened(extension, site, f"{chatwoot}{CHAT}")
    await expect(beside.panel).to_contain_text("Marta Lindqvist")
    shown = await beside.panel.inner_text()
    attempts = await beside.page.evaluate(
        f"""async ([origin, service]) => {{
          {HOSTILE}
          await tried('script', () => import(origin + '/settings.js'));
          await tried('config', () => fetch(origin + '/config.json').then((answer) => answer.text()));
          await tried('send', () => new Promise((done, failed) => chrome.runtime.sendMessage(origin.split('//')[1], {{}}, failed)));
          await tried('connect', () => chrome.runtime.connect(origin.split('//')[1]).name);
          await tried('world', () => typeof copilotBeside);
          const panel = `${{service}}/panel?conversation=4711&origin=${{encodeURIComponent(origin)}}`;
          for (const source of [origin + '/side.html?tab=1', origin + '/options.html', panel]) {{
            const frame = document.createElement('iframe');
            frame.className = 'hostile';
            frame.src = source;
            await new Promise((done) => {{ frame.onload = done; frame.onerror = done; document.body.append(frame); }});
          }}
          return attempts;
        }}""",
        [extension.origin, site.address],
    )
    assert attempts == [["script", "refused"], ["config", "refused"], ["send", "refused"], ["connect", "refused"], ["world", "undefined"]]
    for inside in [one for one in beside.page.frames if one != beside.page.main_frame]:
        assert not inside.url.startswith((extension.origin, site.address)), inside.url
    assert not [url for _, url in await extension.contexts() if url.endswith(("tab=1", "options.html"))]
    await beside.side.evaluate("window.postMessage({ type: 'copilot:insert', text: 'stolen', conversation: '4711', id: '1' }, '*')")
    await beside.use_own("Mine")
    await expect(beside.panel.get_by_role("region", name="Reply")).to_contain_text(USED)
    assert await beside.written() == "Mine", "nothing else came in"
    assert "Marta Lindqvist" in shown
    await beside.nothing_sent()


SPOOFS = """
<div class="reply-box" style="opacity:0"><div class="ProseMirror" contenteditable="true" id="unseen">x</div></div>
<style>#tiny { min-height: 0; height: 2px; width: 2px; overflow: hidden }</style>
<div class="reply-box" style="position:absolute"><div class="ProseMirror" contenteditable="true" id="tiny">x</div></div>
<div class="reply-box"><div class="ProseMirror" id="dead">x</div><textarea disabled id="off">x</textarea></div>
<iframe srcdoc='<div class="reply-box"><div class="ProseMirror" contenteditable="true">x</div></div>'></iframe>
<a href="/app/accounts/1/conversations/88" data-conversation-id="88">conversations/88</a>
"""


async def test_what_a_customer_writes_into_the_page_decides_nothing(extension: Installed, site: Site, chatwoot: str) -> None:
    """Elements that look like composers or name another conversation, as a message could bring them."""
    beside = await opened(extension, site, f"{chatwoot}{CHAT}")
    await beside.page.evaluate("(html) => document.querySelector('.thread').setHTMLUnsafe(html)", SPOOFS)
    await beside.use_own("For the composer")
    await expect(beside.panel.get_by_role("region", name="Reply")).to_contain_text(USED)
    assert await beside.written() == "For the composer"
    assert await beside.page.evaluate("['unseen', 'tiny', 'dead'].map((id) => document.getElementById(id).textContent)") == ["x"] * 3
    await expect(beside.side.locator("#where")).to_have_text("Chatwoot · 4711")


async def test_several_composers_are_not_guessed_between(extension: Installed, site: Site, chatwoot: str) -> None:
    beside = await opened(extension, site, f"{chatwoot}{CHAT}")
    await beside.page.evaluate("(html) => document.querySelector('.thread').setHTMLUnsafe(html)", SECOND)
    await beside.panel.get_by_role("button", name="Use").first.click()
    await expect(beside.toasts).to_contain_text("several fields to write in")
    assert [await beside.written(), await beside.page.locator("#second").inner_text()] == ["", "x"]
    assert await decisions(site, "4711", "chatwoot") == []


async def test_a_page_that_swallows_the_text_is_not_believed(extension: Installed, site: Site, chatwoot: str) -> None:
    beside = await opened(extension, site, f"{chatwoot}{CHAT}")
    await beside.page.evaluate(SWALLOW)
    await beside.panel.get_by_role("button", name="Use").first.click()
    await expect(beside.toasts).to_contain_text("The page did not take the text.")
    await expect(beside.toasts.get_by_role("button", name="Copy it instead")).to_be_visible()
    assert await decisions(site, "4711", "chatwoot") == []


def test_the_page_fixtures_are_used() -> None:
    assert {path.stem for path in (Path(__file__).parent / "tools").glob("*.html")} == {"chatwoot", "generic", "zendesk"}
