"""The API against its own description: thousands of requests made from it, valid and not, by a tool that knows nothing
else of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx

from tests.lib.web.process_server import Server


def test_every_answer_is_as_described(server: Server, tmp_path: Path) -> None:
    """No 5xx, no undocumented status, type or shape. Whether a valid word names something held is no matter of the
    description, so refusing one is left out of the checks."""
    found = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")), "run", f"{server.url}/openapi.json",
            "--phases", "examples,coverage,fuzzing", "--max-examples", "25", "--workers", "2", "--seed", "1",
            "--exclude-checks", "positive_data_acceptance", "--request-timeout", "20",
        ],
        capture_output=True,
        text=True,
        timeout=400,
        cwd=tmp_path,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout[-6_000:]
    described = httpx.get(f"{server.url}/openapi.json").json()["paths"]
    count = sum(len(methods) for methods in described.values())
    assert f"{count} selected / {count} total" in found.stdout
