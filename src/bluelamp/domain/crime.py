"""A crime's identity. A crime ID alone names nothing: forces re-use IDs, in other months and within one file."""

from __future__ import annotations

import re

_CRIME_ID = re.compile(r"[0-9a-f]{64}")
_WORD = (1 << 64) - 1


def is_crime_id(text: str) -> bool:
    """Whether this is a crime ID as published: 64 lower-case hexadecimal digits."""
    return _CRIME_ID.fullmatch(text) is not None


def crime_key(crime_id: str) -> int:
    """The 64-bit key under which lake and warehouse join a crime ID; never 0, which stands for no ID.

    IDs are SHA-256 hashes, so folding their four words keeps 64 evenly spread bits of all of them. The load does the
    same for whole columns (archive/stage.py); a test holds the two against each other.
    """
    packed = bytes.fromhex(crime_id)
    words = [int.from_bytes(packed[start : start + 8], "little") for start in range(0, 32, 8)]
    key = words[0] ^ (words[1] * 3 & _WORD) ^ (words[2] * 5 & _WORD) ^ (words[3] * 7 & _WORD)
    return key or 1
