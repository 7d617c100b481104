"""Pages of the web come in; nothing that only this machine reaches does, however it is named."""

import asyncio
import gzip
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import httpcore
import pytest

from copilot.adapters import addresses, fetching
from copilot.adapters.addresses import public
from copilot.adapters.fetching import WebFetcher
from copilot.domain.errors import CopilotError, Invalid, Refused, Unavailable

PUBLIC = "93.184.216.34"
Answer = Callable[[str, dict[str, str]], bytes]


class Wires(httpcore.AsyncNetworkBackend):
    """Connects to a server of the test, and notes which address and port were asked for."""

    def __init__(self, port: int) -> None:
        self._port, self._real = port, httpcore.AnyIOBackend()
        self.asked: list[tuple[str, int]] = []

    async def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        self.asked.append((host, port))
        return await self._real.connect_tcp("127.0.0.1", self._port)

    async def sleep(self, seconds: float) -> None:
        await self._real.sleep(seconds)


class Web:
    """A small server, a resolver that names what it is told, and a fetcher between them."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.names: dict[str, list[Sequence[str]]] = {}
        self.heard: list[tuple[str, str]] = []
        self.wires: Wires
        self.fetcher: WebFetcher

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ")[1]
        host = next(line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("host:"))
        self.heard.append((host, path))
        writer.write(self.answers[path])
        await writer.drain()
        writer.close()

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        given = self.names.get(host)
        if given is None:
            return await addresses.resolve(host, port)
        return given.pop(0) if len(given) > 1 else given[0]


def page(body: bytes = b"<title>Pets</title><p>Dogs fly too.", kind: str = "text/html; charset=utf-8", **headers: str) -> bytes:
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n{more}\r\n".encode() + body


def leads(where: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Found\r\nLocation: {where}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    made = Web()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.wires = Wires(server.sockets[0].getsockname()[1])
    made.fetcher = WebFetcher(made.resolve, made.wires)
    made.names["help.example.com"] = [[PUBLIC]]
    async with server:
        yield made


async def refused(fetching_: Awaitable[Any], kind: type[CopilotError] = Refused) -> str:
    with pytest.raises(kind) as caught:
        await fetching_
    assert caught.value.todo
    return str(caught.value)


# --- what comes --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        (page(), ".html"),
        (page(kind="application/xhtml+xml"), ".html"),
        (page(kind="text/markdown"), ".md"),
        (page(kind="text/plain"), ".md"),
        (page(kind="application/pdf"), ".pdf"),
        (page(gzip.compress(b"<title>Pets</title><p>Dogs fly too."), content_encoding="gzip"), ".html"),
    ],
)
async def test_a_page_comes_from_the_address_that_was_checked(web: Web, answer: bytes, ending: str) -> None:
    web.answers["/pets.md"] = answer
    got = await web.fetcher.fetch("http://help.example.com/pets.md#dogs")
    assert (got.content, got.ending) == (b"<title>Pets</title><p>Dogs fly too.", ending)
    assert web.wires.asked == [(PUBLIC, 80)], "the connection goes to the number, never to the name again"
    assert web.heard == [("help.example.com", "/pets.md")], "the server still hears the name"


async def test_addresses_in_other_letters_are_written_for_the_wire(web: Web) -> None:
    web.names["xn--zrich-kva.example.com"] = [[PUBLIC]]
    web.answers["/hilfe/fl%C3%BCge?q=a%20b"] = page()
    await web.fetcher.fetch("http://z\u00fcrich.example.com/hilfe/fl\u00fcge?q=a%20b")
    assert web.heard == [("xn--zrich-kva.example.com", "/hilfe/fl%C3%BCge?q=a%20b")]


async def test_redirects_are_followed_and_each_is_checked(web: Web) -> None:
    web.names["www.example.com"] = [["93.184.216.35"]]
    web.answers |= {"/a": leads("http://www.example.com/b", 301), "/b": leads("c"), "/c": page()}
    got = await web.fetcher.fetch("http://help.example.com/a")
    assert got.address == "http://www.example.com/c"
    assert web.wires.asked == [(PUBLIC, 80), ("93.184.216.35", 80), ("93.184.216.35", 80)]


# --- what does not -----------------------------------------------------------------------------------------------------------------

INSIDE = (
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104 - not bound to, refused
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "2001:0:7f00:1:0:0:80ff:fffe",
    "2001:db8::1",
    "100::1",
)
OUTSIDE = ("93.184.216.34", "1.1.1.1", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822", "::ffff:93.184.216.34")


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside(address: str) -> None:
    assert not public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_addresses_outside(address: str) -> None:
    assert public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", INSIDE)
async def test_a_name_that_means_an_address_inside_is_not_asked(web: Web, address: str) -> None:
    web.names["trap.example.com"] = [[address]]
    assert "not a public address" in await refused(web.fetcher.fetch("http://trap.example.com/"))
    web.names["trap.example.com"] = [[PUBLIC, address]]
    await refused(web.fetcher.fetch("https://trap.example.com/"))
    assert web.wires.asked == []


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "x.localhost",
        "metadata.google.internal",
        "printer.local",
        "127.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "0",
        "169.254.169.254",
        "\u2460\u2461\u2466.0.0.1",
        "127\u30020\u30020\u30021",
    ],
)
async def test_no_way_to_write_it_leads_inside(web: Web, host: str) -> None:
    with pytest.raises((Refused, Invalid)):
        await web.fetcher.fetch(f"http://{host}/")
    assert web.wires.asked == []


async def test_a_redirect_cannot_lead_inside(web: Web) -> None:
    web.names["trap.example.com"] = [["127.0.0.1"]]
    for where in ("http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://trap.example.com/", "//[::1]/x"):
        web.answers["/a"] = leads(where)
        await refused(web.fetcher.fetch("http://help.example.com/a"))
    for where in ("file:///etc/passwd", "gopher://help.example.com/", "ftp://help.example.com/x", "http://u:p@help.example.com/"):
        web.answers["/a"] = leads(where)
        await refused(web.fetcher.fetch("http://help.example.com/a"), Invalid)
    web.answers["/a"] = leads("http://help.example.com:8080/")
    assert "Port 8080" in await refused(web.fetcher.fetch("http://help.example.com/a"))
    assert {host for host, _ in web.wires.asked} == {PUBLIC}


async def test_a_name_that_changes_its_mind_changes_nothing(web: Web) -> None:
    """DNS rebinding: the second answer of the resolver is inside. It is never asked for one connection twice."""
    web.names["rebind.example.com"] = [[PUBLIC], ["127.0.0.1"]]
    web.answers |= {"/": page(), "/again": leads("/")}
    await web.fetcher.fetch("http://rebind.example.com/")
    assert web.wires.asked == [(PUBLIC, 80)]
    web.names["rebind.example.com"] = [[PUBLIC], ["127.0.0.1"]]
    await refused(web.fetcher.fetch("http://rebind.example.com/again"))
    assert web.wires.asked == [(PUBLIC, 80), (PUBLIC, 80)]


async def test_redirects_in_a_circle_end(web: Web) -> None:
    web.answers |= {"/a": leads("/b"), "/b": leads("/a")}
    assert "more than 5 times" in await refused(web.fetcher.fetch("http://help.example.com/a"), Invalid)
    assert len(web.wires.asked) == fetching.MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (page(b"x" * (fetching.LARGEST + 1)), "5 MB"),
        (page(b"x", content_length=str(fetching.LARGEST + 1)), "5 MB"),
        (page(gzip.compress(b"0" * 50_000_000), content_encoding="gzip"), "5 MB"),
        (page(b"not gzip", content_encoding="gzip"), "gzip"),
        (page(b"x", content_encoding="br"), "br"),
        (page(kind="image/png"), "image/png"),
        (page(kind="application/json"), "application/json"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answered 404"),
    ],
    ids=["large", "announced", "bomb", "no gzip", "brotli", "picture", "json", "missing"],
)
async def test_what_is_no_article_is_refused(web: Web, answer: bytes, words: str) -> None:
    web.answers["/a"] = answer
    assert words in await refused(web.fetcher.fetch("http://help.example.com/a"), Invalid)


async def test_what_does_not_answer_is_said(web: Web) -> None:
    web.answers["/a"] = b"SSH-2.0-OpenSSH_9\r\n"
    await refused(web.fetcher.fetch("http://help.example.com/a"), Unavailable)
    web.names["nowhere.invalid"] = [[]]
    assert "no host" in await refused(web.fetcher.fetch("http://nowhere.invalid/"), Invalid)


@pytest.mark.parametrize(
    "url", ["", "help.example.com", "http://", "http://[::1", "http://x:99999/", "javascript:1", "http://a b/", "file:///x"]
)
async def test_what_is_no_address_is_refused(web: Web, url: str) -> None:
    await refused(web.fetcher.fetch(url), Invalid)
    assert web.wires.asked == []
