"""Calls leaving as files: CSV, Parquet, GeoJSON. Used by `feeds` and `history`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import pyarrow as pa

from bluelamp.domain.call import Call, Unit
from bluelamp.domain.snapshot import FIELDS
from bluelamp.questions.records import files

Format = Literal["json", "geojson", "csv", "parquet"]
MEDIA_TYPES = files.MEDIA_TYPES

_TEXT = (
    "id", *FIELDS, "opened_after", "opened_by", "closed_after", "closed_by", "ended", "units", "former_units",
    "place_kind", "place_method", "place_area",
)  # fmt: skip
_NUMBERS = (("latitude", pa.float64()), ("longitude", pa.float64()), ("place_uncertainty_m", pa.float64()))
_COUNTS = (("unit_count", pa.int32()), ("reopened", pa.int32()), ("revision", pa.int32()))
SCHEMA = pa.schema([*((name, pa.string()) for name in _TEXT), *_NUMBERS, *_COUNTS])


def is_located(call: Call) -> bool:
    """Whether it has a point."""
    return (call["place"] or {}).get("lat") is not None


def as_file(calls: Sequence[Call], format_: str, about: Mapping[str, Any]) -> bytes:
    """The calls as `csv`, `parquet` or `geojson`. `about` travels with the latter two."""
    if format_ == "geojson":
        return _geojson(calls, about)
    table = pa.Table.from_pylist([_flat(call) for call in calls], schema=SCHEMA)
    if format_ == "csv":
        return b"".join(files.as_csv([table], SCHEMA.names))
    return b"".join(files.as_parquet([table], about))


def _flat(call: Call) -> dict[str, Any]:
    """One row. Several units stand in one cell, by semicolons."""
    place = call["place"] or {}
    closed = call["closed_between"] or [None, None]
    return {
        "id": call["id"],
        **{name: call[name] for name in FIELDS},  # type: ignore[literal-required]
        "opened_after": call["opened_between"][0],
        "opened_by": call["opened_between"][1],
        "closed_after": closed[0],
        "closed_by": closed[1],
        "ended": call["ended"],
        "units": _named(call["units"]),
        "former_units": _named(call["former_units"]),
        "place_kind": place.get("kind"),
        "place_method": place.get("method"),
        "place_area": place.get("area"),
        "latitude": place.get("lat"),
        "longitude": place.get("lon"),
        "place_uncertainty_m": place.get("uncertainty_m"),
        "unit_count": len(call["units"]),
        "reopened": call["reopened"],
        "revision": call["revision"],
    }


def _named(units: Iterable[Unit]) -> str | None:
    return "; ".join(unit["unit"] for unit in units) or None


def _geojson(calls: Sequence[Call], about: Mapping[str, Any]) -> bytes:
    """Only what has a point can be drawn; how many calls have none is told, and they are in every other format."""
    features = [
        {
            "type": "Feature",
            "id": call["id"],
            "geometry": {"type": "Point", "coordinates": [place["lon"], place["lat"]]},
            "properties": call,
        }
        for call in calls
        if (place := call["place"]) and is_located(call)
    ]
    told = {**about, "located": len(features), "unlocated": len(calls) - len(features)}
    whole = {"type": "FeatureCollection", "bluelamp": told, "features": features}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
