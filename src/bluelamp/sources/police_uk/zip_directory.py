"""The directory of a zip, read through any `read_at`: a local file and a web server look the same from here.

Why not `zipfile`: it cuts names at NUL, takes a signature inside the comment for the end of the archive, reads the
directory without a bound, and differs between Python versions in what it notices. Tests hold the two against each
other on sound archives. Called by local_zip and remote_zip. Format: PKWARE APPNOTE.TXT 6.3.
"""

from __future__ import annotations

import stat
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from bluelamp.domain.member_name import MemberName, read_name
from bluelamp.errors import BrokenArchive
from bluelamp.sources.police_uk.member import (
    MAX_DIRECTORY_BYTES,
    MAX_MEMBERS,
    MAX_TOTAL_BYTES,
    Member,
    name_problem,
    shown,
    size_problem,
)

ReadAt = Callable[[int, int], bytes]  # (offset, length) -> exactly that many bytes

END_SPAN = 22 + 65_535  # the end record and the longest comment it can carry
_LOCATOR_SPAN = 20
_END = struct.Struct("<4s4H2IH")
_LOCATOR = struct.Struct("<4sIQI")
_END64 = struct.Struct("<4sQ2H2I4Q")
_ENTRY = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
LOCAL_SPAN = _LOCAL.size  # a local header without its name and extra fields
_LONGEST_LOCAL = LOCAL_SPAN + 2 * 65_535

_ENCRYPTED, _DESCRIPTOR, _PATCH, _STRONG, _UTF8, _MASKED = 0x1, 0x8, 0x20, 0x40, 0x800, 0x2000
_UNIX = 3

_CUT = "Its download was probably cut short, or it is no zip: fetch it again."


@dataclass(frozen=True, slots=True)
class Directory:
    """The members of a zip in the directory's order, and how far each may reach, by header offset."""

    members: list[Member]
    reach: dict[int, int]  # header offset -> first byte that cannot belong to this member any more


@dataclass(frozen=True, slots=True)
class _Extent:
    entries: int
    start: int
    size: int
    shift: int  # bytes that stand before the archive proper; every stated offset moves by it

    @property
    def end(self) -> int:
        return self.start + self.size


@dataclass(frozen=True, slots=True)
class _Entry:
    member: Member
    least_end: int  # the shortest this member can be on disk


def read_directory(size: int, read_at: ReadAt, origin: str) -> Directory:
    """The directory of a zip of `size` bytes. Raises BrokenArchive with one sentence that names `origin`."""
    extent = _find_extent(size, read_at, origin)
    if extent.entries > MAX_MEMBERS:
        raise BrokenArchive(f"{origin} states {extent.entries:,} members; at most {MAX_MEMBERS:,} are read.", _ASK)
    if extent.size > MAX_DIRECTORY_BYTES:
        raise BrokenArchive(f"{origin} has a directory of {extent.size:,} bytes, too large to be believed.", _ASK)
    entries = _parse(read_at(extent.start, extent.size), extent, origin)
    total = sum(entry.member.size for entry in entries)
    if total > MAX_TOTAL_BYTES:
        raise BrokenArchive(f"{origin} states {total:,} bytes in all; at most {MAX_TOTAL_BYTES:,} are read.", _ASK)
    entries = _without_repeats(entries)
    entries = _mark_overlaps(entries)
    return Directory([entry.member for entry in entries], _reach(entries, extent.start))


_ASK = "Check where the file came from; a release of data.police.uk is far below this."


def _find_extent(size: int, read_at: ReadAt, origin: str) -> _Extent:
    if size == 0:
        raise BrokenArchive(f"{origin} is empty (0 bytes).", "Fetch it again.")
    span = min(size, END_SPAN + _LOCATOR_SPAN)
    tail = read_at(size - span, span)
    found = _end_records(tail)
    if not found:
        raise BrokenArchive(f"{origin} has no zip directory at its end.", _CUT)
    if len(found) > 1:
        raise BrokenArchive(f"{origin} can be read as two different archives.", "Do not trust it: fetch it again.")
    at = found[0]
    end_position = size - span + at
    _, disk, first_disk, here, entries, length, start, _ = _END.unpack_from(tail, at)
    # Some writers add the zip64 records although nothing needs them; they then stand between directory and end.
    located = _find_extent64(tail, at, end_position, read_at, origin)
    if located:
        return located
    if disk or first_disk or here != entries:
        raise BrokenArchive(f"{origin} is one part of a split zip.", "Join the parts, or fetch the whole archive.")
    return _placed(entries, start, length, end_position, origin)


def _end_records(tail: bytes) -> list[int]:
    """Where in the tail an end record stands whose comment ends exactly with the file."""
    found = []
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if at + 22 <= len(tail) and at + 22 + struct.unpack_from("<H", tail, at + 20)[0] == len(tail):
            found.append(at)
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return found


