"""The client with which chat tools are called, and whether an address that an administrator gives may be called at all.

On one company's own installation a tool may stand beside us, at a private address. Where tenants do not trust each other
(`COPILOT_PRIVATE_TOOLS=false`) only public addresses are called, with TLS only: checked when a connection is made or changed, and again
where the connection to it is opened, so that a name that means something else a moment later leads nowhere (DNS rebinding). Proxies of the
environment are then not used: they would resolve names themselves.
"""

import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final
from urllib.parse import urlsplit

import httpcore
import httpx

from copilot.adapters.addresses import PublicOnly, Resolve, resolve
from copilot.domain.errors import Invalid, Refused

ENCRYPTED: Final = {"https": 443, "imaps": 993, "smtps": 465, "smtp": 587}
"""Ports by scheme; smtp begins in the clear and goes over to TLS before anything is told."""
PLAIN: Final = {"http": 80, "imap": 143}
INSTEAD: Final = "Give the tool's public address. Whoever runs this service for one company alone can set COPILOT_PRIVATE_TOOLS=true."


class ToolAddresses:
    """The `Reach` port. `private`: addresses inside may be called. `resolver` and `connecting` are replaced in tests; the rules are not."""

    def __init__(self, *, private: bool, resolver: Resolve = resolve, connecting: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._private = private
        self._backend = PublicOnly(resolver, connecting or httpcore.AnyIOBackend(), (), INSTEAD)

    async def check(self, url: str) -> None:
        """Raises Invalid for what is no address, Refused for one that may not be called."""
        try:
            parts = urlsplit(url)
            port = parts.port or (ENCRYPTED | PLAIN).get(parts.scheme, 0)
        except ValueError:
            raise _no_address(url) from None
        if not port or not parts.hostname or any(letter <= " " for letter in url):
            raise _no_address(url)
        if "@" in parts.netloc:
            raise Invalid("A name and a password do not belong into an address.", todo="Give the token for itself.")
        if self._private:
            return
        if parts.scheme not in ENCRYPTED:
            raise Refused(f"{parts.scheme}:// is not encrypted: the token could be read on its way.", todo="Give an address with TLS.")
        await self._backend.addresses(parts.hostname, port)

    def client(self) -> httpx.AsyncClient:
        """Calls what may be called."""
        if self._private:
            return httpx.AsyncClient(verify=_trusted())
        return httpx.AsyncClient(transport=Guarded(self._backend), trust_env=False)


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed: read once in a process, because that takes 25 ms."""
    return httpx.create_ssl_context()


class Guarded(httpx.AsyncBaseTransport):
    """HTTPS to public addresses. Written on httpcore's public interface: httpx has none for a backend of one's own."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=5.0,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises Refused before anything is sent to an address inside, or without TLS."""
        if request.url.scheme != "https":
            raise Refused("Without TLS the token could be read on its way.", todo="Give the tool's address with https://.")
        url = request.url
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx(request):
            answer = await self._pool.handle_async_request(asked)
        stream = _Stream(request, answer.stream)
        return httpx.Response(answer.status, headers=answer.headers, stream=stream, extensions=answer.extensions)

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, request: httpx.Request, parts: object) -> None:
        self._request, self._parts = request, parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if isinstance(self._parts, AsyncIterable):
            with _as_httpx(self._request):
                async for part in self._parts:
                    yield part

    async def aclose(self) -> None:
        if close := getattr(self._parts, "aclose", None):
            await close()


@contextmanager
def _as_httpx(request: httpx.Request) -> Iterator[None]:
    """What goes wrong on the wire has the same names there."""
    try:
        yield
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        kind = getattr(httpx, type(error).__name__, httpx.TransportError)
        raise kind(str(error), request=request) from error


def _no_address(url: str) -> Invalid:
    return Invalid(f"{url[:200]!r} is not an address.", todo="Write it as https://support.example.com.")
