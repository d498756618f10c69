"""Measures the decision on real addresses of Dallas: `python -m benchmarks.places_dallas [FOLDER]`.

FOLDER holds incident-points.json (addresses with official coordinates, beat, reporting area), nominatim-answers.json
(53 cached answers for addresses of calls) and location-strings.json (locations of calls with their beats). Half of the
incidents, by a hash of their address, is the only material: gazetteer and beats come from it alone. The other half
asks.

There are no stored answers of other geocoders for these addresses, so the comparison of rules uses four invented ones.
Their errors are drawn from what was measured on real ones: a third wrong, of the wrong ones half at a random other
address of the city, a third at another address of the same street, the rest at a point that is given for everything.
All of them say that they found the right street, which is the worst case: real ones often give themselves away.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import random
import statistics
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from bluelamp.domain.decision import Decision, decide
from bluelamp.domain.judging import PlaceRules, judge
from bluelamp.domain.location import canonical_aliases, parse_location
from bluelamp.domain.place import Candidate, LocationQuery, metres_between, query_of
from bluelamp.places.sparse_gazetteer import Cautious, thinness
from bluelamp.places.track_record import Record
from bluelamp.storage.gazetteer import Gazetteer, build_index

BOUNDS = (-97.05, 32.60, -96.45, 33.03)
ALIASES = canonical_aliases(
    {
        "L B J": "I-635",
        "Lyndon B Johnson": "I-635",
        "S R L Thornton": "I-35E",
        "R L Thornton": "I-30",
        "E R L Thornton": "I-30",
        "N Central": "US-75",
        "Stemmons": "I-35E",
        "Marvin D Love": "US-67",
        "John W Carpenter": "SH-183",
        "Julius Schepps": "I-45",
        "C F Hawn": "US-175",
        "IH-35": "I-35E",
        "I-35": "I-35E",
    }
)
FAR, NEAR = 500.0, 150.0
HEAD = (
    "| rule | shown as a point | median | within 150 m | beyond 500 m | truth inside the claim | widest claim |\n"
    "|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Incident:
    address: str
    beat: str
    area: str
    division: str
    lat: float
    lon: float

    @property
    def is_material(self) -> bool:
        return hashlib.sha256(self.address.encode()).digest()[0] % 2 == 0

    @property
    def asked(self) -> LocationQuery:
        """As a call would name it: by its hundred block."""
        location = parse_location(self.address, None, ALIASES)
        areas = {"beat": self.beat, "reporting_area": self.area, "division": self.division}
        if location.kind == "block":
            location = replace(location, blocks=(location.blocks[0] // 100 * 100,))
        return query_of(location, areas)


def read_incidents(folder: Path) -> list[Incident]:
    rows = json.loads((folder / "incident-points.json").read_text())
    found = {
        row["address"]: Incident(
            row["address"], row["beat"] or "", row["ra"] or "", row["division"] or "", row["lat"], row["lon"]
        )
        for row in rows
        if row["address"]
    }
    return sorted(found.values(), key=lambda one: one.address)


def gazetteer_of(incidents: Sequence[Incident], folder: Path) -> Gazetteer:
    columns: dict[str, list[Any]] = {
        "text": [one.address for one in incidents],
        "lat": [one.lat for one in incidents],
        "lon": [one.lon for one in incidents],
        "beat": [one.beat or None for one in incidents],
        "reporting_area": [one.area or None for one in incidents],
        "division": [one.division or None for one in incidents],
    }
    path = folder / "index.sqlite"
    build_index(path, [("spot", pa.table(columns))], bounds=BOUNDS, aliases=ALIASES)
    return Gazetteer(path, ALIASES)


RULES = PlaceRules("benchmark", bounds=BOUNDS, aliases=ALIASES, rough=("beat", "division", "reporting_area"))


def known_by(gazetteer: Gazetteer, asked: LocationQuery) -> Sequence[Candidate]:
    return Cautious(gazetteer, thinness(gazetteer.counts)).candidates(asked)


# -- the gate's confusion table ---------------------------------------------------------------------------------------


def confusion(asking: Sequence[Incident], gazetteer: Gazetteer) -> None:
    """How often the gate keeps a candidate, by how far it lies from the truth; all claim to be the right street."""
    bins = [(0, 100), (100, 200), (200, 300), (300, 500), (500, 1000), (1000, 2000), (2000, 5000), (5000, 90_000)]
    passed: dict[str, list[bool]] = defaultdict(list)
    street: dict[str, list[Incident]] = defaultdict(list)
    for one in asking:
        street["".join(one.asked.streets)].append(one)
    for one in asking:
        if areas_known(one, gazetteer):
            passed["the truth itself"].append(kept(one, one, gazetteer))
            for other in asking:
                if other is one:
                    continue
                far = metres_between(one.lat, one.lon, other.lat, other.lon)
                low, high = next(pair for pair in bins if far < pair[1])
                passed[f"{low:,} to {high:,} m away" if high < 90_000 else "farther"].append(
                    kept(one, other, gazetteer)
                )
                passed["any other address"].append(kept(one, other, gazetteer))
                if other in street["".join(one.asked.streets)] and far > FAR:
                    passed["same street, beyond 500 m"].append(kept(one, other, gazetteer))
    known = sum(areas_known(one, gazetteer) for one in asking)
    print(
        f"\nThe gate alone: {known} of {len(asking)} askers name a beat that the material knows; votes, no polygons\n"
    )
    print("| the candidate is | number | kept |\n|---|---|---|")
    order = ["the truth itself", "any other address", "same street, beyond 500 m"]
    order += [f"{low:,} to {high:,} m away" for low, high in bins[:-1]] + ["farther"]
    for name in order:
        values = passed[name]
        if values:
            print(f"| {name} | {len(values):,} | {100 * statistics.mean(values):.2f} % |")


def areas_known(one: Incident, gazetteer: Gazetteer) -> bool:
    return gazetteer.areas.distance_m("beat", one.beat, one.lat, one.lon) is not None


def kept(asker: Incident, at: Incident, gazetteer: Gazetteer) -> bool:
    candidate = Candidate("any", "any", at.lat, at.lon, "block", 50.0, None)
    return judge(asker.asked, candidate, RULES, gazetteer.areas).kept


# -- rules side by side -----------------------------------------------------------------------------------------------

Choose = Callable[[LocationQuery, Sequence[Candidate]], tuple[float, float, float] | None]


def invented(asking: Sequence[Incident], seed: int, name: str, group: str, wrong: float) -> dict[str, Candidate]:
    """A geocoder's answers, by address."""
    draw = random.Random(f"{seed} {name}")
    default = (32.7763, -96.7969)
    found = {}
    for one in asking:
        if draw.random() < 0.08:
            continue  # it finds nothing
        kind = draw.random()
        at = jittered(draw, one.lat, one.lon)
        if draw.random() < wrong:
            others = [other for other in asking if other is not one]
            same = [other for other in others if other.asked.streets == one.asked.streets]
            if kind < 0.5 or (kind < 0.83 and not same):
                other = draw.choice(others)
                at = other.lat, other.lon
            elif kind < 0.83:
                other = draw.choice(same)
                at = other.lat, other.lon
            else:
                at = default
        found[one.address] = Candidate(
            name, group, *at, "block", 120.0, one.asked.streets, one.asked.first, score=draw.uniform(0.6, 1.0)
        )
    return found


