"""Bounded unpacking of one member's bytes. Called by the load step for every force-month file."""

from __future__ import annotations

from isal import isal_zlib

from bluelamp.sources.police_uk.member import BrokenMember, Member

_AGAIN = "The copy is damaged: fetch the archive again."


def inflate(member: Member, raw: bytes) -> bytes:
    """The member's uncompressed bytes from `raw`, the compressed bytes as received.

    Never produces more than `member.size` + 1 bytes, whatever the data claims. Raises BrokenMember when the member
    has a `problem`, or when data, size and CRC-32 do not all agree with what the directory states.
    """
    if member.problem:
        raise BrokenMember(member.name, member.problem)
    if len(raw) != member.compressed_size:
        raise BrokenMember(
            member.name, f"{len(raw):,} packed bytes arrived, {member.compressed_size:,} were stated", _AGAIN
        )
    data = _unpack(member, raw)
    if len(data) != member.size:
        more = "more than" if len(data) > member.size else f"{len(data):,} bytes, not"
        raise BrokenMember(member.name, f"it unpacks to {more} the {member.size:,} bytes stated", _AGAIN)
    if isal_zlib.crc32(data) != member.crc32:
        raise BrokenMember(member.name, "its bytes do not match their checksum (CRC-32)", _AGAIN)
    return data


def _unpack(member: Member, raw: bytes) -> bytes:
    if member.method == 0:
        return raw
    if member.method != 8:
        raise BrokenMember(member.name, f"it is packed with method {member.method}, and only deflate is read")
    stream = isal_zlib.decompressobj(-15)  # -15: raw deflate, as zip members are
    try:
        # One more byte than stated: enough to prove a lie, and it lets the stream reach its own end.
        data = bytes(stream.decompress(raw, member.size + 1))
    except isal_zlib.error:  # type: ignore[misc] # its type stub says instance where a class is
        raise BrokenMember(member.name, "its packed data is damaged", _AGAIN) from None
    if len(data) <= member.size and not stream.eof:
        raise BrokenMember(member.name, "its packed data ends too early", _AGAIN)
    if len(data) <= member.size and stream.unused_data:
        raise BrokenMember(member.name, "foreign bytes follow its packed data", _AGAIN)
    return data
