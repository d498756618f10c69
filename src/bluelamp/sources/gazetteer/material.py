"""An input's rows in the four forms that gazetteers are made of, typed. Called by the step that builds them; what comes
out is kept by `storage.gazetteer`.

    address   number (int32), street, lat, lon
    segment   street, left_from, left_to, right_from, right_to (int32, null where not stated), wkb
    area      kind, name, wkb
    spot      text, lat, lon, beat, reporting_area, division (null where not stated)

Streets and texts stand as they were published: reading them is the index's part.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from bluelamp.errors import SourceError
from bluelamp.sources.gazetteer.city import City, Input, Kind
from bluelamp.sources.gazetteer.features import Feature, features
from bluelamp.sources.reference.unpacking import members, sha256_of

if TYPE_CHECKING:
    import pyarrow as pa

_LOOKED_AT = 200  # rows that tell which columns a file has: rows of Socrata lack those that are null
_NUMBER = re.compile(r"\s*(\d{1,6})(?:\.0*)?(?!\d)")
_LINES, _POLYGONS = ("LineString", "MultiLineString"), ("Polygon", "MultiPolygon")


@dataclass(frozen=True, slots=True)
class Material:
    """One input as it can be kept. `source` is an address or a file's name, `sha256` of the bytes as received,
    `unreadable` how many rows could not be used."""

    name: str
    kind: Kind
    table: pa.Table
    source: str
    read_on: date
    sha256: str
    licence: str
    unreadable: int


def read_pages(name: str, input_: Input, pages: Iterable[tuple[str, bytes]], read_on: date) -> Material:
    """An input from its pages, each with what messages call it. Raises SourceError."""
    digest = hashlib.sha256()

    def rows() -> Iterator[Feature]:
        for page, data in pages:
            digest.update(data)
            yield from features(page, data)

    table, unreadable = _table(input_, name, rows())
    return Material(name, input_.kind, table, input_.url, read_on, digest.hexdigest(), _licence(input_), unreadable)


def read_files(city: City, paths: Iterable[Path], read_on: date) -> Iterator[Material]:
    """Each file as the input of the city that it is: by its name (`beats.geojson`), else by its columns. Plain, .gz,
    .xz and .zip are read. Raises SourceError for a file that is none of them."""
    for path in paths:
        for member in members(path):
            data = member.read()
            some = list(_first(features(member.name, data)))
            name, wanted = _recognised(city, path, member.name, some)
            table, unreadable = _table(wanted, member.name, features(member.name, data))
            yield Material(name, wanted.kind, table, path.name, read_on, sha256_of(path), _licence(wanted), unreadable)


def _first(rows: Iterator[Feature]) -> Iterator[Feature]:
    for _, row in zip(range(_LOOKED_AT), rows, strict=False):
        yield row


def _licence(input_: Input) -> str:
    return ". ".join(part for part in (input_.attribution, input_.licence) if part)


def _recognised(city: City, path: Path, member: str, rows: list[Feature]) -> tuple[str, Input]:
    stem = Path(member).name.partition(".")[0]
    for name in (stem, path.name.partition(".")[0]):
        if name in city.inputs:
            return name, city.inputs[name]
    columns = frozenset(column for row in rows for column in row.values)
    shapes = {shapely.get_type_id(row.shape) for row in rows if row.shape is not None}
    for name, wanted in city.inputs.items():
        if _has_all(wanted, columns) and _has_shapes(wanted, columns, shapes):
            return name, wanted
    known = ", ".join(city.inputs)
    raise SourceError(
        f"“{path.name}” is no input of {city.name} that can be told by its columns.",
        f"Name it after one ({known}), or add its columns to cities/{city.name}.toml.",
    )


def _has_all(input_: Input, columns: frozenset[str]) -> bool:
    return all(_column(alternatives, columns) for name, alternatives in input_.columns.items() if name not in _OPTIONAL)


_OPTIONAL = ("lat", "lon", "beat", "reporting_area", "division", "left_from", "left_to", "right_from", "right_to")


def _has_shapes(input_: Input, columns: frozenset[str], shapes: set[int]) -> bool:
    by_columns = all(_column(input_.columns.get(name, ()), columns) for name in ("lat", "lon"))
    fitting = {"address": {0}, "spot": {0}, "segment": {1, 5}, "area": {3, 6}}[input_.kind]
    return bool(shapes & fitting) or (by_columns and input_.kind in ("address", "spot"))


def _column(alternatives: Iterable[str], columns: frozenset[str]) -> str:
    """The first alternative of which at least one column is there (of joined ones the first must be); else empty."""
    for one in alternatives:
        parts = one.split("+")
        if parts[0] in columns or (len(parts) > 1 and set(parts) <= columns):
            return one
    return ""


def _plain(value: object) -> str:
    """A cell as text; a number loses a needless `.0`: beats are numbers in some layers."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


