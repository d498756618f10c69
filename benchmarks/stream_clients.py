"""Many listeners in one process: as bare as can be, so that what is measured is the server. Used by `streams`.

Usage: python -m benchmarks.stream_clients HOST PORT PATH COUNT [SOURCE]

Connects COUNT times and says `ready` when every stream has begun. Then it obeys lines on standard input and answers
with one line of JSON each:

    expect N [SECONDS]   until every stream has had N events since the last such order
    ended [SECONDS]      until the server has ended every stream
    close                hangs up
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

_DATA, _BYE = b"\ndata: ", b"event: bye\n"
# What only opens a stream or keeps it alive is no news.
_CONTROL = (b"event: hello", b"event: alive")
_AT_ONCE = 200


@dataclass(slots=True)
class Listener:
    its: socket.socket
    tail: bytes = b""
    begun: bool = False
    events: int = 0
    size: int = 0
    at: float = 0.0
    bye: bool = False
    open: bool = True


class Listeners:
    def __init__(self, host: str, port: int, path: str, count: int, source: str) -> None:
        self._poll = select.epoll()
        self.all: dict[int, Listener] = {}
        head = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: text/event-stream\r\n\r\n".encode()
        for begun in range(0, count, _AT_ONCE):
            for _ in range(min(_AT_ONCE, count - begun)):
                self._connect(host, port, head, source)
            self.until(lambda: all(one.begun for one in self.all.values()), 60)

    def _connect(self, host: str, port: int, head: bytes, source: str) -> None:
        its = socket.create_connection((host, port), 30, (source, 0) if source else None)
        its.sendall(head)
        its.setblocking(False)
        self.all[its.fileno()] = Listener(its)
        self._poll.register(its.fileno(), select.EPOLLIN)

    def until(self, done: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not done() and time.monotonic() < end:
            for number, _ in self._poll.poll(0.2, 2_000):
                self._read(self.all[number])

    def _read(self, one: Listener) -> None:
        try:
            data = one.its.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._poll.unregister(one.its.fileno())
            one.open = False
            return
        seen = one.tail + data
        if not one.begun:
            # The head, and a whole first block, of whatever the server begins with.
            one.begun = b"\r\n\r\n" in seen and b"\n\n" in seen.partition(b"\r\n\r\n")[2]
        one.bye = one.bye or _BYE in seen
        found = seen.count(_DATA)
        one.events -= sum(seen.count(word) for word in _CONTROL)
        if found:
            one.events += found
            one.at = time.monotonic()
            # What was counted is not kept: no event is counted twice.
            seen = seen[seen.rindex(_DATA) + len(_DATA) :]
        one.size += len(data)
        one.tail = seen[-len(_BYE) :]

    def obey(self, order: str, *values: float) -> dict[str, object]:
        if order == "expect":
            wanted = int(values[0])
            self.until(lambda: all(one.events >= wanted for one in self.all.values()), values[1] if values[1:] else 120)
            found = list(self.all.values())
            told: dict[str, object] = {
                "last": max(one.at for one in found),
                "times": sorted(one.at for one in found)[:: max(1, len(found) // 100)],
                "short": sum(one.events < wanted for one in found),
                "over": sum(one.events > wanted for one in found),
                "bytes": sum(one.size for one in found),
            }
            for one in found:
                one.events = one.size = 0
            return told
        if order == "ended":
            self.until(lambda: not any(one.open for one in self.all.values()), values[0] if values else 30)
            return {
                "open": sum(one.open for one in self.all.values()),
                "byes": sum(one.bye for one in self.all.values()),
                "at": time.monotonic(),
            }
        for one in self.all.values():
            one.its.close()
        return {"closed": len(self.all)}


def main() -> None:
    host, port, path, count = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    listeners = Listeners(host, port, path, count, sys.argv[5] if sys.argv[5:] else "")
    print("ready" if all(one.begun for one in listeners.all.values()) else "not ready", flush=True)
    for line in sys.stdin:
        order, *values = line.split()
        print(json.dumps(listeners.obey(order, *(float(value) for value in values))), flush=True)
        if order == "close":
            return


if __name__ == "__main__":
    main()
