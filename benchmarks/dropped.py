"""Measures what everybody else feels while dear files are begun and dropped, over HTTP, on a server of its own.

Usage: python -m benchmarks.dropped HOME [--format xlsx] [--requests 100]

The same addresses are asked over and over, first with nobody else there, then while the files are begun. Each is
dropped after 0.7 seconds. The bounds: `/healthz` under 100 ms and a dashboard at most twice its idle time, both as p99.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np

from benchmarks.web import server

_PATHS = ("/healthz", "/", "/api/v1/site", "/api/v1/dashboards/crime/answers?where=force=kent")
_DROPPED_AFTER, _PAUSE, _SECONDS = 0.7, 0.02, 6.0


async def _drop(url: str, path: str) -> None:
    at = urlsplit(url)
    _, writer = await asyncio.open_connection(at.hostname, at.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
    await writer.drain()
    await asyncio.sleep(_DROPPED_AFTER)
    writer.close()


async def _ask(client: httpx.AsyncClient, path: str, took: list[float], until: float) -> None:
    while time.perf_counter() < until:
        began = time.perf_counter()
        answer = await client.get(path)
        took.append(time.perf_counter() - began)
        assert answer.status_code == 200, (path, answer.status_code)
        await asyncio.sleep(_PAUSE)


async def _measure(url: str, dropped: str, requests: int) -> dict[str, list[float]]:
    """Path → seconds of each answer."""
    found: dict[str, list[float]] = {path: [] for path in _PATHS}
    async with httpx.AsyncClient(base_url=url, timeout=120) as client:
        until = time.perf_counter() + _SECONDS
        asking = [asyncio.create_task(_ask(client, path, took, until)) for path, took in found.items()]
        await asyncio.gather(*(_drop(url, dropped) for _ in range(requests)))
        await asyncio.gather(*asking)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--format", default="xlsx", choices=["xlsx", "csv", "geojson", "parquet"])
    parser.add_argument("--requests", type=int, default=100)
    asked = parser.parse_args()
    dropped = f"/api/v1/datasets/crimes/records?format={asked.format}"
    with server(asked.home, workers=1) as (url, _):
        for path in _PATHS:
            httpx.get(url + path, timeout=120)
        idle = asyncio.run(_measure(url, dropped, 0))
        loaded = asyncio.run(_measure(url, dropped, asked.requests))
    print(f"{'':52}{'idle p50':>10}{'p99':>8}{'loaded p50':>12}{'p99':>8}   (ms)")
    for path in _PATHS:
        cells = [1000 * np.percentile(took[path], share) for took in (idle, loaded) for share in (50, 99)]
        print(f"{path:52}{cells[0]:>10.1f}{cells[1]:>8.1f}{cells[2]:>12.1f}{cells[3]:>8.1f}")


if __name__ == "__main__":
    main()
