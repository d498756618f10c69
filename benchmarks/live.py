"""Measures the live flow: `python -m benchmarks.live` times a snapshot of 5,000 rows with 1 % changed, from received to
committed, as against parsing its JSON alone; then the calls of any moment, in a log of 100,000 and of ten million
changes (`--changes` for fewer). Everything is made under .bench/live.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bluelamp.bootstrap import open_live
from bluelamp.domain.moment import moment_of
from bluelamp.live.workflow import LiveFlow
from bluelamp.settings import read_settings
from bluelamp.sources.feeds.agency import shipped
from bluelamp.sources.feeds.part import Part
from bluelamp.storage.live.event_log import EventLog
from bluelamp.storage.live.leases import Leases
from bluelamp.storage.live.log_writer import KEYFRAME_CHANGES, LogWriter, _packed, _text
from bluelamp.storage.live.snapshots import Body
from bluelamp.storage.tables.live import CHANGE, EVENT_LOG, KEYFRAME

FOLDER = Path(".bench") / "live"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
ROWS, ROUNDS = 5_000, 25
BATCH = 50_000


def _home(name: str) -> LiveFlow:
    shutil.rmtree(FOLDER / name, ignore_errors=True)
    feeds = FOLDER / name / "feeds"
    feeds.mkdir(parents=True)
    (feeds / "city.toml").write_text(shipped()["dallas-tx"], encoding="utf-8")
    return open_live(read_settings({"home": FOLDER / name}, {})[0])


def _row(number: int) -> dict[str, str]:
    return {
        "incident_number": f"26-{number // 2:07d}",
        "unit_number": f"A{number:05d}",
        "nature_of_call": "7X - Major Accident",
        "priority": "2",
        "division": "North Central",
        "beat": str(100 + number % 600),
        "reporting_area": str(1000 + number % 3000),
        "date": "2026-01-01T00:00:00.000",
        "time": f"{number % 24:02d}:{number % 60:02d}:00",
        "block": str(number % 9900),
        "location": f"Invented {number % 700} St",
        "status": "At Scene",
    }


def snapshots() -> None:
    """Received to committed, against parsing."""
    flow = _home("snapshots")
    chance = random.Random(1)
    rows = [_row(number) for number in range(ROWS)]
    parsing, taking, keeping = [], [], []
    lease = flow.leases.acquire("city")
    assert lease is not None
    from bluelamp.live.feed_flow import FeedFlow

    feed = FeedFlow(flow.agency("city"), lease, flow.writer, flow.snapshots)
    for turn in range(ROUNDS):
        for place in chance.sample(range(ROWS), ROWS // 100):
            rows[place] = {**rows[place], "priority": str(chance.randrange(9)), "status": f"Status {turn}"}
        body = json.dumps(rows).encode()
        at = moment_of(BEGIN + timedelta(minutes=2 * turn))
        began = time.perf_counter()
        json.loads(body)
        parsed = time.perf_counter()
        entry = flow.keep("city", [Part("https://example.org/", 200, {}, body)], at, "polled")
        kept = time.perf_counter()
        feed.expect(entry, [Body("https://example.org/", 200, {}, body)])
        feed.take_waiting(at)
        done = time.perf_counter()
        parsing.append(parsed - began)
        keeping.append(kept - parsed)
        taking.append(done - parsed)
    flow.leases.release(lease)
    flow.close()
    # The first two open every call and fill the caches: a feed meets them once.
    parse, keep, take = (statistics.median(found[2:]) for found in (parsing, keeping, taking))
    worst = max(taking[2:])
    what = f"a snapshot of {ROWS:,} rows ({len(body) / 1e6:.1f} MB), 1 % changed: median of {ROUNDS - 2}"
    print(f"| {what} | ms | × parsing |")
    print("|---|---|---|")
    print(f"| parsing its JSON | {1000 * parse:.1f} | 1 |")
    print(f"| kept in vault and ledger, on disk | {1000 * keep:.1f} | {keep / parse:.1f} |")
    print(f"| received to committed | {1000 * take:.1f} | **{take / parse:.1f}** |")
    print(f"| the slowest of them | {1000 * worst:.1f} | {worst / parse:.1f} |")
    print(f"| the first, which opens {ROWS // 2:,} calls | {1000 * taking[0]:.0f} | {taking[0] / parse:.0f} |")


def _log(changes: int) -> tuple[EventLog, sa.Engine, list[str]]:
    """A log of so many changes on about 200 open calls, with keyframes as the writer makes them; some moments in it."""
    flow = _home(f"log-{changes}")
    engine: sa.Engine = flow.log._engine
    lease = Leases(engine).acquire("city")
    assert lease is not None
    state = LogWriter(engine).open(lease)
    chance = random.Random(2)
    open_calls: list[dict[str, Any]] = []
    batch: list[dict[str, Any]] = []
    frames: list[dict[str, Any]] = []
    moments: list[str] = []

    def flush() -> None:
        with engine.begin() as connection:
            if batch:
                connection.execute(CHANGE.insert(), batch)
            if frames:
                connection.execute(KEYFRAME.insert(), frames)
        batch.clear()
        frames.clear()

    for seq in range(1, changes + 1):
        at = moment_of(BEGIN + timedelta(seconds=10 * seq))
        if len(open_calls) < 200 or (len(open_calls) < 260 and chance.random() < 0.5):
            call = _call(seq, at)
            open_calls.append(call)
            change = {**_change(seq, "opened", call["id"], at), "details": call}
        else:
            call = open_calls.pop(chance.randrange(len(open_calls)))
            change = {**_change(seq, "closed", call["id"], at), "between": [at, at]}
        row = {name: change[name] for name in ("seq", "id", "call", "kind", "at")}
        batch.append({"log": state.log, **row, "body": _text(change)})
        if seq % max(KEYFRAME_CHANGES, 520) == 0:
            calls = sorted(open_calls, key=lambda call: (call["opened_between"][1], call["id"]))
            frames.append({"log": state.log, "seq": seq, "calls": _packed(calls)})  # type: ignore[arg-type]
        if seq % max(changes // 300, 1) == 0:
            moments.append(at)
        if len(batch) >= BATCH:
            flush()
    flush()
    with engine.begin() as connection:
        connection.execute(EVENT_LOG.update().values(seq=changes, at=at))
    return flow.log, engine, moments


def _change(seq: int, kind: str, call: str, at: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("unit", "fields", "between"))
    return {"seq": seq, "id": f"{seq:024x}", "kind": kind, "call": call, **nothing, "at": at}


def _call(seq: int, at: str) -> dict[str, Any]:
    row = _row(seq)
    return {
        "id": f"{seq:016x}",
        **{
            name: row.get(name)
            for name in (
                "incident_number",
                "priority",
                "status",
                "division",
                "beat",
                "reporting_area",
                "block",
                "location",
            )
        },
        "nature": row["nature_of_call"],
        "reported_local": None,
        "reported_at": None,
        "opened_between": [at, at],
        "closed_between": None,
        "ended": None,
        "reopened": 0,
        "units": [{"unit": row["unit_number"], "status": "At Scene", "joined_between": [at, at], "left_between": None}],
        "former_units": [],
        "place": None,
        "revision": 1,
    }


def moments(changes: int) -> None:
    """The calls of any moment, in a short and in a long log, asked in turn so that both meet the same machine."""
    sizes = (100_000, changes)
    logs = []
    for size in sizes:
        began = time.perf_counter()
        log, engine, when = _log(size)
        random.Random(3).shuffle(when)
        logs.append((log, engine, when, time.perf_counter() - began))
    first: list[list[float]] = [[], []]
    again: list[list[float]] = [[], []]
    for found in (first, again):
        for pair in zip(logs[0][2], logs[1][2], strict=True):
            for place, moment in enumerate(pair):
                found[place] += _timed(lambda moment, log=logs[place][0]: log.as_of("city", moment), [moment])  # type: ignore[misc]
    print(
        "\n| the calls as of any moment, 300 moments of each in turn | first time, ms | again, ms | × the short log |"
    )
    print("|---|---|---|---|")
    for place, size in enumerate(sizes):
        size_mb = sum(file.stat().st_size for file in (FOLDER / f"log-{size}").glob("live*")) / 1e6
        words = f"{size:,} changes ({size_mb:,.0f} MB, made in {logs[place][3]:.0f} s)"
        cold, warm = (1000 * statistics.median(times[place]) for times in (first, again))
        ratio = statistics.median(again[place]) / statistics.median(again[0])
        print(f"| {words} | {cold:.2f} | {warm:.2f} | **{ratio:.2f}** |", flush=True)
        logs[place][1].dispose()
    shutil.rmtree(FOLDER / f"log-{changes}", ignore_errors=True)


def _timed(ask: Callable[[str], object], moments: list[str]) -> list[float]:
    times = []
    for moment in moments:
        began = time.perf_counter()
        ask(moment)
        times.append(time.perf_counter() - began)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live")
    parser.add_argument("--changes", type=int, default=10_000_000, help="changes of the long log")
    chosen = parser.parse_args()
    snapshots()
    moments(chosen.changes)
    print(f"\nmost memory at once: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
