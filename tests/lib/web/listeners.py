"""A browser's EventSource without the browser: reads a stream in a thread and keeps all that it says."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Event:
    kind: str
    data: Any
    id: str


class Listener:
    """`events` in the order that they came, `last_id` and `retry` as a browser keeps them; `ended` when the server has
    ended the stream."""

    def __init__(self, url: str, **headers: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request("GET", path, headers={"Accept": "text/event-stream", **named})
        self._response = self._connection.getresponse()
        self.status = self._response.status
        self.headers = {name.lower(): value for name, value in self._response.getheaders()}
        self.events: list[Event] = []
        self.comments = 0
        self.last_id, self.retry = "", 0
        self.error = ""
        self.ended = threading.Event()
        self.begun = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def changes(self) -> list[Any]:
        """The data of all events that are changes."""
        return [event.data for event in self.events if event.kind not in ("resync", "bye")]

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def wait(self, count: int, seconds: float = 15) -> list[Any]:
        """Until so many events have come; their data."""
        end = time.monotonic() + seconds
        while len(self.events) < count and time.monotonic() < end and not self.ended.is_set():
            time.sleep(0.005)
        time.sleep(0.05)  # one that comes twice would come now
        assert len(self.events) == count, f"{len(self.events)} of {count} events: {self.kinds[-20:]} {self.error}"
        return [event.data for event in self.events]

    def close(self) -> None:
        """Hang up."""
        raw = getattr(getattr(self._response.fp, "raw", None), "_sock", None)
        if raw is not None:
            with contextlib.suppress(OSError):
                raw.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._connection.close()

    def _read(self) -> None:
        fields: dict[str, str] = {}
        try:
            while line := self._response.readline():
                text = line.decode().rstrip("\n")
                if not text:
                    self._dispatch(fields)
                    fields = {}
                else:
                    name, _, value = text.partition(": ")
                    fields[name] = value
        except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
            self.error = repr(error)
        self.ended.set()

    def _dispatch(self, fields: dict[str, str]) -> None:
        self.last_id = fields.get("id", self.last_id)
        self.retry = int(fields.get("retry", self.retry))
        if fields.get("event") in ("hello", "alive"):
            self.comments += 1
            self.begun.set()
        elif "data" in fields:
            self.events.append(Event(fields["event"], json.loads(fields["data"]), fields.get("id", "")))
