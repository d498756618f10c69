"""A receiver of webhooks on the loopback: it keeps what it is sent, and answers as a test wants."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.lib.loopback import Loopback, Reply, Request


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
        self._server = Loopback(self._answer)
        self.url = self._server.url

    def _answer(self, request: Request) -> Reply:
        with self._lock:
            self.sent.append(Sent(request.path, request.headers, request.body))
        self._wait(request.path)
        with self._lock:
            status = self.statuses.pop(0) if self.statuses else self.status
        headers = {"Location": f"{self.url}/elsewhere"} if status in (301, 307) else {}
        return Reply(status, b"" if status == 204 else b"no", headers)

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
        self._server.close()
