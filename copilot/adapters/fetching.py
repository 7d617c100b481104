"""Public pages of the web, fetched so that nothing within reach of this machine alone can be asked for (no SSRF).

The check stands where the connection is made: a name is resolved, every address it has must be a public one, and the connection goes to
the very address that was checked. So a name that answers otherwise a moment later (DNS rebinding), a redirect, or an address written as a
number cannot lead inside. Proxies of the environment are not used.
"""

import asyncio
import ipaddress
import socket
import zlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

import httpcore

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
ENDINGS: Final = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "application/pdf": ".pdf",
}
"""What is read, by the server's word for it. Plain text only where the address ends as Markdown."""
NOT_PUBLIC: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "168.63.129.16/32",  # Azure's own services, though the address is a public one
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "fec0::/10",
        "5f00::/16",
    )
)
"""Beside what the library does not count as global: its list grew with versions, ours holds on every one."""
NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
LOCAL: Final = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "home", "corp", "private")
"""Last parts of names that only mean something inside."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


def public(address: Address) -> bool:
    """Whether it is one that everybody reaches; addresses that wrap another are what they wrap."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id:
            return False
        inner = _wrapped(address)
        if inner is not None and not public(inner):
            return False
        if address.ipv4_mapped is not None:
            return True
    odd = address.is_multicast or address.is_unspecified or (address.is_reserved and address not in NAT64)
    return address.is_global and not odd and not any(address in network for network in NOT_PUBLIC if network.version == address.version)


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside: mapped, 6to4, Teredo, NAT64."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as this machine's resolver says."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class PublicOnly(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only, and to the one it checked. The host stays in the request and in TLS, where the pool puts it."""

    def __init__(self, resolver: Resolve, connecting: httpcore.AsyncNetworkBackend) -> None:
        self._resolve, self._connecting = resolver, connecting

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises Refused before anything is sent."""
        if port not in PORTS.values():
            raise Refused(f"Port {port} is not asked.", todo="Give an address of a web page: http or https without a port.")
        addresses = await self._addresses(host, port)
        return await self._connecting.connect_tcp(str(addresses[0]), port, timeout, local_address, socket_options)

    async def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> Any:
        raise Refused("Sockets of this machine are not asked.", todo="Give the address of a web page.")

    async def sleep(self, seconds: float) -> None:
        await self._connecting.sleep(seconds)

    async def _addresses(self, host: str, port: int) -> list[Address]:
        """All of the host's addresses. One that is not public is enough to refuse them all: such a name is not to be trusted."""
        bare = host.rstrip(".").lower()
        if not bare or bare.rpartition(".")[2] in LOCAL or bare.endswith(tuple(f".{name}" for name in LOCAL)):
            raise _inside(host)
        try:
            given = await self._resolve(host, port)
            addresses = [ipaddress.ip_address(one) for one in given]
        except (OSError, UnicodeError, ValueError):
            raise Invalid(f"There is no host {host[:200]}.", todo="Check the address.") from None
        if not addresses:
            raise Invalid(f"There is no host {host[:200]}.", todo="Check the address.")
        if not all(public(address) for address in addresses):
            raise _inside(host)
        return addresses


def _inside(host: str) -> Refused:
    return Refused(
        f"{host[:200]} is not a public address.", todo="Save the page as a file and import that; addresses inside are never fetched."
    )


class WebFetcher:
    """The `Fetcher` port. `resolver` and `connecting` are replaced in tests; the rules are not."""

    def __init__(self, resolver: Resolve = resolve, connecting: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._backend = PublicOnly(resolver, connecting or httpcore.AnyIOBackend())

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
