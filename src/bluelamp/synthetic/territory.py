"""Where forces and local authorities lie: a fictional map in the real extents of England, Wales and Northern Ireland.

Coasts are drawn by hand from a few dozen points, forces are the cells around one centre each, local authorities are
cells within them. Read by geography and reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from bluelamp.synthetic.chance import generator
from bluelamp.synthetic.names import ABOLISHED, ODD_NAMES, stem_of, towns
from bluelamp.synthetic.volumes import weight

# Longitude and latitude of each force, about where it is.
_CENTRES: dict[str, tuple[float, float]] = {
    "avon-and-somerset": (-2.8, 51.25), "bedfordshire": (-0.45, 52.05), "cambridgeshire": (0.05, 52.35),
    "cheshire": (-2.55, 53.2), "cleveland": (-1.2, 54.58), "cumbria": (-2.95, 54.55), "derbyshire": (-1.6, 53.1),
    "devon-and-cornwall": (-4.1, 50.6), "dorset": (-2.25, 50.75), "durham": (-1.75, 54.7),
    "dyfed-powys": (-3.9, 52.15), "essex": (0.6, 51.8), "gloucestershire": (-2.15, 51.8),
    "greater-manchester": (-2.25, 53.5), "gwent": (-2.95, 51.7), "hampshire": (-1.3, 51.0),
    "hertfordshire": (-0.25, 51.82), "humberside": (-0.4, 53.75), "kent": (0.75, 51.2), "lancashire": (-2.7, 53.85),
    "leicestershire": (-1.05, 52.65), "lincolnshire": (-0.2, 53.1), "merseyside": (-2.95, 53.45),
    "metropolitan": (-0.12, 51.5), "norfolk": (0.95, 52.65), "north-wales": (-3.7, 53.05),
    "north-yorkshire": (-1.4, 54.15), "northamptonshire": (-0.85, 52.3), "northumbria": (-1.8, 55.15),
    "nottinghamshire": (-1.0, 53.1), "south-wales": (-3.5, 51.6), "south-yorkshire": (-1.3, 53.5),
    "staffordshire": (-2.0, 52.85), "suffolk": (1.05, 52.2), "surrey": (-0.4, 51.22), "sussex": (-0.1, 50.93),
    "thames-valley": (-1.1, 51.7), "warwickshire": (-1.55, 52.3), "west-mercia": (-2.65, 52.35),
    "west-midlands": (-1.95, 52.5), "west-yorkshire": (-1.75, 53.75), "wiltshire": (-1.9, 51.35),
}  # fmt: skip
_ENGLAND_AND_WALES = (
    (-2.03, 55.81), (-1.6, 55.5), (-1.4, 55.0), (-1.2, 54.7), (-0.6, 54.5), (-0.1, 54.1), (0.1, 53.6), (0.35, 53.15),
    (0.1, 52.9), (0.5, 52.95), (1.3, 52.93), (1.75, 52.5), (1.35, 51.95), (1.2, 51.8), (0.8, 51.55), (0.45, 51.48),
    (0.9, 51.4), (1.4, 51.37), (1.35, 51.13), (0.97, 50.92), (0.25, 50.74), (-0.15, 50.82), (-0.8, 50.73),
    (-1.1, 50.78), (-1.3, 50.58), (-1.85, 50.71), (-2.45, 50.53), (-2.95, 50.71), (-3.4, 50.6), (-3.65, 50.22),
    (-4.15, 50.33), (-5.2, 49.97), (-5.7, 50.07), (-5.45, 50.22), (-4.95, 50.55), (-4.5, 51.0), (-4.1, 51.2),
    (-3.45, 51.2), (-3.0, 51.35), (-2.65, 51.6), (-3.15, 51.44), (-3.55, 51.4), (-3.95, 51.58), (-4.3, 51.56),
    (-5.05, 51.63), (-5.3, 51.88), (-4.7, 52.12), (-4.1, 52.4), (-4.07, 52.72), (-4.75, 52.8), (-4.6, 53.3),
    (-4.3, 53.42), (-3.8, 53.33), (-3.4, 53.35), (-3.15, 53.4), (-3.05, 53.6), (-3.02, 53.92), (-2.87, 54.1),
    (-3.2, 54.07), (-3.63, 54.5), (-3.35, 54.9), (-3.05, 55.0), (-2.35, 55.35), (-2.3, 55.65),
)  # fmt: skip
_NORTHERN_IRELAND = (
    (-7.3, 55.05), (-6.9, 55.2), (-6.1, 55.2), (-5.85, 54.8), (-5.45, 54.5), (-5.6, 54.25), (-6.0, 54.05),
    (-6.3, 54.1), (-6.7, 54.2), (-7.05, 54.4), (-7.4, 54.15), (-7.9, 54.25), (-8.1, 54.45), (-7.8, 54.65),
    (-7.5, 54.75),
)  # fmt: skip
_CITY = (-0.09, 51.515)
WELSH = frozenset({"dyfed-powys", "gwent", "north-wales", "south-wales"})
# How many local authorities a force has, and the code letters of its kind of authority; others have 6 of E07.
_AUTHORITIES = {
    "city-of-london": (1, "E09"), "metropolitan": (32, "E09"), "greater-manchester": (10, "E08"),
    "merseyside": (5, "E08"), "west-midlands": (7, "E08"), "west-yorkshire": (5, "E08"), "south-yorkshire": (4, "E08"),
    "northumbria": (6, "E08"), "northern-ireland": (11, "N09"), "thames-valley": (12, "E07"), "essex": (14, "E07"),
    "kent": (13, "E07"), "hampshire": (13, "E07"), "sussex": (13, "E07"), "surrey": (11, "E07"),
    "hertfordshire": (10, "E07"), "devon-and-cornwall": (10, "E07"), "lancashire": (12, "E07"),
    "cleveland": (4, "E06"), "bedfordshire": (3, "E06"), "wiltshire": (2, "E06"), "dorset": (2, "E06"),
    "gwent": (5, "W06"), "south-wales": (7, "W06"), "north-wales": (6, "W06"), "dyfed-powys": (4, "W06"),
}  # fmt: skip
DEFAULT_AUTHORITIES = (6, "E07")
Polygon: TypeAlias = shapely.Geometry


@dataclass(frozen=True)
class District:
    """A local authority as it was in 2022: what LSOA names and the older lookup call it."""

    code: str
    name: str

    @property
    def stem(self) -> str:
        return stem_of(self.name)


@dataclass(frozen=True)
class Authority:
    """A local authority of 2024, `code` in the ONS form, and the districts that it was made of, at least itself.

    `first` and `lsoas` number its LSOAs of 2011 among all; Northern Ireland has none.
    """

    number: int
    code: str
    name: str
    force: str
    area: Polygon
    districts: tuple[District, ...]
    first: int
    lsoas: int

    @property
    def welsh(self) -> bool:
        return self.force in WELSH


def _cells(centres: NDArray[np.float64], within: Polygon) -> list[Polygon]:
    """The part of `within` nearest to each centre, in the order of the centres."""
    if len(centres) == 1:
        return [within]
    found = shapely.voronoi_polygons(shapely.multipoints(centres), extend_to=within, ordered=True)
    return [shapely.intersection(cell, within) for cell in shapely.get_parts(found)]


def scatter(chance: np.random.Generator, within: Polygon, count: int) -> NDArray[np.float64]:
    """(count, 2) longitudes and latitudes evenly strewn over the polygon."""
    west, south, east, north = shapely.bounds(within)
    shapely.prepare(within)
    found = np.empty((0, 2))
    while len(found) < count:
        tried = chance.random((4 * count + 16, 2)) * (east - west, north - south) + (west, south)
        found = np.concatenate([found, tried[shapely.contains_xy(within, tried[:, 0], tried[:, 1])]])
    return found[:count]


@lru_cache(maxsize=1)
def regions() -> dict[str, Polygon]:
    """The area of every territorial force, in degrees."""
    slugs = sorted(_CENTRES)
    cells = _cells(np.array([_CENTRES[slug] for slug in slugs]), shapely.polygons(_ENGLAND_AND_WALES))
    found = _joined_up(dict(zip(slugs, cells, strict=True)))
    city = shapely.buffer(shapely.points(*_CITY), 0.018, quad_segs=2)
    found["city-of-london"] = city
    found["metropolitan"] = shapely.difference(found["metropolitan"], city)
    found["northern-ireland"] = shapely.polygons(_NORTHERN_IRELAND)
    return dict(sorted(found.items()))


def _joined_up(cells: dict[str, Polygon]) -> dict[str, Polygon]:
    """A cell that reaches over a bay gives its part there to the force that it borders on."""
    found = dict(cells)
    for slug, cell in cells.items():
        main, *strays = sorted(shapely.get_parts(cell), key=shapely.area, reverse=True)
        found[slug] = shapely.union(main, shapely.difference(found[slug], cell))
        for stray in strays:
            others = [other for other in cells if other != slug]
            shared = {other: float(shapely.length(shapely.intersection(found[other], stray))) for other in others}
            nearest = max(others, key=lambda other: shared[other])
            found[nearest] = shapely.union(found[nearest], stray)
    return found


def _named(force: str, count: int, taken: set[str], chance: np.random.Generator, odd: bool, old: bool) -> list[str]:
    names = list(ODD_NAMES.get(force, ())) if odd else []
    if old and force in ABOLISHED:
        names.append(ABOLISHED[force][0])
    if force == "city-of-london":
        names = ["City of London"]
    names = names[:count]
    return names + towns(chance, taken, force in WELSH, count - len(names))


@lru_cache(maxsize=4)
def authorities(seed: int, lsoas: int, odd: bool, abolished: bool) -> tuple[Authority, ...]:
    """Every local authority of the map, with about `lsoas` LSOAs in all: by force, then as drawn."""
    found: list[Authority] = []
    taken: set[str] = set()
    codes: dict[str, int] = {}
    total = sum(weight(force) for force in regions() if force != "northern-ireland")
    first = 0
    for force, region in regions().items():
        chance = generator(seed, "authorities", force)
        count, letters = _AUTHORITIES.get(force, DEFAULT_AUTHORITIES)
        centres = scatter(chance, region, count)
        for _ in range(2):  # two steps towards even sizes
            centres = np.array([shapely.get_coordinates(shapely.centroid(c))[0] for c in _cells(centres, region)])
        names = _named(force, count, taken, chance, odd, abolished)
        sizes = chance.uniform(0.6, 1.4, count) * lsoas * weight(force) / total / count
        for name, area, size in zip(names, _cells(centres, region), sizes, strict=True):
            old = ABOLISHED[force][1] if abolished and name == ABOLISHED.get(force, ("",))[0] else (name,)
            own = 0 if letters == "N09" else max(4 * len(old), round(size))
            code = _code(codes, "E06" if len(old) > 1 else letters)
            districts = tuple(District(_code(codes, "E07") if len(old) > 1 else code, each) for each in old)
            found.append(Authority(len(found), code, name, force, area, districts, first, own))
            first += own
    return tuple(found)


def _code(used: dict[str, int], letters: str) -> str:
    """The next code of a kind. Numbers from 700 up are not in use by the ONS."""
    used[letters] = used.get(letters, 700) + 1
    return f"{letters}{used[letters]:06d}"
