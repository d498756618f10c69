"""A web server on 127.0.0.1 that does what a test tells it, faults included. Real sockets, no mocks."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Request:
    method: str
    path: str  # with its query
    headers: Mapping[str, str]  # lower-case names
    body: bytes
    number: int  # how many requests for this path came before


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None  # send so many bytes of the body, then close the connection
    drip: float | None = None  # seconds between single bytes, until the reader gives up
    length: bool = True  # whether to state Content-Length


Route = Callable[[Request], Reply]


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of the tests."""


def _nothing_here(_request: Request) -> Reply:
    return Reply(404, b"nothing here")


class Loopback:
    """`routes` maps a path without its query to what answers it, `fallback` answers any other path; `log` holds every
    request."""

    def __init__(self, fallback: Route = _nothing_here) -> None:
        self.routes: dict[str, Route] = {}
        self.fallback = fallback
        self.log: list[Request] = []
        self._numbers: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._server = _QuietServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.005})
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reply(self, path: str, *replies: Reply) -> None:
        """Answers a path with these replies in turn, the last one for ever."""
        self.routes[path] = lambda request: replies[min(request.number, len(replies) - 1)]

    def forget(self) -> None:
        """Forget the requests that came: the next for each path is the first."""
        with self._lock:
            self.log.clear()
            self._numbers.clear()

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.log if request.path.partition("?")[0] == path]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # head and body are two writes: no waiting for an acknowledgement

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                bare = self.path.partition("?")[0]
                headers = {name.lower(): value for name, value in self.headers.items()}
                with outer._lock:
                    request = Request(self.command, self.path, headers, body, outer._numbers[bare])
                    outer._numbers[bare] += 1
                    outer.log.append(request)
                try:
                    outer._send(self, outer.routes.get(bare, outer.fallback)(request))
                except ConnectionError:
                    self.close_connection = True

            do_GET = do_HEAD = do_POST = do_PUT = answer  # noqa: N815 - the names are http.server's

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature is http.server's
                pass

        return Handler

    def _send(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if reply.length and "Content-Length" not in reply.headers:
            handler.send_header("Content-Length", str(len(reply.body)))
        if not reply.length:
            handler.send_header("Connection", "close")
        handler.end_headers()
        if handler.command == "HEAD":
            return
        if reply.drip is not None:
            for at in range(len(reply.body)):
                handler.wfile.write(reply.body[at : at + 1])
                handler.wfile.flush()
                if self._stop.wait(reply.drip):
                    break
            handler.close_connection = True
            return
        handler.wfile.write(reply.body if reply.cut_after is None else reply.body[: reply.cut_after])
        if reply.cut_after is not None or not reply.length:
            handler.close_connection = True


def file_route(
    data: bytes,
    *,
    etag: str = '"one"',
    modified: str = "",
    ranges: bool = True,
    fault: Callable[[Request, Reply], Reply] | None = None,
) -> Route:
    """Serves a file as a good server does; `fault` may spoil the reply."""

    def route(request: Request) -> Reply:
        headers = {"Content-Type": "application/zip"}
        headers |= {"ETag": etag} if etag else {}
        headers |= {"Last-Modified": modified} if modified else {}
        headers |= {"Accept-Ranges": "bytes" if ranges else "none"}
        reply = Reply(200, data, headers)
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
        fresh = request.headers.get("if-range") in (None, etag, modified)
        if ranges and asked and fresh:
            if asked[1]:
                first, last = int(asked[1]), min(int(asked[2] or len(data)), len(data) - 1)
            else:
                first, last = max(0, len(data) - int(asked[2])), len(data) - 1
            if first > last:
                reply = Reply(416, b"", {"Content-Range": f"bytes */{len(data)}"})
            else:
                span = f"bytes {first}-{last}/{len(data)}"
                reply = Reply(206, data[first : last + 1], {**headers, "Content-Range": span})
        return fault(request, replace(reply)) if fault else reply

    return route
