"""A release as a zip on a web server, of which only the wanted parts are fetched (HTTP range requests, RFC 9110).

The end of the file says where the directory is, the directory says where each member is, and members that stand near
each other come in one request. A server that cannot serve parts is asked once for the whole, into a file that the
caller names. Opened by archive.open_source; consumed by the archive flow.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from bluelamp.errors import BrokenArchive, DiskFull, SourceChanged, SourceError, SourceRefused, SourceUnavailable
from bluelamp.sources.http import HttpClient, HttpStream, TryAgain, shown_url
from bluelamp.sources.police_uk.local_zip import LocalZip
from bluelamp.sources.police_uk.member import Member
from bluelamp.sources.police_uk.release_source import Closing, OnBytes, ReleaseSource
from bluelamp.sources.police_uk.zip_directory import (
    END_SPAN,
    LOCAL_SPAN,
    local_problem,
    local_span,
    read_directory,
)

MAX_GAP = 256 << 10  # fetching this much for nothing costs less than another round trip
MAX_REQUEST = 16 << 20  # what is held in memory at once, and lost at most when a server refuses to resume
MAX_DOWNLOAD = 16 << 30  # a whole release is below 2 GB
MAX_ROUNDS = 25  # rounds of retries for one request, each of which must have brought something
_TAIL = END_SPAN + 20  # the longest end record and the zip64 locator before it
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
_WHOLE = "Download it and load the file."


@dataclass(frozen=True, slots=True)
class _Version:
    """What identifies one state of the file at the server."""

    etag: str
    modified: str
    total: int

    @classmethod
    def of(cls, headers: Mapping[str, str], total: int) -> _Version:
        return cls(headers.get("etag", ""), headers.get("last-modified", ""), total)

    @property
    def name(self) -> str:
        return self.etag or self.modified

    @property
    def condition(self) -> dict[str, str]:
        """The If-Range header. A weak tag must not stand there: it does not promise equal bytes."""
        strong = "" if self.etag.startswith("W/") else self.etag
        return {"If-Range": strong or self.modified} if strong or self.modified else {}

    def same(self, other: _Version) -> bool:
        tags = self.etag == other.etag if self.etag and other.etag else True
        times = self.modified == other.modified if self.modified and other.modified else True
        return tags and times and (self.total == other.total or other.total < 0)


@dataclass(slots=True)
class _Count:
    """What a source has cost so far."""

    requests: int = 0
    bytes_fetched: int = 0

    def note(self, length: int, on_bytes: OnBytes | None) -> None:
        self.bytes_fetched += length
        if on_bytes:
            on_bytes(length)


def open_remote(
    url: str, client: HttpClient, *, spool: Path | None = None, on_bytes: OnBytes | None = None
) -> ReleaseSource:
    """The zip at a URL: by ranges where the server serves them, else downloaded once to `spool`.

    Raises NotFound, BrokenArchive, SourceRefused, SourceChanged or SourceUnavailable; SourceError when the server
    serves no parts and no `spool` is given.
    """
    count = _Count()
    tail = _probe(url, client, count)
    if tail is not None:
        return RemoteZip(url, client, tail, count)
    if spool is None:
        raise SourceError(f"{shown_url(url)} cannot be read in parts.", _WHOLE)
    version = _download(url, client, spool, count, on_bytes)
    return FetchedZip(url, spool, version, count)


@dataclass(frozen=True, slots=True)
class _Tail:
    """The last bytes of a remote file, and where the file was found after redirects."""

    url: str
    version: _Version
    start: int
    data: bytes


def _probe(url: str, client: HttpClient, count: _Count) -> _Tail | None:
    """The tail of the file; None when the server does not serve parts."""

    def attempt() -> _Tail | None:
        count.requests += 1
        with client.stream(url, headers={"Range": f"bytes=-{_TAIL}"}) as stream:
            if stream.headers.get("content-type", "").startswith("text/html"):
                raise BrokenArchive(f"{shown_url(url)} is a web page, not a zip.", "Check the address.")
            span = _span(stream)
            if span is None:
                return None
            start, total = span
            data = bytearray()
            for chunk in stream.chunks:
                data += chunk
                count.note(len(chunk), None)
            if len(data) != total - start:
                raise TryAgain(SourceUnavailable(f"The connection to {shown_url(url)} was cut.", "Run it again later."))
            return _Tail(stream.url, _Version.of(stream.headers, total), start, bytes(data))

    try:
        return client.retrying(attempt)
    except SourceChanged:
        # 416: an empty file has no last bytes, and some servers say it of any file. All of it tells which it is.
        return None


def _span(stream: HttpStream) -> tuple[int, int] | None:
    """(first byte, total) of an answer that holds the end of the file; None when it is not a usable partial answer."""
    found = _CONTENT_RANGE.fullmatch(stream.headers.get("content-range", ""))
    if stream.status != 206 or not found or stream.headers.get("content-encoding", "identity") != "identity":
        return None
    first, last, total = (int(group) for group in found.groups())
    return (first, total) if first <= last == total - 1 and total - first <= _TAIL else None


class RemoteZip(Closing):
    """A zip read by ranges. `requests` and `bytes_fetched` say what it has cost, `url` where redirects led."""

    kind = "remote zip"

    def __init__(self, origin: str, client: HttpClient, tail: _Tail, count: _Count) -> None:
        self.origin = origin
        self.url = tail.url
        self.version = tail.version.name
        self._client = client
        self._state = tail.version
        self._tail = tail
        self._count = count
        directory = read_directory(tail.version.total, self._read_at, shown_url(origin))
        self._members = directory.members
        self._reach = directory.reach

    @property
    def requests(self) -> int:
        return self._count.requests

    @property
    def bytes_fetched(self) -> int:
        return self._count.bytes_fetched

    def members(self) -> list[Member]:
        return list(self._members)

    def read_raw(self, members: Sequence[Member], *, on_bytes: OnBytes | None = None) -> Iterator[tuple[Member, bytes]]:
        for batch in self._batches(members):
            start = batch[0].header_offset
            end = max(
                (self._reach[member.header_offset] for member in batch if self._is_selected(member)), default=start
            )
            data = memoryview(self._fetch(start, end, on_bytes) if end > start else b"")
            for member in batch:
                yield self._cut_out(member, data, start)

    def _is_selected(self, member: Member) -> bool:
        return not member.problem and member.header_offset in self._reach

    def _batches(self, members: Sequence[Member]) -> Iterator[list[Member]]:
        """Members in order of offset, grouped into requests. A member that is not to be read is a group of its own."""
        batch: list[Member] = []
        for member in sorted(members, key=lambda member: member.header_offset):
            if not self._is_selected(member):
                if batch:
                    yield batch
                yield [member]
                batch = []
                continue
            if batch and not self._fits(batch, member):
                yield batch
                batch = []
            batch.append(member)
        if batch:
            yield batch

    def _fits(self, batch: list[Member], member: Member) -> bool:
        gap = member.header_offset - self._reach[batch[-1].header_offset]
        return gap <= MAX_GAP and self._reach[member.header_offset] - batch[0].header_offset <= MAX_REQUEST

    def _cut_out(self, member: Member, data: memoryview, start: int) -> tuple[Member, bytes]:
        if member.problem:
            return member, b""
        if member.header_offset not in self._reach:
            return replace(member, problem="it is not in this archive"), b""
        at = member.header_offset - start
        span = local_span(bytes(data[at : at + LOCAL_SPAN]))
        end = at + span + member.compressed_size
        problem = local_problem(bytes(data[at : at + span]), member)
        if not problem and start + end > self._reach[member.header_offset]:
            problem = "its bytes overlap with another member's"
        return (replace(member, problem=problem), b"") if problem else (member, bytes(data[at + span : end]))

    def _read_at(self, offset: int, length: int) -> bytes:
        """Part of the directory: what the tail holds is not fetched again."""
        tail = self._tail
        missing = max(0, min(offset + length, tail.start) - offset)
        head = self._fetch(offset, offset + missing, None) if missing else b""
        return bytes(head) + tail.data[offset + missing - tail.start : offset + length - tail.start]

    def _fetch(self, start: int, end: int, on_bytes: OnBytes | None) -> bytearray:
        """The bytes [start, end), resumed where a connection was cut."""
        data = bytearray()

        def attempt() -> None:
            first = start + len(data)
            self._count.requests += 1
            headers = {"Range": f"bytes={first}-{end - 1}", **self._state.condition}
            with self._client.stream(self.url, headers=headers) as stream:
                self._check(stream, first, end)
                for chunk in stream.chunks:
                    data.extend(chunk[: end - start - len(data)])
                    self._count.note(len(chunk), on_bytes)
            if len(data) < end - start:
                raise TryAgain(self._cut())

        _with_progress(self._client, attempt, lambda: len(data))
        return data

    def _cut(self) -> SourceUnavailable:
        return SourceUnavailable(f"The connection to {shown_url(self.url)} was cut.", "Run the same again later.")

    def _check(self, stream: HttpStream, first: int, end: int) -> None:
        found = _CONTENT_RANGE.fullmatch(stream.headers.get("content-range", ""))
        total = int(found[3]) if found else -1
        if stream.status == 200 or not self._state.same(_Version.of(stream.headers, total)):
            # With If-Range, the whole file in answer to a range means: it is another file now.
            raise SourceChanged(
                f"{shown_url(self.origin)} was replaced while it was being read.", "Run the same again."
            )
        if not found or int(found[1]) != first or int(found[2]) != end - 1:
            raise SourceError(f"{shown_url(self.origin)} answers with other bytes than were asked for.", _WHOLE)

    def close(self) -> None:
        """The client belongs to the caller and stays open."""


class FetchedZip(LocalZip):
    """A zip that a server could only serve whole, read from the spool file. The caller removes that file."""

    def __init__(self, origin: str, spool: Path, version: _Version, count: _Count) -> None:
        super().__init__(spool, shown_url(origin), "remote zip")
        self.origin = origin
        self.version = version.name
        self.requests = count.requests
        self.bytes_fetched = count.bytes_fetched


def _with_progress(client: HttpClient, attempt: Callable[[], None], progress: Callable[[], int]) -> None:
    """Repeats rounds of retries as long as each brings something: a large file over a bad line arrives in the end."""
    for _ in range(MAX_ROUNDS - 1):
        before = progress()
        try:
            return client.retrying(attempt)
        except SourceUnavailable:
            if progress() <= before:
                raise
    return client.retrying(attempt)


def _download(url: str, client: HttpClient, spool: Path, count: _Count, on_bytes: OnBytes | None) -> _Version:
    """The whole file into `spool`, resumed by range if the server turns out to serve ranges after all."""
    try:
        with spool.open("wb") as file:
            download = _Download(url, client, file, count, on_bytes)
            _with_progress(client, download.attempt, lambda: download.furthest)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        reason = error.strerror or "the system refuses it"
        raise DiskFull(f"The download cannot be written to {spool}: {reason}.", "Free some space.") from None
    return download.version


class _Download:
    """One download in progress: each attempt goes on where the last one ended, or starts again when it must."""

    def __init__(self, url: str, client: HttpClient, file: BinaryIO, count: _Count, on_bytes: OnBytes | None) -> None:
        self._url, self._client, self._file, self._count, self._on_bytes = url, client, file, count, on_bytes
        self.version = _Version("", "", -1)
        self.furthest = 0

    def attempt(self) -> None:
        have = self._file.tell()
        resume = {"Range": f"bytes={have}-", **self.version.condition} if have and self.version.condition else {}
        self._count.requests += 1
        with self._client.stream(self._url, headers=resume, total=None) as stream:
            if not self._resumes(stream, have):
                self._start_again(stream)
            for chunk in stream.chunks:
                if self._file.tell() + len(chunk) > MAX_DOWNLOAD:
                    raise self._too_large()
                self._file.write(chunk)
                self._count.note(len(chunk), self._on_bytes)
                self.furthest = max(self.furthest, self._file.tell())
        if self.version.total >= 0 and self._file.tell() != self.version.total:
            raise TryAgain(SourceUnavailable(f"The download of {shown_url(self._url)} was cut.", "Run it again later."))

    def _resumes(self, stream: HttpStream, have: int) -> bool:
        found = _CONTENT_RANGE.fullmatch(stream.headers.get("content-range", ""))
        if stream.status != 206:
            return False
        total = int(found[3]) if found else -1
        if not found or int(found[1]) != have or not self.version.same(_Version.of(stream.headers, total)):
            raise SourceChanged(f"{shown_url(self._url)} was replaced while it was being read.", "Run the same again.")
        return True

    def _start_again(self, stream: HttpStream) -> None:
        length = stream.headers.get("content-length", "")
        total = int(length) if re.fullmatch(r"\d{1,18}", length) else -1
        if total > MAX_DOWNLOAD:
            raise self._too_large()
        self._file.seek(0)
        self._file.truncate()
        self.version = _Version.of(stream.headers, total)

    def _too_large(self) -> SourceRefused:
        return SourceRefused(
            f"{shown_url(self._url)} is larger than {MAX_DOWNLOAD:,} bytes.",
            "A release is below 2 GB: check the address.",
        )
