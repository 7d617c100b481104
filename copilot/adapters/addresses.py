"""Addresses that everybody reaches, and the way to one that nothing leads inside from (no SSRF).

The check stands where the connection is made: a name is resolved, every address it has must be a public one, and the connection goes to
the very address that was checked. So a name that answers otherwise a moment later (DNS rebinding), or an address written as a number,
cannot lead inside.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final

import httpcore

from copilot.domain.errors import Invalid, Refused

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
    """Connects to public addresses only, and to the one it checked. The host stays in the request and in TLS, where the pool puts it.

    `ports`: those that are asked; none: every one. `todo`: what to do instead of asking for an address inside.
    """

    def __init__(self, resolver: Resolve, connecting: httpcore.AsyncNetworkBackend, ports: Iterable[int], todo: str) -> None:
        self._resolve, self._connecting, self._ports, self._todo = resolver, connecting, frozenset(ports), todo

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises Refused before anything is sent."""
        if self._ports and port not in self._ports:
            raise Refused(f"Port {port} is not asked.", todo="Give an address of a web page: http or https without a port.")
        addresses = await self.addresses(host, port)
        return await self._connecting.connect_tcp(str(addresses[0]), port, timeout, local_address, socket_options)

    async def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> Any:
        raise Refused("Sockets of this machine are not asked.", todo="Give an address of the web.")

    async def sleep(self, seconds: float) -> None:
        await self._connecting.sleep(seconds)

    async def addresses(self, host: str, port: int) -> list[Address]:
        """All of the host's addresses. One that is not public is enough to refuse them all: such a name is not to be trusted."""
        bare = host.rstrip(".").lower()
        if not bare or bare.rpartition(".")[2] in LOCAL or bare.endswith(tuple(f".{name}" for name in LOCAL)):
            raise self._inside(host)
        try:
            given = await self._resolve(host, port)
            addresses = [ipaddress.ip_address(one) for one in given]
        except (OSError, UnicodeError, ValueError):
            raise Invalid(f"There is no host {host[:200]}.", todo="Check the address.") from None
        if not addresses:
            raise Invalid(f"There is no host {host[:200]}.", todo="Check the address.")
        if not all(public(address) for address in addresses):
            raise self._inside(host)
        return addresses

    def _inside(self, host: str) -> Refused:
        return Refused(f"{host[:200]} is not a public address.", todo=self._todo)
