"""`bluelamp serve` on a home, with a clock that stands still."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx

from tests.recorded.clock import LOOKED, environment

_SETTINGS = {
    "BLUELAMP_POLL_IN_SERVER": "false",
    "BLUELAMP_REQUESTS_PER_MINUTE": "0",
    "BLUELAMP_LOG_REQUESTS": "false",
    "BLUELAMP_QUERY_SECONDS": "300",  # a busy machine refuses no question
    "BLUELAMP_ALLOW_PRIVATE_ADDRESSES": "true",
}
_PATIENCE = 120.0


@contextmanager
def served(home: Path, moment: datetime = LOOKED) -> Iterator[str]:
    """Its address, once it is ready; the server ends with the block."""
    log = home.with_name("server.log")
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "bluelamp", "--home", str(home), "serve", "--port", "0"],
            stdout=subprocess.PIPE, stderr=errors, text=True, env=environment(moment) | _SETTINGS,
        )  # fmt: skip
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip().rstrip("/")
        if not address:
            raise SystemExit(f"The server did not start: {log.read_text()}")
        _wait(address)
        yield address
    finally:
        process.terminate()
        process.wait(30)
        if process.stdout is not None:
            process.stdout.close()


def _wait(address: str) -> None:
    """Until it answers, and knows its feeds."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            if httpx.get(f"{address}/readyz", timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"The server at {address} is not ready after {_PATIENCE:.0f} seconds.")
