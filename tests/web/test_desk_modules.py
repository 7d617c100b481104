"""The modules that keep a page alive: the stream that misses nothing, regions that change politely, keys that stay out of the way."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, Route, expect

from copilot.web.times import counted, words
from tests.web.site import Site, until
from tests.web.test_markup import NOW

HERO = "live-marta-refund"


async def use(page: Page, module: str, expression: str, argument: Any = None) -> Any:
    """`expression` with the module's exports as `m` and `argument` as `a`, in the page."""
    code = f"""async (a) => {{
        const place = document.querySelector('script[src*="/js/"]').src.replace(/js\\/.*$/, 'js/');
        const m = await import(place + '{module}.js');
        return await ({expression});
    }}"""
    return await page.evaluate(code, argument)


async def show(page: Page, html: str, name: str = "queue", **options: bool) -> Any:
    """Swap HTML into a region as a refresh would."""
    return await use(page, "regions", f"m.swap(m.region('{name}'), a.html, a.options)", {"html": html, "options": options})


# The stream


async def heard(page: Page) -> list[str]:
    return list(await page.evaluate("window.heard"))


async def listen(page: Page, prefix: str = "message.") -> None:
    """Collect the events of the desk's stream in `window.heard`, once it is online."""
    await use(page, "desk", "(window.heard = [], m.stream.on(a, (e) => window.heard.push(e.id)))", prefix)
    await until(page, "document.documentElement.dataset.line === 'online'")


async def test_the_stream_comes_back_and_misses_nothing(site: Site, lea: Page) -> None:
    await lea.goto(f"/desk?conversation={HERO}")
    await listen(lea)
    await site.say(HERO, "Are you there?")
    await until(lea, "window.heard.length > 0")
    before = await heard(lea)
    await site.hang_up()
    await until(lea, "document.documentElement.dataset.line !== 'online'")
    await site.say(HERO, "Nobody answers.")
    await site.say(HERO, "Still nobody.")
    await site.listen()
    await until(lea, "(n) => window.heard.length >= n + 2", len(before))
    after = await heard(lea)
    assert after[: len(before)] == before
    assert len(set(after)) == len(after), "nothing twice"
    async with site.application.database.read("default") as records:
        stored = [str(e.id) for e in await records.log.events(int(before[0]) - 1) if e.type.startswith("message.")]
    assert after == stored, "nothing missed"


async def test_what_happens_between_page_and_stream_is_heard(site: Site, lea: Page) -> None:
    """The page was drawn, then something happened, then the stream began."""
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    await lea.route("**/v1/stream*", hold)
    await lea.goto("/desk")
    await use(lea, "desk", "(window.heard = [], m.stream.on('message.', (e) => window.heard.push(e.id)))")
    await site.say(HERO, "In between.")
    for route in held:
        await route.continue_()
    await until(lea, "window.heard.length === 1")


async def test_without_the_service_the_page_says_so_and_text_stays(site: Site, lea: Page) -> None:
    await lea.goto("/desk")
    await show(lea, "<label>Answer <textarea></textarea></label>", "conversation")
    await listen(lea)
    await lea.get_by_label("Answer").fill("Dear Marta,")
    await site.hang_up()
    await expect(lea.locator("#line")).to_contain_text("Offline")
    await expect(lea.get_by_label("Answer")).to_have_value("Dear Marta,")
    await site.listen()
    await expect(lea.locator("#line")).to_be_hidden()
    await expect(lea.get_by_label("Answer")).to_have_value("Dear Marta,")


async def test_another_conversation_is_opened_without_missing_anything(site: Site, lea: Page) -> None:
    await lea.goto("/desk")
    await listen(lea)
    async with lea.expect_request(lambda request: "/v1/stream" in request.url and f"open={HERO}" in request.url):
        await use(lea, "desk", "m.stream.open(a)", HERO)
    await site.say(HERO, "Hello?")
    await until(lea, "window.heard.length === 1")


async def test_events_are_read_from_any_pieces(lea: Page) -> None:
    await lea.goto("/desk")
    text = ': keep\\n\\nid: 7\\nevent: message.stored\\ndata: {"a":1}\\n\\nevent: x\\r\\ndata: {"b":\\r\\ndata: "ü"}\\r\\n\\r\\n'
    for size in (1, 2, 3, 7, 500):
        code = f"(() => {{ const r = new m.Reader(); const t = '{text}'; const out = [];"
        code += f"for (let i = 0; i < t.length; i += {size}) out.push(...r.read(t.slice(i, i + {size}))); return out; }})()"
        assert await use(lea, "stream", code) == [
            {"type": "message.stored", "id": "7", "data": {"a": 1}},
            {"type": "x", "id": "", "data": {"b": "ü"}},
        ]


