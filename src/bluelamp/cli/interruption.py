"""Ctrl-C and SIGTERM: both end a command in order, and the second one ends it at once. Used by `app.main`."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from bluelamp.cli import exits

WORDS = "Interrupted. What was finished is kept; run the same command again to go on."


class Interruption:
    """Whether somebody interrupted. Engines turn the KeyboardInterrupt into errors of their own: this remembers it."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            # Workers end with their parent. Nothing is published but by one rename, so this breaks nothing.
            os.write(2, f"error: {WORDS}\n".encode())
            os._exit(exits.INTERRUPTED)
        self.asked = True
        raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Listens to both signals while a command runs; only a process's main thread can."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    numbers = [signal.SIGINT] if sys.platform == "win32" else [signal.SIGINT, signal.SIGTERM]
    before = {number: signal.signal(number, interruption) for number in numbers}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
