"""The desk in a real browser, on loopback, with the scripted provider: time to evidence and first words, scrolling, streams, asset bytes.

Streams: a browser opens six connections to a host at most, so the many are fetch streams as the desk opens them, five in each of forty
pages under names of their own; a few whole desks stand beside them.
"""

import asyncio
import gzip
import re
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from playwright.async_api import Browser, Page, async_playwright

from copilot.testing.provider import ScriptedProvider
from evals.bench.service import conversation, keys, load, median, p95, row, service

OPENS, TURNS, WARM = 20, 20, 3
ROWS = 200
PAGES, EACH, DESKS = 40, 5, 4
SAID = 20
PROVIDER_PAUSE_S = 0.02
PLACES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP *.bench.localhost 127.0.0.1"]
WATCH = """() => {
    const look = () => {
        const part = document.querySelector('.part.reply');
        const growing = part?.querySelector('[data-stream]')?.textContent ?? '';
        const read = part?.querySelector('.draft.writing [role=status]')?.textContent.startsWith('Writing');
        if (read || growing) window.evidenceAt ??= Date.now();
        if (growing) window.wordsAt ??= Date.now();
    };
    window.evidenceAt = window.wordsAt = undefined;
    window.watching ??= new MutationObserver(look);
    window.watching.observe(document.querySelector("[data-region='panel']"), {subtree: true, childList: true, characterData: true});
}"""
OPEN = """(ref) => new Promise((done) => {
    const begun = performance.now();
    const look = () => {
        const panel = document.querySelector(`[data-region='panel'] .copilot[data-ref='${ref}'] .part.cue`);
        if (!panel) return;
        watching.disconnect();
        requestAnimationFrame(() => done(performance.now() - begun));
    };
    const watching = new MutationObserver(look);
    watching.observe(document.querySelector("[data-region='panel']"), {subtree: true, childList: true, attributes: true});
    document.querySelector(`.case[data-ref='${ref}'] a`).click();
})"""
SCROLL = """async () => {
    const pane = [...document.querySelectorAll("[data-region='queue'], [data-region='queue'] *")].find(
        (one) => one.scrollHeight > one.clientHeight + 500 && ['auto', 'scroll'].includes(getComputedStyle(one).overflowY));
    const long = [];
    new PerformanceObserver((list) => long.push(...list.getEntries().map((one) => one.duration))).observe({type: 'longtask'});
    const frames = [];
    let last = await new Promise(requestAnimationFrame);
    while (pane.scrollTop + pane.clientHeight < pane.scrollHeight - 1) {
        pane.scrollTop += 60;
        const now = await new Promise(requestAnimationFrame);
        frames.push(now - last);
        last = now;
    }
    return {frames, long, rows: document.querySelectorAll('.case').length};
}"""
LISTEN = """async ([keys, open]) => {
    window.heard = keys.map(() => []);
    await Promise.all(keys.map(async (key, at) => {
        const answer = await fetch(`/v1/stream?open=${open}`, {headers: {Authorization: `Bearer ${key}`, Accept: 'text/event-stream'}});
        const text = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        (async () => {
            for (;;) {
                const {value, done} = await text.read();
                if (done) return;
                for (const _ of value.matchAll(/^event: message\\.stored/gm)) window.heard[at].push(Date.now());
            }
        })();
    }));
}"""


async def measure() -> list[dict[str, Any]]:
    """Rows of (figure, value, target)."""
    chromium = next((path for path in map(shutil.which, PLACES) if path), None)
    if chromium is None:
        return [row("desk in a browser", "left out: there is no Chromium here (apt-get install chromium)")]
    with TemporaryDirectory() as folder, ScriptedProvider("auto", between_s=PROVIDER_PAUSE_S) as provider:
        async with service(Path(folder), provider.base_url) as (client, _, _), async_playwright() as playwright:
            await load(client)
            browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            rows = [await _opens(client, browser), *await _turns(client, browser), *await _streams(client, browser)]
            rows += [await _scroll(client, browser), *_assets()]
            await browser.close()
    return rows


@asynccontextmanager
async def _desk(client: httpx.AsyncClient, browser: Browser, ref: str = "", name: str = "bench") -> AsyncIterator[Page]:
    """A desk of a person who came in by a one-time link."""
    body = {"name": f"Agent {name}", "role": "agent", "external_id": f"agent-{name}"}
    await client.post("/v1/users", json=body)
    link = (await client.post(f"/v1/users/agent-{name}/links")).raise_for_status().json()["path"]
    context = await browser.new_context(base_url=str(client.base_url), viewport={"width": 1280, "height": 768})
    page = await context.new_page()
    await page.goto(link)
    await page.get_by_role("button", name=re.compile("^Sign in")).click()
    await page.goto(f"/desk?conversation={ref}" if ref else "/desk")
    yield page
    await context.close()


async def _sent(client: httpx.AsyncClient, number: int) -> str:
    given = conversation(number)
    (await client.post("/v1/conversations", json=given)).raise_for_status()
    return str(given["conversation_id"])


async def _quiet(client: httpx.AsyncClient, ref: str) -> None:
    """Until everything about a conversation, and what was sent before it, is drafted."""
    state = ""
    for _ in range(6000):
        state = (await client.get(f"/v1/conversations/{ref}/suggestions")).raise_for_status().json()["state"]
        if state in ("done", "failed"):
            return
        await asyncio.sleep(0.1)
    raise TimeoutError(f"{ref} is {state}")


