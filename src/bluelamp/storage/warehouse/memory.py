"""Gives memory that is no longer used back to the system. Used by `build`, whose threads free large arrays in turn.

glibc keeps what a thread has freed for that thread: over a load this adds up to half a gigabyte that nobody uses.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any


@cache
def _libc() -> Any:
    try:
        return ctypes.CDLL("libc.so.6") if sys.platform == "linux" else None
    except OSError:  # another C library, which has no such habit
        return None


def give_back_memory() -> None:
    """Return freed memory to the system; takes some milliseconds."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    libc = _libc()
    if libc is not None:
        libc.malloc_trim(0)
