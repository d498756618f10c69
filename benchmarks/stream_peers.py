"""The same burst as others would send it: a queue for each client, JSON made for each client. Used by `streams`.

Usage: python -m benchmarks.stream_peers sse-starlette|streaming-response

`POST /burst` sends the changes of its body (a JSON list) to every client of `GET /events`.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from sse_starlette import EventSourceResponse, ServerSentEvent

queues: set[asyncio.Queue[dict[str, Any]]] = set()
app = FastAPI()


@app.post("/burst")
async def burst(request: Request) -> dict[str, int]:
    for change in await request.json():
        for queue in queues:
            queue.put_nowait(change)
    return {"clients": len(queues)}


async def changes(queue: asyncio.Queue[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
    queues.add(queue)
    try:
        while True:
            yield await queue.get()
    finally:
        queues.discard(queue)


@app.get("/events/sse-starlette")
async def with_sse_starlette() -> EventSourceResponse:
    async def events() -> AsyncIterator[ServerSentEvent]:
        yield ServerSentEvent(comment="begun")
        async for change in changes(asyncio.Queue()):
            yield ServerSentEvent(data=json.dumps(change), event=change["kind"], id=f"x:{change['seq']}", sep="\n")

    return EventSourceResponse(events(), sep="\n")


@app.get("/events/streaming-response")
async def with_streaming_response() -> StreamingResponse:
    async def events() -> AsyncIterator[str]:
        yield ": begun\n\n"
        async for change in changes(asyncio.Queue()):
            yield f"event: {change['kind']}\nid: x:{change['seq']}\ndata: {json.dumps(change)}\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


def main() -> None:
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{bound.getsockname()[1]}/events/{sys.argv[1]}", flush=True)
    config = uvicorn.Config(app, log_config=None, access_log=False, backlog=4096, timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[bound])


if __name__ == "__main__":
    main()
