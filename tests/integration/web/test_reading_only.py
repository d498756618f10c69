"""Reading needs no writing: on a disk that is full, or may not be written, everything that is held is served."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.lib.calls.city import shown_city
from tests.lib.web.process_server import Server

HELD = (
    "/", "/readyz", "/api/v1/site", "/api/v1/questions/crimes?by=year", "/api/v1/questions/calls?by=feed",
    "/api/v1/questions/crimes?by=month&where=force=kent&format=csv", "/api/v1/dashboards/crime/answers",
    "/api/v1/dashboards/calls/answers", "/api/v1/places?q=a", "/api/v1/areas/local_authority.geojson",
    "/api/v1/datasets/crimes/records?format=xlsx", "/api/v1/datasets/calls/records?format=parquet", "/api/v1/coverage",
    "/api/v1/quality", "/api/v1/releases", "/api/v1/feeds", "/api/v1/feeds/city/calls", "/api/v1/feeds/city/health",
    "/api/v1/feeds/city/history?at=2026-03-08T12:00:00Z", "/api/v1/feeds/city/statistics",
    "/api/v1/tiles/crimes/5/15/10.mvt",
)  # fmt: skip


@pytest.fixture
def small(tmp_path: Path, home: Path) -> Iterator[Path]:
    """A file system of its own with a home on it: the archive, and a city's calls."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", disk], capture_output=True)
    if made.returncode:
        pytest.skip("file systems cannot be mounted here")
    try:
        shutil.copytree(home, disk / "home", ignore=shutil.ignore_patterns("cache", "tmp"))
        shown_city(tmp_path / "city")
        shutil.copytree(tmp_path / "city", disk / "home", dirs_exist_ok=True)
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], capture_output=True)


def _served(home: Path) -> dict[str, int]:
    server = Server(home)
    try:
        with httpx.Client(base_url=server.url, timeout=60) as client:
            return {path: client.get(path).status_code for path in HELD}
    finally:
        server.stop()


def test_all_is_served_from_a_disk_that_may_not_be_written_and_from_a_full_one(small: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small], check=True)
    assert _served(small / "home") == dict.fromkeys(HELD, 200)
    subprocess.run(["mount", "-o", "remount,rw", small], check=True)
    with contextlib.suppress(OSError), (small / "filled").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 16))
    assert _served(small / "home") == dict.fromkeys(HELD, 200)
