"""Builds zips byte by byte, so that every field can lie. Used by the tests of the archive readers."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass


@dataclass
class Entry:
    """One member. Fields left at None are computed as an honest writer would; the `local_*` ones differ on purpose."""

    name: str | bytes
    data: bytes = b""
    method: int = 8
    flags: int = 0x800
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    packed: bytes | None = None
    offset: int | None = None
    extra: bytes = b""
    made_by: int = 0x0314
    attributes: int = 0o100644 << 16
    local_name: bytes | None = None
    local_flags: int | None = None
    local_method: int | None = None
    local_size: int | None = None
    local_crc: int | None = None
    local_signature: bytes = b"PK\x03\x04"
    local_extra: bytes = b""
    descriptor: bytes = b""
    hidden: bool = False  # its bytes are written, the directory does not list them

    def raw(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflate(self.data) if self.method == 8 else self.data

    def name_bytes(self) -> bytes:
        return self.name if isinstance(self.name, bytes) else self.name.encode()


def deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def forge(
    *entries: Entry,
    comment: bytes = b"",
    before: bytes = b"",
    count: int | None = None,
    directory_size: int | None = None,
    zip64: bool = False,
    disk: int = 0,
) -> bytes:
    """The archive. `before` stands ahead of it without the offsets knowing."""
    body, directory = bytearray(), bytearray()
    listed = 0
    for entry in entries:
        raw, name = entry.raw(), entry.name_bytes()
        crc = zlib.crc32(entry.data) if entry.crc is None else entry.crc
        size = len(entry.data) if entry.size is None else entry.size
        packed_size = len(raw) if entry.packed_size is None else entry.packed_size
        offset = len(body) if entry.offset is None else entry.offset
        local_name = name if entry.local_name is None else entry.local_name
        body += struct.pack(
            "<4s5H3I2H", entry.local_signature, 20, entry.flags if entry.local_flags is None else entry.local_flags,
            entry.method if entry.local_method is None else entry.local_method, 0x6000, 0x5425,
            crc if entry.local_crc is None else entry.local_crc, min(packed_size, 0xFFFFFFFF),
            min(size, 0xFFFFFFFF) if entry.local_size is None else entry.local_size,
            len(local_name), len(entry.local_extra),
        )  # fmt: skip
        body += local_name + entry.local_extra + raw + entry.descriptor
        if entry.hidden:
            continue
        listed += 1
        directory += struct.pack(
            "<4s6H3I5H2I", b"PK\x01\x02", entry.made_by, 20, entry.flags, entry.method, 0x6000, 0x5425, crc,
            min(packed_size, 0xFFFFFFFF), min(size, 0xFFFFFFFF), len(name), len(entry.extra), 0, 0, 0,
            entry.attributes, min(offset, 0xFFFFFFFF),
        )  # fmt: skip
        directory += name + entry.extra
    listed = listed if count is None else count
    start, length = len(body), len(directory) if directory_size is None else directory_size
    end = b""
    if zip64:
        end += struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, listed, listed, length, start)
        end += struct.pack("<4sIQI", b"PK\x06\x07", 0, start + len(directory), 1)
        listed_field, length, start = 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF
    else:
        listed_field = min(listed, 0xFFFF)
    end += struct.pack(
        "<4s4H2IH", b"PK\x05\x06", disk, disk, listed_field, listed_field, length, start, len(comment)
    )  # fmt: skip
    return before + bytes(body) + bytes(directory) + end + comment


def zip64_extra(*values: int) -> bytes:
    return struct.pack(f"<2H{len(values)}Q", 1, 8 * len(values), *values)
