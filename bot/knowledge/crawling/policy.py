"""Which addresses may be asked at all. A page must never lead the desk to a machine that only the desk can reach.

Names are judged by what they resolve to, once, and the connection goes to that very address. An IPv6 address that carries
an IPv4 one is judged by both.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

from bot.errors import Unreadable

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.ip_network("::/96")
_RELAY = ipaddress.ip_network("192.88.99.0/24")


def is_public(address: IpAddress) -> bool:
    """Whether an address, and every one within it, is of the open internet."""
    return all(_is_public(found) for found in (address, *_unwrapped(address)))


def _is_public(address: IpAddress) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        refused = address in _RELAY
    else:
        refused = address.is_site_local or address in _NAT64_LOCAL or address in _COMPATIBLE
        # A mapped address is judged by the one within.
        if address.ipv4_mapped or address in _NAT64:
            return True
    return address.is_global and not (
        refused or address.is_multicast or address.is_reserved or address.is_unspecified or address.is_private or address.is_loopback
    )


def _unwrapped(address: IpAddress) -> Iterator[IpAddress]:
    if isinstance(address, ipaddress.IPv4Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if address in _NAT64 or address in _COMPATIBLE:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What may be asked. Only tests ask for anything else than the defaults."""

    scheme: str = "https"
    port: int | None = 443
    allows: Callable[[IpAddress], bool] = is_public


class PinnedResolver(AbstractResolver):
    """Resolves each host once, and refuses one that has any address which the policy does not allow."""

    def __init__(self, hosts: frozenset[str], policy: AddressPolicy) -> None:
        self._hosts = hosts
        self._policy = policy
        self._pinned: dict[tuple[str, int], list[ResolveResult]] = {}

    async def check(self, url: str) -> None:
        """Raise Unreadable unless this address may be asked."""
        parts, port = _parts(url)
        host = (parts.hostname or "").rstrip(".").lower()
        if parts.scheme != self._policy.scheme:
            raise Unreadable(url, f"only {self._policy.scheme} addresses are read")
        if self._policy.port is not None and port not in (None, self._policy.port):
            raise Unreadable(url, f"only port {self._policy.port} is asked")
        if parts.username is not None or parts.password is not None:
            raise Unreadable(url, "an address with a user's name in it is not asked")
        if host not in self._hosts:
            raise Unreadable(url, f"{host or 'it'} is not a host that may be crawled; add it to [crawl] hosts in shop.toml")
        try:
            literal = ipaddress.ip_address(host)
        except ValueError:
            await self._resolved(url, host, port or (443 if parts.scheme == "https" else 80))
        else:
            # aiohttp asks no resolver about these.
            self._judge(url, host, literal)

    async def _resolved(self, url: str, host: str, port: int) -> None:
        if (host, port) in self._pinned:
            return
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as exc:
            raise Unreadable(url, f"the host {host} is not known") from exc
        pinned: list[ResolveResult] = []
        for family, _, protocol, _, where in found:
            self._judge(url, host, ipaddress.ip_address(str(where[0]).partition("%")[0]))
            pinned.append(
                ResolveResult(hostname=host, host=str(where[0]), port=port, family=family, proto=protocol, flags=socket.AI_NUMERICHOST)
            )
        self._pinned[host, port] = pinned

    def _judge(self, url: str, host: str, address: IpAddress) -> None:
        if not self._policy.allows(address):
            raise Unreadable(url, f"{host} is not on the open internet")

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:  # noqa: ARG002  # aiohttp's signature
        """What `check` pinned; nothing is asked here."""
        pinned = self._pinned.get((host.rstrip(".").lower(), port))
        if not pinned:
            raise OSError(f"{host} was not checked")
        return pinned

    async def close(self) -> None:
        """Nothing is held."""


def _parts(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError as exc:
        raise Unreadable(url, "it is not an address") from exc
