"""Watches a browser for whatever a hostile text could achieve: scripts that run, requests that leave, elements that are not ours."""

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Dialog, Error, Page, Request
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import Response
from starlette.routing import Route

from copilot.web.markup import TAGS
from copilot.web.render import TEMPLATES
from tests.web.hostile import ATTACKS

_ELEMENT: Final = re.compile(r"<([a-zA-Z][a-z0-9]*)")
OURS: Final = {name.lower() for path in Path(TEMPLATES).rglob("*.html") for name in _ELEMENT.findall(path.read_text())} | TAGS
"""Elements that our templates use, and Markdown."""
FOREIGN: Final = sorted({name.lower() for attack in ATTACKS for name in _ELEMENT.findall(attack)} - OURS)
"""Elements of the attacks that our pages never have."""
INTRUDERS: Final = r"""([foreign, origin]) => {
  const wrong = (element) => [...element.attributes].find(({ name, value }) => {
    if (name.startsWith("on") || ["srcdoc", "ping", "srcset"].includes(name)) return true;
    if (name === "style") return /url|position|animation/.test(value);
    if (!["href", "src", "action", "formaction", "data", "poster", "xlink:href"].includes(name)) return false;
    return new URL(value, origin).origin !== origin;
  });
  const ours = (one) => !foreign.includes(one.localName) && (one.localName !== "script" || one.hasAttribute("src")) && !one.httpEquiv;
  const all = (root) => [...root.querySelectorAll("*")].flatMap((one) => [one, ...(one.localName === "template" ? all(one.content) : [])]);
  return all(document).filter((one) => !ours(one) || wrong(one)).map((one) => one.outerHTML.slice(0, 200));
}"""
SPILLS: Final = r"""() => {
  const turned = /[\u202a-\u202e\u2066-\u2069]/;
  const held = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const { display, unicodeBidi } = getComputedStyle(one);
      if (display === "none" || unicodeBidi.includes("isolate") || unicodeBidi === "plaintext") return true;
      if (display !== "inline" && display !== "contents") return one.textContent.trim() === element.textContent.trim();
    }
    return true;
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) {
    const { parentElement: element, data } = walk.currentNode;
    if (turned.test(data) && !held(element)) found.push(element.outerHTML.slice(0, 120) + " in " + element.parentElement.className);
  }
  return [...new Set(found)];
}"""
MARKS: Final = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => window.violations.push([event.violatedDirective, event.blockedURI, event.sample]));
"""


class Sink:
    """A server that must never be asked. `asked`: what it was."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST", "HEAD", "OPTIONS"])])

    async def _answer(self, request: Asked) -> Response:
        self.asked.append(request.url.path)
        return Response("window.ran = 1", media_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"})


class Guard:
    """Of one browser context, and what a text did in any of its pages."""

    def __init__(self, origin: str, sink: Sink) -> None:
        self.origin = origin
        self.sink = sink
        self.happened: list[str] = []

    async def over(self, context: BrowserContext) -> None:
        """Watch from now on."""
        await context.add_init_script(MARKS)
        context.on("request", self._asked)
        context.on("page", self._opened)

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.happened.append(f"left the origin: {request.url[:200]}")

    def _opened(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.happened.append(f"a script failed: {error}"))
        page.on("dialog", self._asks)

    def _said(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.happened.append(f"the policy had to stop something: {message.text[:300]}")

    async def _asks(self, dialog: Dialog) -> None:
        self.happened.append(f"a dialog: {dialog.message}")
        with suppress(Error):  # the page may have been led elsewhere meanwhile
            await dialog.dismiss()

    async def intruders(self, page: Page) -> list[str]:
        """Elements that are not ours, and attributes that run something or lead elsewhere."""
        found: list[str] = await page.evaluate(INTRUDERS, [FOREIGN, self.origin])
        return found

    async def nothing_happened(self, page: Page) -> None:
        """Fails, saying what a text did."""
        assert await page.evaluate("[window.ran ?? null, window.violations]") == [None, []]
        assert (found := await self.intruders(page)) == [], found
        assert await page.evaluate(SPILLS) == [], "text that turns around what stands beside it"
        assert page.url.startswith(self.origin), page.url
        assert self.happened == []
        assert self.sink.asked == []


async def shown(page: Page, selector: str = "body") -> str:
    """What a person can read there, white space as one space."""
    texts = await page.locator(selector).all_inner_texts()
    return flat(" ".join(texts))


def flat(text: str) -> str:
    """White space as one space."""
    return re.sub(r"\s+", " ", text)


def missing(texts: Sequence[str], where: str) -> list[str]:
    """Those of the texts that cannot be read in `where`."""
    return [text for text in texts if flat(text).strip() not in where]