def jittered(draw: random.Random, lat: float, lon: float) -> tuple[float, float]:
    """A good answer: off by some 60 metres."""
    return lat + draw.gauss(0, 45) / 111_195, lon + draw.gauss(0, 45) / 93_500


@dataclass
class Outcome:
    errors: list[float]
    claims: list[float]
    asked: int
    areas: int = 0

    def row(self, name: str) -> str:
        shown = len(self.errors)
        if not shown:
            return f"| {name} | 0 | – | – | – | – | – |"
        far = sum(error > FAR for error in self.errors)
        near = sum(error <= NEAR for error in self.errors)
        inside = sum(error <= claim for error, claim in zip(self.errors, self.claims, strict=True))
        shares = (f"{100 * part / shown:.1f} %" for part in (near, far, inside))
        median, widest = statistics.median(self.errors), max(self.claims)
        points = f"{shown:,} ({100 * shown / self.asked:.1f} %)"
        return f"| {name} | {points} | {median:,.0f} m | {' | '.join(shares)} | {widest:,.0f} m |"


def compare(asking: Sequence[Incident], gazetteer: Gazetteer, runs: int) -> None:
    sources = [("one", "a", 0.32), ("two", "a", 0.32), ("three", "b", 0.2), ("four", "c", 0.3)]
    scored = {(name, "block"): 1 - wrong for name, _, wrong in sources}  # as `places score` would have found
    table: dict[str, Outcome] = defaultdict(lambda: Outcome([], [], 0))
    reasons: Counter[str] = Counter()
    for seed in range(runs):
        answers = {name: invented(asking, seed, name, group, wrong) for name, group, wrong in sources}
        learnt = defaults_of(answers.values(), asking)
        for one in asking:
            told = [found[one.address] for found in answers.values() if one.address in found]
            for name, found in answers.items():
                alone = found.get(one.address)
                note(table[f"source {name} alone, unchecked"], one, alone and (alone.lat, alone.lon, 120.0))
            note(table["first result, unchecked"], one, next(((c.lat, c.lon, 120.0) for c in told), None))
            best = max(told, key=lambda c: c.score or 0.0, default=None)
            note(table["best score, unchecked"], one, best and (best.lat, best.lon, 120.0))
            ours = known_by(gazetteer, one.asked)
            known = replace(RULES, defaults=learnt, reliability=scored)
            for name, candidates in (("gazetteer alone, decided", ours), ("all, decided", [*ours, *told])):
                decision = decide(one.asked, candidates, known, gazetteer.areas)
                note(table[name], one, shown(decision))
                if name == "all, decided":
                    reasons.update(judged.code for judged in decision.judged)
                    table[name].areas += decision.kind == "area"
            first = told[:1]
            note(table["first source, decided"], one, shown(decide(one.asked, first, known, gazetteer.areas)))
    print(
        f"\nRules side by side: {len(asking)} addresses, {runs} draws of four invented geocoders (two of one group)\n"
    )
    print(HEAD)
    for name in sorted(table, key=lambda name: ("decided" in name, name)):
        print(table[name].row(name))
    ours = table["all, decided"]
    print(f"\nleft as an area: {100 * ours.areas / ours.asked:.1f} %; verdicts: {dict(reasons.most_common())}")


