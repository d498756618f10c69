"""One thing that the doctor looked at. Made by the doctors of both flows, told by `bluelamp doctor`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `ok`, or what is wrong and how to mend it."""

    name: str
    ok: bool
    words: str
    mend: str = ""