class _Picker:
    """Picks our columns out of rows; which of the publisher's they are is decided by the first rows."""

    def __init__(self, input_: Input, what: str, rows: list[Feature]) -> None:
        columns = frozenset(column for row in rows for column in row.values)
        self._chosen = {name: _column(alternatives, columns) for name, alternatives in input_.columns.items()}
        for name, chosen in self._chosen.items():
            if not chosen and name not in _OPTIONAL:
                raise SourceError(
                    f"{what} has no column that gives the {name}: none of {', '.join(input_.columns[name])}.",
                    f"It has {', '.join(sorted(columns)[:40]) or 'no rows'}. Name the column in the city's file.",
                )

    def text(self, values: Mapping[str, Any], name: str) -> str:
        parts = (values.get(part) for part in self._chosen.get(name, "").split("+"))
        return " ".join(" ".join(_plain(part).split()) for part in parts if part not in (None, ""))

    def number(self, values: Mapping[str, Any], name: str) -> int | None:
        found = _NUMBER.match(self.text(values, name))
        return int(found[1]) if found else None

    def point(self, row: Feature) -> tuple[float, float] | None:
        """(lat, lon) of the columns, else of the shape."""
        try:
            lat, lon = float(self.text(row.values, "lat")), float(self.text(row.values, "lon"))
        except ValueError:
            if row.shape is None or shapely.get_type_id(row.shape) != 0:
                return None
            lon, lat = shapely.get_coordinates(row.shape)[0].tolist()
        return (lat, lon) if -90 <= lat <= 90 and -180 <= lon <= 180 else None


def _table(input_: Input, what: str, rows: Iterator[Feature]) -> tuple[pa.Table, int]:
    """(the typed table, how many rows could not be read)."""
    import pyarrow as pa

    first = list(_first(rows))
    picker = _Picker(input_, what, first)
    reading = {"address": _address, "segment": _segment, "area": _area, "spot": _spot}[input_.kind]
    kept: list[tuple[Any, ...]] = []
    unreadable = 0
    for source in (first, rows):
        for row in source:
            if not _kept(input_, row.values):
                continue
            made = reading(input_, picker, row)
            if made is None:
                unreadable += 1
            else:
                kept.append(made)
    if not kept:
        raise SourceError(
            f"{what} has no row that can be used ({unreadable:,} cannot be read).", "Check what it holds."
        )
    schema = _schema(input_.kind)
    columns = zip(*kept, strict=True)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema), (
        unreadable
    )


def _kept(input_: Input, values: Mapping[str, Any]) -> bool:
    return all(_plain(values.get(column)).strip().upper() == value.upper() for column, value in input_.keep.items())


def _address(input_: Input, picker: _Picker, row: Feature) -> tuple[Any, ...] | None:
    del input_
    number, street, point = picker.number(row.values, "number"), picker.text(row.values, "street"), picker.point(row)
    return None if number is None or not street or point is None else (number, street, *point)


def _segment(input_: Input, picker: _Picker, row: Feature) -> tuple[Any, ...] | None:
    del input_
    street = picker.text(row.values, "street")
    if not street or row.shape is None or row.shape.geom_type not in _LINES:
        return None
    ends = (picker.number(row.values, name) or None for name in ("left_from", "left_to", "right_from", "right_to"))
    return (street, *ends, shapely.to_wkb(row.shape))


def _area(input_: Input, picker: _Picker, row: Feature) -> tuple[Any, ...] | None:
    name = picker.text(row.values, "name")
    if not name or row.shape is None or row.shape.geom_type not in _POLYGONS:
        return None
    # The city's limit is asked by no name of its own.
    return input_.area, "" if input_.area == "city" else name, shapely.to_wkb(row.shape)


def _spot(input_: Input, picker: _Picker, row: Feature) -> tuple[Any, ...] | None:
    del input_
    text, point = picker.text(row.values, "text"), picker.point(row)
    if not text or point is None:
        return None
    return (text, *point, *(picker.text(row.values, name) or None for name in ("beat", "reporting_area", "division")))


def _schema(kind: Kind) -> pa.Schema:
    import pyarrow as pa

    text, degrees, number, shape = pa.string(), pa.float64(), pa.int32(), pa.binary()
    fields = {
        "address": [("number", number), ("street", text), ("lat", degrees), ("lon", degrees)],
        "segment": [("street", text), ("left_from", number), ("left_to", number), ("right_from", number),
                    ("right_to", number), ("wkb", shape)],
        "area": [("kind", text), ("name", text), ("wkb", shape)],
        "spot": [("text", text), ("lat", degrees), ("lon", degrees), ("beat", text), ("reporting_area", text),
                 ("division", text)],
    }  # fmt: skip
    return pa.schema(fields[kind])
