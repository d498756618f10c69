"""The clock of recorded processes: it stands still, so that two runs tell the same time."""

from __future__ import annotations

import ctypes
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from tests.dates import build

# When homes are made: the synthetic city's past ends here. Earlier than any run, because a timer that some library sets
# by the clock would else never end.
MADE = datetime(2026, 2, 11, 18, 30, tzinfo=UTC)
# When they are looked at: the last snapshot is still fresh.
LOOKED = MADE + timedelta(seconds=90)


@cache
def _library() -> Path:
    library = build(Path(tempfile.mkdtemp(prefix="bluelamp-clock-")))
    if library is None:
        raise SystemExit("Without a clock that stands still nothing can be recorded.")
    return library


def environment(moment: datetime, *, still: bool = True) -> dict[str, str]:
    """The environment of a process for which it is always `moment` (aware), with settings of nobody else. Where it is
    not `still`, its clock begins at the moment and goes on: what is received later must have a later time."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BLUELAMP_", "MOVED_CLOCK_"))}
    clock = ("AT", moment.timestamp()) if still else ("AHEAD", moment.timestamp() - time.time())
    return kept | {
        "LD_PRELOAD": str(_library()),
        f"MOVED_CLOCK_{clock[0]}": f"{clock[1]:.0f}",
        "COLUMNS": "120",
        "NO_COLOR": "1",
        "PYTHONHASHSEED": "0",
        "TZ": "UTC",
    }


def tick() -> None:
    """A second goes by for this process, whose clock stands still: what it makes next gets another name."""
    ctypes.c_long.in_dll(ctypes.CDLL(None), "moved_clock_at").value += 1