def _find_extent64(tail: bytes, at: int, end_position: int, read_at: ReadAt, origin: str) -> _Extent | None:
    if at < _LOCATOR_SPAN or tail[at - _LOCATOR_SPAN : at - _LOCATOR_SPAN + 4] != b"PK\x06\x07":
        return None  # exactly 65,535 members without zip64 is legal
    _, disk, position, disks = _LOCATOR.unpack_from(tail, at - _LOCATOR_SPAN)
    if disk or disks > 1:
        raise BrokenArchive(f"{origin} is one part of a split zip.", "Join the parts, or fetch the whole archive.")
    if position + _END64.size > end_position - _LOCATOR_SPAN:
        raise BrokenArchive(f"{origin} has a damaged directory (zip64 end record).", _CUT)
    record = read_at(position, _END64.size)
    signature, _, _, _, _, _, here, entries, length, start = _END64.unpack(record)
    if signature != b"PK\x06\x06" or here != entries:
        raise BrokenArchive(f"{origin} has a damaged directory (zip64 end record).", _CUT)
    return _placed(entries, start, length, position, origin)


def _placed(entries: int, start: int, length: int, record_position: int, origin: str) -> _Extent:
    # The directory ends where its end record starts; a difference means bytes before the archive (shift > 0)
    # or missing ones (shift < 0), for example a download whose middle is lost.
    shift = record_position - length - start
    if shift < 0:
        raise BrokenArchive(f"{origin} is shorter than its directory states.", _CUT)
    if length < entries * _ENTRY.size:
        raise BrokenArchive(f"{origin} states {entries:,} members in a directory too small for them.", _CUT)
    return _Extent(entries, start + shift, length, shift)


def _parse(raw: bytes, extent: _Extent, origin: str) -> list[_Entry]:
    entries: list[_Entry] = []
    at = 0
    while at < len(raw):
        if at + _ENTRY.size > len(raw) or raw[at : at + 4] != b"PK\x01\x02":
            raise BrokenArchive(f"{origin} has a damaged directory (entry {len(entries) + 1:,}).", _CUT)
        entry, at = _parse_entry(raw, at, extent, origin)
        entries.append(entry)
        if len(entries) > MAX_MEMBERS:
            raise BrokenArchive(f"{origin} lists more than {MAX_MEMBERS:,} members.", _ASK)
    if len(entries) != extent.entries:
        raise BrokenArchive(f"{origin} lists {len(entries):,} members where {extent.entries:,} are stated.", _CUT)
    # Folder entries carry nothing; one that claims bytes is kept, with its problem.
    return [entry for entry in entries if not entry.member.name.endswith(("/", "\\")) or entry.member.size]


def _parse_entry(raw: bytes, at: int, extent: _Extent, origin: str) -> tuple[_Entry, int]:
    (_, made_by, _, flags, method, time, date, crc, packed, size, name_length, extra_length, comment_length, disk, _,
     attributes, offset) = _ENTRY.unpack_from(raw, at)  # fmt: skip
    name_at = at + _ENTRY.size
    end = name_at + name_length + extra_length + comment_length
    if end > len(raw):
        raise BrokenArchive(f"{origin} has a damaged directory (an entry is longer than the directory).", _CUT)
    name = _decode(raw[name_at : name_at + name_length], flags)
    extra = raw[name_at + name_length : name_at + name_length + extra_length]
    wide = _wide_fields(extra, [size, packed, offset])
    if wide is None:
        raise BrokenArchive(f"{origin} has a damaged directory (zip64 fields of “{shown(name)}”).", _CUT)
    size, packed, offset = wide
    offset += extent.shift
    least_end = offset + LOCAL_SPAN + name_length + packed
    problem = (
        name_problem(name)
        or _kind_problem(name, made_by >> 8, attributes, disk)
        or _method_problem(flags, method, size, packed)
        or size_problem(size, packed)
        or ("it reaches into the directory of the archive" if least_end > extent.start else "")
    )
    member = Member(name, size, packed, crc, method, offset, _when(date, time), problem)
    return _Entry(member, least_end), end


def _kind_problem(name: str, system: int, attributes: int, disk: int) -> str:
    if system == _UNIX and stat.S_ISLNK(attributes >> 16):
        return "it is a symbolic link"
    if name.endswith(("/", "\\")):
        return "it is a folder that claims to hold bytes"
    return "it stands on another part of a split archive" if disk not in (0, 0xFFFF) else ""


def _method_problem(flags: int, method: int, size: int, packed: int) -> str:
    if flags & (_ENCRYPTED | _STRONG | _MASKED):
        return "it is encrypted"
    if flags & _PATCH:
        return "it is a patch, not a file"
    if method not in (0, 8):
        return f"it is packed with method {method}, and only deflate is read"
    if method == 0 and size != packed:
        return "it is stored unpacked, yet its two sizes differ"
    return ""