# Regions


def rows(keys: str) -> str:
    return "<ul>" + "".join(f'<li data-key="{key}"><a href="#{key}">row {key}</a></li>' for key in keys) + "</ul>"


async def away(page: Page) -> None:
    """The pointer looks at nothing that changes."""
    await page.mouse.move(640, 20)


async def test_a_swap_keeps_nodes_focus_and_order(lea: Page) -> None:
    await lea.goto("/desk")
    await away(lea)
    assert await show(lea, rows("abc"))
    await lea.get_by_role("link", name="row b").focus()
    await lea.evaluate("document.querySelector('[data-key=b]').mine = true")
    assert await show(lea, rows("cdba"))
    assert await lea.locator("[data-region=queue] li").all_inner_texts() == ["row c", "row d", "row b", "row a"]
    await expect(lea.get_by_role("link", name="row b")).to_be_focused()
    assert await lea.evaluate("document.querySelector('[data-key=b]').mine")


async def test_nothing_is_touched_when_only_times_changed(lea: Page) -> None:
    await lea.goto("/desk")
    await away(lea)
    then = '<p>Waits <time class="since" datetime="2026-01-01T00:00:00Z">{}</time></p>'
    assert await show(lea, then.format("1:00"))
    await lea.evaluate(
        "window.changed = 0; new MutationObserver(() => window.changed++)"
        ".observe(document.querySelector('[data-region=queue] p'), {childList: true})"
    )
    assert not await show(lea, then.format("2:00"))
    assert await lea.evaluate("window.changed") == 0


async def test_nothing_moves_under_the_pointer(lea: Page) -> None:
    await lea.goto("/desk")
    await away(lea)
    await show(lea, rows("ab"))
    await lea.get_by_role("link", name="row a").hover()
    assert not await show(lea, rows("ba"))
    assert await lea.locator("[data-region=queue] li").all_inner_texts() == ["row a", "row b"]
    await expect(lea.locator("[data-region=queue]")).to_have_attribute("data-waiting", "")
    await away(lea)
    await expect(lea.locator("[data-region=queue] li").first).to_have_text("row b")
    await expect(lea.locator("[data-region=queue]")).not_to_have_attribute("data-waiting", "")


async def test_what_is_being_typed_is_never_taken_away(lea: Page) -> None:
    await lea.goto("/desk")
    await away(lea)
    form = '<form><label>Answer <textarea id="answer">{}</textarea></label></form><p>{}</p>'
    await show(lea, form.format("", "one"), "conversation")
    await lea.get_by_label("Answer").press_sequentially("Dear")
    assert not await show(lea, form.format("", "two"), "conversation"), "it waits while it is edited"
    await lea.get_by_label("Answer").press_sequentially(" Marta")
    await lea.locator("h1").evaluate("document.activeElement.blur()")
    await expect(lea.locator("[data-region=conversation] p")).to_have_text("two")
    await expect(lea.get_by_label("Answer")).to_have_value("Dear Marta")
    await show(lea, form.format("", "three"), "conversation")
    await expect(lea.get_by_label("Answer")).to_have_value("Dear Marta")


async def test_open_details_kept_parts_and_scrolling_stay(lea: Page) -> None:
    await lea.goto("/desk")
    await away(lea)
    html = '<details id="more"><summary>More</summary>{0}</details><div id="stream" data-kept>{0}</div><div class="tall">{0}</div>'
    tall = "<p>line</p>" * 200
    await show(lea, html.format("one") + tall, "panel")
    await lea.get_by_text("More").click()
    await lea.evaluate("document.querySelector('#stream').textContent = 'grown'")
    await away(lea)
    await lea.evaluate("document.querySelector('[data-region=panel]').scrollTop = 300")
    assert await show(lea, html.format("two") + tall, "panel")
    assert await lea.evaluate("document.querySelector('#more').open")
    assert await lea.evaluate("document.querySelector('#stream').textContent") == "grown"
    assert await lea.evaluate("document.querySelector('.tall').textContent") == "two"
    assert await lea.evaluate("document.querySelector('[data-region=panel]').scrollTop") == 300


async def test_many_events_are_one_request(lea: Page) -> None:
    await lea.goto("/desk")
    await away(lea)
    asked: list[str] = []
    lea.on("request", lambda request: asked.append(request.url) if "/f/queue" in request.url else None)
    async with lea.expect_response(lambda answer: "/f/queue" in answer.url):
        await use(lea, "regions", "Promise.all(Array.from({length: 50}, () => m.refresh('queue')))")
    assert len(asked) == 1