def defaults_of(answers: Iterable[dict[str, Candidate]], asking: Sequence[Incident]) -> tuple[tuple[float, float], ...]:
    """Points given for more than three different streets, as the store of places learns them."""
    streets: dict[tuple[float, float], set[tuple[str, ...]]] = defaultdict(set)
    by_address = {one.address: one.asked.streets for one in asking}
    for found in answers:
        for address, candidate in found.items():
            streets[round(candidate.lat, 5), round(candidate.lon, 5)].add(by_address[address])
    return tuple(point for point, names in sorted(streets.items()) if len(names) > 3)


def shown(decision: Decision) -> tuple[float, float, float] | None:
    if decision.kind != "point":
        return None
    assert decision.lat is not None
    assert decision.lon is not None
    assert decision.uncertainty_m is not None
    return decision.lat, decision.lon, decision.uncertainty_m


def note(outcome: Outcome, one: Incident, point: tuple[float, float, float] | None) -> None:
    outcome.asked += 1
    if point:
        outcome.errors.append(metres_between(one.lat, one.lon, point[0], point[1]))
        outcome.claims.append(point[2])


def offline(incidents: Sequence[Incident], scratch: Path, splits: int) -> None:
    """The gazetteer alone on other halves of the same incidents, drawn at random: one half asks for too little."""
    blocks, houses = Outcome([], [], 0), Outcome([], [], 0)
    for seed in range(splits):
        draw = random.Random(seed)
        halves: dict[bool, list[Incident]] = {True: [], False: []}
        for one in incidents:
            halves[draw.random() < 0.5].append(one)
        folder = scratch / str(seed)
        folder.mkdir()
        gazetteer = gazetteer_of(halves[True], folder)
        for one in halves[False]:
            if one.asked.kind == "block":
                note(blocks, one, shown(decide(one.asked, known_by(gazetteer, one.asked), RULES, gazetteer.areas)))
                house = query_of(parse_location(one.address, None, ALIASES), dict(one.asked.areas))
                note(houses, one, shown(decide(house, known_by(gazetteer, house), RULES, gazetteer.areas)))
        gazetteer.close()
    print(f"\nThe gazetteer alone, decided, on {splits} other halves\n\n{HEAD}")
    print(blocks.row("asked by hundred block"))
    print(houses.row("asked by house number"))


