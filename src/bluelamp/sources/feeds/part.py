"""A part of an answer: one page of it, as received. What `fetching` gives and every platform reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """`headers` has lower-case names; `body` is what came, after any content coding; the status may be any."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
