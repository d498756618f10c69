"""The real releases, where they are at hand, held against plain counts of their files and against known oddities."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bluelamp.archive.diff import DiffSummary, FileDiff, diff
from bluelamp.archive.diff_sides import CHANGED, LONE, NEW_MONTH
from bluelamp.archive.diff_words import sentences
from bluelamp.archive.quality import ids_of
from bluelamp.archive.workflow import Archive
from bluelamp.domain.area import town_of
from bluelamp.domain.eras import eras_of
from bluelamp.domain.month import Month, month_range
from bluelamp.domain.release import parse_member
from bluelamp.domain.selection import Selection
from tests.lib.archive.archives import (
    SILENT,
    Unit,
    archive_in,
    ask,
    coverage,
    figures,
    findings,
    load,
    quality,
    query,
    take_reference,
)

RELEASES = ("2017-12", "2020-11", "2021-11")
STOPS = "stg_police_uk__stop_and_search"


def months(first: str, last: str) -> list[str]:
    return [str(month) for month in month_range(Month.parse(first), Month.parse(last))]


@dataclass
class Counted:
    """One file as a plain reader sees it."""

    rows: int
    distinct: int
    most_alike: int  # how often the commonest row stands
    columns: dict[str, Counter[str]]


@dataclass
class Real:
    archive: Archive
    files: dict[tuple[str, Unit], Counted]

    def of(self, dataset: str, force: str, *, release: str = "2021-11") -> Iterator[tuple[str, Counted]]:
        for (in_release, (its_dataset, its_force, month)), counted in self.files.items():
            if (in_release, its_dataset, its_force) == (release, dataset, force):
                yield month, counted

    def cells(self, force: str, column: str, dataset: str = "stops") -> Counter[str]:
        return sum((counted.columns[column] for _, counted in self.of(dataset, force)), Counter())


def _count(path: Path, wanted: tuple[str, ...]) -> Iterator[tuple[Unit, Counted]]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            parsed = parse_member(name)
            assert parsed is not None, name
            dataset, force, month = parsed
            lines = archive.read(name).decode("utf-8").splitlines()
            alike = Counter(lines[1:])
            columns = {}
            if dataset.name == "stops":
                rows = list(csv.DictReader(io.StringIO("\n".join(lines))))
                columns = {column: Counter(row[column] for row in rows) for column in wanted}
                count = len(rows)
            else:
                count = sum(1 for _ in csv.reader(lines)) - 1
            most = max(alike.values(), default=0)
            yield (dataset.name, force, str(month)), Counted(count, len(alike), most, columns)


@pytest.fixture(scope="module")
def reference(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real reference files without the LSOA boundaries: they take long to read, and nothing here asks for them."""
    folder = tmp_path_factory.mktemp("reference")
    for path in (shared_data / "geography").iterdir():
        if "lsoa-2021-boundaries" not in path.name:
            shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="module")