# -- geocoders that lie plausibly -------------------------------------------------------------------------------------


def liar(asking: Sequence[Incident], seed: int, share: float, kind: str) -> dict[str, tuple[float, float]]:
    """Where a geocoder says that each address is: `share` of its answers lie, on the same street beyond 500 m where
    there is such an address (`same street`), or anywhere in the city (`elsewhere`)."""
    draw = random.Random(f"{kind} {seed}")
    found = {}
    for one in asking:
        at = jittered(draw, one.lat, one.lon)
        if draw.random() < share:
            far = [other for other in asking if metres_between(one.lat, one.lon, other.lat, other.lon) > FAR]
            same = [other for other in far if other.asked.streets == one.asked.streets]
            turn, metres = draw.uniform(0, math.tau), draw.uniform(600, 4_000)
            along = one.lat + metres * math.cos(turn) / 111_195, one.lon + metres * math.sin(turn) / 93_500
            other = draw.choice(same or far)
            at = (other.lat, other.lon) if same or kind == "elsewhere" else along
        found[one.address] = at
    return found


def lies(asking: Sequence[Incident], gazetteer: Gazetteer, runs: int) -> None:
    """One geocoder that was never scored, and two that say the same: as the desk decides, with what the calls' own
    areas tell of them, after all were asked."""
    print(f"\nGeocoders that were never scored and lie plausibly, {runs} draws\n\n{HEAD}")
    for areas in (("beat", "reporting_area", "division"), ("division",)):
        for kind in ("same street", "elsewhere"):
            for share in (0.0, 0.05, 0.1, 0.33, 1.0):
                for names in (("census",), ("census", "nominatim")):
                    outcome = Outcome([], [], 0)
                    for seed in range(runs):
                        _lied(asking, gazetteer, liar(asking, seed, share, kind), names, areas, outcome)
                    many = "two alike" if len(names) > 1 else "one"
                    print(
                        outcome.row(f"{many}, {100 * share:.0f} % {kind}, by {'beat' if len(areas) > 1 else areas[0]}")
                    )


def _lied(
    asking: Sequence[Incident],
    gazetteer: Gazetteer,
    said: dict[str, tuple[float, float]],
    names: Sequence[str],
    areas: Sequence[str],
    outcome: Outcome,
) -> None:
    record, rules = Record(gazetteer.areas), RULES
    for last in (False, True):
        for one in asking:
            asked = replace(one.asked, areas=tuple(pair for pair in one.asked.areas if pair[0] in areas))
            told = [
                Candidate(name, name, *said[one.address], "block", 120.0, asked.streets, asked.first) for name in names
            ]
            decision = decide(asked, [*known_by(gazetteer, asked), *told], rules, gazetteer.areas)
            record.note(asked, [judged.as_dict() for judged in decision.judged], RULES)
            if last:
                note(outcome, one, shown(decision))
        rules = replace(RULES, reliability=record.reliability())


# -- Nominatim's 53 answers -------------------------------------------------------------------------------------------


