"""Replay: a history of snapshots that somebody else has kept, taken in as if it had been polled.

Histories come as a file with one snapshot a line (`fetched_at` and `data`, `rows` or `body`), as files named by their
time, or as a folder or zip of such. Called by the command line.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

from bluelamp.domain.moment import moment_of, parse_moment
from bluelamp.errors import Busy, NotFound, SourceError, UsageError
from bluelamp.live.capture import REPLAYED
from bluelamp.live.feed_flow import FeedFlow
from bluelamp.live.intake_counts import IntakeCounts
from bluelamp.live.workflow import LiveFlow
from bluelamp.sources.feeds.fetching import Part
from bluelamp.storage.live.log_writer import Step
from bluelamp.storage.live.snapshots import SnapshotEntry

_BATCH = 200
_CONTENT = ("body", "data", "rows")
# 2026-02-11T004249Z, 2026-02-11T00:42:49Z, 20260211-004249 … somewhere in a file's name; UTC where it says no other.
_STAMP = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})[T_ -]?(\d{2})[:.-]?(\d{2})(?:[:.-]?(\d{2}))?")
_MOST_BYTES = 256 << 20  # of one snapshot


def read_history(path: Path) -> Iterator[tuple[str, bytes]]:
    """(moment, bytes) of every snapshot of a history, in order. Raises NotFound, and SourceError with file and line."""
    if path.is_dir():
        found = sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith("."))
        snapshots = [one for file in found for one in _of_file(file)]
        yield from sorted(snapshots, key=lambda one: one[0])
    elif path.exists():
        yield from _of_file(path)
    else:
        raise NotFound(f"There is no {path}.", "Check the path.")


def _of_file(path: Path) -> Iterator[tuple[str, bytes]]:
    name = path.name.removesuffix(".gz")
    with _opened(path) as file:
        if name.endswith((".jsonl", ".ndjson")):
            yield from _of_lines(path, file)
            return
        content = file.read(_MOST_BYTES)
    yield _of_whole(path, name, content)


def _opened(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def _of_lines(path: Path, file: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    try:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _of_object(_parsed(line, f"{path}, line {number}"), f"{path}, line {number}")
    except (OSError, EOFError) as error:
        raise SourceError(f"{path} cannot be read: {error}.", "Check the file.") from None


def _of_whole(path: Path, name: str, content: bytes) -> tuple[str, bytes]:
    """One file, one snapshot: an envelope that says its time, or a body whose time its name says."""
    if name.endswith(".json") and content.lstrip()[:1] == b"{":
        value = _parsed(content, str(path))
        if "fetched_at" in value:
            return _of_object(value, str(path))
    stamp = _STAMP.search(name)
    if stamp is None:
        raise SourceError(
            f"{path} does not say when it was fetched.", "Name it by its time, as 2026-02-11T004249Z.json."
        )
    return _moment(stamp[0], str(path)), content


def _parsed(text: bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{where}: this is not JSON ({error}).", "Check the file.") from None
    if not isinstance(value, dict):
        raise SourceError(f"{where}: an object with “fetched_at” is expected.", "Check the file.")
    return value


def _of_object(value: dict[str, Any], where: str) -> tuple[str, bytes]:
    content = next((value[name] for name in _CONTENT if name in value), None)
    if content is None or not isinstance(value.get("fetched_at"), str):
        raise SourceError(f"{where}: “fetched_at” and one of body, data, rows are expected.", "Check the file.")
    body = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return _moment(value["fetched_at"], where), body.encode()


def _moment(text: str, where: str) -> str:
    try:
        return moment_of(parse_moment(text))
    except ValueError:
        pass
    stamp = _STAMP.search(text)
    if stamp is None:
        raise SourceError(f"{where}: “{text[:60]}” is not a moment.", "Write it as 2026-02-11T00:42:49Z.")
    try:
        return moment_of(datetime(*(int(part or 0) for part in stamp.groups()), tzinfo=UTC))  # type: ignore[arg-type,misc]
    except ValueError as error:
        raise SourceError(f"{where}: “{text[:60]}” is not a moment ({error}).", "Check it.") from None


def replay(
    flow: LiveFlow, feed: str, history: Iterable[tuple[str, bytes]], report: Callable[[Step, int], None]
) -> IntakeCounts:
    """Keep and take in a history; what it came to. `report` is called with each step and how many are done. A history
    can only follow what the feed holds already. Raises UsageError, and Busy while another process polls the feed."""
    agency = flow.agency(feed)
    lease = flow.leases.acquire(feed)
    if lease is None:
        raise Busy(f"Another process polls the feed {feed}.", "Stop it, then run this again.")
    counts, done = IntakeCounts(), 0
    try:
        feed_flow = FeedFlow(agency, lease, flow.writer, flow.snapshots)
        newest = flow.snapshots.newest(feed)
        last = newest.fetched_at if newest else ""
        for at, body in history:
            if at < last:
                raise UsageError(
                    f"The snapshot of {at} is older than what {feed} holds ({last}).",
                    "Replay a history into a feed, or a home, that holds nothing later.",
                )
            last = at
            part = Part(f"replay:{feed}", 200, {}, body)
            flow.keep(feed, [part], at, REPLAYED)
            done += 1
            if done % _BATCH == 0:
                flow.leases.renew(lease)
                _take(feed_flow, flow, counts, report)
        _take(feed_flow, flow, counts, report)
        return counts
    finally:
        flow.leases.release(lease)


def _take(feed_flow: FeedFlow, flow: LiveFlow, counts: IntakeCounts, report: Callable[[Step, int], None]) -> None:
    waiting: list[SnapshotEntry] = flow.snapshots.after(feed_flow.agency.name, feed_flow.state.taken, _BATCH)
    while waiting:
        for step in feed_flow.take(waiting):
            counts.add(step)
            report(step, step.result.number)
        waiting = flow.snapshots.after(feed_flow.agency.name, feed_flow.state.taken, _BATCH)
