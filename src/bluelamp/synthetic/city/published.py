"""What the synthetic city publishes of its ground, in the forms in which cities do: address points, centrelines, beats,
divisions, limits; and the file that says how a gazetteer is made of them. Used by the demo and `bluelamp synthetic
city`.

Not all of it is right, as in life: some streets are so new that they are missing; the addresses of some lie on the
wrong side of a base line, which a call's own beat shows; and some addresses lie where the town hall is.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from bluelamp.synthetic.chance import key
from bluelamp.synthetic.city.agency import FEED
from bluelamp.synthetic.city.beats import BEATS, CELL, SIDE
from bluelamp.synthetic.city.ground import BOUNDS, Ground
from bluelamp.synthetic.city.plane import BLOCK, DISTRICT, HALF, Point, on_earth
from bluelamp.synthetic.city.streets import CityStreet
from bluelamp.synthetic.city.words import DIVISIONS, NAME, NUMBERED

_NEW, _WRONG = 15, 15  # streets of 300
_ADDRESSED, _AT_TOWN_HALL = 0.75, 0.004  # shares of the blocks; of the addresses
_STEP = 400.0  # metres between the points of a line: with the bends of the plane, two metres off at most
_SHORTEST = 20.0  # metres of a street that are a piece of its own
_CITY = """\
# An invented city: none of its streets, addresses and beats is real.
title = "{title} (invented)"
feeds = ["{feed}"]
bounds = [{bounds}]

[aliases]
"K W M" = "SH-310"
"S E D Fanning" = "SH-311"
"Corliss J Pruitt" = "SH-312"
"Meridian" = "SH-313"
"I-94" = "I-94"
"457" = "SPUR-457"

[inputs.addresses]
kind = "address"
columns = {{ number = "HOUSENUMBER", street = "FULLSTREETNAME", lat = "LATITUDE", lon = "LONGITUDE" }}
licence = "{licence}"
attribution = "Made by Bluelamp's synthetic city"

[inputs.centrelines]
kind = "segment"
licence = "{licence}"
attribution = "Made by Bluelamp's synthetic city"
[inputs.centrelines.columns]
street = "FULLNAME"
left_from = "L_F_ADD"
left_to = "L_T_ADD"
right_from = "R_F_ADD"
right_to = "R_T_ADD"

{areas}"""
_AREAS = """\
[inputs.{input}]
kind = "area"
area = "{area}"
columns = {{ name = "{column}" }}
licence = "{licence}"
attribution = "Made by Bluelamp's synthetic city"
"""
_LICENCE = "Invented data; free of any rights"


def city_toml() -> str:
    """The file that says what the city's gazetteer is made of."""
    bounds = ", ".join(map(str, BOUNDS))
    areas = "\n".join(
        _AREAS.format(input=name, area=area, column=area.upper(), licence=_LICENCE)
        for name, area in (("beats", "beat"), ("divisions", "division"), ("limits", "city"))
    )
    return _CITY.format(title=NAME, feed=FEED, bounds=bounds, licence=_LICENCE, areas=areas)


def write_published(folder: Path, seed: int) -> list[Path]:
    """Write what the city publishes into a folder; its files. Raises OSError."""
    ground, chance = Ground(seed), random.Random(key(seed, "published"))
    faulty = chance.sample([street for street in ground.streets if not street.main], k=_NEW + _WRONG)
    new, wrong = faulty[:_NEW], faulty[_NEW:]
    known = [street for street in ground.streets if street not in new]
    folder.mkdir(parents=True, exist_ok=True)
    addresses = folder / "addresses.csv"
    with addresses.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["HOUSENUMBER", "FULLSTREETNAME", "LATITUDE", "LONGITUDE"])
        for street in known:
            writer.writerows(_addresses(chance, street, turned=street in wrong))
    made = {
        "centrelines": [line for street in (*known, *ground.freeways) for line in _centrelines(street)],
        "beats": _areas("BEAT", [str(beat) for _, beat in BEATS]),
        "divisions": _areas("DIVISION", [DIVISIONS[division] for division, _ in BEATS]),
        "limits": _areas("CITY", [NAME] * len(BEATS)),
    }
    return [addresses, *(_written(folder / f"{name}.geojson", features) for name, features in made.items())]


