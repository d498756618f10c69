"""Filters of calls: by division, beat, priority, nature, and by an area on the map. Used by streams, by webhooks and by
the API."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlencode

from bluelamp.domain.call import Call
from bluelamp.errors import UsageError

FIELDS = ("division", "beat", "priority", "nature")
_MOST_VALUES, _LONGEST_VALUE = 50, 200

Box = tuple[float, float, float, float]


class CallFacts(NamedTuple):
    """What a filter looks at of a call; texts in small letters, the place in degrees."""

    division: str | None
    beat: str | None
    priority: str | None
    nature: str | None
    lat: float | None
    lon: float | None


def facts_of(call: Call | None) -> CallFacts | None:
    """None for a call that is not open."""
    return None if call is None or call["ended"] else past_facts(call)


def past_facts(call: Call) -> CallFacts:
    """The facts of a call, ended or not, as it was while it was open."""
    place = call["place"] or {}
    labels = (call["division"], call["beat"], call["priority"], call["nature"])
    return make_facts(*labels, place.get("lat"), place.get("lon"))


def make_facts(
    division: str | None,
    beat: str | None,
    priority: str | None,
    nature: str | None,
    lat: float | None,
    lon: float | None,
) -> CallFacts:
    """The facts of a call from its fields as they are listed."""
    return CallFacts(_plain(division), _plain(beat), _plain(priority), _plain(nature), lat, lon)


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Values of one field are alternatives, fields narrow each other. `box` is (west, south, east, north) in degrees;
    a call without a point lies in none."""

    division: frozenset[str] = frozenset()
    beat: frozenset[str] = frozenset()
    priority: frozenset[str] = frozenset()
    nature: frozenset[str] = frozenset()
    box: Box | None = None

    def __bool__(self) -> bool:
        return self.box is not None or any(getattr(self, name) for name in FIELDS)

    def lets(self, facts: CallFacts | None) -> bool:
        """Whether an open call is seen through it; one that is not open never is."""
        if facts is None:
            return False
        for wanted, value in zip((self.division, self.beat, self.priority, self.nature), facts, strict=False):
            if wanted and value not in wanted:
                return False
        return self.box is None or _inside(self.box, facts.lat, facts.lon)

    def query(self) -> str:
        """The same filter as the query of an address, always written the same; empty for none."""
        pairs = [(name, value) for name in FIELDS for value in sorted(getattr(self, name))]
        if self.box is not None:
            pairs.append(("bbox", ",".join(_degrees(edge) for edge in self.box)))
        return urlencode(pairs)


EVERYTHING = CallFilter()


def make_filter(
    division: Iterable[str] = (),
    beat: Iterable[str] = (),
    priority: Iterable[str] = (),
    nature: Iterable[str] = (),
    bbox: str = "",
) -> CallFilter:
    """A filter from what was asked. Raises UsageError in words."""
    given = {"division": division, "beat": beat, "priority": priority, "nature": nature}
    values = {name: _values(name, found) for name, found in given.items()}
    return CallFilter(**values, box=_box(bbox) if bbox else None)


def _values(name: str, given: Iterable[str]) -> frozenset[str]:
    found = frozenset(plain for text in given if (plain := _plain(text)))
    if len(found) > _MOST_VALUES or any(len(text) > _LONGEST_VALUE for text in found):
        raise UsageError(f"A filter by {name} has at most {_MOST_VALUES} values of {_LONGEST_VALUE} characters.")
    return found


def _box(text: str) -> Box:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        west = south = east = north = float("nan")
    # Written so that what is no number is refused as well; a box may reach over the 180th meridian.
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise UsageError(
            f"“{text[:80]}” is no area.", "Write bbox=west,south,east,north in degrees: bbox=-96.9,32.7,-96.7,32.9."
        )
    return west, south, east, north


def _degrees(edge: float) -> str:
    """To a centimetre, and no longer than it must be."""
    return f"{edge:.7f}".rstrip("0").rstrip(".")


def _inside(box: Box, lat: float | None, lon: float | None) -> bool:
    if lat is None or lon is None:
        return False
    west, south, east, north = box
    across = west <= lon <= east if west <= east else lon >= west or lon <= east
    return across and south <= lat <= north


@lru_cache(maxsize=4096)  # the same few words come again and again
def _plain(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split()).casefold()
