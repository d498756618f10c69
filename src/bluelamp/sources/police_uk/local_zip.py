"""A release as a zip on this machine. Opened by archive.open_source; members are never extracted to files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bluelamp.errors import BrokenArchive, SourceChanged
from bluelamp.sources.police_uk.member import Member
from bluelamp.sources.police_uk.release_source import Closing, OnBytes
from bluelamp.sources.police_uk.zip_directory import LOCAL_SPAN, local_problem, local_span, read_directory

# What people have been seen to save under the name of a zip: told by the first bytes, so that the sentence can help.
_KNOWN_STARTS = (
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x89PNG", "a PNG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip file"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"PAR1", "a Parquet file"),
    (b"\x7fELF", "a program"),
    (b"<", "a web page"),
    (b"{", "a JSON file"),
    (b"[", "a JSON file"),
)


def kind_by_start(start: bytes) -> str:
    """What a file is that starts with these bytes (“a JPEG image”), "" when it is nothing known or a zip."""
    plain = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    for signature, words in _KNOWN_STARTS:
        # Text may begin with blanks; what a program wrote begins with its mark.
        if start.startswith(signature) or (len(signature) == 1 and plain.startswith(signature)):
            return words
    return ""


class LocalZip(Closing):
    """A zip that is read in place through one file descriptor. Raises BrokenArchive when it is none."""

    kind = "zip"

    def __init__(self, path: Path, origin: str = "", kind: str = "zip") -> None:
        self.origin = origin or str(path)
        self.kind = kind
        # O_NONBLOCK and O_BINARY exist on some systems only; a pipe of that name must not hang the reader.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        self._file = os.open(path, flags)
        try:
            status = os.fstat(self._file)
            self._size = status.st_size
            self._opened = self.version = self._identity()
            self._directory = self._open()
        except BaseException:
            self.close()
            raise

    def _identity(self) -> str:
        status = os.fstat(self._file)
        return f"{status.st_size}-{status.st_mtime_ns}"

    def _open(self) -> list[Member]:
        start = self._read_at(0, min(16, self._size))
        told = "" if start.startswith(b"PK") else kind_by_start(start)
        if told:
            raise BrokenArchive(f"{self.origin} is {told}, not a zip.", "Give the release as data.police.uk serves it.")
        members = read_directory(self._size, self._read_at, self.origin).members
        return [self._checked(member) for member in members]

    def _checked(self, member: Member) -> Member:
        if member.problem:
            return member
        return replace(member, problem=local_problem(self._local_header(member), member))

    def _local_header(self, member: Member) -> bytes:
        # Names are about 50 bytes: one read is nearly always enough.
        header = os.pread(self._file, 256, member.header_offset)
        span = local_span(header)
        return header if span <= len(header) else os.pread(self._file, span, member.header_offset)

    def _read_at(self, offset: int, length: int) -> bytes:
        data = os.pread(self._file, length, offset)
        while len(data) < length:  # one call returns at most 2 GiB, and less on some network drives
            more = os.pread(self._file, length - len(data), offset + len(data))
            if not more:
                raise self._changed()
            data += more
        return data

    def _changed(self) -> SourceChanged:
        return SourceChanged(f"{self.origin} was changed while it was being read.", "Run the same again.")

    def members(self) -> list[Member]:
        return list(self._directory)

    def read_raw(self, members: Sequence[Member], *, on_bytes: OnBytes | None = None) -> Iterator[tuple[Member, bytes]]:
        for member in sorted(members, key=lambda member: member.header_offset):
            if member.problem:
                yield member, b""
                continue
            span = local_span(self._read_at(member.header_offset, LOCAL_SPAN))
            raw = self._read_at(member.header_offset + span, member.compressed_size)
            if self._identity() != self._opened:
                raise self._changed()
            if on_bytes:
                on_bytes(len(raw))
            yield member, raw

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
