"""Row-level faults: each label is held against what a plain reader counts."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import datetime
from itertools import chain
from pathlib import Path

import pytest

from bluelamp.domain.dataset import CRIMES, OUTCOMES, STOPS
from bluelamp.domain.month import Month
from bluelamp.domain.vocabulary import ASB, CRIME_TYPES, LAST_OUTCOME_CATEGORIES, OUTCOME_TYPES
from bluelamp.synthetic.archive import FileTruth, TwinPlan
from bluelamp.synthetic.reference import LOOKUP_2011, write_reference
from tests.lib.archive.twins import Twin, make

PLANTED = "On or near Planted Row"


def labelled(file: FileTruth, name: str) -> int:
    return file.labels[name].rows if name in file.labels else 0


def street_records(twin: Twin, file: FileTruth) -> list[dict[str, str]]:
    return [row for row in twin.records(file) if row["Location"] != PLANTED]


def lines_of(twin: Twin, file: FileTruth, name: str) -> list[list[str]]:
    """The rows that a label names."""
    rows = twin.rows(file)
    return [rows[line - 1] for line in file.labels[name].lines]


def repeats(rows: list[tuple[str, ...]]) -> int:
    return len(rows) - len(set(rows))


def test_common_faults_of_street_files_are_counted_exactly(twin: Twin) -> None:
    seen: Counter[str] = Counter()
    for file in twin.of("crimes"):
        rows = street_records(twin, file)
        blank = [tuple(row.values()) for row in rows if not row["Crime ID"]]
        counts = {
            "identical_blank_id_rows": repeats(blank),
            "no_location": sum(row["Location"] == "No Location" for row in rows),
            "blank_street": sum(row["Location"] == "On or near " for row in rows),
            "unknown_values": sum(
                row["Crime type"] not in CRIME_TYPES
                or row["Last outcome category"] not in LAST_OUTCOME_CATEGORIES | {""}
                for row in rows
            ),
            "reused_ids_in_file": sum(
                count for name, count in Counter(row["Crime ID"] for row in rows).items() if name and count > 1
            ),
        }
        for name, count in counts.items():
            assert labelled(file, name) == count, (file.member, name)
            seen[name] += count
        assert all(not row["Longitude"] and not row["LSOA code"] for row in rows if row["Location"] == "No Location")
        assert all(not row["Crime ID"] for row in rows if row["Crime type"] == ASB)
    assert all(seen.values()), seen


def test_the_transport_police_and_northern_ireland_publish_what_they_publish(twin: Twin) -> None:
    for file in twin.of("crimes", "btp"):
        assert all(not row["Crime ID"] and not row["Last outcome category"] for row in street_records(twin, file))
    north = max(
        float(row["Latitude"])
        for file in twin.of("crimes", "btp")
        for row in street_records(twin, file)
        if row["Latitude"]
    )
    assert north > 55.82  # Scotland
    for file in twin.of("crimes", "northern-ireland"):
        assert all(not row["LSOA code"] and not row["Last outcome category"] for row in street_records(twin, file))


def test_northern_ireland_reuses_ids_across_months(twin: Twin) -> None:
    months: dict[str, set[str]] = {}
    files = list(twin.of("crimes", "northern-ireland"))
    for file in files:
        for row in street_records(twin, file):
            if row["Crime ID"]:
                months.setdefault(row["Crime ID"], set()).add(file.month)
    again = {name for name, where in months.items() if len(where) > 1}
    assert again
    for file in files:
        assert labelled(file, "reused_ids_across_months") == sum(file.month in months[name] for name in again)


def test_two_censuses_mix_inside_files(twin: Twin, tmp_path: Path) -> None:
    write_reference(twin.truth.plan, tmp_path)
    with (tmp_path / LOOKUP_2011).open(encoding="utf-8-sig") as lookup:
        rows = list(csv.DictReader(lookup))
    old, new = ({row[column] for row in rows} for column in ("LSOA11CD", "LSOA21CD"))
    only_old, only_new = old - new, new - old
    mixed = 0
    for file in twin.of("crimes"):
        codes = [row["LSOA code"] for row in street_records(twin, file) if row["LSOA code"]]
        assert set(codes) <= old | new
        both = min(sum(code in only_old for code in codes), sum(code in only_new for code in codes))
        assert labelled(file, "mixed_lsoa_vintages") == both
        mixed += both
    assert mixed > 20


def test_odd_names_and_abolished_districts_live_on(twin: Twin) -> None:
    stems = set()
    for file in twin.of("crimes"):
        stems |= {row["LSOA name"][:-5] for row in street_records(twin, file)}
        assert all(name[-4:-1].isdigit() for row in street_records(twin, file) if (name := row["LSOA name"]))
    assert {"Stoke-on-Trent", "King's Lynn and West Norfolk", "St. Helens", "Bristol", "Mendip"} <= stems
    assert "Bournemouth, Christchurch and Poole" in stems
    assert "Somerset" not in stems
    assert not any("City of" in stem and stem != "City of London" for stem in stems)
    body = twin.body(next(file for file in twin.of("crimes", "dorset") if file.rows > 20))
    assert b',"Bournemouth, Christchurch and Poole 0' in body


def test_far_points_are_far_and_border_points_near(twin: Twin) -> None:
    far = 0
    for file in twin.of("crimes", "avon-and-somerset"):
        for row in lines_of(twin, file, "far_points") if "far_points" in file.labels else ():
            miles = ((float(row[4]) + 2.8) ** 2 + (float(row[5]) - 51.25) ** 2) ** 0.5
            assert miles > 1.2
            far += 1
    assert far
    assert sum(labelled(file, "border_snap") for file in twin.of("crimes")) > 100


def test_planted_bad_rows_stand_where_the_label_says(twin: Twin) -> None:
    kinds: Counter[str] = Counter()
    for file in twin.truth.files:
        for row in lines_of(twin, file, "bad_rows") if file.condition == "sound" and "bad_rows" in file.labels else ():
            wide = len({"crimes": CRIMES, "outcomes": OUTCOMES, "stops": STOPS}[file.dataset].columns)
            kinds["few"] += len(row) < wide
            kinds["many"] += len(row) > wide
            kinds["month"] += "2020-13" in row
            kinds["id"] += row[0] == "0123-not-an-id"
            kinds["stop month"] += row[1].startswith("2020-13-")
    assert all(kinds[kind] for kind in ("few", "many", "month", "id", "stop month")), kinds


def test_markup_stands_in_text_columns(twin: Twin) -> None:
    found = set()
    for file in twin.truth.files:
        for row in (
            lines_of(twin, file, "markup_cells") if file.condition == "sound" and "markup_cells" in file.labels else ()
        ):
            found.add(row[6] if file.dataset == "crimes" else row[3])
    assert {"<img src=x onerror=alert(1)>", "+1+1"} <= found
    assert any(text.startswith("=HYPERLINK(") and '"' in text for text in found)
    assert any("\u202e" in text for text in found)


def test_faults_of_outcome_files_are_counted_exactly(twin: Twin) -> None:
    seen: Counter[str] = Counter()
    for file in twin.of("outcomes"):
        rows = twin.records(file)
        counts = {
            "duplicate_outcome_rows": repeats([tuple(row.values()) for row in rows]),
            "no_location": sum(row["Location"] == "No location" for row in rows),
            "unknown_values": sum(row["Outcome type"] not in OUTCOME_TYPES for row in rows),
            "many_outcomes": max(Counter(row["Crime ID"] for row in rows).values(), default=0),
        }
        if counts["many_outcomes"] < 30:
            counts["many_outcomes"] = 0
        else:
            counts = {"many_outcomes": counts["many_outcomes"]}
        for name, count in counts.items():
            assert labelled(file, name) == count, (file.member, name)
            seen[name] += count
    assert all(seen.values()), seen
    assert seen["many_outcomes"] in {30, 31}


def test_faults_of_stop_files_are_counted_exactly(twin: Twin) -> None:
    seen: Counter[str] = Counter()
    for file in twin.of("stops"):
        bad = set(file.labels["bad_rows"].lines) if "bad_rows" in file.labels else set()
        marked = set(file.labels["markup_cells"].lines) if "markup_cells" in file.labels else set()
        every = [tuple(row) for row in twin.rows(file)]
        rows = [row for line, row in enumerate(every, 1) if line > 1 and line not in bad | marked]
        dates = [datetime.fromisoformat(row[1]) for row in rows]
        month = Month.parse(file.month)
        evening = (month - 1, 23)
        counts = {
            "duplicate_stop_rows": repeats(every),
            "stops_without_coordinates": sum(not row[4] for row in rows),
            "microseconds": sum(d.microsecond > 0 for d in dates) if file.force == "cumbria" else 0,
            "gender_blank": sum(not row[6] for row in rows) if file.force == "west-midlands" else 0,
            "utc_dates": sum((Month.of(d.year, d.month), d.hour) == evening and d.day >= 28 for d in dates),
            "out_of_month": sum(abs(Month.of(d.year, d.month).index - month.index) > 0 for d in dates),
            "unknown_values": sum(row[11] == "Unmanned aircraft" for row in rows),
            "sixty_copies": max(Counter(rows).values()) if "sixty_copies" in file.labels else 0,
        }
        counts["out_of_month"] -= counts["utc_dates"]
        for name, count in counts.items():
            assert labelled(file, name) == count, (file.member, name)
            seen[name] += count
        if file.month[5:] in {"12", "01", "02"}:
            assert not counts["utc_dates"]
    assert all(seen.values()), seen
    assert seen["sixty_copies"] == 60


def test_forces_have_their_known_blanks(twin: Twin) -> None:
    def rows(force: str) -> list[list[str]]:
        found = []
        for file in twin.of("stops", force):
            labels = [file.labels[name] for name in ("bad_rows", "markup_cells") if name in file.labels]
            planted = {line for label in labels for line in label.lines}
            found += [row for line, row in enumerate(twin.rows(file), 1) if line > 1 and line not in planted]
        return found

    assert all(not row[4] and not row[5] for row in rows("south-yorkshire"))
    assert all(not row[6] for row in rows("west-midlands"))
    assert all("." in row[1] or row[1].endswith(("T00:00:00+00:00", "T23:00:00+00:00")) for row in rows("cumbria"))


@pytest.mark.parametrize(
    ("release", "old_types", "old_ethnicities", "old_outcomes"),
    [("2013-02", True, True, True), ("2017-03", False, True, True), ("2018-02", False, False, None)],
)
def test_labels_follow_their_years(
    release: str, old_types: bool, old_ethnicities: bool, old_outcomes: bool | None, tmp_path: Path
) -> None:
    plan = TwinPlan(
        Month.parse(release), 3, 3000, forces=("kent", "dorset"), pathologies=frozenset({"vocabulary_eras"})
    )
    made = make(plan, tmp_path)
    types = {row["Crime type"] for file in made.of("crimes") for row in made.records(file)}
    assert ("Violent crime" in types) == old_types
    assert ("Possession of weapons" in types) != old_types
    stops = list(chain.from_iterable(made.records(file) for file in made.of("stops")))
    vocabulary = STOPS.vocabularies
    for column in (
        "Self-defined ethnicity",
        "Outcome",
        "Legislation",
        "Object of search",
        "Type",
        "Gender",
        "Age range",
    ):
        assert {row[column] for row in stops} <= vocabulary[column] | {""}
    assert any(row["Self-defined ethnicity"].endswith("(W1)") for row in stops) == old_ethnicities
    if old_outcomes is not None:
        assert any(row["Outcome"] == "Suspect arrested" for row in stops) == old_outcomes
    made.zip.close()


def test_crimes_before_december_2011_have_no_ids(tmp_path: Path) -> None:
    made = make(TwinPlan(Month.parse("2012-01"), 4, 2000, forces=("kent",), pathologies=frozenset()), tmp_path)
    by_month = {
        file.month: any(row["Crime ID"] for row in csv.DictReader(io.StringIO(made.body(file).decode())))
        for file in made.of("crimes")
    }
    assert by_month == {"2011-10": False, "2011-11": False, "2011-12": True, "2012-01": True}
    assert [file.rows > 0 for file in made.of("outcomes")] == [False, False, True, True]
    made.zip.close()


def test_columns_that_a_force_leaves_blank(twin: Twin) -> None:
    columns = {"south-wales": 7, "surrey": 10, "gwent": 9, "merseyside": 11, "lancashire": 14}
    for force, column in columns.items():
        blank = planted = stops = 0
        for file in twin.of("stops", force):
            labels = [file.labels[name] for name in ("bad_rows", "markup_cells") if name in file.labels]
            others = {line for label in labels for line in label.lines}
            rows = [row for line, row in enumerate(twin.rows(file), 1) if line > 1 and line not in others]
            assert all(len(row) == 15 for row in rows)
            blank += sum(not row[column] for row in rows)
            planted += labelled(file, "blank_columns")
            stops += len(rows)
        assert planted <= blank, force
        assert planted > 0.5 * stops, force


def test_some_stops_lie_outside_their_force(twin: Twin) -> None:
    city = [labelled(file, "stops_elsewhere") for file in twin.of("stops", "city-of-london")]
    assert sum(city) > 3
    assert sum(labelled(file, "stops_elsewhere") for file in twin.of("stops", "kent")) > 3
    far = 0
    for file in twin.of("stops", "kent"):
        bad = set(file.labels["bad_rows"].lines) if "bad_rows" in file.labels else set()
        rows = [row for line, row in enumerate(twin.rows(file), 1) if line > 1 and line not in bad and row[4]]
        far += sum(abs(float(row[4]) - 51.2) + abs(float(row[5]) - 0.75) > 2 for row in rows)
    assert far == sum(labelled(file, "stops_elsewhere") for file in twin.of("stops", "kent"))


def test_under_investigation_is_for_the_newest_months(tmp_path: Path) -> None:
    plan = TwinPlan(
        Month.parse("2023-06"),
        12,
        6_000,
        forces=("city-of-london", "gwent"),
        pathologies=frozenset({"status_of_newest"}),
    )
    made = make(plan, tmp_path)
    said = {"city-of-london": set[str](), "gwent": set[str]()}
    for file in made.of("crimes"):
        if any(row["Last outcome category"] == "Under investigation" for row in made.records(file)):
            said[file.force].add(file.month)
    assert said == {"city-of-london": {f"2023-0{number}" for number in range(2, 7)}, "gwent": set()}
    made.zip.close()