async def _until(page: Page, expression: str) -> Any:
    end = time.monotonic() + 60
    while not (value := await page.evaluate(expression)):
        if time.monotonic() > end:
            raise TimeoutError(expression)
        await asyncio.sleep(0.02)
    return value


async def _opens(client: httpx.AsyncClient, browser: Browser) -> dict[str, Any]:
    """From the click on a row of the queue to the painted panel with its evidence; each conversation was read before."""
    refs = [await _sent(client, number) for number in range(OPENS + WARM)]
    await _quiet(client, refs[-1])
    async with _desk(client, browser) as page:
        await _until(page, f"document.querySelectorAll('.case').length >= {len(refs)}")
        spent = [float(await page.evaluate(OPEN, ref)) for ref in refs]
    return row("panel: click on a row → evidence painted, p95", _times(spent[WARM:]), "≤ 300 ms")


async def _turns(client: httpx.AsyncClient, browser: Browser) -> list[dict[str, Any]]:
    """From sending a message to what the open panel shows of it."""
    ref = await _sent(client, 500)
    evidence, words = [], []
    async with _desk(client, browser, ref) as page:
        await page.mouse.move(640, 5)
        for number in range(TURNS + WARM):
            await _until(page, "document.documentElement.dataset.line === 'online' && !document.querySelector('.draft.writing')")
            await page.evaluate(WATCH)
            began = time.time() * 1000
            said = {"id": f"turn-{number}", "author": "customer", "text": f"And what about my refund, part {number}?", "sent_at": _now()}
            (await client.post(f"/v1/conversations/{ref}/messages", json=said)).raise_for_status()
            words.append(await _until(page, "window.wordsAt") - began)
            evidence.append(await page.evaluate("window.evidenceAt") - began)
    return [
        row("panel: message sent → evidence on the open panel, p95", _times(evidence[WARM:]), "≤ 300 ms"),
        row("panel: message sent → first words of the reply, p95", _times(words[WARM:]), "printed"),
    ]


async def _streams(client: httpx.AsyncClient, browser: Browser) -> list[dict[str, Any]]:
    """What a message takes to all streams of one process, and what its sender waits."""
    ref = await _sent(client, 600)
    secrets = await keys(client)
    port = client.base_url.port
    context = await browser.new_context()
    pages = []
    for number in range(PAGES):
        page = await context.new_page()
        await page.goto(f"http://p{number}.bench.localhost:{port}/sign-in")
        mine = [secrets[(number * EACH + at) % len(secrets)] for at in range(EACH)]
        await page.evaluate(LISTEN, [mine, ref])
        pages.append(page)
    acknowledged, arrived = [], []
    async with AsyncExitStack() as stack:
        desks = [await stack.enter_async_context(_desk(client, browser, ref, f"d{number}")) for number in range(DESKS)]
        for number in range(SAID):
            began = time.time() * 1000
            said = {"id": f"stream-{number}", "author": "customer", "text": f"Still there, part {number}?", "sent_at": _now()}
            (await client.post(f"/v1/conversations/{ref}/messages", json=said)).raise_for_status()
            acknowledged.append(time.time() * 1000 - began)
            for page in pages:
                await _until(page, f"window.heard.every((one) => one.length > {number})")
            last = [await page.evaluate("Math.max(...window.heard.map((one) => one.at(-1)))") for page in pages]
            arrived.append(max(last) - began)
        for desk in desks:
            await _until(desk, f"document.body.textContent.includes('Still there, part {SAID - 1}?')")
    heard = sum([await page.evaluate("window.heard.map((one) => one.length).reduce((a, b) => a + b)") for page in pages])
    await context.close()
    what = f"{PAGES * EACH} fetch streams in {PAGES} pages and {DESKS} desks"
    return [
        row(f"{what}: message acknowledged, p95", _times(acknowledged), "≤ 100 ms"),
        row("  … in the last of these browsers, p95", f"{_times(arrived)}; {heard}/{SAID * PAGES * EACH} heard", "all"),
    ]


async def _scroll(client: httpx.AsyncClient, browser: Browser) -> dict[str, Any]:
    """The queue from top to bottom, 60 pixels a frame."""
    refs = [await _sent(client, number) for number in range(700, 700 + ROWS)]
    await _quiet(client, refs[-1])
    async with _desk(client, browser) as page:
        await _until(page, f"document.querySelectorAll('.case').length >= {ROWS}")
        await page.mouse.move(100, 400)
        found = await page.evaluate(SCROLL)
    frames, long = found["frames"], found["long"]
    value = f"{p95(frames):.1f} ms (median {median(frames):.1f}, worst {max(frames):.0f}, {len(frames)} frames; {len(long)} long tasks)"
    return row(f"queue of {found['rows']} rows, scrolled: frame p95", value, "≤ 33 ms, no long task")


def _assets() -> list[dict[str, Any]]:
    """Our own styles and scripts, all pages together."""
    root = Path(str(files("copilot"))) / "web" / "static"
    texts = [path.read_bytes() for path in root.rglob("*") if path.suffix in (".js", ".css", ".svg")]
    sent = sum(len(gzip.compress(text, 9)) for text in texts)
    value = f"{sent / 1000:.0f} KB as transferred (gzip), {sum(map(len, texts)) / 1000:.0f} KB as written, {len(texts)} files"
    return [row("own assets of all pages", value, "< 100 KB")]


def _times(spent: list[float]) -> str:
    return f"{p95(spent):.0f} ms (median {median(spent):.0f}, {len(spent)} times)"


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
