"""Public pages of the web, fetched so that nothing within reach of this machine alone can be asked for (no SSRF).

Where a connection is made, only public addresses are connected to (`copilot.adapters.addresses`), after each redirect again. Proxies of the
environment are not used.
"""

import asyncio
import zlib
from typing import Any, Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

import httpcore

from copilot.adapters.addresses import PublicOnly, Resolve, resolve
from copilot.domain.errors import Invalid, Refused, Unavailable
from copilot.domain.ports.imports import Fetched

LARGEST: Final = 5 * 1024 * 1024
"""Bytes of a page."""
MOST_REDIRECTS: Final = 5
CONNECT_S: Final = 5.0
READ_S: Final = 10.0
WHOLE_S: Final = 30.0
PORTS: Final = {"http": 80, "https": 443}
LONGEST_URL: Final = 2000
INSTEAD: Final = "Save the page as a file and import that; addresses inside are never fetched."
ENDINGS: Final = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "application/pdf": ".pdf",
}
"""What is read, by the server's word for it. Plain text only where the address ends as Markdown."""


class WebFetcher:
    """The `Fetcher` port. `resolver` and `connecting` are replaced in tests; the rules are not."""

    def __init__(self, resolver: Resolve = resolve, connecting: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._backend = PublicOnly(resolver, connecting or httpcore.AnyIOBackend(), PORTS.values(), INSTEAD)

    async def fetch(self, url: str) -> Fetched:
        """A page, after redirects. Raises Refused, Invalid or Unavailable, each with what to do."""
        try:
            async with asyncio.timeout(WHOLE_S):
                return await self._follow(url)
        except TimeoutError:
            raise Unavailable(f"{_shown(url)} took longer than {WHOLE_S:g} seconds.", todo="Try again, or save it as a file.") from None
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            raise Unavailable(f"{_shown(url)} does not answer ({type(error).__name__}).", todo="Try again, or save it as a file.") from None

    async def _follow(self, url: str) -> Fetched:
        at = url
        # A pool of its own: no connection is ever used for another page than the one it was checked for.
        async with httpcore.AsyncConnectionPool(network_backend=self._backend, http1=True, http2=False, retries=0) as pool:
            for _ in range(MOST_REDIRECTS + 1):
                answer = await self._ask(pool, _checked(at))
                if isinstance(answer, Fetched):
                    return answer
                at = urljoin(at, answer)
        raise Invalid(f"{_shown(url)} leads on more than {MOST_REDIRECTS} times.", todo="Give the address it ends at.")

    async def _ask(self, pool: httpcore.AsyncConnectionPool, url: str) -> Fetched | str:
        """The page, or where it leads."""
        headers = [("User-Agent", "Rapport-Import/1"), ("Accept", ", ".join(ENDINGS)), ("Accept-Encoding", "gzip")]
        limits = {"connect": CONNECT_S, "read": READ_S, "write": READ_S, "pool": READ_S}
        async with pool.stream("GET", url, headers=headers, extensions={"timeout": limits}) as answer:
            told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
            if answer.status in (301, 302, 303, 307, 308) and told.get("location"):
                return told["location"]
            if answer.status != 200:
                raise Invalid(f"{_shown(url)} answered {answer.status}.", todo="Check the address; pages behind a sign-in are not read.")
            ending = _ending(url, told.get("content-type", ""))
            return Fetched(address=url, content=await _body(answer, told), ending=ending)


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Invalid(f"{_shown(url)} is not the address of a page.", todo="Check it.") from None
    if parts.scheme not in PORTS or not parts.hostname or len(url) > LONGEST_URL or any(letter <= " " for letter in url):
        raise Invalid(f"{_shown(url)} is not the address of a page.", todo="Give an address that begins with https://.")
    if "@" in parts.netloc:
        raise Invalid(f"{_shown(parts.hostname)}: addresses with a name and a password in them are not asked.", todo="Leave them out.")
    if port not in (None, PORTS[parts.scheme]):
        raise Refused(f"Port {port} is not asked.", todo="Give an address of a web page: http or https without a port.")
    return _plain(parts)


def _plain(parts: SplitResult) -> str:
    """In the letters of the wire: international names as IDNA, other letters in percents, no fragment."""
    try:
        host = (parts.hostname or "").encode("idna").decode() if not (parts.hostname or "").isascii() else parts.netloc
        path, query = (quote(part, safe="/%:@!$&'()*+,;=~?-._[]") for part in (parts.path or "/", parts.query))
    except UnicodeError:
        raise Invalid(f"{_shown(parts.geturl())} is not the address of a page.", todo="Check it.") from None
    return urlunsplit((parts.scheme, host, path, query, ""))


def _ending(url: str, told: str) -> str:
    kind = told.partition(";")[0].strip().lower()
    if kind == "text/plain" and urlsplit(url).path.lower().endswith((".md", ".markdown")):
        return ".md"
    if kind not in ENDINGS:
        raise Invalid(f"{_shown(url)} is {kind or 'of no kind that its server names'}.", todo="Pages in HTML, Markdown and PDF are read.")
    return ENDINGS[kind]


async def _body(answer: Any, told: dict[str, str]) -> bytes:
    """What came, unpacked; never more than LARGEST, in the wire or unpacked."""
    packing = told.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip", ""):
        raise Invalid(f"Its server packs it as {packing[:40]}, which was not asked for.", todo="Save the page as a file.")
    if told.get("content-length", "").isdigit() and int(told["content-length"]) > LARGEST:
        raise _too_large()
    unpack = zlib.decompressobj(wbits=31) if packing.endswith("gzip") else None
    found = bytearray()
    async for part in answer.aiter_stream():
        try:
            found += unpack.decompress(part, LARGEST + 1 - len(found)) if unpack else part
        except zlib.error:
            raise Invalid("Its server packs it as gzip, and it is not.", todo="Save the page as a file.") from None
        if len(found) > LARGEST or (unpack and unpack.unconsumed_tail):
            raise _too_large()
    return bytes(found)


def _too_large() -> Invalid:
    return Invalid(f"The page has more than {LARGEST // 1024 // 1024} MB.", todo="Save what you need of it as a file.")


def _shown(url: str) -> str:
    return url[:200]
