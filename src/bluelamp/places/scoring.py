"""Measures places against official coordinates, and makes of it how much each source is believed. Used by `bluelamp
places score`.

A city's reports carry the number of the call that they came of, and coordinates, a day later.
"""

from __future__ import annotations

import csv
import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bluelamp.domain.belief import is_own, usual_reliability
from bluelamp.domain.place import LocationQuery, metres_between
from bluelamp.errors import SourceError
from bluelamp.places.resolver import Resolver
from bluelamp.storage.places.store import PlaceStore, Score

NEAR_M, FAR_M = 150.0, 500.0
SHOWN = "shown"
# A source's reliability before it was scored counts like so many official coordinates.
_PRIOR_WEIGHT = 20
_LEAST_SCORED = 30  # points of a source before its claims are stretched, and before a geocoder counts as scored
# Ours → how publishers call it, in capitals.
_NAMES = {
    "number": ("CALL", "NUMBER", "INCIDENT_NUMBER", "CFS_NUMBER", "INCIDENTNUM", "SERVNUMB"),
    "lat": ("LAT", "LATITUDE", "Y"),
    "lon": ("LON", "LNG", "LONG", "LONGITUDE", "X"),
    "location": ("LOCATION", "ADDRESS", "INCIDENT_ADDRESS"),
    "block": ("BLOCK",),
    "beat": ("BEAT",),
    "reporting_area": ("RA", "REPORTING_AREA"),
    "division": ("DIVISION",),
}


@dataclass(frozen=True, slots=True)
class Official:
    """Where a call was, as its publisher says. It is found by its number, or has a location of its own."""

    lat: float
    lon: float
    number: str | None
    location: str | None
    block: str | None
    areas: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class _Miss:
    """How far off one answer was, and what it had claimed."""

    metres: float
    claimed: float | None


def read_official(path: Path) -> list[Official]:
    """Official coordinates from a file: CSV with a heading, a JSON list, or one JSON object a line; rows without
    coordinates, and those that name neither a call nor a location, are left out. Raises SourceError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = list(_rows(text))
        if not all(isinstance(row, dict) for row in rows):
            raise ValueError("rows that are no objects")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SourceError(f"{path} cannot be read: {reason}.", "Give a file of CSV or JSON.") from None
    except (ValueError, csv.Error):
        raise SourceError(f"{path} is neither CSV nor JSON.", "Give columns such as number, lat, lon.") from None
    found = [one for row in rows if (one := _official(row)) is not None]
    if rows and not found:
        raise SourceError(
            f"No row of {path} has coordinates and a call's number or location.", "Name the columns number, lat, lon."
        )
    return found


def _rows(text: str) -> Iterator[Mapping[str, Any]]:
    if text.lstrip()[:1] == "[":
        yield from json.loads(text)
    elif text.lstrip()[:1] == "{":
        yield from (json.loads(line) for line in text.splitlines() if line.strip())
    else:
        yield from csv.DictReader(text.splitlines())


def _official(row: Mapping[str, Any]) -> Official | None:
    values = {str(name).strip().upper(): value for name, value in row.items()}

    def of(ours: str) -> str | None:
        texts = (str(values[name]).strip() for name in _NAMES[ours] if values.get(name) not in (None, ""))
        return next(texts, None)

    try:
        lat, lon = float(of("lat") or ""), float(of("lon") or "")
    except ValueError:
        return None
    number, location = of("number"), of("location")
    if not (number or location) or not (abs(lat) <= 90 and abs(lon) <= 180):
        return None
    areas = {name: of(name) for name in ("beat", "reporting_area", "division")}
    return Official(lat, lon, number, location, of("block"), areas)


def measure(
    resolver: Resolver, officials: Sequence[Official], now: datetime, sample: Sequence[Official] | None = None
) -> list[Score]:
    """Remember what is reported of calls, score places against it (or a sample of it), and keep what that comes to.
    Raises StorageError."""
    numbered = ((one.number, one.lat, one.lon) for one in officials if one.number)
    resolver.places.officials.keep(resolver.feed, numbered, now)
    measured = score(resolver, officials if sample is None else sample)
    resolver.places.keep_scores(resolver.feed, measured, now)
    return measured


def score(resolver: Resolver, officials: Sequence[Official]) -> list[Score]:
    """How far what is stored and at hand is from official coordinates; nobody is asked. For what is shown by kind of
    location, for each source by precision."""
    misses: dict[tuple[str, str, str], list[_Miss]] = {}
    counts: dict[str, list[int]] = {}  # kind of location → official, areas
    for query, official in _queries(resolver, officials):
        found = resolver.resolve(query, ask=False)
        for kind in (query.kind, "all"):
            count = counts.setdefault(kind, [0, 0])
            count[0] += 1
            count[1] += found["kind"] == "area"
            if found["kind"] == "point":
                misses.setdefault((SHOWN, kind, ""), []).append(_miss(official, found))
        for one in _first_of_each(found["candidates"]):
            misses.setdefault((one["source"], "all", one["precision"]), []).append(_miss(official, one))
    total = counts.get("all", [0, 0])[0]
    shown = [
        _score(SHOWN, kind, "", count[0], count[1], misses.get((SHOWN, kind, ""), [])) for kind, count in counts.items()
    ]
    sources = [_score(*key, total, 0, found) for key, found in sorted(misses.items()) if key[0] != SHOWN]
    return sorted(shown, key=lambda one: (one.kind != "all", one.kind)) + sources


def _queries(resolver: Resolver, officials: Sequence[Official]) -> Iterator[tuple[LocationQuery, Official]]:
    """What is asked for each: by its own location, else by that of its call."""
    numbers = [one.number for one in officials if one.number and not one.location]
    calls = resolver.places.calls_by_number(resolver.feed, numbers)
    for one in officials:
        if one.location:
            yield resolver.ground.query_of_location(one.location, one.block, one.areas), one
        elif one.number in calls:
            yield resolver.ground.query_of_call(calls[one.number]), one


def _first_of_each(candidates: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Each source's first candidate whose street and number are as asked, rejected for where it lies or not: what the
    source alone would have shown."""
    first: dict[str, Mapping[str, Any]] = {}
    for one in candidates:
        if one["lat"] is not None and one["code"] in ("kept", "outside_beat"):
            first.setdefault(one["source"], one)
    return list(first.values())


