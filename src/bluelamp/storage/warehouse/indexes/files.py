"""The files of a folder of indexes: arrays one after another in a few raw files, mapped again for reading.

Used by the builders (`Writer`) and by `folder` (`IndexReader`). A reader maps whole files, so that any number of
processes share the same memory. What the files hold is said by the manifest, which is written last: without it there
is nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from isal import isal_zlib

from bluelamp.storage.files import fsync_file, fsync_folder

MANIFEST = "manifest.json"
MANIFEST_SUM = "manifest.crc32"
# Raised whenever what is written, or what its numbers mean, changes: a folder of another layout is not read.
LAYOUT = 1
_BLOCK = 4096
_CHUNK = 1 << 22

Place = dict[str, Any]  # where an array lies: file, offset in bytes, shape, dtype


class Output:
    """A file that arrays are appended to, each at the beginning of a block."""

    def __init__(self, name: str, target: BinaryIO) -> None:
        self._name, self._target = name, target
        self.size = 0

    def put(self, array: npt.NDArray[Any]) -> Place:
        """Write an array; the place where it lies."""
        begin = -(-self.size // _BLOCK) * _BLOCK
        raw = _bytes_of(array)
        for at in range(0, len(raw), _CHUNK):
            self.write(begin + at, raw[at : at + _CHUNK])
        self.size = begin + len(raw)
        return {"file": self._name, "at": begin, "shape": list(array.shape), "dtype": array.dtype.str}

    def slots(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Slots:
        """Room for an array that is written part by part, in any order; what is not written is zero."""
        begin = -(-self.size // _BLOCK) * _BLOCK
        self.size = begin + prod(shape) * dtype.itemsize
        place = {"file": self._name, "at": begin, "shape": list(shape), "dtype": dtype.str}
        return Slots(self, place, prod(shape[1:]) * dtype.itemsize)

    def write(self, at: int, raw: memoryview) -> None:
        """Write bytes at an offset; blocks of zeros are left out, so that the file has holes there."""
        whole = len(raw) // _BLOCK
        blocks = np.frombuffer(raw[: whole * _BLOCK], np.uint64).reshape(whole, _BLOCK // 8)
        filled = np.concatenate([blocks.any(axis=1), [len(raw) > whole * _BLOCK]])
        edges = np.flatnonzero(np.diff(np.concatenate([[False], filled, [False]]).astype(np.int8)))
        for begin, end in edges.reshape(-1, 2).tolist():
            self._target.seek(at + begin * _BLOCK)
            self._target.write(raw[begin * _BLOCK : end * _BLOCK])


class Slots:
    """An array in a file, of which one entry of the first axis is written at a time."""

    def __init__(self, output: Output, place: Place, stride: int) -> None:
        self._output, self.place, self._stride = output, place, stride

    def put(self, number: int, entry: npt.NDArray[Any]) -> None:
        self._output.write(self.place["at"] + number * self._stride, _bytes_of(entry))


class Writer:
    """Fills a new folder of indexes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sizes: dict[str, int] = {}
        folder.mkdir(parents=True)

    @contextmanager
    def file(self, name: str) -> Iterator[Output]:
        """A new file to append arrays to."""
        with (self._folder / name).open("wb") as target:
            output = Output(name, target)
            yield output
            target.truncate(output.size)  # blocks of zeros at the end were only skipped
        self._sizes[name] = output.size

    def finish(self, parts: dict[str, Any]) -> None:
        """Make all that was written survive a power cut, then say what it is; `parts` are plain values."""
        sums = {}
        for name in self._sizes:
            fsync_file(self._folder / name)
            sums[name] = _sum_of(self._folder / name)
        facts = {"layout": LAYOUT, "sizes": dict(sorted(self._sizes.items())), "sums": sums, "parts": parts}
        manifest, text = self._folder / MANIFEST, json.dumps(facts) + "\n"
        (self._folder / MANIFEST_SUM).write_text(_sum_of_text(text), encoding="utf-8")
        fsync_file(self._folder / MANIFEST_SUM)
        manifest.write_text(text, encoding="utf-8")
        fsync_file(manifest)
        fsync_folder(self._folder)


class IndexReader:
    """A finished folder of indexes. Raises ValueError, with the reason, where it is not what its manifest says."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            text = (folder / MANIFEST).read_text(encoding="utf-8")
            facts: dict[str, Any] = json.loads(text)
            if facts["layout"] != LAYOUT:
                raise ValueError(f"its layout is {facts['layout']}, not {LAYOUT}")
            known = folder / MANIFEST_SUM  # not beside indexes of an earlier version of this program
            if known.exists() and known.read_text(encoding="utf-8") != _sum_of_text(text):
                raise ValueError(f"{MANIFEST} has changed")
            self.parts: dict[str, Any] = facts["parts"]
            self._sizes: dict[str, int] = facts["sizes"]
            self._sums: dict[str, int] = facts["sums"]
            for name, size in self._sizes.items():
                found = (folder / name).stat().st_size
                if found != size:
                    raise ValueError(f"{name} has {found:,} bytes, not {size:,}")
            self._mapped = {name: _mapped(folder / name) for name, size in self._sizes.items() if size}
        except (OSError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error

    def array(self, place: Place) -> npt.NDArray[Any]:
        """The array at a place, read-only and not loaded."""
        dtype, shape = np.dtype(place["dtype"]), tuple(place["shape"])
        if not prod(shape):
            return np.zeros(shape, dtype)
        raw = self._mapped[place["file"]][place["at"] : place["at"] + prod(shape) * dtype.itemsize]
        return raw.view(dtype).reshape(shape)

    def changed(self) -> str:
        """The file whose bytes are not those that were written; empty where all are. Reads everything."""
        return next((name for name, known in self._sums.items() if _sum_of(self._folder / name) != known), "")


def _bytes_of(array: npt.NDArray[Any]) -> memoryview:
    return memoryview(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def _mapped(path: Path) -> npt.NDArray[np.uint8]:
    # A plain array over the map: the map's own class would be carried into every result and slow each slice down.
    return np.asarray(np.memmap(path, np.uint8, "r")).view(np.ndarray)


def _sum_of_text(text: str) -> str:
    return str(isal_zlib.crc32(text.encode()))


def _sum_of(path: Path) -> int:
    total = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            total = isal_zlib.crc32(chunk, total)
    return total
