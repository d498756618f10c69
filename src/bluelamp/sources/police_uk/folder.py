"""A release as files on this machine: an unpacked archive, or one CSV file. Opened by archive.open_source.

A folder states no checksums, so they are computed when it is listed: the same file in a later zip is then known as
the same, and a file that is edited while it is read is noticed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from isal import isal_zlib

from bluelamp.domain.member_name import EXAMPLE, MemberName, read_name
from bluelamp.errors import BrokenArchive, NotFound
from bluelamp.sources.police_uk.inflate import GZIP
from bluelamp.sources.police_uk.local_zip import kind_by_start
from bluelamp.sources.police_uk.member import MAX_MEMBERS, Member, name_problem, size_problem
from bluelamp.sources.police_uk.release_source import Closing, OnBytes

_CHUNK = 1 << 20
# So many other files of a folder are named; beyond, they are only counted.
_OTHERS_NAMED = 1_000
# What operating systems leave in folders; names that begin with a dot are passed over as well.
_OF_THE_SYSTEM = {"thumbs.db", "desktop.ini"}
_HINT = f"Force-month files are named like {EXAMPLE}. For a file with another name: --as FORCE:YYYY-MM:DATASET."


class Folder(Closing):
    """Force-month files anywhere below a folder; other files are only named. Raises NotFound when there are none."""

    kind = "folder"

    def __init__(self, path: Path) -> None:
        self.origin = str(path)
        self._root = path
        names, self.others = _names_below(path)
        if not names:
            looked_at = f" ({self.others[0]}: {read_name(self.others[0])})" if self.others else ""
            raise NotFound(f"{self.origin} holds no force-month files{looked_at}.", _HINT)
        self._members = _without_repeats([_listed(path / name, name) for name in names])
        checksums = repr([(member.name, member.size, member.crc32) for member in self._members]).encode()
        self.version = f"{isal_zlib.crc32(checksums):08x}"

    def members(self) -> list[Member]:
        return list(self._members)

    def read_raw(self, members: Sequence[Member], *, on_bytes: OnBytes | None = None) -> Iterator[tuple[Member, bytes]]:
        # Only names that this folder listed itself are joined to its path, whatever the caller hands in.
        listed = {member.name for member in self._members}
        for member in sorted(members, key=lambda member: member.name):
            if member.name not in listed:
                yield replace(member, problem=member.problem or "it was not in the folder when it was listed"), b""
                continue
            yield _read(self._root / member.name, member, on_bytes)

    def close(self) -> None:
        """Nothing stays open between reads."""


class SingleFile(Closing):
    """One CSV file. Its name states what it is about, as in a release; or `name` does, in its place."""

    kind = "file"

    def __init__(self, path: Path, name: str = "") -> None:
        self.origin = str(path)
        self._path = path
        self._member = _listed(path.resolve(), name or path.name)
        self.version = f"{self._member.size}-{self._member.crc32:08x}"

    def members(self) -> list[Member]:
        return [self._member]

    def read_raw(self, members: Sequence[Member], *, on_bytes: OnBytes | None = None) -> Iterator[tuple[Member, bytes]]:
        for member in members:
            yield _read(self._path.resolve(), member, on_bytes)

    def close(self) -> None:
        """Nothing stays open between reads."""


def _names_below(root: Path) -> tuple[list[str], tuple[str, ...]]:
    """(names of force-month files, names of others), relative to the root, with /, in order."""
    names: list[str] = []
    others: list[str] = []
    more = 0
    for folder, _, files in os.walk(root):  # links to folders are not followed: they can lead in circles
        for file in files:
            name = Path(folder, file).relative_to(root).as_posix()
            if isinstance(read_name(file), MemberName):
                names.append(name)
            elif file.startswith(".") or file.lower() in _OF_THE_SYSTEM:
                continue
            elif len(others) < _OTHERS_NAMED:
                others.append(name)
            else:
                more += 1
            if len(names) > MAX_MEMBERS:
                raise BrokenArchive(f"{root} holds more than {MAX_MEMBERS:,} force-month files.", "Give one release.")
    told = [f"{more:,} more files"] if more else []
    return sorted(names), (*sorted(others), *told)


def _listed(path: Path, name: str) -> Member:
    try:
        status = path.lstat()
        # The zone is left out as zips leave it out: this is for people, never compared.
        modified = datetime.fromtimestamp(status.st_mtime).isoformat(timespec="seconds")  # noqa: DTZ006
        blank = Member(name, status.st_size, status.st_size, 0, 0, -1, modified)
        problem = name_problem(name) or _kind_problem(status.st_mode) or size_problem(status.st_size, status.st_size)
        if problem:
            return replace(blank, problem=problem)
        crc, size, start = _checksum(path)
    except OSError as error:
        return Member(name, 0, 0, 0, 0, -1, "", _unreadable(error))
    told = "a zip" if start.startswith(b"PK\x03\x04") else kind_by_start(start)
    packed = start.startswith(GZIP) and path.suffix.lower() == ".gz"
    problem = f"it is {told}, not a CSV file" if told and not packed else ""
    return replace(blank, size=size, compressed_size=size, crc32=crc, problem=problem)


def _kind_problem(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "it is a symbolic link"
    return "" if stat.S_ISREG(mode) else "it is not a plain file"


def _unreadable(error: OSError) -> str:
    return f"the system refuses it ({(error.strerror or 'unknown reason').lower()})"


def _open(path: Path) -> int:
    # No links and no waiting: between listing and reading, a file can be swapped for a link or a pipe.
    wanted = ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
    return os.open(path, os.O_RDONLY | sum(getattr(os, name, 0) for name in wanted))


def _checksum(path: Path) -> tuple[int, int, bytes]:
    crc, size, start = 0, 0, b""
    with os.fdopen(_open(path), "rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            start = start or chunk[:16]
            crc = isal_zlib.crc32(chunk, crc)
            size += len(chunk)
    return crc, size, start


def _read(path: Path, member: Member, on_bytes: OnBytes | None) -> tuple[Member, bytes]:
    if member.problem:
        return member, b""
    try:
        with os.fdopen(_open(path), "rb") as file:
            raw = file.read(member.size + 1)
    except OSError as error:
        return replace(member, problem=_unreadable(error)), b""
    if len(raw) != member.size:
        return replace(member, problem="it was changed while it was being read"), b""
    if on_bytes:
        on_bytes(len(raw))
    return member, raw


def _without_repeats(members: list[Member]) -> list[Member]:
    """The same force-month in two sub-folders: one of them if they are equal, both with a problem if they differ."""
    kept: list[Member] = []
    by_subject: dict[object, list[int]] = {}
    for member in members:
        named = read_name(member.name)
        subject = named.unit if isinstance(named, MemberName) else member.name
        same = by_subject.setdefault(subject, [])
        if any((kept[at].size, kept[at].crc32) == (member.size, member.crc32) for at in same):
            continue
        same.append(len(kept))
        kept.append(member)
    for same in by_subject.values():
        if len(same) > 1:
            for at in same:
                problem = kept[at].problem or "the folder holds this force-month twice, with different content"
                kept[at] = replace(kept[at], problem=problem)
    return kept
