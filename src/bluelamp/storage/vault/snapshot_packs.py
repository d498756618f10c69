"""The raw snapshots of closed days, packed: one zip for each feed and day instead of one file for each answer. Used by
the vault, which finds every answer by its key as before, and by the process that polls.

A pack holds the files as they were, under their names, and opens with any zip program. It is written beside them, read
back and compared before they go: killed at any moment, each answer is there once or twice.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import threading
import zipfile
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bluelamp.errors import Damaged

if TYPE_CHECKING:
    from bluelamp.storage.vault.objects import Objects

ROOT = "snapshots"
_ENDING, _PACK = ".gz", ".zip"
# The time of a member is kept by the ledger; a constant keeps equal packs equal to the byte.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
# Answers of a day may still be kept for so long after it.
_LATE = timedelta(hours=1)


class SnapshotPacks:
    """Of one vault. Safe for threads; only who may write a feed packs its days."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._lock = threading.Lock()
        self._last: tuple[str, Mapping[str, bytes]] = ("", {})

    def read(self, key: str) -> bytes | None:
        """A file by the key that it had; None where no pack holds it. A whole day is read one after another, so the
        pack that was read last is kept at hand."""
        day, _, name = key.rpartition("/")
        with self._lock:
            if self._last[0] != day or name not in self._last[1]:
                self._last = day, self._members(day)
            return self._last[1].get(name)

    def pack_closed(self, feed: str, now: datetime) -> int:
        """Pack what lies one by one of a feed's days (UTC) that are over; how many files. Raises StorageError."""
        today = (now - _LATE).date().isoformat()
        days = [day for day in self._objects.folders(f"{ROOT}/{feed}") if day < today]
        return sum(self._pack(f"{ROOT}/{feed}/{day}") for day in sorted(days))

    def _pack(self, day: str) -> int:
        names = [name for name in self._objects.names(day) if name.endswith(_ENDING)]
        # What is damaged stays where it is, and `doctor` names it.
        files = {name: file for name in names if _is_sound(name, file := self._objects.get(f"{day}/{name}"))}
        if not files:
            return 0
        members = {**self._members(day), **files}
        self._objects.put(day + _PACK, _zip_of(members))
        if self._members(day) != members:
            raise Damaged(f"The vault's {day}{_PACK} is not what was written.", "Check the disk; nothing is lost.")
        self._objects.remove([f"{day}/{name}" for name in files])
        return len(files)

    def _members(self, day: str) -> dict[str, bytes]:
        packed = self._objects.find(day + _PACK)
        if packed is None:
            return {}
        try:
            with zipfile.ZipFile(io.BytesIO(packed)) as pack:
                return {name: pack.read(name) for name in pack.namelist()}
        except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, NotImplementedError):
            raise Damaged(f"The vault's {day}{_PACK} is not what was kept.", "Restore it from a backup.") from None


def _zip_of(members: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as pack:
        for name in sorted(members):
            pack.writestr(zipfile.ZipInfo(name, _NO_TIME), members[name])
    return made.getvalue()


def _is_sound(name: str, file: bytes) -> bool:
    """Whether a file holds what its name says: the beginning of the hash of what it unpacks to."""
    try:
        return hashlib.sha256(gzip.decompress(file)).hexdigest().startswith(name.removesuffix(_ENDING))
    except (OSError, EOFError, zlib.error):
        return False
