"""Is the live half still what it was? Checks the database, the bodies of snapshots and the event logs, and names the
repair. Called by `bluelamp doctor`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from bluelamp.domain.check import Check
from bluelamp.errors import BluelampError
from bluelamp.live.workflow import LiveFlow
from bluelamp.storage.calls.days import CallsDay
from bluelamp.storage.calls.lake import CallsLake
from bluelamp.storage.live.event_log import Head, project

# So many changes are folded at once.
_PAGE = 5_000


def check_file(url: str) -> Iterator[Check]:
    """The database file by its own checks; nothing where it lies elsewhere or there is none yet."""
    path = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or not path.exists():
        return
    try:
        with closing(sqlite3.connect(path)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)").fetchall()]
    except sqlite3.Error as error:
        found = [str(error)]
    wrong = "; ".join(" ".join(words.split())[:200] for words in found if words != "ok")
    if wrong:
        yield Check("live database", False, f"{path.name} is damaged: {wrong}", "Restore it from a backup.")
    else:
        yield Check("live database", True, f"{path.name} is sound")


def check_up(flow: LiveFlow, report: Callable[[int, int], None], *, quick: bool = False) -> Iterator[Check]:
    """Every feed: the bytes of its snapshots (not when `quick`), and its log."""
    for feed, head in flow.log.heads().items():
        if not quick:
            yield _bodies(flow, feed, report)
        yield _log(flow, head)


def check_calls(days: Sequence[CallsDay], lake: CallsLake) -> Iterator[Check]:
    """The files of closed days, feed by feed."""
    for feed in sorted({day.feed for day in days}):
        its = [day for day in days if day.feed == feed and day.path]
        wrong = [day.day for day in its if not _is_whole(day, lake)]
        if not wrong:
            yield Check(f"calls of {feed}", True, f"{len(its):,} closed days are what was written")
            continue
        some = ", ".join(wrong[:5]) + (", …" if len(wrong) > 5 else "")
        named = " ".join(f"--day {day}" for day in wrong[:5])
        yield Check(
            f"calls of {feed}", False, f"{len(wrong):,} of {len(its):,} closed days are lost or damaged: {some}",
            f"bluelamp doctor --mend makes them anew from the event log, as bluelamp live compact {feed} {named} does.",
        )  # fmt: skip


def _is_whole(day: CallsDay, lake: CallsLake) -> bool:
    try:
        lake.fetch(day.path, day.sha256, day.uploaded)
        return lake.is_sound(day.path, day.sha256)
    except BluelampError:
        return False


def _bodies(flow: LiveFlow, feed: str, report: Callable[[int, int], None]) -> Check:
    wrong, looked = [], 0
    for entry in flow.snapshots.all(feed):
        looked += 1
        report(looked, 0)
        try:
            flow.snapshots.bodies(entry)
        except BluelampError as error:
            wrong.append(f"snapshot {entry.number} of {entry.fetched_at}: {error.message}")
    if not wrong:
        return Check(f"snapshots of {feed}", True, f"{looked:,} have the bytes that were received")
    return Check(
        f"snapshots of {feed}", False, f"{len(wrong):,} of {looked:,} are damaged: {wrong[0]}",
        "Restore vault/snapshots from a backup; the event log stands without them.",
    )  # fmt: skip


def _log(flow: LiveFlow, head: Head) -> Check:
    """Numbers without gaps, and the open calls as the sum of the changes."""
    name = f"event log of {head.feed}"
    repair = f"bluelamp live rebuild {head.feed} makes it anew from the snapshots."
    calls, seq = flow.log.as_of_seq(head, head.tail), head.tail
    try:
        while seq < head.seq:
            page = flow.log.changes(head, seq, _PAGE)
            numbers = [one.seq for one in page]
            whole = seq
            while whole - seq < len(numbers) and numbers[whole - seq] == whole + 1:
                whole += 1
            if not page or whole - seq < len(numbers):
                return Check(name, False, f"changes are missing after number {whole:,}", repair)
            calls, seq = project(calls, (one.change for one in page)), numbers[-1]
    except (ValueError, KeyError, AssertionError):
        return Check(name, False, f"a change after number {seq:,} cannot be read", repair)
    now, current = flow.log.current(head.feed)
    if now.seq == head.seq and current != calls:
        return Check(name, False, "the open calls are not the sum of the changes", repair)
    return Check(name, True, f"{head.seq - head.tail:,} changes without gaps; the open calls are their sum")