async def test_an_answer_that_comes_too_late_is_not_shown(lea: Page) -> None:
    await lea.goto("/desk")
    await away(lea)

    async def slow(route: Route) -> None:
        first = "first" in route.request.url
        if first:
            await use(lea, "regions", "m.load('panel', '/desk/f/panel?second')")
        await route.fulfill(body=f"<p>{'first' if first else 'second'}</p>", content_type="text/html")

    await lea.route("**/desk/f/panel?*", slow)
    await use(lea, "regions", "m.load('panel', '/desk/f/panel?first')")
    await expect(lea.locator("[data-region=panel] p")).to_have_text("second")


async def test_a_part_that_comes_too_late_is_not_drawn_over_the_whole(lea: Page) -> None:
    """Two drafts get ready one after the other; the answer for the first comes last, and says that the second is being written."""
    await lea.goto("/desk")
    await away(lea)
    later = asyncio.Event()
    texts = iter(("Writing", "Writing", "A draft", "A draft"))

    async def crossed(route: Route) -> None:
        text, number = next(texts), len(asked)
        asked.append(text)
        if number == 1:
            await later.wait()
        await route.fulfill(body=f"<p class='part'>{text}</p>", content_type="text/html")

    asked: list[str] = []
    await lea.route("**/desk/f/panel?*", crossed)
    await use(lea, "regions", "m.load('panel', '/desk/f/panel?crossed')")
    async with lea.expect_request("**/desk/f/panel?crossed"):
        await use(lea, "regions", "void (window.part = m.loadPart('panel', '.part'))")
    await use(lea, "regions", "m.load('panel')")
    async with lea.expect_response(lambda answer: len(asked) == 4 and "/f/panel" in answer.url):
        later.set()
        await lea.evaluate("window.part")
    await expect(lea.locator("[data-region=panel] p")).to_have_text("A draft")


async def test_a_part_drawn_by_itself_does_not_keep_the_whole_from_being_drawn(lea: Page) -> None:
    await lea.goto("/desk")
    await away(lea)
    texts = iter(("one", "two", "one"))

    async def answer(route: Route) -> None:
        await route.fulfill(body=f"<p class='part'>{next(texts)}</p>", content_type="text/html")

    await lea.route("**/desk/f/panel?*", answer)
    await use(lea, "regions", "m.load('panel', '/desk/f/panel?parts')")
    await use(lea, "regions", "m.loadPart('panel', '.part')")
    await expect(lea.locator("[data-region=panel] p")).to_have_text("one")
    assert next(texts, None) is None, "the whole was asked for after its part"


@pytest.mark.parametrize("trouble", ["abort", "503", "429"])
async def test_a_region_whose_answer_failed_is_drawn_as_soon_as_there_is_one(lea: Page, trouble: str) -> None:
    await lea.goto("/desk")
    await away(lea)
    asked: list[str] = []

    async def troubled(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) > 2:
            await route.fulfill(body="<p>Here it is</p>", content_type="text/html")
        elif trouble == "abort":
            await route.abort()
        else:
            await route.fulfill(status=int(trouble), body="{}")

    await lea.route("**/desk/f/panel?*", troubled)
    await use(lea, "regions", "(m.region('panel').dataset.src = '/desk/f/panel?troubled', m.refresh('panel'))")
    await expect(lea.locator("[data-region=panel]")).to_have_text("Here it is")
    assert len(asked) == 3


async def test_a_region_that_is_refused_is_not_asked_for_again_and_again(lea: Page) -> None:
    await lea.clock.install()
    await lea.goto("/desk")
    await away(lea)
    asked: list[str] = []

    async def refused(route: Route) -> None:
        asked.append(route.request.url)
        await route.fulfill(status=403, body="{}")

    await lea.route("**/desk/f/panel?*", refused)
    await use(lea, "regions", "(m.region('panel').dataset.src = '/desk/f/panel?refused', m.refresh('panel'))")
    async with lea.expect_response("**/desk/f/panel?refused"):
        await lea.clock.run_for(1000)
    await expect(lea.locator("[data-region=panel]")).to_have_attribute("data-stale", re.compile("."))
    await lea.clock.run_for(60_000)
    await use(lea, "api", "m.fragment('/desk/f/queue')")  # what was on its way before is through
    assert len(asked) == 1


# Keys, dialogs, theme, requests


