"""The floor that loading is measured against: two processes that inflate every member of a zip, and do nothing else.

Usage: python -m benchmarks.floors ZIP {isal|zlib}
"""

from __future__ import annotations

import multiprocessing
import os
import struct
import sys
import time
import zipfile
import zlib
from pathlib import Path

from isal import isal_zlib

Place = tuple[int, int, int]
_ROUNDS = 3


def _inflate(job: tuple[str, str, list[Place]]) -> int:
    path, library, places = job
    decompress = isal_zlib.decompress if library == "isal" else zlib.decompress
    handle = os.open(path, os.O_RDONLY)
    try:
        return sum(len(decompress(os.pread(handle, packed, at), -15, size)) for at, packed, size in places)
    finally:
        os.close(handle)


def _places(path: str) -> list[Place]:
    with zipfile.ZipFile(path) as archive, Path(path).open("rb") as file:
        found = []
        for info in archive.infolist():
            file.seek(info.header_offset + 26)
            name, extra = struct.unpack("<HH", file.read(4))
            found.append((info.header_offset + 30 + name + extra, info.compress_size, info.file_size))
    return sorted(found)


def main() -> None:
    path, library = sys.argv[1:3]
    places = _places(path)
    jobs = [(path, library, places[start : start + 50]) for start in range(0, len(places), 50)]
    times = []
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(abs, [1, -1])  # both workers are up before the clock starts
        for _ in range(_ROUNDS):
            began = time.perf_counter()
            size = sum(pool.imap_unordered(_inflate, jobs))
            times.append(time.perf_counter() - began)
    print(f"{sorted(times)[_ROUNDS // 2]:.3f} {size}")


if __name__ == "__main__":
    main()
