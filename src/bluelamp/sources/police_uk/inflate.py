"""Bounded unpacking of one member's bytes. Called by the load step for every force-month file."""

from __future__ import annotations

from isal import isal_zlib

from bluelamp.sources.police_uk.member import MAX_MEMBER_BYTES, BrokenMember, Member, size_problem

GZIP = b"\x1f\x8b"
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


def content(member: Member, raw: bytes) -> bytes:
    """The member's text: what `inflate` gives, unpacked once more where that is a gzip file (`….csv.gz`).

    Raises BrokenMember as `inflate` does, and where the gzip file is damaged or unpacks to more than a member may have.
    """
    data = inflate(member, raw)
    return _gunzip(member, data) if data.startswith(GZIP) else data


def _gunzip(member: Member, data: bytes) -> bytes:
    found, rest = b"", data
    while rest.startswith(GZIP):  # one after another they are one file, as `cat` makes them
        stream = isal_zlib.decompressobj(31)  # 31: with gzip's header and checksum
        try:
            found += bytes(stream.decompress(rest, MAX_MEMBER_BYTES + 1 - len(found)))
        except isal_zlib.error:  # type: ignore[misc] # its type stub says instance where a class is
            raise BrokenMember(member.name, "its gzip data is damaged", _AGAIN) from None
        problem = size_problem(len(found), len(data))
        if problem:
            raise BrokenMember(member.name, problem)
        if not stream.eof:
            raise BrokenMember(member.name, "its gzip data ends too early", _AGAIN)
        rest = stream.unused_data
    return found


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
