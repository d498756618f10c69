"""Acts as soon as the process is told to end, before the web server waits for its connections. Used by `live_site`."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable
from types import FrameType


def before_exit(act: Callable[[], None]) -> Callable[[], None]:
    """Have the event loop act as soon as the process is told to end, before the server waits for its connections; what
    takes that back. Does nothing outside the main thread, where no signal arrives."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    before = {number: signal.getsignal(number) for number in numbers}

    def relay(number: int, frame: FrameType | None) -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(act)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number in numbers:
        signal.signal(number, relay)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return restore