def real(shared_data: Path, reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Real:
    archive = archive_in(tmp_path_factory.mktemp("real"), processes=2)
    take_reference(archive, reference)
    paths = [shared_data / "police-uk" / f"{release}.zip" for release in RELEASES]
    load(archive, *paths)
    wanted = ("Gender", "Date", "Latitude", "Outcome")
    files = {(path.stem, one): counted for path in paths for one, counted in _count(path, wanted)}
    return Real(archive, files)


def test_every_file_has_the_rows_that_a_plain_reader_counts(real: Real) -> None:
    ledger = real.archive.ledger
    contents = ledger.by_id(file.content_id for file in ledger.files_of())
    found = {
        (str(f.release), (f.unit.dataset, f.unit.force, str(f.unit.month))): (
            contents[f.content_id].rows_read,
            contents[f.content_id].rows_loaded,
        )
        for f in ledger.files_of()
    }
    assert found == {one: (counted.rows, counted.rows) for one, counted in real.files.items()}
    assert len(found) == 36 + 1_008 + 1_525
    assert ask(real.archive, "crimes", where=["force=northern-ireland"]).rows == [(477_696,)]


def test_what_is_held_is_exactly_what_was_published(real: Real) -> None:
    newest = {one: release for release, one in sorted(real.files)}
    held = {one: release for one, (state, release, _) in coverage(real.archive).items() if state == "held"}
    assert held == newest


@pytest.mark.parametrize(
    ("force", "gone"),
    [
        ("greater-manchester", months("2019-07", "2021-11")),
        ("west-midlands", months("2021-04", "2021-11")),
        ("cumbria", ["2021-04"]),
        ("gwent", ["2019-08"]),
    ],
)
def test_stops_of_silent_forces_are_missing(force: str, gone: list[str], real: Real) -> None:
    """Oddity 21, and never a zero: the release covers the month and has no such file."""
    cells = {one[2]: cell for one, cell in coverage(real.archive).items() if one[:2] == ("stops", force)}
    states = {month: cells[month][0] for month in months("2019-01", "2021-11")}
    assert [month for month, state in states.items() if state == "missing"] == gone
    assert {state for month, state in states.items() if month not in gone} == {"held"}
    answered = ask(real.archive, "stops", by=["month"], where=[f"force={force}"], first=Month.parse("2019-01"))
    assert [row[0] for row in answered.rows] == list(states)
    assert [row[0] for row in answered.rows if row[1] is None] == gone
    told = [m for gap in answered.coverage.gaps for m in months(str(gap.first), str(gap.last))]  # type: ignore[attr-defined]
    assert set(gone) <= set(told)


def test_nobody_fell_silent_of_whom_no_file_was_ever_looked_at(real: Real) -> None:
    """Whole in stops alone: of street crime there are three forces, and of outcomes nothing. No file supports a claim
    about anybody else, and months that no release covers are told as that."""
    found = {one: state for one, (state, _, _) in coverage(real.archive).items()}
    assert {state for one, state in found.items() if one[0] == "outcomes"} == {"out of scope", "not published"}
    assert {one[1] for one, state in found.items() if one[0] == "outcomes" and state == "not published"} == {
        "northern-ireland"
    }
    crimes = {one: state for one, state in found.items() if one[0] == "crimes"}
    publishing = {"city-of-london", "gwent", "northern-ireland"}
    assert {state for one, state in crimes.items() if one[1] not in publishing} == {"out of scope"}
    assert {state for one, state in crimes.items() if one[1] in publishing} == {"held", "not held", "not covered"}
    hole = {one[2] for one, state in crimes.items() if state == "not covered"}
    assert hole == set(months("2018-01", "2018-11"))


def test_reused_ids_of_the_psni_are_ambiguous(real: Real, shared_data: Path) -> None:
    """Oddity 1: 10,130 IDs name crimes of several months; an ID alone names nothing."""
    seen: dict[str, set[str]] = {}
    times: Counter[str] = Counter()
    with zipfile.ZipFile(shared_data / "police-uk" / "2017-12.zip") as archive:
        for name in archive.namelist():
            for row in csv.reader(io.StringIO(archive.read(name).decode())):
                if row[0] and row[0] != "Crime ID":
                    seen.setdefault(row[0], set()).add(row[1])
                    times[row[0]] += 1
    several = query(
        real.archive,
        """
        SELECT count(*), count(*) FILTER (months > 1), sum(rows) FROM (
            SELECT crime_key, count(DISTINCT month) AS months, count(*) AS rows
            FROM stg_police_uk__street_crime JOIN dim_force USING (force_id)
            WHERE slug = 'northern-ireland' AND id_names_several GROUP BY ALL)
        """,
    )
    assert sum(len(in_months) > 1 for in_months in seen.values()) == 10_130
    repeated = {one: count for one, count in times.items() if count > 1}
    assert several == [(len(repeated), 10_130, sum(repeated.values()))]
    answered = figures(real.archive, "crimes", measures=["ambiguous,with_outcome,still_open"], by=["force"])
    # The PSNI publishes no outcomes: how many of its crimes have one is not known, and none of them is “still open”.
    assert answered["northern-ireland"] == (sum(repeated.values()), None, None)


def test_repeated_ids_are_counted_with_their_rows(real: Real) -> None:
    """City of London, 2018-12 to 2021-11: 266 IDs on 539 rows, each pair within one file."""
    its = [one for one in quality(real.archive) if one.finding == "crime_id_repeated"]
    assert {one.unit.force for one in its} == {"city-of-london"}
    assert (ids_of(its), sum(one.rows for one in its)) == (266, 539)


def test_identical_rows_without_an_id_are_kept(real: Real) -> None:
    """Oddity 2: every row is there, and those that are alike are counted."""
    for force in ("northern-ireland", "gwent", "city-of-london"):
        release = "2017-12" if force == "northern-ireland" else "2021-11"
        files = [counted for _, counted in real.of("crimes", force, release=release)]
        alike = sum(counted.rows - counted.distinct for counted in files)
        found = findings(real.archive)
        told = sum(
            rows
            for (name, one), rows in found.items()
            if one[:2] == ("crimes", force) and name in ("identical_without_id", "exact_duplicate")
        )
        assert told == alike
        assert sum(counted.rows for counted in files) == figures(real.archive, "crimes", by=["force"])[force]


OLD, NEW = Month.parse("2020-11"), Month.parse("2021-11")


@pytest.fixture(scope="module")
def compared(real: Real) -> tuple[list[FileDiff], DiffSummary]:
    archive, summary = real.archive, DiffSummary()
    return list(diff(archive.ledger, archive.vault, OLD, NEW, Selection(), SILENT, summary)), summary


@pytest.fixture(scope="module")
def changes(compared: tuple[list[FileDiff], DiffSummary]) -> list[FileDiff]:
    return compared[0]


def test_only_last_outcomes_changed_in_the_city_of_london(changes: list[FileDiff]) -> None:
    """Oddity 3: the re-release re-orders rows, so every line stands elsewhere."""
    city = {
        str(d.unit.month): d
        for d in changes
        if (d.unit.dataset, d.unit.force, d.kind) == ("crimes", "city-of-london", CHANGED)
    }
    assert {column for d in city.values() for column in d.columns} == {"Last outcome category"}
    assert [(d.added, d.removed) for d in city.values()] == [(0, 0)] * len(city)
    assert (city["2020-11"].changed, city["2020-11"].rows_old, city["2020-11"].rows_new) == (252, 496, 496)
    assert set(city) == set(months("2018-12", "2020-11"))
    assert sum(d.changed for d in city.values()) == 1_303
    assert all(1 <= d.changed <= 252 for d in city.values())


def test_new_months_are_told_as_new_and_never_as_changed(changes: list[FileDiff], real: Real) -> None:
    """Whatever only the newer release has is of a month after the older one: 517 files, and their rows as a plain
    reader counts them."""
    new = {(d.unit.dataset, d.unit.force, str(d.unit.month)): d for d in changes if d.kind == NEW_MONTH}
    plain = {one for release, one in real.files if release == "2021-11" and one[2] > "2020-11"}
    assert set(new) == plain
    assert len(new) == 517
    assert {d.kind for d in changes if d.kind in LONE} == {NEW_MONTH}
    assert all((d.added, d.removed, d.changed) == (0, 0, 0) for d in new.values())
    assert {one: d.rows_new for one, d in new.items()} == {one: real.files["2021-11", one].rows for one in plain}
    rows = Counter(
        {
            dataset: sum(d.rows_new or 0 for one, d in new.items() if one[0] == dataset)
            for dataset in ("crimes", "stops")
        }
    )
    assert rows == {"crimes": 66_885, "stops": 382_832}


def test_the_first_sentence_is_the_largest_revision(compared: tuple[list[FileDiff], DiffSummary]) -> None:
    told = [one.text for one in sentences(*compared, OLD, NEW)]
    assert told[0] == "252 of City of London's 496 crimes of November 2020 have another outcome now."
    assert told[3].startswith("In all, 1,303 crimes of City of London have another outcome now: ")
    assert "No stop changed: 973 force-months were compared." in told
    assert any(text.startswith("382,832 stops are new: December 2020 to November 2021") for text in told)


def test_releases_that_do_not_overlap_are_said_to_have_nothing_in_common(real: Real) -> None:
    """2017-12 is of one force: that no other release repeats it does not say that anything was withdrawn."""
    summary, old = DiffSummary(), Month.parse("2017-12")
    found = list(diff(real.archive.ledger, real.archive.vault, old, OLD, Selection(), SILENT, summary))
    told = [one.text for one in sentences(found, summary, old, OLD)]
    assert told[0].startswith("The two releases have no force-month in common")
    assert {d.kind for d in found} == {NEW_MONTH, "left the window"}
    assert not summary.compared.total()


@pytest.mark.parametrize(
    ("force", "measure", "low", "high"),
    [
        ("south-yorkshire", "unlocated", 1.0, 1.0),
        ("thames-valley", "unlocated", 0.89, 0.93),
        ("lancashire", "unlocated", 0.81, 0.85),
        ("dyfed-powys", "time_unknown", 1.0, 1.0),
        ("sussex", "time_unknown", 0.87, 0.91),
    ],
)
def test_shares_that_forces_are_known_for(force: str, measure: str, low: float, high: float, real: Real) -> None:
    """Oddities 17 and 18."""
    count, part = figures(real.archive, "stops", measures=[f"count,{measure}"], by=["force"])[force]
    assert low <= part / count <= high
    if measure == "unlocated":
        assert part == real.cells(force, "Latitude")[""]


def test_gender_is_blank_throughout_the_west_midlands(real: Real) -> None:
    """Oddity 19."""
    assert figures(real.archive, "stops", by=["gender"], where=["force=west-midlands"]) == {
        "not recorded": real.cells("west-midlands", "Gender")[""]
    }


def test_courts_results_end_with_may_2019(real: Real) -> None:
    """Files of later months are all held, and that nobody was sent to prison is not what they say."""
    results = sorted(eras_of("crimes", "Last outcome category"))
    where = ["force=city-of-london", *(f"last_outcome={one}" for one in results)]
    found = ask(real.archive, "crimes", by=["month"], where=where)
    known = {row[0]: row[1] for row in found.rows if row[1] is not None}
    assert known == dict(zip(months("2018-12", "2019-05"), (14, 13, 18, 22, 23, 4), strict=True))
    states = {row[0]: its.state for row, its in zip(found.rows, found.row_coverage, strict=True)}
    assert {states[month] for month in months("2019-06", "2021-11")} == {"could not be recorded"}


def test_no_file_of_these_releases_contradicts_the_table_of_eras(real: Real, met: Archive) -> None:
    assert "outside_era" not in {name for archive in (real.archive, met) for name, _ in findings(archive)}


def test_groups_of_labels_have_their_sums(real: Real) -> None:
    labels = figures(real.archive, "stops", by=["self_ethnicity"])
    groups = figures(real.archive, "stops", by=["ethnic_group"])
    assert sum(groups.values()) == sum(labels.values())
    assert groups["Not stated"] == labels["Other ethnic group - Not stated"]
    assert "another label" not in groups


def test_latitude_is_north_and_longitude_east_though_stops_name_them_the_other_way_round(real: Real) -> None:
    """Oddity 14."""
    rows = query(
        real.archive,
        f"""
        SELECT median(latitude), median(longitude)
        FROM {STOPS} JOIN dim_point USING (point_id) JOIN dim_force USING (force_id) WHERE slug = 'merseyside'
        """,
    )
    latitude, longitude = rows[0]
    assert 53.2 < latitude < 53.6
    assert -3.2 < longitude < -2.7


def test_microseconds_of_cumbria_are_kept(real: Real) -> None:
    """Oddity 16."""
    published = real.cells("cumbria", "Date")
    with_fraction = sum(count for text, count in published.items() if "." in text)
    rows = query(
        real.archive,
        f"""
        SELECT count(*) FROM {STOPS} JOIN dim_force USING (force_id)
        WHERE slug = 'cumbria' AND date_part('microsecond', utc_time) % 1000000 <> 0
        """,
    )
    assert with_fraction > 0
    assert rows[0][0] == with_fraction


def test_summer_midnights_are_in_their_month_by_local_time(real: Real) -> None:
    """Oddity 15: 23:00 UTC on the last day of the month before is local midnight of the first."""
    early, still_out = query(
        real.archive,
        f"""
        SELECT
            count(*) FILTER (year(utc_time) * 12 + month(utc_time) - 1 <> month),
            count(*) FILTER (year(local_time) * 12 + month(local_time) - 1 <> month)
        FROM {STOPS}
        """,
    )[0]
    told = sum(
        rows for (name, one), rows in findings(real.archive).items() if name == "out_of_month" and one[0] == "stops"
    )
    assert early > 1_000
    assert still_out == told < 100


def test_exact_duplicates_are_kept_and_counted(real: Real) -> None:
    """Oddity 22: one row stands 60 times."""
    newest: dict[Unit, Counted] = {one: counted for (_, one), counted in sorted(real.files.items(), key=lambda p: p[0])}
    expected = {one: c.rows - c.distinct for one, c in newest.items() if one[0] == "stops" and c.rows > c.distinct}
    found = {one: rows for (name, one), rows in findings(real.archive).items() if name == "exact_duplicate"}
    assert {one: rows for one, rows in found.items() if one[0] == "stops"} == expected
    assert max(counted.most_alike for one, counted in newest.items() if one[0] == "stops") == 60


def test_no_location_and_no_street(real: Real) -> None:
    """Oddities 6 and 8."""
    rows = query(
        real.archive,
        """
        SELECT location, bool_or(longitude IS NOT NULL) FROM dim_point
        WHERE location IN ('No Location', 'On or near ') GROUP BY ALL ORDER BY ALL
        """,
    )
    assert ("No Location", False) in rows
    assert "On or near " in [location for location, _ in rows]
    unlocated = figures(real.archive, "crimes", measures=["count,unlocated"], by=["located"])
    assert unlocated[False][0] == unlocated[False][1] > 0
    assert unlocated[True][1] == 0


def test_the_psni_has_districts_though_its_files_have_no_lsoa(real: Real) -> None:
    """Oddity 11."""
    answered = figures(real.archive, "crimes", by=["local_authority"], where=["force=northern-ireland"])
    nowhere = answered.pop("not recorded")
    assert len(answered) == 11
    assert answered["Belfast"] > 150_000
    assert nowhere / 477_696 < 0.01


def test_stops_have_authorities_and_little_is_unmapped(real: Real) -> None:
    answered = figures(real.archive, "stops", by=["local_authority"], where=["located=true"])
    share = answered["not recorded"] / sum(count for count in answered.values() if count is not None)
    print(f"stops with a map point and no authority: {share:.4%}")
    assert share < 0.01
    assert answered["Liverpool"] > 50_000
    unmapped = {one: rows for (name, one), rows in findings(real.archive).items() if name == "unmapped_lsoa"}
    crimes = figures(real.archive, "crimes", by=["force"])
    print(f"crimes of an unmapped LSOA: {sum(unmapped.values()) / sum(crimes.values()):.4%}")
    assert sum(unmapped.values()) < 0.001 * sum(crimes.values())


def test_stops_on_points_of_crimes_are_placed_by_their_lsoa(real: Real) -> None:
    """Of Gwent's 11,732 located stops 11,234 stand on exactly the coordinates of crimes, and 5,670 of 6,067 of City of
    London; of the former the outlines put 69 elsewhere."""
    rows = query(
        real.archive,
        """
        SELECT slug, sum(by_crimes), sum(by_crimes + by_outline), sum(in_another)
        FROM mart_stop__placed JOIN dim_force USING (force_id)
        WHERE slug IN ('city-of-london', 'gwent') GROUP BY ALL ORDER BY ALL
        """,
    )
    assert [row[:3] for row in rows] == [("city-of-london", 5_670, 6_067), ("gwent", 11_234, 11_732)]
    assert rows[1][3] == 69


def test_good_files_have_next_to_no_crime_over_the_border(real: Real) -> None:
    """0.4 % of the crimes of City of London and Gwent are more than a kilometre inside another force's area, and of the
    stops of the former one in twenty."""
    found: Counter[Unit] = Counter()
    for (name, one), rows in findings(real.archive).items():
        if name == "over_the_border":
            found[one[0], one[1], ""] += rows
    assert found["crimes", "city-of-london", ""] == 105
    assert found["crimes", "gwent", ""] == 681
    assert found["stops", "city-of-london", ""] == 298
    assert ("crimes", "northern-ireland", "") not in found


# -- names of places ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def one_crime_in_each_stem(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, dict[str, str]]:
    """A file with one crime for each stem of LSOA names, of both censuses; {stem: an authority that may be right}."""
    import lzma

    wards, stems, may = {}, {}, {}  # type: ignore[var-annotated]
    with lzma.open(reference / "lsoa2021-to-ward2024-to-lad2024.csv.xz", "rt", encoding="utf-8-sig") as text:
        for row in csv.DictReader(text):
            wards[row["LSOA21CD"]] = row["LAD24NM"]
            stems.setdefault(town_of(row["LSOA21NM"]), (row["LSOA21CD"], row["LSOA21NM"]))
            may.setdefault(town_of(row["LSOA21NM"]), row["LAD24NM"])
    with lzma.open(reference / "lsoa2011-to-lsoa2021-to-lad2022.csv.xz", "rt", encoding="utf-8-sig") as text:
        for row in csv.DictReader(text):
            if row["CHGIND"] == "U":
                stems.setdefault(town_of(row["LSOA11NM"]), (row["LSOA11CD"], row["LSOA11NM"]))
                may.setdefault(town_of(row["LSOA11NM"]), wards[row["LSOA21CD"]])
    folder = tmp_path_factory.mktemp("stems")
    path = folder / "2024-01-kent-street.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(
            [
                "Crime ID",
                "Month",
                "Reported by",
                "Falls within",
                "Longitude",
                "Latitude",
                "Location",
                "LSOA code",
                "LSOA name",
                "Crime type",
                "Last outcome category",
                "Context",
            ]
        )
        for code, name in stems.values():
            place = ["0.5", "51.2", "On or near ", code, name]
            writer.writerow(["", "2024-01", "Kent Police", "Kent Police", *place, "Anti-social behaviour", "", ""])
    archive = archive_in(folder / "home")
    take_reference(archive, reference)
    load(archive, path)
    return archive, may


