"""A receiver of webhooks on the loopback: it keeps what it is sent, and answers as a test wants."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Sent:
    """One request; `headers` in small letters."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def is_signed_with(self, secret: str) -> bool:
        """As the convention says, written here once more."""
        key = base64.b64decode(secret[len("whsec_") :])
        signed = b".".join((self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body))
        right = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        return self.headers["webhook-signature"] == f"v1,{right}"


class Receiver:
    """`statuses` are given one after the other, then `status`. Requests to a path in `held` wait until it is let go;
    `at_once` is the most that ever waited."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.status = 204
        self.statuses: list[int] = []
        self.held: dict[str, threading.Event] = {}
        self.waiting = self.at_once = 0
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer._took(Sent(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                outer._wait(self.path)
                with outer._lock:
                    status = outer.statuses.pop(0) if outer.statuses else outer.status
                self.send_response(status)
                if status in (301, 307):
                    self.send_header("Location", f"{outer.url}/elsewhere")
                self.send_header("Content-Length", "0" if status == 204 else "2")
                self.end_headers()
                if status != 204:
                    self.wfile.write(b"no")

            def log_message(self, *_: object) -> None:
                pass

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except ConnectionError:
                    self.close_connection = True

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def _took(self, sent: Sent) -> None:
        with self._lock:
            self.sent.append(sent)

    def _wait(self, path: str) -> None:
        if (held := self.held.get(path)) is None:
            return
        with self._lock:
            self.waiting += 1
            self.at_once = max(self.at_once, self.waiting)
        held.wait(30)
        with self._lock:
            self.waiting -= 1

    def of(self, path: str) -> list[Sent]:
        return [one for one in list(self.sent) if one.path == path]

    def close(self) -> None:
        for held in self.held.values():
            held.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