async def test_keys_act_outside_of_fields_and_can_be_switched_off(lea: Page) -> None:
    await lea.goto("/desk")
    await show(lea, "<input aria-label='Search'>", "conversation")
    await use(lea, "keys", "(window.used = 0, m.addKey({key: 'u', label: 'Use the reply', group: 'Reply', run: () => window.used++}))")
    await lea.keyboard.press("u")
    assert await lea.evaluate("window.used") == 1
    await lea.get_by_label("Search").press("u")
    await lea.keyboard.press("Escape")
    assert await lea.evaluate("window.used") == 1
    await lea.locator("h1").evaluate("document.activeElement.blur()")
    await lea.keyboard.press("Control+u")
    await lea.keyboard.press("?")
    dialog = lea.get_by_role("dialog", name="Keyboard")
    await expect(dialog).to_contain_text("Use the reply")
    await lea.keyboard.press("u")
    assert await lea.evaluate("window.used") == 1, "not while a dialog is open"
    await dialog.get_by_label("Use single-letter keys").uncheck()
    await lea.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await lea.keyboard.press("u")
    assert await lea.evaluate("window.used") == 1
    await lea.reload()
    assert await use(lea, "keys", "m.lettersOn()") is False
    assert "never" in await use(
        lea, "keys", "(() => { try { m.addKey({key: 'Enter', label: '', run() {}}) } catch (e) { return e.message } })()"
    )


async def test_the_theme_is_kept_without_a_flash(lea: Page) -> None:
    await lea.goto("/desk")
    await lea.get_by_text("Lea Brandt").click()
    await lea.get_by_label("Dark").check(force=True)
    dark = await lea.evaluate("getComputedStyle(document.body).backgroundColor")
    answer = await lea.reload()
    assert answer is not None
    assert 'data-theme="dark"' in await answer.text()
    assert await lea.evaluate("getComputedStyle(document.body).backgroundColor") == dark


async def test_a_question_before_what_cannot_be_undone(lea: Page) -> None:
    await lea.goto("/desk")
    for button, answer in (("Forget it", True), ("Cancel", False)):
        asked = use(lea, "dialog", "m.ask('Forget this memory?', 'Forget it')")
        task = asyncio.create_task(asked)
        await lea.get_by_role("dialog", name="Forget this memory?").get_by_role("button", name=button).click()
        assert await task is answer


async def test_problems_are_told_in_their_own_words(site: Site, lea: Page) -> None:
    await lea.goto("/desk")
    refused = "m.send('POST', '/v1/users', {name: 'x'}).catch((e) => [e.status, e.detail, e.todo])"
    status, detail, todo = await use(lea, "api", refused)
    assert (status, detail) == (403, "The role agent may not do this.")
    assert "admin" in todo
    await site.hang_up()
    gone = await use(lea, "api", "m.send('GET', '/v1/queue').catch((e) => [e.status, e.message])")
    assert gone == [0, "The service cannot be reached. Your text is kept. Try again in a moment."]


async def test_a_change_that_got_no_answer_is_sent_again_and_counts_once(site: Site, lea: Page) -> None:
    """The connection breaks after the service has carried it out."""
    await lea.goto("/desk")
    lost: list[str] = []

    async def lose(route: Route) -> None:
        if not lost:
            lost.append(route.request.headers["idempotency-key"])
            await route.fetch()
            await route.abort()
        else:
            assert route.request.headers["idempotency-key"] == lost[0]
            await route.continue_()

    await lea.route("**/v1/conversations/*/suggestions", lose)
    answer = await use(lea, "api", f"m.send('POST', '/v1/conversations/{HERO}/suggestions', {{kinds: ['cue']}})")
    assert answer["turn_id"]


async def test_times_are_the_viewers(site: Site, context: BrowserContext, lea: Page) -> None:
    await lea.goto("/desk")
    await away(lea)
    await show(lea, '<time class="exact" datetime="2026-03-01T12:00:00Z">x</time>', "panel")
    zone = await lea.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    expected = await lea.evaluate(
        "(zone) => new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', hour12: false, timeZone: zone})"
        ".format(new Date('2026-03-01T12:00:00Z'))",
        zone,
    )
    await expect(lea.locator("[data-region=panel] time")).to_contain_text(expected)
    for seconds in (0, 46, 3600, 86400 * 3, -900):
        assert await use(lea, "times", "m.words(a)", seconds) == words(NOW - timedelta(seconds=seconds), NOW)
        assert await use(lea, "times", "m.counted(a)", seconds) == counted(seconds)
