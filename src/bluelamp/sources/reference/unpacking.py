"""Opens a reference file, however it is packed: plain, .gz, .xz or .zip, told apart by its first bytes.

Called by `read.py` only. The name of a file or of a member is never believed and never used as a path. What comes
out of a packed file is bounded, so that a small hostile file cannot fill the memory.
"""

from __future__ import annotations

import gzip
import hashlib
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from bluelamp.errors import BrokenArchive, NotFound, SourceError, SourceRefused

# The widest file read is the LSOA boundaries, about 100 MB unpacked at 20 m.
MAX_UNPACKED = 512 * 2**20
# A zip of reference files holds a handful; one with more is something else (a release of crimes holds thousands).
MAX_MEMBERS = 200
HEAD_BYTES = 64 * 1024


class TooMuch(SourceRefused):
    """It holds more than any reference file does."""


@dataclass(frozen=True, slots=True)
class UnpackedFile:
    """One readable file: `name` for messages, `head` its first bytes, `read` gives all of them."""

    name: str
    head: bytes
    read: Callable[[], bytes]


def sha256_of(path: Path) -> str:
    """The hash of the file as it lies there, packed or not."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as problem:
        raise _cannot_open(path, problem) from problem


def members(path: Path) -> Iterator[UnpackedFile]:
    """What a file holds: itself, or each file of a zip in its order.

    Raises NotFound, BrokenArchive for a file that cannot be unpacked, TooMuch for one that unpacks to more
    than MAX_UNPACKED bytes or holds more than MAX_MEMBERS files.
    """
    try:
        with path.open("rb") as stream:
            magic = stream.read(6)
    except OSError as problem:
        raise _cannot_open(path, problem) from problem
    if magic.startswith(b"PK"):
        yield from _zip_members(path)
    elif magic.startswith(b"\x1f\x8b"):
        yield _member(path.name, lambda: cast(IO[bytes], gzip.GzipFile(path)))
    elif magic == b"\xfd7zXZ\x00":
        yield _member(path.name, lambda: cast(IO[bytes], lzma.LZMAFile(path)))  # noqa: SIM115 - `_unpack` closes it
    else:
        yield _member(path.name, lambda: path.open("rb"))


def text_of(name: str, data: bytes) -> str:
    """Bytes as text: UTF-8, with a byte order mark or without. Raises SourceError naming the row."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        row = data.count(b"\n", 0, problem.start) + 1
        raise SourceError(
            f"“{name}”, row {row}: the text is not UTF-8 (byte {problem.start:,}).",
            "Save it as UTF-8 CSV, or download it again.",
        ) from problem


def _zip_members(path: Path) -> Iterator[UnpackedFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if len(infos) > MAX_MEMBERS:
                raise TooMuch(
                    f"“{path.name}” holds {len(infos):,} files; a zip of reference files holds at most {MAX_MEMBERS}."
                )
            for info in infos:
                # Copies of attributes that macOS adds to its zips.
                if info.filename.startswith("__MACOSX/"):
                    continue
                yield _member(f"{path.name}/{info.filename}", lambda info=info: archive.open(info))  # type: ignore[misc]
    except (zipfile.BadZipFile, OSError) as problem:
        raise BrokenArchive(f"“{path.name}” cannot be read as a zip: {problem}.", "Download it again.") from problem


def _member(name: str, opener: Callable[[], IO[bytes]]) -> UnpackedFile:
    return UnpackedFile(
        name, _unpack(name, opener, HEAD_BYTES, whole=False), lambda: _unpack(name, opener, MAX_UNPACKED)
    )


def _unpack(name: str, opener: Callable[[], IO[bytes]], limit: int, *, whole: bool = True) -> bytes:
    try:
        with opener() as stream:
            data = stream.read(limit + 1)
    # RuntimeError is how zipfile says that a member has a password, NotImplementedError that it is packed oddly.
    except (OSError, EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile, RuntimeError) as problem:
        raise BrokenArchive(f"“{name}” cannot be unpacked: {problem}.", "Download it again.") from problem
    if len(data) > limit and whole:
        raise TooMuch(f"“{name}” unpacks to more than {limit // 2**20} MB; no reference file is that large.")
    return data[:limit]


def _cannot_open(path: Path, problem: OSError) -> SourceError:
    if isinstance(problem, FileNotFoundError):
        return NotFound(f"There is no file “{path}”.")
    return SourceError(f"“{path}” cannot be opened: {problem.strerror or problem}.")
