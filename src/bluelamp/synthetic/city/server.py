"""The synthetic city's feed over HTTP, on this machine only: what Socrata does, and each fault as it is on the wire.

Used as a context manager by tests and the demo, and by `bluelamp synthetic city`. Which fault a request meets depends
on the publication that is the newest then, so that asking twice gives the same twice.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from bluelamp.synthetic.city.agency import PATH
from bluelamp.synthetic.city.faults import Planned
from bluelamp.synthetic.city.publisher import CityResponse, Publisher, written

_DEFAULT_LIMIT, _MOST = 1_000, 50_000  # as Socrata has them
_MOST_SEEN = 10_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One request: its parameters, its app token, what it was conditional on, and what it met."""

    parameters: dict[str, str]
    token: str
    if_none_match: str
    publication: int
    status: int  # 0 where nothing was answered


class CityServer:
    """Serves a publisher's feed at `url` until closed.

    `now` is the clock by which publications come (see `running`); without it they come by `step`, for tests. `plan`
    says what is wrong with each publication. Raises OSError where the port is taken.
    """

    def __init__(
        self,
        publisher: Publisher,
        plan: Sequence[Planned] = (),
        *,
        now: Callable[[], datetime] | None = None,
        port: int = 0,
    ) -> None:
        self.publisher, self.plan = publisher, plan
        self.seen: list[Seen] = []
        self._now, self._steps = now, 0
        self._lock, self._stopping = threading.Lock(), threading.Event()
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="city", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Where the rows are."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    @property
    def publication(self) -> int:
        """The number of the newest publication."""
        return max(int((self.now() - self.publisher.start) / self.publisher.every), 0)

    def now(self) -> datetime:
        """What time it is in the city; answers are dated by it."""
        if self._now is not None:
            return self._now()
        return self.publisher.moment(self._steps) + self.publisher.every / 20

    def step(self) -> int:
        """Publish once more; the number of the new publication."""
        with self._lock:
            self._steps += 1
            return self._steps

    def close(self) -> None:
        """Stop serving; requests that hang are let go."""
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        address = urlsplit(handler.path)
        if address.path != PATH:
            _send(handler, _Reply(404, {"Content-Type": "text/plain"}, b"not here\n"))
            return
        parameters = {name: values[-1] for name, values in parse_qs(address.query).items()}
        publication = self.publication
        answer = self.publisher.at(self.plan, publication)
        reply = _reply(handler, answer, parameters)
        token, tag = (handler.headers.get(name, "") for name in ("X-App-Token", "If-None-Match"))
        with self._lock:  # noted before it is sent: whoever has the answer finds it noted
            self.seen.append(Seen(parameters, token, tag, publication, 0 if reply.sent is not None else reply.status))
            del self.seen[:-_MOST_SEEN]
        if answer.hang:
            self._stopping.wait(300)
            handler.close_connection = True
            return
        _send(handler, reply)


def running(start: datetime, speed: float = 1.0) -> Callable[[], datetime]:
    """A clock that shows `start` (aware) now and goes `speed` times as fast as time does."""
    began = datetime.now(UTC)
    return lambda: start + (datetime.now(UTC) - began) * speed


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader that hangs up, as one does that was killed, is no reason to say anything."""


def _handler(city: CityServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "synthetic-city"
        sys_version = ""
        disable_nagle_algorithm = True  # head and body are two writes: no waiting for an acknowledgement

        def do_GET(self) -> None:
            city.answer(self)

        def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - as http.server has it
            return format_datetime(city.now().astimezone(UTC), usegmt=True)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
            """Nothing is written down but what `CityServer.seen` has."""

    return Handler


@dataclass(frozen=True, slots=True)
class _Reply:
    """What goes over the wire; of the body only the first `sent` bytes where that is given, and then the end."""

    status: int
    headers: dict[str, str]
    body: bytes
    sent: int | None = None


def _reply(handler: BaseHTTPRequestHandler, answer: CityResponse, parameters: dict[str, str]) -> _Reply:
    if answer.cut or answer.hang:
        return _Reply(answer.status, answer.headers, answer.body, len(answer.body) // 2)
    if answer.rows is None:
        return _Reply(answer.status, answer.headers, answer.body)
    if _is_known(handler, answer):
        return _Reply(304, answer.headers, b"")
    status, body = _page(answer.rows, parameters)
    return _Reply(status, answer.headers, body)


def _send(handler: BaseHTTPRequestHandler, reply: _Reply) -> None:
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    if reply.status != 304:
        handler.send_header("Content-Length", str(len(reply.body)))
    handler.end_headers()
    handler.wfile.write(reply.body if reply.sent is None else reply.body[: reply.sent])
    handler.close_connection |= reply.sent is not None


def _is_known(handler: BaseHTTPRequestHandler, answer: CityResponse) -> bool:
    tags = handler.headers.get("If-None-Match")
    if tags is not None:
        return answer.headers["ETag"] in [tag.strip() for tag in tags.split(",")]
    try:
        since = parsedate_to_datetime(handler.headers.get("If-Modified-Since", ""))
    except ValueError:
        return False
    return since >= parsedate_to_datetime(answer.headers["Last-Modified"])


def _page(rows: list[object], parameters: dict[str, str]) -> tuple[int, bytes]:
    """The rows that the parameters ask for. Without an order they come in any."""
    limit, offset = parameters.get("$limit", str(_DEFAULT_LIMIT)), parameters.get("$offset", "0")
    if not (limit.isdigit() and offset.isdigit()) or int(limit) > _MOST:
        problem = {"code": "query.soql.invalid-parameter", "error": True, "message": "Invalid $limit or $offset"}
        return 400, json.dumps(problem).encode()
    ordered = list(rows)
    if "$order" not in parameters:
        random.shuffle(ordered)
    return 200, written(ordered[int(offset) : int(offset) + int(limit)])
