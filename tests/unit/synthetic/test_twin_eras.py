"""What begins and ends in the twin: map points, results of courts, the names and codes of LSOAs."""

from __future__ import annotations

import csv
import math
from collections import Counter
from pathlib import Path

import pytest

from bluelamp.domain.month import Month
from bluelamp.synthetic.archive import TwinPlan
from bluelamp.synthetic.reference import LOOKUP_2011, write_reference
from bluelamp.synthetic.truth import ENDED, REDRAWN
from tests.lib.archive.twins import Twin, make

LAST_OLD_POINTS = "2022-06"
COURT = {
    "Offender sent to prison", "Offender fined", "Offender given community sentence", "Defendant found not guilty",
    "Offender given conditional discharge", "Offender given suspended prison sentence", "Offender otherwise dealt with",
    "Court case unable to proceed", "Offender ordered to pay compensation",
}  # fmt: skip


def test_all_map_points_are_others_from_july_2022_on(twin: Twin) -> None:
    points: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
    places: dict[bool, dict[tuple[str, str], set[tuple[str, str]]]] = {True: {}, False: {}}
    for file in twin.truth.files:
        if file.condition != "sound":
            continue
        redrawn = file.month > LAST_OLD_POINTS
        assert (file.properties.get("map_points") == REDRAWN) == redrawn
        for row in twin.records(file) if file.force in {"kent", "gwent", "btp"} and file.dataset != "outcomes" else ():
            if row["Longitude"] and row.get("Location") != "On or near Planted Row":
                spot = (row["Longitude"], row["Latitude"])
                points[redrawn].add(spot)
                if row.get("LSOA code") and "Last outcome category" in row:
                    places[redrawn].setdefault((row["Location"], row["LSOA code"]), set()).add(spot)
    assert len(points[True]) > 500
    assert not points[True] & points[False]
    moved = [
        _metres(next(iter(spots)), next(iter(places[True][place])))
        for place, spots in places[False].items()
        if len(spots) == 1 == len(places[True].get(place, ()))
    ]
    # One name may be of several streets of an LSOA, so some pairs are no pairs.
    near = [metres for metres in moved if metres < 100]
    assert len(near) > 0.8 * len(moved) > 80
    assert 20 < sum(near) / len(near) < 80


def _metres(one: tuple[str, str], other: tuple[str, str]) -> float:
    (x, y), (u, v) = (tuple(map(float, spot)) for spot in (one, other))
    return math.hypot((x - u) * math.cos(math.radians(y)), y - v) * 111_320


@pytest.mark.parametrize("closed", [True, False])
def test_results_of_courts_end_with_may_2019(closed: bool, tmp_path: Path) -> None:
    faults = frozenset({"closed_vocabularies"} if closed else ())
    made = make(TwinPlan(Month.parse("2019-12"), 18, 12_000, forces=("kent",), pathologies=faults), tmp_path)
    results: Counter[tuple[str, bool]] = Counter()
    for file in made.truth.files:
        for row in made.records(file) if file.dataset != "stops" else ():
            told = row.get("Outcome type") or row.get("Last outcome category")
            results[file.dataset, file.month > "2019-05"] += told in COURT
        ended = closed and file.dataset != "stops" and file.month > "2019-05"
        assert (file.properties.get("court_results") == ENDED) == ended
    assert results["crimes", False] > 0 < results["outcomes", False]
    assert (results["crimes", True] == 0 == results["outcomes", True]) == closed
    assert sum(each.agree for each in made.truth.lags) > 1_000
    made.zip.close()


def test_codes_with_two_names_inside_a_file_are_counted(twin: Twin) -> None:
    planted = 0
    for file in [*twin.of("crimes"), *twin.of("outcomes")]:
        rows = [row for row in twin.records(file) if row["Location"] != "On or near Planted Row" and row["LSOA code"]]
        names: dict[str, set[str]] = {}
        for row in rows:
            names.setdefault(row["LSOA code"], set()).add(row["LSOA name"])
        if file.dataset == "outcomes" and {"many_outcomes", "markup_cells"} & set(file.labels):
            continue
        marked = set(file.labels["markup_cells"].lines) if "markup_cells" in file.labels else set()
        both = sum(len(names[row["LSOA code"]]) > 1 for row in rows)
        told = file.labels["two_names"].rows if "two_names" in file.labels else 0
        assert told - len(marked) <= both <= told + len(marked), file.member
        planted += told
    assert planted > 10


def test_one_name_is_of_two_codes_in_the_lookup(twin: Twin, tmp_path: Path) -> None:
    write_reference(twin.truth.plan, tmp_path)
    with (tmp_path / LOOKUP_2011).open(encoding="utf-8-sig") as lookup:
        rows = list(csv.DictReader(lookup))
    renamed = [row for row in rows if row["CHGIND"] == "U" and row["LSOA11NM"] != row["LSOA21NM"]]
    assert 0.04 < len(renamed) / len(rows) < 0.09
    codes: dict[str, set[str]] = {}
    for row in rows:
        for census in ("11", "21"):
            codes.setdefault(row[f"LSOA{census}NM"], set()).add(row[f"LSOA{census}CD"])
    assert any(len(each) > 1 for each in codes.values())


def test_codes_of_both_censuses_stand_side_by_side_for_a_year(tmp_path: Path) -> None:
    plan = TwinPlan(
        Month.parse("2023-09"), 24, 40_000, forces=("norfolk",), pathologies=frozenset({"mixed_lsoa_vintages"})
    )
    made = make(plan, tmp_path)
    write_reference(plan, tmp_path)
    with (tmp_path / LOOKUP_2011).open(encoding="utf-8-sig") as lookup:
        rows = list(csv.DictReader(lookup))
    old, new = ({row[column] for row in rows} for column in ("LSOA11CD", "LSOA21CD"))
    share: dict[str, float] = {}
    for file in made.of("crimes"):
        codes = [row["LSOA code"] for row in made.records(file)]
        older, newer = (sum(code in only for code in codes) for only in (old - new, new - old))
        share[file.month] = older / (older + newer)
    assert {month for month, each in share.items() if 0 < each < 1} == {
        str(Month.parse("2022-06") + ahead) for ahead in range(12)
    }
    assert share["2022-05"] == 1.0
    assert share["2023-06"] == 0.0
    assert share["2022-06"] > 0.7 > 0.35 > share["2023-05"]
    made.zip.close()
