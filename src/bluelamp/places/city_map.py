"""A city's beats, divisions and streets as a map draws them: GeoJSON of what its gazetteer is made of, simplified so
that a page can load it. Used by the API.

Borders that two areas share stay one line. Of streets, as many as fit are drawn, freeways and long ones first; how many
were left out is said.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bluelamp.domain.location_street import read_street
from bluelamp.domain.location_words import FREEWAY_TYPES
from bluelamp.errors import NoSuchThing
from bluelamp.sources.gazetteer import City, city_of_feed, read_cities
from bluelamp.storage.gazetteer.areas import same_name
from bluelamp.storage.gazetteer.store import GazetteerStore, ManifestInput

if TYPE_CHECKING:
    import pyarrow as pa

AREA_BYTES, STREET_BYTES = 300_000, 1_500_000
# In degrees: about 20 m, and 5 m for streets; doubled until it fits.
_AREA_TOLERANCE, _STREET_TOLERANCE, _COARSEST = 0.0002, 0.00005, 0.0002
_TRIES = 6
_DECIMALS = 5  # about a metre
_MAIN = 0.04  # degrees: a street that goes on for some 4 km
KINDS = ("beat", "division", "reporting_area", "city")
Shaped = tuple[str, Any]  # name, shapely shape


@dataclass(frozen=True, slots=True)
class CityMap:
    """The material of the city that a feed's calls are in. `held` is by input."""

    feed: str
    city: City
    store: GazetteerStore
    held: Mapping[str, ManifestInput]

    @property
    def version(self) -> str:
        """Changes with the material and with what the city's file says, such as whose it is, and with nothing else."""
        return "-".join((self.city.fingerprint, *(one.parquet_sha256[:12] for _, one in sorted(self.held.items()))))

    def about(self) -> dict[str, Any]:
        """Which kinds of area there are, from where and of which day; whether there are streets."""
        kinds = {kind for table in self.store.material(self.city.name, "area") for kind in _values(table, "kind")}
        drawn = {name: one for name, one in self.held.items() if one.kind in ("area", "segment")}
        who = (self._attribution(name) or one.source for name, one in sorted(drawn.items()))
        return {
            "feed": self.feed,
            "city": self.city.title,
            "kinds": [kind for kind in KINDS if kind in kinds],
            "ground": any(one.kind == "segment" for one in drawn.values()),
            "source": "; ".join(dict.fromkeys(who)),
            "licence": "; ".join(dict.fromkeys(one.licence for one in drawn.values() if one.licence)),
            "date": max((one.read_on for one in drawn.values()), default=None),
        }

    def _attribution(self, name: str) -> str:
        wanted = self.city.inputs.get(name)
        return wanted.attribution if wanted else ""

    def areas(self, kind: str) -> bytes:
        """A FeatureCollection of the areas of a kind. Raises NoSuchThing where no polygons of it are held."""
        import shapely

        parts: dict[str, list[Any]] = {}
        for table in self.store.material(self.city.name, "area"):
            for row_kind, name, wkb in zip(*(_values(table, one) for one in ("kind", "name", "wkb")), strict=True):
                if row_kind == kind:
                    parts.setdefault(name, []).append(shapely.make_valid(shapely.from_wkb(wkb)))
        if not parts:
            words = kind.replace("_", " ")
            raise NoSuchThing(f"No outlines of a {words} of {self.city.title} are held.", _BUILD.format(self.city.name))
        named = [(name, _surface(shapely.union_all(shapes))) for name, shapes in sorted(parts.items())]
        return _fitting(lambda tolerance: self._drawn(kind, named, tolerance))

    def _drawn(self, kind: str, named: Sequence[Shaped], tolerance: float) -> bytes:
        import shapely

        shapes = shapely.coverage_simplify([shape for _, shape in named], tolerance)
        features = []
        for (name, _), shape in zip(named, shapes, strict=True):
            title = name or self.city.title
            properties = {"id": same_name(name), "name": title, "kind": kind}
            features.append(_feature(properties, shapely.set_precision(shape, 10**-_DECIMALS, mode="pointwise")))
        return _collection(features)

    def streets(self) -> bytes:
        """A FeatureCollection of the streets as lines, with `rank` 1 for freeways, 2 for long streets, 3 for others,
        in that order; `left_out` counts those that did not fit. Raises NoSuchThing where no centrelines are held."""
        import shapely

        pieces: dict[str, list[Any]] = {}
        for table in self.store.material(self.city.name, "segment"):
            for name, wkb in zip(_values(table, "street"), _values(table, "wkb"), strict=True):
                pieces.setdefault(same_name(name), []).append(wkb)
        if not pieces:
            raise NoSuchThing(f"No streets of {self.city.title} are held.", _BUILD.format(self.city.name))
        lines = {name: shapely.union_all(shapely.from_wkb(parts)) for name, parts in pieces.items()}
        merged = {name: shapely.line_merge(line) if _is_many(line) else line for name, line in lines.items()}
        order = sorted((_rank(name, line, self.city), -shapely.length(line), name) for name, line in merged.items())
        named = [(name, rank, merged[name]) for rank, _, name in order]
        tolerance = _STREET_TOLERANCE
        features = _that_fit(named, tolerance)
        while len(features) < len(named) and tolerance < _COARSEST:
            tolerance *= 2
            features = _that_fit(named, tolerance)
        return _collection(features, left_out=len(named) - len(features))


