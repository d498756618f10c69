"""A small proxy on the loopback that cuts every connection after some bytes, wherever that is."""

from __future__ import annotations

import random
import socket
import threading
from contextlib import suppress
from types import TracebackType


class CuttingProxy:
    """`port` is where it listens, `cuts` how often it has cut."""

    def __init__(self, target: int, seed: int = 1) -> None:
        self._target, self._chance = target, random.Random(seed)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.cuts = 0

    def __enter__(self) -> CuttingProxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(
                    target=self._carry, args=(client, self._chance.randint(1_200, 9_000)), daemon=True
                ).start()

    def _carry(self, client: socket.socket, budget: int) -> None:
        with client, socket.create_connection(("127.0.0.1", self._target)) as server, suppress(OSError):
            server.sendall(client.recv(1 << 16))
            while budget > 0 and (data := server.recv(min(budget, 1_000))):
                client.sendall(data)
                budget -= len(data)
            self.cuts += budget <= 0
