"""One file of a release, and the limits that a release must keep. Used by every kind of release source.

The limits stand far above anything that data.police.uk publishes (about 6,400 members, 60 MB the largest,
10:1 the usual ratio) and far below what would hurt the machine that reads them.
"""

from __future__ import annotations

from dataclasses import dataclass

from bluelamp.errors import SourceError

MAX_MEMBERS = 200_000  # thirty times a full release; a directory of this length is read in about a second
MAX_MEMBER_BYTES = 1 << 30  # a member is unpacked in memory: the largest real one (Metropolitan street) is 0.06 GiB
MAX_TOTAL_BYTES = 64 << 30  # a full release declares about 6 GB; beyond ten times that the directory is lying
MAX_RATIO = 200  # real CSV packs at 4:1 to 15:1; deflate can reach 1,032:1 and only a bomb does
RATIO_APPLIES_ABOVE = 10_000_000  # a small member of one repeated row may pack very well and harms nobody
MAX_DIRECTORY_BYTES = 64 << 20  # 200,000 entries with long names


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a release, as its directory states it; nothing is trusted but parsed.

    `problem` is one sentence when the member must not be read (encrypted, a bomb, a path that climbs out …).
    """

    name: str  # as stated; data only, never used as a path
    size: int  # uncompressed bytes
    compressed_size: int  # bytes on disk or on the wire
    crc32: int  # of the uncompressed bytes; folders compute it, zips state it
    method: int  # 0 stored, 8 deflate
    header_offset: int  # of the local header; -1 in a folder
    modified: str  # ISO 8601 local time without zone, "" when not stated
    problem: str = ""


class BrokenMember(SourceError):
    """One file of a release cannot be read; the others may be sound. `member` is its name as stated."""

    def __init__(self, member: str, reason: str, hint: str = "") -> None:
        super().__init__(f"“{shown(member)}” cannot be read: {reason}.", hint)
        self.member = member
        self.reason = reason


def shown(name: str) -> str:
    """A stated name made fit for a message: one line, control characters replaced, at most 120 characters."""
    clean = "".join(character if character.isprintable() else "�" for character in name)
    return clean if len(clean) <= 120 else f"{clean[:117]}…"


def name_problem(name: str) -> str:
    """Why a stated name is unsafe, "" when it is not.

    Names are never used as paths; an unsafe one tells of a hostile file all the same.
    """
    if any(not character.isprintable() for character in name):
        return "its name contains control characters"
    plain = name.replace("\\", "/")
    if not plain:
        return "it has no name"
    if plain.startswith("/"):
        return "its name is an absolute path"
    if len(plain) > 1 and plain[1] == ":" and plain[0].isalpha():
        return "its name starts with a drive letter"
    if ".." in plain.split("/"):
        return "its name climbs out of the folder (..)"
    return ""


def size_problem(size: int, compressed_size: int) -> str:
    """Why the stated sizes forbid reading, "" when they do not."""
    if size > MAX_MEMBER_BYTES:
        return f"it states {size:,} bytes, more than the {MAX_MEMBER_BYTES:,} that a member may have"
    if size > RATIO_APPLIES_ABOVE and size > MAX_RATIO * compressed_size:
        return f"it unpacks to more than {MAX_RATIO} times its packed size, as only a zip bomb does"
    return ""