def _that_fit(named: Sequence[tuple[str, int, Any]], tolerance: float) -> list[str]:
    """The first of these streets (name, rank, line), as many as there is room for."""
    import shapely

    features, size = [], 200
    for name, rank, line in named:
        simple = shapely.set_precision(shapely.simplify(line, tolerance), 10**-_DECIMALS, mode="pointwise")
        one = _feature({"name": name, "rank": rank}, simple)
        size += len(one.encode()) + 1
        if size > STREET_BYTES:
            break
        features.append(one)
    return features


def open_city_map(home: Path, feed: str) -> CityMap:
    """The map of the city that a feed's calls are in. Raises NoSuchThing in words where nothing is held of it."""
    city = city_of_feed(read_cities(home / "cities"), feed)
    if city is None:
        raise NoSuchThing(
            f"No city is known for the feed {feed}, so there are no areas.", "See docs/how-to/build-a-gazetteer.md."
        )
    store = GazetteerStore(home)
    held = store.held(city.name)
    if not any(one.kind in ("area", "segment") for one in held.values()):
        raise NoSuchThing(f"Nothing is held of the areas of {city.title}.", _BUILD.format(city.name))
    return CityMap(feed, city, store, held)


_BUILD = "Run: bluelamp gazetteer build {}"


def _values(table: pa.Table, column: str) -> Iterator[Any]:
    yield from table.column(column).to_pylist()


def _surface(shape: Any) -> Any:
    """A shape without the lines and points that making it valid may have left."""
    import shapely

    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    return shapely.union_all([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])


def _is_many(line: Any) -> bool:
    return bool(line.geom_type == "MultiLineString")


def _rank(name: str, line: Any, city: City) -> int:
    import shapely

    street = read_street(name, city.aliases)
    if street.freeway or (street.type and street.type in FREEWAY_TYPES):
        return 1
    west, south, east, north = shapely.bounds(line).tolist()
    return 2 if np.hypot(east - west, north - south) > _MAIN else 3


def _fitting(draw: Callable[[float], bytes]) -> bytes:
    """What `draw` gives with the smallest tolerance with which it fits."""
    tolerance = _AREA_TOLERANCE
    for _ in range(_TRIES):
        drawn = draw(tolerance)
        if len(drawn) <= AREA_BYTES:
            break
        tolerance *= 2
    return drawn


def _feature(properties: Mapping[str, Any], shape: Any) -> str:
    import shapely

    told = json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
    return f'{{"type":"Feature","properties":{told},"geometry":{shapely.to_geojson(shape)}}}'


def _collection(features: Sequence[str], **more: int) -> bytes:
    facts = "".join(f',"{name}":{value}' for name, value in more.items())
    return f'{{"type":"FeatureCollection"{facts},"features":[{",".join(features)}]}}'.encode()
