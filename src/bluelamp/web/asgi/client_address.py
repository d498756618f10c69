"""Who asks, as far as limits need to know: a network address. Used by `rate_limits`, `web.lane_routes`,
`web.streams` and `web.app`.

Behind a proxy everybody has the proxy's address. What a proxy says of whom it asks for is believed only of those that a
setting names: anybody can write such a header.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from starlette.types import Scope

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# What proxies add to a request.
_FORWARDING = frozenset(
    {
        b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-server",
        b"x-real-ip", b"via", b"cf-connecting-ip", b"true-client-ip", b"x-cluster-client-ip",
    }
)  # fmt: skip
_LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")


class Visitors:
    """`proxies` are those that are believed."""

    def __init__(self, proxies: Sequence[Network] = ()) -> None:
        self._proxies = tuple(proxies)

    def address_of(self, scope: Scope) -> str:
        """The address that a request comes from: of the nearest one that is no proxy of ours."""
        address = str(scope["client"][0]) if scope.get("client") else ""
        if not self._is_proxy(address):
            return address
        said = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
        for word in reversed(said.decode("latin-1").split(",")):
            found = _plain(word)
            if not found:
                return address
            address = found
            if not self._is_proxy(address):
                break
        return address

    def is_this_machine(self, scope: Scope) -> bool:
        """Whether a program of this machine asks by itself, and no proxy for somebody else: one names whom it asks for,
        or speaks the old HTTP that proxies use among each other."""
        address = str(scope["client"][0]) if scope.get("client") else ""
        forwarded = any(name in _FORWARDING for name, _ in scope["headers"]) or scope.get("http_version") == "1.0"
        return address in _LOOPBACK and not forwarded and not self._is_proxy(address)

    def _is_proxy(self, address: str) -> bool:
        if not self._proxies:
            return False
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(found, "ipv4_mapped", None)
        return any((mapped or found) in network for network in self._proxies)


def network_of(address: str) -> str:
    """Whose an address is: of IPv6, one household has a whole network of them."""
    if ":" not in address:
        return address
    try:
        found = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(found.ipv4_mapped or ipaddress.IPv6Network((found, 64), strict=False))


def _plain(word: str) -> str:
    """An address without blanks, brackets and port; empty where it is none."""
    text = word.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
