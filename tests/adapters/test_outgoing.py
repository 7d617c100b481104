"""Where tenants do not trust each other, no connection leads inside: not by a name, not by a number, not a moment later."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpcore
import httpx
import pytest

from copilot.adapters.outgoing import Guarded, ToolAddresses
from copilot.channels.calling import Calls
from copilot.channels.limits import Pacing
from copilot.domain.errors import CopilotError, Invalid, Refused, Unavailable
from tests.channels.tools import account

PUBLIC = "93.184.216.34"
INSIDE = (
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - nothing is bound to it
    "::1",
    "fd00:ec2::254",
    "fe80::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
)


class Names:
    """A resolver: each name's answers in turn, the last one for ever."""

    def __init__(self, **names: list[Sequence[str]]) -> None:
        self._names = {name.replace("_", "."): list(answers) for name, answers in names.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if host not in self._names:
            return [str(one[4][0]) for one in await asyncio.get_running_loop().getaddrinfo(host, port)]
        left = self._names[host]
        return left.pop(0) if len(left) > 1 else left[0]


class Wires(httpcore.AsyncNetworkBackend):
    """Notes where it was to connect to, and answers with one response on every wire."""

    def __init__(self, answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}") -> None:
        self.asked: list[tuple[str, int]] = []
        self.wires: list[_Wire] = []
        self._answer = answer

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.asked.append((host, port))
        self.wires.append(_Wire(self._answer))
        return self.wires[-1]

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


class _Wire(httpcore.AsyncMockStream):
    def __init__(self, answer: bytes) -> None:
        super().__init__([answer])
        self.names: list[str | None] = []
        self.sent = b""

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own signature
    ) -> httpcore.AsyncNetworkStream:
        assert ssl_context.verify_mode == ssl.CERT_REQUIRED
        assert ssl_context.check_hostname
        self.names.append(server_hostname)
        return self

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the library's own signature
        self.sent += buffer


def strict(names: Names | None = None, wires: Wires | None = None) -> ToolAddresses:
    return ToolAddresses(private=False, resolver=names or Names(chat_example_com=[[PUBLIC]]), connecting=wires or Wires())


async def call(addresses: ToolAddresses, url: str = "https://chat.example.com") -> Any:
    async with addresses.client() as http:
        line = Pacing().line(account("chatwoot"), "Chatwoot", ())
        return await Calls(http, url, {"api_access_token": "tok-connection"}, "Chatwoot", line).get("/api")


@pytest.mark.parametrize("address", INSIDE)
async def test_no_address_inside_is_connected_to_or_called(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    wires, names = Wires(), Names(tool_example_com=[[address]], both_example_com=[[PUBLIC, address]])
    addresses = strict(names, wires)
    for url in (f"https://{host}", f"https://{host}:8443/api", "https://tool.example.com", "https://both.example.com", f"imaps://{host}"):
        with pytest.raises(Refused):
            await addresses.check(url)
    for url in (f"https://{host}", "https://tool.example.com:3000", "https://both.example.com"):
        with pytest.raises(Refused):
            await call(addresses, url)
    assert wires.asked == []


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "2130706433", "0x7f000001", "017700000001", "printer.local", "api.internal", "localhost."]
)
async def test_no_other_way_of_writing_it_helps(host: str) -> None:
    wires = Wires()
    for way in (strict(wires=wires).check(f"https://{host}"), call(strict(wires=wires), f"https://{host}")):
        with pytest.raises((Refused, Invalid)):
            await way
    assert wires.asked == []


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1"])
async def test_a_name_that_means_something_else_a_moment_later(address: str) -> None:
    wires, names = Wires(), Names(rebind_example_com=[[PUBLIC], [address]])
    addresses = strict(names, wires)
    await addresses.check("https://rebind.example.com")
    with pytest.raises(Refused, match="not a public address"):
        await call(addresses, "https://rebind.example.com")
    assert wires.asked == []


async def test_the_connection_goes_to_the_address_that_was_checked_under_the_tools_own_name() -> None:
    wires, names = Wires(), Names(chat_example_com=[[PUBLIC], ["10.0.0.1"]])
    assert await call(strict(names, wires), "https://chat.example.com:8443") == {}
    assert wires.asked == [(PUBLIC, 8443)]
    assert names.asked == ["chat.example.com"]
    assert wires.wires[0].names == ["chat.example.com"]
    assert b"host: chat.example.com:8443" in wires.wires[0].sent.lower()


@pytest.mark.parametrize("url", ["http://chat.example.com", "imap://mail.example.com", "http://93.184.216.34"])
async def test_no_token_goes_out_in_the_clear(url: str) -> None:
    wires = Wires()
    with pytest.raises(Refused, match="token could be read"):
        await strict(wires=wires).check(url)
    if url.startswith("http"):
        with pytest.raises(Refused, match="token could be read"):
            await call(strict(wires=wires), url)
    assert wires.asked == []


@pytest.mark.parametrize("where", ["http://169.254.169.254/latest/meta-data", "https://127.0.0.1/", "https://evil.example.com/"])
async def test_a_redirect_is_never_followed(where: str) -> None:
    wires = Wires(f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode())
    with pytest.raises(Invalid, match="sends elsewhere"):
        await call(strict(wires=wires))
    assert len(wires.asked) == 1


@pytest.mark.parametrize(
    "url", ["", "chat.example.com", "ftp://chat.example.com", "file:///etc/passwd", "https://", "https://a b", "https://x:y", "gopher://x"]
)
@pytest.mark.parametrize("private", [True, False])
async def test_what_is_no_address_is_told(url: str, private: bool) -> None:
    with pytest.raises(Invalid, match="is not an address"):
        await ToolAddresses(private=private).check(url)


@pytest.mark.parametrize("private", [True, False])
async def test_no_password_stands_in_an_address(private: bool) -> None:
    with pytest.raises(Invalid, match="password"):
        await ToolAddresses(private=private).check("https://user:secret@chat.example.com")


async def test_on_ones_own_installation_a_tool_may_stand_beside_us() -> None:
    addresses = ToolAddresses(private=True)
    for url in ("http://127.0.0.1:3000", "https://zammad.internal", "http://[::1]:9000", "imaps://mail.lan"):
        await addresses.check(url)


@pytest.fixture
async def silent() -> AsyncIterator[int]:
    """A server that hangs up."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


class Beside(httpcore.AsyncNetworkBackend):
    """Connects to a port of this machine, whatever was asked for."""

    def __init__(self, port: int) -> None:
        self._port, self._real = port, httpcore.AnyIOBackend()

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        return await self._real.connect_tcp("127.0.0.1", self._port)


async def test_what_goes_wrong_on_the_wire_is_unavailable(silent: int) -> None:
    addresses = ToolAddresses(private=False, resolver=Names(chat_example_com=[[PUBLIC]]), connecting=Beside(silent))
    with pytest.raises(Unavailable):
        await call(addresses)


@pytest.mark.parametrize("error", [httpcore.ConnectTimeout, httpcore.ReadTimeout, httpcore.RemoteProtocolError, httpcore.ConnectError])
async def test_errors_have_the_names_that_calls_know(error: type[Exception]) -> None:
    class Failing(httpcore.AsyncNetworkBackend):
        async def connect_tcp(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
            raise error("on the wire")

    async with httpx.AsyncClient(transport=Guarded(Failing())) as http:
        with pytest.raises(getattr(httpx, error.__name__)):
            await http.get("https://chat.example.com")
    assert not issubclass(error, CopilotError)
