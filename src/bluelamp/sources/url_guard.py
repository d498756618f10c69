"""Keeps outgoing connections on the public internet. Used by http.py for every connection that Bluelamp opens.

A name is resolved once, every address it has is checked, and the connection goes to a checked address: a name that
changes its mind between the check and the connection (DNS rebinding) gains nothing. The refusal never says whether
something listens at the refused address.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from bluelamp.errors import SourceRefused

Resolve = Callable[[str, int], list[str]]  # (host, port) -> addresses as text
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # carries an IPv4 address in its last 32 bits


def is_public(address: str) -> bool:
    """Whether this IP address is one of the public internet; False for anything that is no IP address."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(one) for one in (parsed, *_carried(parsed)))


def _is_public(address: _Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _carried(address: _Address) -> list[_Address]:
    """IPv4 addresses inside an IPv6 one: mapped, 6to4, Teredo and NAT64 all lead to them."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    carried: list[_Address] = [one for one in (address.ipv4_mapped, address.sixtofour) if one]
    carried.extend(address.teredo or ())
    if address in _NAT64:
        carried.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return carried


def resolve(host: str, port: int) -> list[str]:
    """Every address of a host, in the system's order. Raises OSError when it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Deadline(threading.local):
    """When the request of this thread must be over, on the monotonic clock; None for no limit.

    A time-out alone bounds one read: a server that sends a byte a minute would hold the reader for ever.
    """

    at: float | None = None

    def cut(self, timeout: float | None) -> float | None:
        """The time-out that a single operation may still have. Raises ReadTimeout when the time is over."""
        if self.at is None:
            return timeout
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the request took too long as a whole")
        return left if timeout is None else min(timeout, left)


class GuardedBackend(httpcore.NetworkBackend):
    """Opens TCP connections to checked addresses only. Raises SourceRefused for a host that is not public."""

    def __init__(self, deadline: Deadline, *, allow_private: bool, resolve: Resolve = resolve) -> None:
        self._inner = httpcore.SyncBackend()
        self._deadline = deadline
        self._allow_private = allow_private
        self._resolve = resolve

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self.checked(host, port)
        problem: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in addresses:
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.cut(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
                continue
            return _GuardedStream(stream, self._deadline)
        raise problem or httpcore.ConnectError("the name has no address")

    def checked(self, host: str, port: int) -> list[str]:
        """The addresses of a host, all of them public. Raises ConnectError for a name that has none, SourceRefused."""
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError):
            raise httpcore.ConnectError("the name is not known") from None
        if not self._allow_private and not all(is_public(address) for address in addresses):
            raise SourceRefused(
                f"The address of {host} is not a public one, and only public addresses are fetched.",
                "Check the URL.",
            )
        return addresses

    def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - the signature is httpcore's
        timeout: float | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        raise SourceRefused("Only addresses on the public internet are fetched.", "Check the URL.")

    def sleep(self, seconds: float) -> None:  # pragma: no cover - httpcore's own retries are off
        self._inner.sleep(seconds)


class _GuardedStream(httpcore.NetworkStream):
    """A connection whose every operation keeps the deadline of the request."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.cut(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.cut(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._deadline.cut(timeout))
        return _GuardedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
