"""Who asks, as far as limits need to know: a network address. Used by `worked`."""

from __future__ import annotations

from fastapi import Request


def address_of(request: Request) -> str:
    return request.client.host if request.client is not None else ""