def _written(path: Path, features: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def _feature(properties: dict[str, Any], kind: str, coordinates: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


# -- streets ----------------------------------------------------------------------------------------------------------


def _addresses(chance: random.Random, street: CityStreet, *, turned: bool) -> Iterator[tuple[int, str, float, float]]:
    """Two to four houses of most blocks. With `turned`, all lie on the wrong side of the base line."""
    for first, last in street.pieces:
        for step in range(int((last - first) / BLOCK)):
            if chance.random() > _ADDRESSED and not turned:
                continue
            at = first + (step + 0.5) * BLOCK
            name = street.named(at, street.words[0]).upper()
            for place in sorted(chance.sample(range(50), chance.randint(2, 4))):
                number = street.hundred(at) + 2 * place + (odd := chance.randrange(2))
                along = street.middle(street.hundred(at), at) + (place / 50 - 0.5) * BLOCK * (1 if at >= 0 else -1)
                east, north = street.point(-along if turned else along)
                beside = chance.uniform(10, 18) * (1 if odd else -1)
                east, north = (east + beside, north) if street.along == "ns" else (east, north + beside)
                yield number, name, *(on_earth(0, 0) if chance.random() < _AT_TOWN_HALL else on_earth(east, north))


def _centrelines(street: CityStreet) -> Iterator[dict[str, Any]]:
    """A street from one main road to the next, with the house numbers on its left and right."""
    for first, last in street.pieces:
        crossed = [step * DISTRICT for step in range(-8, 9) if first < step * DISTRICT < last]
        ends = [first, *crossed, last]
        for begin, end in pairwise(ends):
            if end - begin >= _SHORTEST:
                yield _line(street, begin, end)


def _line(street: CityStreet, begin: float, end: float) -> dict[str, Any]:
    middle = (begin + end) / 2
    low, high = sorted(round(_number(street, at)) for at in (begin, end))
    steps = max(1, round((end - begin) / _STEP))
    course = [_lon_lat(*street.point(begin + (end - begin) * step / steps)) for step in range(steps + 1)]
    even, odd = (range(low + (low + side) % 2, high, 2) for side in (0, 1))
    backwards = middle < 0 and not street.freeway  # numbers grow away from the base line
    numbers = [(odd[-1], odd[0]), (even[-1], even[0])] if backwards else [(even[0], even[-1]), (odd[0], odd[-1])]
    names = ("L_F_ADD", "L_T_ADD", "R_F_ADD", "R_T_ADD")
    values = dict(zip(names, (number for side in numbers for number in side), strict=True))
    return _feature({"FULLNAME": _official_name(street, middle), **values}, "LineString", course)


def _number(street: CityStreet, at: float) -> float:
    return (at + HALF if street.freeway else abs(at)) / BLOCK * 100


def _official_name(street: CityStreet, at: float) -> str:
    """`N ALDERMOOR ST`; of a freeway its first name, without the way that traffic goes."""
    if not street.freeway:
        return street.named(at, street.words[0]).upper()
    name = street.words[0].rsplit(" ", 2)[0]
    return f"{name} {'EXPY' if name in NUMBERED or 'Meridian' in name else 'FWY'}".upper()


def _lon_lat(east: float, north: float) -> Point:
    lat, lon = on_earth(east, north)
    return lon, lat


# -- areas ------------------------------------------------------------------------------------------------------------


def _areas(column: str, names: Sequence[str]) -> list[dict[str, Any]]:
    """One polygon for each name that cells are given, row by row, with holes where another one lies within."""
    import shapely

    cells: dict[str, list[Any]] = {}
    for cell, name in enumerate(names):
        cells.setdefault(name, []).append(shapely.polygons(_ring(cell % SIDE, cell // SIDE)))
    shapes = {name: shapely.union_all(parts) for name, parts in cells.items()}
    found = [(name, json.loads(shapely.to_geojson(shape))) for name, shape in shapes.items()]
    return [_feature({column: name}, shape["type"], shape["coordinates"]) for name, shape in found]


def _ring(column: int, line: int) -> list[Point]:
    """The border of a cell, with points between its corners because the plane is bent."""
    west, south, steps = column * CELL - HALF, line * CELL - HALF, 4
    sides = [step * CELL / steps for step in range(steps)]
    border = [(west + step, south) for step in sides] + [(west + CELL, south + step) for step in sides]
    border += [(west + CELL - step, south + CELL) for step in sides] + [(west, south + CELL - step) for step in sides]
    return [_lon_lat(*point) for point in border]
