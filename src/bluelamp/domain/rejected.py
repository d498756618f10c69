"""How many rows of a file may be refused before it is told, and before the file is no use."""

from __future__ import annotations

# Above this share of a file's rows a load ends with exit code 3 and says which file: no publisher's slips reach it.
FEW_REJECTED = 0.01
# Above this share the file is quarantined: what fits of it says little about its month.
MOST_REJECTED = 2 / 3


def share_words(rejected: int, read: int) -> str:
    """`rejected` of `read` rows in words, such as “4 of 7 rows”."""
    return f"{rejected:,} of {read:,} row{'' if read == 1 else 's'}"