def _miss(official: Official, found: Mapping[str, Any]) -> _Miss:
    metres = metres_between(official.lat, official.lon, found["lat"], found["lon"])
    return _Miss(metres, found["uncertainty_m"])


def _score(source: str, kind: str, precision: str, official: int, areas: int, misses: Sequence[_Miss]) -> Score:
    metres = sorted(one.metres for one in misses)
    ratios = sorted(one.metres / max(one.claimed or 0.0, 1.0) for one in misses)
    return Score(
        source=source,
        kind=kind,
        precision=precision,
        official=official,
        points=len(metres),
        areas=areas,
        near=sum(one <= NEAR_M for one in metres),
        far=sum(one > FAR_M for one in metres),
        within=sum(one <= 1 for one in ratios),
        median_m=round(statistics.median(metres), 1) if metres else None,
        p95_m=round(_quantile(metres, 0.95), 1) if metres else None,
        reach=round(_quantile(ratios, 0.9), 3) if ratios else None,
    )


def _quantile(values: Sequence[float], share: float) -> float:
    return values[min(int(share * len(values)), len(values) - 1)]


Learnt = dict[tuple[str, str], float]


def learnt(places: PlaceStore, feed: str) -> tuple[Learnt, Learnt]:
    """(reliability, stretch) of each source and precision, from the newest measurement; empty before the first."""
    scores = places.scores(feed)
    newest = [one for one in scores if one.scored_at == scores[0].scored_at and one.source != SHOWN]
    reliability, stretch = {}, {}
    for one in newest:
        key = one.source, one.precision
        if one.points < _LEAST_SCORED and not is_own(one.source):
            continue  # too few to tell: what was never scored is no witness of its own
        right = one.points - one.far
        reliability[key] = (right + _PRIOR_WEIGHT * usual_reliability(one.source)) / (one.points + _PRIOR_WEIGHT)
        if one.points >= _LEAST_SCORED and one.reach is not None and one.reach > 1:
            stretch[key] = one.reach
    return reliability, stretch