def test_every_stem_of_an_lsoa_name_is_a_town_and_has_its_authority(
    one_crime_in_each_stem: tuple[Archive, dict[str, str]],
) -> None:
    archive, may = one_crime_in_each_stem
    found = figures(archive, "crimes", by=["town", "local_authority"])
    assert dict(found.keys()) == may
    assert len(may) > 300


@pytest.mark.parametrize(
    ("town", "authority"),
    [
        ("Bristol", "Bristol, City of"),
        ("St. Helens", "St. Helens"),
        ("King's Lynn and West Norfolk", "King's Lynn and West Norfolk"),
        ("Stoke-on-Trent", "Stoke-on-Trent"),
        ("Bournemouth, Christchurch and Poole", "Bournemouth, Christchurch and Poole"),
        ("Mendip", "Somerset"),
        ("Kingston upon Hull", "Kingston upon Hull, City of"),
        ("Herefordshire", "Herefordshire, County of"),
        ("Newcastle-under-Lyme", "Newcastle-under-Lyme"),
        ("Stratford-on-Avon", "Stratford-on-Avon"),
        ("Rhondda Cynon Taf", "Rhondda Cynon Taf"),
        ("City of London", "City of London"),
    ],
)
def test_towns_of_odd_names(town: str, authority: str, one_crime_in_each_stem: tuple[Archive, dict[str, str]]) -> None:
    """Oddity 5. In whichever case it is asked for, and with its own coverage. The file is Kent's: what it records
    elsewhere is no figure of that place, and is asked of Kent."""
    archive, _ = one_crime_in_each_stem
    assert ask(archive, "crimes", where=[f"town={town}"]).rows == [(None,)]
    kents = "force=kent"
    found = figures(archive, "crimes", by=["local_authority"], where=[f"town={town}", kents])
    assert {name: count for name, count in found.items() if count} == {authority: 1}
    lower = ask(archive, "crimes", where=[f"town={town.lower()}", kents])
    assert lower.rows == [(1,)]
    assert lower.coverage == ask(archive, "crimes", where=[f"town={town}", kents]).coverage
    assert lower.coverage.expected > 0


