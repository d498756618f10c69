"""The calls of closed days in the lake: `calls/feed=dallas-tx/day=2026-02-11.3f9a1c2b7d10.parquet`, one file for each
feed and local day, one row for each call. Written by `history.compact`, read by `questions.calls` and by anybody who
points a Parquet reader at `calls/*/*.parquet`.

A file bears its content's hash in its name and is never changed: a day that is made again gets another file, and the
one before stays for a while, for those who read it. Where the vault is object storage, the file is put there as well.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bluelamp.domain.call_field import LAKE_COLUMNS
from bluelamp.errors import Busy, Damaged
from bluelamp.storage.calls.bucket import Bucket
from bluelamp.storage.files import fsync_file, fsync_folder, sha256_of, storage_errors
from bluelamp.storage.parquet import read_parquet

FOLDER = "calls"
LAYOUT = 1
# So long a file that no day names any more is kept, in seconds: a question that reads it has ended by then.
_GRACE = 3600.0
# What is being written ends so; the archive's writer sweeps names of its own that must not be these.
_NEW = ".new"

_WORD = pa.dictionary(pa.int32(), pa.string())
_MOMENT = pa.timestamp("ms")  # in UTC
_TYPES: dict[str, pa.DataType] = {"word": _WORD, "text": pa.string(), "moment": _MOMENT}

SCHEMA = pa.schema(
    [
        ("feed", _WORD),
        ("day", pa.date32()),  # the local day that the call was opened on
        ("call", pa.string()),  # the call's id, as in the event log
        *((column.name, _TYPES[column.kind]) for column in LAKE_COLUMNS),
        ("opened_after", _MOMENT),  # the last look before it was listed; null where nobody had looked before
        ("opened_by", _MOMENT),  # the first look at which it was listed
        ("opened_local", pa.timestamp("ms")),  # opened_by on the agency's clocks
        ("month", pa.int32()),  # of opened_local, as months since year 0
        ("weekday", pa.int8()),  # 1 Monday to 7 Sunday
        ("hour", pa.int8()),
        ("closed_after", _MOMENT),  # the last look at which it was listed; null while it has not ended
        ("closed_by", _MOMENT),  # the first look at which it was not
        ("ended", _WORD),  # closed, aged_out or open
        ("minutes_open_least", pa.float64()),
        ("minutes_open_most", pa.float64()),
        ("minutes_open", pa.float64()),  # the middle of both
        ("units", pa.list_(pa.string())),  # every unit that was ever on it
        ("unit_count", pa.int32()),
        ("minutes_on_scene_least", pa.float64()),
        ("minutes_on_scene_most", pa.float64()),
        ("minutes_on_scene", pa.float64()),
        ("reopened", pa.int32()),
        ("changes", pa.int32()),
        ("place_kind", _WORD),  # point, area or none
        ("latitude", pa.float64()),
        ("longitude", pa.float64()),
        ("uncertainty_m", pa.float64()),
        ("place_method", _WORD),
        ("place_area", _WORD),
    ]
)


@dataclass(frozen=True, slots=True)
class DayFile:
    """One file; `path` is relative to the lake."""

    path: str
    rows: int
    size: int
    sha256: str


NO_FILE = DayFile("", 0, 0, "")


class CallsLake:
    """The folder of calls below the lake. `vault_url` is where copies go, if that is object storage."""

    def __init__(self, lake: Path, vault_url: str = "") -> None:
        self.lake, self.root = lake, lake / FOLDER
        self.bucket = Bucket(vault_url) if "://" in vault_url and not vault_url.startswith("file://") else None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One writer in a lake; the system lets go of the lock of one that is killed. Raises Busy."""
        from filelock import FileLock, Timeout

        with storage_errors("write to the lake"):
            self.root.mkdir(parents=True, exist_ok=True)
            lock = FileLock(str(self.root / "writer.lock"), timeout=0)
            try:
                lock.acquire()
            except Timeout:
                raise Busy(
                    "Another process puts calls into the lake.", "It does what is due; ask again later."
                ) from None
        try:
            yield
        finally:
            lock.release()

    def write(self, feed: str, day: str, rows: Sequence[Mapping[str, Any]], about: Mapping[str, Any]) -> DayFile:
        """Write the calls of a day, in the order that they come; durable when this returns. No file for no rows. The
        same rows and `about` give the same bytes."""
        if not rows:
            return NO_FILE
        facts = json.dumps({"layout": LAYOUT, **about}, ensure_ascii=False, sort_keys=True)
        table = pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMA.with_metadata({"bluelamp": facts}))
        folder = self.root / f"feed={feed}"
        with storage_errors("write to the lake"):
            folder.mkdir(parents=True, exist_ok=True)
            made = folder / f"day={day}.{os.getpid()}{_NEW}"
            try:
                pq.write_table(table, made, compression="zstd", store_schema=True)
                sha256, size = sha256_of(made), made.stat().st_size
                target = folder / f"day={day}.{sha256[:12]}.parquet"
                fsync_file(made)
                made.replace(target)
                fsync_folder(folder)
            finally:
                made.unlink(missing_ok=True)
        return DayFile(target.relative_to(self.lake).as_posix(), len(rows), size, sha256)

    def path(self, file: str) -> Path:
        return self.lake / file

    def is_sound(self, path: str, sha256: str) -> bool:
        """Whether a day's file is there with the hash that it was written with."""
        found = self.path(path)
        with storage_errors("read the lake"):
            return found.exists() and sha256_of(found) == sha256

    def rows(self, path: str) -> list[dict[str, Any]]:
        """The rows of a file. Raises Damaged where it cannot be read."""
        try:
            found: list[dict[str, Any]] = read_parquet(self.path(path)).to_pylist()
        except (OSError, pa.ArrowInvalid) as error:
            raise Damaged(
                f"The lake's {path} cannot be read.", "bluelamp live rebuild FEED, then bluelamp live compact FEED."
            ) from error
        return found

    def fetch(self, path: str, sha256: str, key: str) -> None:
        """Bring a file that is not here from object storage. Raises StorageError."""
        target = self.path(path)
        if self.bucket is None or not key or target.exists():
            return
        with storage_errors("write to the lake"):
            target.parent.mkdir(parents=True, exist_ok=True)
        made = target.with_name(f"{target.name}.{os.getpid()}{_NEW}")
        with storage_errors("write to the lake"):
            try:
                made.write_bytes(self.bucket.get(key))
                if sha256_of(made) != sha256:
                    raise Damaged(f"{self.bucket.url}/{key} is not what was put there.", "Run bluelamp live compact.")
                made.replace(target)
            finally:
                made.unlink(missing_ok=True)

    def retire(self, path: str) -> None:
        """Begin the time that a file which no day names any more is still kept."""
        if path and self.path(path).exists():
            now = time.time()  # by the clock that `sweep` asks, which need not be the file system's
            os.utime(self.path(path), (now, now))

    def sweep(self, named: set[str]) -> int:
        """Remove files that no day names, once their time is over; how many. For the writer only."""
        gone = 0
        for path in self.root.glob("feed=*/*"):
            if path.relative_to(self.lake).as_posix() in named or time.time() - path.stat().st_mtime < _GRACE:
                continue
            path.unlink(missing_ok=True)
            gone += 1
        return gone
