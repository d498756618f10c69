"""Words about places, for people who live there. Used by `explanation`."""

from __future__ import annotations

from collections.abc import Mapping

from bluelamp.domain.place import Kind
from bluelamp.sources.feeds.agency import Privacy

# What kind of location a call names.
KINDS: Mapping[Kind, str] = {
    "block": "a block or an address of a street",
    "intersection": "a crossing of two streets",
    "street": "a street without a number",
    "named": "a place by its name",
    "unknown": "no location that can be read",
}
_PRECISIONS = {
    "point": "this address",
    "block": "this block",
    "intersection": "this crossing",
    "street": "this street",
    "area": "this area",
}


def shown_by(precision: str) -> str:
    """What was found, of a candidate's precision."""
    return _PRECISIONS.get(precision, "this location")


def rule_of(privacy: Privacy) -> str:
    """How a feed's rules show its points, in a sentence; empty where they are shown as they are."""
    if privacy.finest == "area":
        return "By the rules of this feed, calls are not shown as points."
    finest = f"no finer than a {privacy.finest}" if privacy.finest != "point" else ""
    moved = f"moved by up to {privacy.jitter_m:g} metres" if privacy.jitter_m else ""
    how = " and ".join(part for part in (moved, finest) if part)
    return f"By the rules of this feed, the point is shown {how}." if how else ""


def sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