# -- the Metropolitan sample -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def met(shared_data: Path, reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = archive_in(tmp_path_factory.mktemp("met"), processes=2)
    take_reference(archive, reference)
    load(archive, shared_data / "police-uk" / "metropolitan-burglary-only-2022-2023.zip")
    return archive


def test_codes_of_both_censuses_in_one_file_are_mapped(met: Archive) -> None:
    """Oddity 4."""
    rows = query(
        met,
        """
        SELECT crime.file_id, count(*) FILTER (vintage = '2011'), count(*) FILTER (vintage = '2021')
        FROM stg_police_uk__street_crime AS crime JOIN dim_lsoa AS lsoa USING (lsoa_id) GROUP BY ALL
        """,
    )
    assert sum(old > 0 and new > 0 for _, old, new in rows) >= 10
    assert {name for name, _ in findings(met)} & {"unmapped_lsoa"} == set()


def test_outcomes_meet_their_crimes_and_share_their_place(met: Archive) -> None:
    """Oddity 9: trailing zeros of coordinates are dropped in outcomes; they are the same number."""
    match = figures(met, "outcomes", by=["match"])
    assert match["matched"] / sum(match.values()) > 0.99
    same, other = query(
        met,
        """
        SELECT count(*) FILTER (there.longitude = here.longitude AND there.latitude = here.latitude), count(*)
        FROM stg_police_uk__outcome AS outcome
        JOIN stg_police_uk__street_crime AS crime USING (force_id, crime_key)
        JOIN dim_point AS there ON there.point_id = outcome.point_id
        JOIN dim_point AS here ON here.point_id = crime.point_id
        WHERE match = 'matched' AND there.longitude IS NOT NULL
        """,
    )[0]
    assert other > 10_000
    assert same / other > 0.99


def test_disagreeing_outcomes_are_counted(met: Archive) -> None:
    """Oddity 12."""
    ((with_outcome, disagree),) = ask(met, "crimes", measures=["with_outcome,outcomes_disagree"]).rows
    assert 0 < disagree < with_outcome


def test_streets_change_their_case_and_gain_accents(met: Archive) -> None:
    """Oddity 7: outcomes' street names are upper case to 2022-06."""
    rows = query(
        met,
        """
        SELECT month, avg((location[12:] = upper(location[12:]))::INT)
        FROM stg_police_uk__outcome JOIN dim_point USING (point_id)
        WHERE location LIKE 'On or near _%' GROUP BY ALL ORDER BY month
        """,
    )
    shares = {str(Month(month)): share for month, share in rows}
    assert shares["2022-06"] > 0.8
    assert shares["2023-07"] < 0.1


def test_a_sample_of_one_force_makes_nobody_else_look_silent(met: Archive) -> None:
    states = Counter(state for one, (state, _, _) in coverage(met).items() if one[1] != "metropolitan")
    assert set(states) == {"out of scope", "not published"}
