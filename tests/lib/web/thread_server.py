"""The web application on a real server in this process, so that tests see what is inside: `hub`, `tasks`."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import uvicorn

from bluelamp.settings import Settings
from bluelamp.web.app import make_app
from bluelamp.web.streams.hub import Hub


class ThreadServer:
    """`url` is its address, `api` that of the feed's routes."""

    def __init__(self, settings: Settings) -> None:
        app = make_app(settings)
        self.hub: Hub = app.state.site.live.hub
        self.app = app
        bound = socket.socket()
        bound.bind(("127.0.0.1", 0))
        self.port = bound.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.api = f"{self.url}/api/v1/feeds/city"
        self.events = f"{self.api}/events"
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=3, ws="none"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([bound],), daemon=True)
        self._thread.start()
        until(lambda: self._server.started)

    @property
    def tasks(self) -> int:
        """Tasks of the server's loop."""
        assert self.hub.loop is not None
        return len(asyncio.all_tasks(self.hub.loop))

    def on_loop(self, call: Callable[[], Any]) -> None:
        """Call something where the streams live, and wait for it."""
        done = threading.Event()

        def act() -> None:
            call()
            done.set()

        assert self.hub.loop is not None
        self.hub.loop.call_soon_threadsafe(act)
        assert done.wait(10)

    def stop(self) -> None:
        if self._thread.is_alive():
            if self.hub.loop is not None:
                self.hub.loop.call_soon_threadsafe(self.hub.end_all, "shutdown")
            self._server.should_exit = True
            self._thread.join(20)
            assert not self._thread.is_alive()


def until(true: Callable[[], object], seconds: float = 15) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)
