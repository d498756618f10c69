"""Connections that say nothing are closed, and only so many are open: on a real server of the loopback address."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from bluelamp.web.asgi.connections import Bounded


async def _app(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[int]:
    config = uvicorn.Config(_app, port=0, http=Bounded, lifespan="off", log_config=None, timeout_keep_alive=600)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - the server tells it in no other way
        await asyncio.sleep(0)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


async def _open(port: int, said: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    await writer.drain()
    return reader, writer


async def _end(reader: asyncio.StreamReader) -> bytes:
    with contextlib.suppress(ConnectionError):
        return await reader.read()
    return b""


def test_a_header_that_does_not_come_closes_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bounded, "seconds", 0.2)

    async def act() -> None:
        async with serving() as port:
            silent, half = await _open(port, b""), await _open(port, b"GET / HTTP/1.1\r\nHost: x\r\n")
            whole = await _open(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert await _end(silent[0]) == await _end(half[0]) == b""
            # Who has asked whole is no such connection: it is kept, and asks again.
            assert b"200 OK" in await whole[0].readuntil(b"ok")
            whole[1].write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"200 OK" in await whole[0].readuntil(b"ok")
            # A second request has no more time for its header than the first.
            whole[1].write(b"GET / HTTP/1.1\r\n")
            assert await _end(whole[0]) == b""
            for _, writer in (silent, half, whole):
                writer.close()

    asyncio.run(act())


def test_one_connection_too_many_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bounded, "most", 2)

    async def act() -> None:
        async with serving() as port:
            kept = [await _open(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(2)]
            for reader, _ in kept:
                await reader.readuntil(b"ok")
            reader, writer = await _open(port, b"")
            refused = await _end(reader)
            assert refused.startswith(b"HTTP/1.1 503 ")
            assert b"Retry-After: " in refused
            for _, one in [*kept, (reader, writer)]:
                one.close()

    asyncio.run(act())
