"""Measures the offline gazetteer on real addresses: `python -m benchmarks.places seattle`.

Material and truth are 97,192 addresses and crossings of a fire service's log with their coordinates (`feeds/
seattle-fire-places.json.gz` of the real data, see docs/how-to/build-a-gazetteer.md). A fixed tenth of each, chosen by a
hash of its name, is held out and asked: an address as its hundred block, as dispatchers write it. The truth is itself
a geocoder's, so a part of each error is its.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from bluelamp.domain.location import Location, parse_location
from bluelamp.domain.place import metres_between
from bluelamp.storage.gazetteer import Gazetteer, GazetteerMatch, build_index

SHARED = Path(os.environ.get("BLUELAMP_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
BOUNDS = (-122.46, 47.45, -122.2, 47.80)
HELD_OUT = 0.1
SPEED_OF = 5000  # distinct locations


@dataclass(frozen=True)
class Case:
    """A held-out place: its text, what it says, where it is (latitude, longitude)."""

    text: str
    location: Location
    truth: tuple[float, float]


def share(text: str) -> float:
    """A number from 0 to 1 that is always the same for the same text."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 2**32


def seattle() -> tuple[pa.Table, list[Case], list[Case]]:
    """(material, held-out addresses, held-out crossings). All spellings of a place are on the same side."""
    path = SHARED / "feeds" / "seattle-fire-places.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        places: dict[str, list[float]] = json.load(file)
    west, south, east, north = BOUNDS
    rows, blocks, crossings = [], {}, {}
    for text, (lat, lon) in places.items():
        location = parse_location(text)
        key = location.key
        # By the bare names, so that no other spelling of a held-out place is left in the material.
        names = sorted(street.name.replace(" ", "") for street in location.streets)
        numbers = location.blocks if location.kind == "block" else ()
        if share(f"{numbers} {names}") >= HELD_OUT:
            rows.append((text, lat, lon))
        elif south < lat < north and west < lon < east:
            if location.kind == "block":
                blocks[key] = Case(text, location, (lat, lon))
            elif location.kind == "intersection" and len(location.streets) == 2 and "/" in text:
                # Written with a stroke; with AT the log tells where on a freeway somebody drives.
                crossings[key] = Case(text, location, (lat, lon))
    return spots(rows), list(blocks.values()), list(crossings.values())


def spots(rows: Sequence[tuple[str, float, float]]) -> pa.Table:
    """Places as the gazetteer takes them: text, latitude, longitude."""
    nothing = [None] * len(rows)
    columns = {"text": [row[0] for row in rows], "lat": [row[1] for row in rows], "lon": [row[2] for row in rows]}
    areas = {name: pa.array(nothing, pa.string()) for name in ("beat", "reporting_area", "division")}
    return pa.table(columns | areas)


def as_block(case: Case) -> Location:
    return replace(case.location, blocks=(case.location.blocks[0] // 100 * 100,))


def measure(name: str, cases: list[Case], asked: Callable[[Case], Location], gazetteer: Gazetteer) -> None:
    """A line of the table: how many were answered, and how far off the first answer is."""
    errors, inside = [], 0
    methods: dict[str, list[tuple[float, float]]] = {}
    for case in cases:
        found = gazetteer.find(asked(case))
        if found:
            error = metres_between(found[0].lat, found[0].lon, *case.truth)
            errors.append(error)
            inside += error <= found[0].uncertainty_m
            methods.setdefault(found[0].method, []).append((error, found[0].uncertainty_m))
    tell(name, len(cases), errors, inside)
    for method, pairs in sorted(methods.items()):
        tell(f"… by {method}", len(cases), [error for error, _ in pairs], sum(error <= sure for error, sure in pairs))


def tell(name: str, asked: int, errors: list[float], inside: int) -> None:
    errors = sorted(errors)
    count = max(len(errors), 1)
    at = [errors[min(len(errors) - 1, int(len(errors) * part))] if errors else 0.0 for part in (0.5, 0.95, 0.99)]
    far = sum(error > 500 for error in errors)
    print(
        f"| {name:34} | {asked:6,} | {len(errors) / asked:7.1%} | {at[0]:6.0f} | {at[1]:6.0f} | {at[2]:6.0f} "
        f"| {far / count:6.2%} | {inside / count:7.1%} |"
    )


def speed(gazetteer: Gazetteer, texts: list[str]) -> None:
    """Distinct new locations, parsed and placed, on one core."""
    began = time.process_time()
    placed: list[tuple[GazetteerMatch, ...]] = [gazetteer.find(parse_location(text)) for text in texts]
    spent = time.process_time() - began
    rate = len(texts) / spent
    print(f"\n{len(texts):,} distinct locations, {sum(map(bool, placed)):,} placed: {rate:,.0f} a second on one core")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.places", description=__doc__)
    parser.add_argument("city", choices=["seattle"])
    parser.parse_args()
    material, blocks, crossings = seattle()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seattle.sqlite"
        began = time.perf_counter()
        counts = build_index(path, [("spot", material)], bounds=BOUNDS, aliases={})
        print(f"index: {counts}, {path.stat().st_size / 1e6:.1f} MB, made in {time.perf_counter() - began:.1f} s\n")
        gazetteer = Gazetteer(path)
        print("| asked | cases | covered | median m | p95 m | p99 m | > 500 m | truth inside |")
        print("|---|---|---|---|---|---|---|---|")
        measure("blocks", blocks, as_block, gazetteer)
        measure("crossings", crossings, lambda case: case.location, gazetteer)
        measure("addresses by their number", blocks, lambda case: case.location, gazetteer)
        texts = [case.text for case in crossings]
        texts += [f"{case.location.blocks[0] // 100 * 100} {case.location.streets[0].plain}" for case in blocks]
        speed(gazetteer, list(dict.fromkeys(texts))[:SPEED_OF])


if __name__ == "__main__":
    main()
