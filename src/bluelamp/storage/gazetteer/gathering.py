"""Gathers what the material says of each street, on one plane. Used by `building` only.

Material is kept as it was published; here it is read with today's grammar. What cannot be used is counted, with why.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from bluelamp.domain.location import Location, Street, parse_location
from bluelamp.domain.location_street import NO_STREET, read_street
from bluelamp.storage.gazetteer.plane import Floats, Plane

if TYPE_CHECKING:
    import pyarrow as pa

AREA_KINDS = ("beat", "reporting_area", "division")
# A coordinate that stands for addresses of more streets than this stands for none of them.
_MOST_STREETS = 5
_BATCH = 50_000


@dataclass(slots=True)
class Gathered:
    """What is known of one street, in metres: known addresses, centreline pieces, loose points (crossings)."""

    numbers: list[int] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)
    pieces: list[Any] = field(default_factory=list)
    ends: list[tuple[int, int]] = field(default_factory=list)
    along: list[tuple[float, ...]] = field(default_factory=list)
    loose: list[tuple[float, float]] = field(default_factory=list)


@dataclass(slots=True)
class Bounds:
    """West, south, east, north in degrees."""

    box: tuple[float, float, float, float]

    def hold(self, lat: float, lon: float) -> bool:
        west, south, east, north = self.box
        return west <= lon <= east and south <= lat <= north


class Gathering:
    """Streets, crossings, places, areas and votes of one city. `defaults` are points that the publisher gives where it
    knows nothing better."""

    def __init__(
        self, plane: Plane, bounds: Bounds, aliases: Mapping[str, str], defaults: Iterator[tuple[float, float]]
    ) -> None:
        self.plane, self.bounds, self.aliases = plane, bounds, aliases
        self.streets: dict[Street, Gathered] = defaultdict(Gathered)
        self.crossings: dict[tuple[Street, Street], list[tuple[float, float]]] = defaultdict(list)
        self.places: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self.areas: dict[tuple[str, str], list[Any]] = defaultdict(list)
        self.votes: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
        self.unused: Counter[str] = Counter()
        self.defaults = {spot(lat, lon) for lat, lon in defaults}
        self._read: dict[str, Street] = {}

    def add(self, kind: str, table: pa.Table) -> None:
        """Material of one kind. Kinds: address, segment, area, spot."""
        if kind == "address":
            self._refuse_shared(table, "street")
        elif kind == "spot":
            self._refuse_shared(table, "text")
        adding = {"address": self._address, "segment": self._segment, "area": self._area, "spot": self._spot}[kind]
        for batch in table.to_batches(max_chunksize=_BATCH):
            for row in batch.to_pylist():
                adding(row)

    def _refuse_shared(self, table: pa.Table, named: str) -> None:
        """Notes the coordinates that many streets share: a town's middle, a post office, null island."""
        sharing: dict[str, set[str]] = defaultdict(set)
        for batch in table.select([named, "lat", "lon"]).to_batches(max_chunksize=_BATCH):
            for text, lat, lon in zip(*(batch.column(at).to_pylist() for at in range(3)), strict=True):
                names = sharing[spot(lat, lon)]
                if len(names) <= _MOST_STREETS:
                    names.update(self._streets_named(named, text))
        self.defaults |= {where for where, names in sharing.items() if len(names) > _MOST_STREETS}

    def _streets_named(self, named: str, text: str) -> list[str]:
        if named == "street":
            return [self._street(text).name]
        return [street.name for street in parse_location(text, None, self.aliases).streets]

    def _usable(self, lat: float, lon: float) -> bool:
        if not self.bounds.hold(lat, lon):
            self.unused["outside the city"] += 1
        elif spot(lat, lon) in self.defaults:
            self.unused["on a point that stands for many streets"] += 1
        else:
            return True
        return False

    def _street(self, written: str) -> Street:
        found = self._read.get(written)
        if found is None:
            found = read_street(" ".join(written.upper().split()), self.aliases)
            self._read[written] = found
        return found

    def _address(self, row: dict[str, Any]) -> None:
        street = self._street(row["street"])
        if street is NO_STREET or row["number"] is None:
            self.unused["no street or no number"] += 1
        elif self._usable(row["lat"], row["lon"]):
            self._add_number(street, row["number"], self.plane.to_metres(row["lat"], row["lon"]))

    def _add_number(self, street: Street, number: int, point: tuple[float, float]) -> None:
        gathered = self.streets[street]
        gathered.numbers.append(number)
        gathered.points.append(point)

    def _segment(self, row: dict[str, Any]) -> None:
        street = self._street(row["street"])
        line = self.plane.flat(shapely.from_wkb(row["wkb"]))
        if street is NO_STREET or shapely.is_empty(line):
            self.unused["no street or no line"] += 1
            return
        gathered = self.streets[street]
        for part in shapely.get_parts(line):
            gathered.pieces.append(part)
            ends = shapely.get_coordinates(shapely.line_interpolate_point(part, [0.0, 0.5, 1.0], normalized=True))
            for first, last in ((row["left_from"], row["left_to"]), (row["right_from"], row["right_to"])):
                if first and last:
                    gathered.ends.append((min(first, last), max(first, last)))
                    gathered.along.append(tuple((ends if first <= last else ends[::-1]).ravel().tolist()))

    def _area(self, row: dict[str, Any]) -> None:
        self.areas[row["kind"], row["name"]].append(self.plane.flat(shapely.from_wkb(row["wkb"])))

    def _spot(self, row: dict[str, Any]) -> None:
        lat, lon = row["lat"], row["lon"]
        if not self._usable(lat, lon):
            return
        point = self.plane.to_metres(lat, lon)
        for kind in AREA_KINDS:
            if row[kind]:
                self.votes[kind, row[kind]].append(point)
        location = parse_location(row["text"], None, self.aliases)
        if not self._add_location(location, point):
            self.unused["a location that is no address, crossing or place"] += 1

    def _add_location(self, location: Location, point: tuple[float, float]) -> bool:
        if location.kind == "block":
            self._add_number(location.streets[0], location.blocks[0], point)
        elif location.kind == "intersection" and len(location.streets) == 2:
            one, other = sorted(location.streets, key=lambda street: street.full)
            self.crossings[one, other].append(point)
            self.streets[one].loose.append(point)
            self.streets[other].loose.append(point)
        elif location.kind == "named":
            self.places[location.streets[0].name].append(point)
        else:
            return False
        return True


def spot(lat: float, lon: float) -> str:
    """A coordinate to a metre, as a name."""
    return f"{lat:.5f},{lon:.5f}"


def by_number(numbers: list[int], points: list[tuple[float, float]]) -> tuple[Any, Floats]:
    """Each house number once, sorted, shape (n,), with the middle of its points, shape (n, 2)."""
    every, where = np.asarray(numbers, dtype=np.int32), np.asarray(points, dtype=np.float64).reshape(-1, 2)
    order = np.lexsort((where[:, 1], where[:, 0], every))
    every, where = every[order], where[order]
    distinct, starts = np.unique(every, return_index=True)
    if len(distinct) == len(every):
        return distinct, where
    middles = [np.median(group, axis=0) for group in np.split(where, starts[1:])]
    return distinct, np.asarray(middles)