def nominatim(folder: Path, incidents: Sequence[Incident], gazetteer: Gazetteer) -> None:
    """The 53 cached answers through the gate, with the beats of the calls and of all incidents."""
    answers = json.loads((folder / "nominatim-answers.json").read_text())
    beats = {
        " ".join(f"{block or ''} {text}".upper().split()): beat
        for block, text, beat in json.loads((folder / "location-strings.json").read_text())
    }
    codes: Counter[str] = Counter()
    lines = []
    for text, answer in answers.items():
        address = text.removesuffix(", dallas, tx").upper()
        beat = beats.get(address) or beats.get(address.replace(" & ", " / "))
        asked = query_of(parse_location(address, None, ALIASES), {"beat": beat})
        if answer["lat"] is None:
            codes["no answer"] += 1
            continue
        decision = decide(asked, [nominatim_candidate(answer)], RULES, gazetteer.areas)
        (judged,) = decision.judged
        codes[f"{judged.code}, {decision.kind}"] += 1
        lines.append(
            (
                judged.code,
                decision.kind,
                address,
                beat,
                hand_check(text, answer),
                official(asked, answer, incidents),
                judged.reason,
            )
        )
    print("\nNominatim's 53 answers through the gate\n\n| verdict | number |\n|---|---|")
    for code, number in sorted(codes.items()):
        print(f"| {code} | {number} |")
    print("\n| verdict | outcome | asked | beat | by hand | from official | reason |\n|---|---|---|---|---|---|---|")
    for line in sorted(lines, key=str):
        print("| " + " | ".join(str(part or "–") for part in line) + " |")
    table = Counter((by_hand == "right", kind == "point") for _, kind, _, _, by_hand, _, _ in lines)
    print("\n| | shown as a point | not shown |\n|---|---|---|")
    for right, name in ((True, "right by hand"), (False, "wrong or approximate by hand")):
        print(f"| {name} | {table[right, True]} | {table[right, False]} |")


def hand_check(text: str, answer: dict[str, Any]) -> str:
    """What reading the answer tells: a house of the block asked for is right; the middle of two streets, a whole street
    or another town is not."""
    label = answer["label"]
    if label.startswith("Approximate"):
        return "approximate"
    if ", Dallas, Dallas County" not in label:
        return "wrong town"
    return "right" if text.split()[0] in label.replace(",", "").split() else "whole street"


def nominatim_candidate(answer: dict[str, Any]) -> Candidate:
    """The answer as the geocoder's file would read it; the cache kept only its label."""
    parts = [part.strip() for part in answer["label"].split(",")]
    at = next((place for place, part in enumerate(parts[:2]) if part.isdigit()), None)
    lat, lon = float(answer["lat"]), float(answer["lon"])
    if answer["label"].startswith("Approximate"):
        return Candidate("nominatim", "osm", lat, lon, "street", 1000.0, ())
    if at is None:
        return Candidate("nominatim", "osm", lat, lon, "street", 1000.0, (parts[0],))
    return Candidate("nominatim", "osm", lat, lon, "block", 120.0, (parts[at + 1],), int(parts[at]))


def official(asked: LocationQuery, answer: dict[str, Any], incidents: Sequence[Incident]) -> str:
    """How far the answer lies from an incident of the same hundred block, where there is one."""
    same = [one for one in incidents if one.asked.streets == asked.streets and one.asked.first == asked.first]
    if asked.kind != "block" or not same:
        return ""
    far = min(metres_between(float(answer["lat"]), float(answer["lon"]), one.lat, one.lon) for one in same)
    return f"{far:,.0f} m"


def main() -> None:
    shared = os.environ.get("BLUELAMP_SHARED_DATA", "../shared/data")
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else f"{shared}/dallas")
    incidents = read_incidents(folder)
    material = [one for one in incidents if one.is_material]
    asking = [one for one in incidents if not one.is_material and one.asked.kind == "block"]
    print(f"{len(incidents)} incidents: {len(material)} are the material, {len(asking)} ask")
    with tempfile.TemporaryDirectory() as scratch:
        half, whole = Path(scratch) / "half", Path(scratch) / "whole"
        half.mkdir()
        whole.mkdir()
        gazetteer = gazetteer_of(material, half)
        confusion(asking, gazetteer)
        compare(asking, gazetteer, 20)
        lies(asking, gazetteer, 5)
        offline(incidents, Path(scratch), 30)
        nominatim(folder, incidents, gazetteer_of(incidents, whole))


if __name__ == "__main__":
    main()
