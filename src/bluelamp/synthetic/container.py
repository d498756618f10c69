"""A zip writer for members that are already compressed, so that workers compress and one process writes.

Called by archive. Members are stored in the order in which they come and listed by name, as published.
Zip64 where the format needs it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from isal import isal_zlib

_LIMIT = 0xFFFFFFFF
_MANY = 0xFFFF
_DEFLATED = 8
# Members of igzip's first level are as small as zlib's sixth, ten times as fast.
_LEVEL = 1


@dataclass(frozen=True)
class PackedMember:
    """A member: name, raw DEFLATE bytes, and the size and CRC-32 that the directory states."""

    name: str
    data: bytes
    size: int
    crc32: int


def pack(name: str, stored: bytes, checked: bytes) -> PackedMember:
    """Compress `stored`; the CRC is that of `checked`, which differs for a damaged member alone."""
    deflate = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, -15)
    return PackedMember(name, deflate.compress(stored) + deflate.flush(), len(stored), isal_zlib.crc32(checked))


class ZipWriter:
    """Writes `path`, a few members at a time. `year` and `month` date every member: the first of that month, noon."""

    def __init__(self, path: Path, year: int, month: int) -> None:
        self._file = path.open("wb")
        self._date = (year - 1980) << 9 | month << 5 | 1
        self._time = 12 << 11
        self._members: list[tuple[bytes, int, int, int, int]] = []

    def __enter__(self) -> ZipWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()
        self._file.close()

    def add(self, members: Iterable[PackedMember]) -> None:
        """Append members of less than 4 GiB each."""
        for member in members:
            name = member.name.encode("ascii")
            facts = (member.crc32, len(member.data), member.size)
            self._members.append((name, *facts, self._file.tell()))
            head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, _DEFLATED, self._time, self._date, *facts, len(name), 0)
            self._file.write(head + name)
            self._file.write(member.data)

    def _finish(self) -> None:
        start = self._file.tell()
        for name, crc32, packed, size, offset in sorted(self._members):
            far = offset >= _LIMIT
            extra = struct.pack("<2HQ", 1, 8, offset) if far else b""
            version = 45 if far else 20
            entry = struct.pack(
                "<4s6H3L5H2L", b"PK\1\2", version, version, 0, _DEFLATED, self._time, self._date, crc32, packed, size,
                len(name), len(extra), 0, 0, 0, 0, _LIMIT if far else offset,
            )  # fmt: skip
            self._file.write(entry + name + extra)
        self._end(start, self._file.tell() - start)

    def _end(self, start: int, length: int) -> None:
        count = len(self._members)
        if start + length >= _LIMIT or count >= _MANY:
            here = start + length
            self._file.write(struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, start))
            self._file.write(struct.pack("<4sLQL", b"PK\6\7", 0, here, 1))
        few = min(count, _MANY)
        self._file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, few, few, min(length, _LIMIT), min(start, _LIMIT), 0))