def _decode(raw: bytes, flags: int) -> str:
    return raw.decode("utf-8" if flags & _UTF8 else "cp437", errors="replace")


def _when(date: int, time: int) -> str:
    year, month, day = 1980 + (date >> 9), date >> 5 & 15, date & 31
    hour, minute, second = time >> 11, time >> 5 & 63, (time & 31) * 2
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 60):
        return ""
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"


def _wide_fields(extra: bytes, fields: list[int]) -> list[int] | None:
    """The fields with each 0xFFFFFFFF replaced from the zip64 extra field, in its fixed order; None if it lacks one."""
    if 0xFFFFFFFF not in fields:
        return fields
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, at)
        if tag == 1:
            values = list(struct.unpack_from(f"<{min(length, len(extra) - at - 4) // 8}Q", extra, at + 4))
            try:
                return [values.pop(0) if field == 0xFFFFFFFF else field for field in fields]
            except IndexError:
                return None
        at += 4 + length
    return None


def _without_repeats(entries: list[_Entry]) -> list[_Entry]:
    """One entry for each file: an exact repeat is dropped, a repeat with other content spoils them all.

    Force-month files are compared by what they are about, so that `a/2024-03-kent-street.csv` and
    `b/2024-03-kent-street.csv` count as the same file stated twice.
    """
    kept: list[_Entry] = []
    by_key: dict[object, list[int]] = {}
    for entry in entries:
        named = read_name(entry.member.name)
        key: object = named.unit if isinstance(named, MemberName) else entry.member.name.replace("\\", "/").casefold()
        same = by_key.setdefault(key, [])
        if any(_content(kept[index].member) == _content(entry.member) for index in same):
            continue
        same.append(len(kept))
        kept.append(entry)
    for same in by_key.values():
        if len(same) > 1:
            for index in same:
                kept[index] = _spoiled(kept[index], "the archive states it twice, with different content")
    return kept


def _content(member: Member) -> tuple[int, int, str]:
    return member.size, member.crc32, member.problem


def _spoiled(entry: _Entry, problem: str) -> _Entry:
    return _Entry(replace(entry.member, problem=entry.member.problem or problem), entry.least_end)


def _mark_overlaps(entries: list[_Entry]) -> list[_Entry]:
    """Members whose bytes overlap with another's: two files cannot share bytes unless somebody built a bomb.

    Members that will not be read anyway are left out, so that one damaged entry does not spoil its neighbours.
    """
    readable = (index for index, entry in enumerate(entries) if not entry.member.problem)
    order = sorted(readable, key=lambda index: entries[index].member.header_offset)
    marked = list(entries)
    furthest, owner = -1, -1
    for index in order:
        entry = entries[index]
        if entry.member.header_offset < furthest:
            for guilty in (owner, index):
                marked[guilty] = _spoiled(marked[guilty], "its bytes overlap with another member's")
        if entry.least_end > furthest:
            furthest, owner = entry.least_end, index
    return marked


def _reach(entries: list[_Entry], directory_start: int) -> dict[int, int]:
    offsets = sorted({entry.member.header_offset for entry in entries} | {directory_start})
    following = dict(pairwise(offsets))
    return {
        member.header_offset: min(
            following.get(member.header_offset, directory_start),
            member.header_offset + _LONGEST_LOCAL + member.compressed_size,
        )
        for member in (entry.member for entry in entries)
    }


def local_span(header: bytes) -> int:
    """How long the local header is, name and extra fields included, from its first 30 bytes; 0 if it is none."""
    if len(header) < LOCAL_SPAN or header[:4] != b"PK\x03\x04":
        return 0
    name_length, extra_length = struct.unpack_from("<2H", header, 26)
    return LOCAL_SPAN + int(name_length) + int(extra_length)


def local_problem(header: bytes, member: Member) -> str:
    """Why the local header (name and extra fields included) contradicts the directory, "" when they agree."""
    if not local_span(header):
        return "its header is damaged"
    _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(header)
    if _decode(header[LOCAL_SPAN : LOCAL_SPAN + name_length], flags) != member.name:
        return "its own header states another name than the directory"
    if flags & (_ENCRYPTED | _STRONG | _MASKED):
        return "it is encrypted"
    if method != member.method:
        return "its own header states another packing than the directory"
    # With a data descriptor the header may hold zeros: the true values were not known when it was written.
    if flags & _DESCRIPTOR and not (crc or packed or size):
        return ""
    extra = header[LOCAL_SPAN + name_length : LOCAL_SPAN + name_length + extra_length]
    wide = _wide_fields(extra, [size, packed])
    if wide is None or wide != [member.size, member.compressed_size] or (crc != member.crc32):
        if flags & _DESCRIPTOR and wide == [0, 0]:
            return ""
        return "its own header states other sizes than the directory"
    return ""
