"""Map points and what a file's own rows tell of its quality, on real extracted rows."""

from __future__ import annotations

import io
from csv import writer
from pathlib import Path

import duckdb
import numpy as np
import pytest

from bluelamp.archive.extract import extract
from bluelamp.archive.finding_notes import Rows
from bluelamp.archive.findings import findings
from bluelamp.archive.points import PointWriter, WordHashes, mix
from bluelamp.archive.shape import canonical_header
from bluelamp.archive.stage import Stager, Task, WaitingFile
from bluelamp.bootstrap import open_archive
from bluelamp.domain.dataset import CRIMES, OUTCOMES, STOPS, Dataset
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.errors import StorageError
from bluelamp.settings import read_settings
from bluelamp.storage.ledger.ledger import LoadResult

MONTH = Month.parse("2024-06")
A, B = "a" * 64, "b" * 64
KEY = 14864189351739556658


def crime(crime_id: str = A, **cells: str) -> list[str]:
    row = [crime_id, "2024-06", "Kent Police", "Kent Police", "0.52", "51.25", "On or near A Street", "E01024000",
           "Maidstone 001A", "Burglary", "Under investigation", ""]  # fmt: skip
    return _with(CRIMES, row, cells)


def outcome(crime_id: str = A, **cells: str) -> list[str]:
    return _with(OUTCOMES, [*crime(crime_id)[:9], "Local resolution"], cells)


def stop(date: str = "2024-06-10T10:00:00+00:00", **cells: str) -> list[str]:
    row = ["Person search", date, "False", "", "51.25", "0.52", "Male", "18-24", "", "White", "", "Controlled drugs",
           "Arrest", "True", "False"]  # fmt: skip
    return _with(STOPS, row, cells)


def _with(dataset: Dataset, row: list[str], cells: dict[str, str]) -> list[str]:
    for name, cell in cells.items():
        row[dataset.columns.index(name.replace("_", " "))] = cell
    return row


def data(dataset: Dataset, *rows: list[str]) -> bytes:
    out = io.StringIO()
    writer(out, lineterminator="\n").writerows(rows)
    return canonical_header(dataset) + out.getvalue().encode()


def staged(folder: Path, dataset: Dataset, *files: bytes, months: list[Month] | None = None) -> list[LoadResult]:
    """The files of one task through the stager, as a worker does it."""
    import binascii

    archive = open_archive(read_settings({"home": folder, "processes": 1}, {})[0])
    pack = folder / "pack"
    pack.write_bytes(b"".join(files))
    waiting, offset = [], 0
    for number, content in enumerate(files, 1):
        unit = ForceMonth(dataset.name, "kent", months[number - 1] if months else MONTH)
        crc = binascii.crc32(content)
        waiting.append(WaitingFile(number, unit, "x.csv", pack, offset, len(content), len(content), crc, 0))
        offset += len(content)
    return Stager(archive.lake).run(Task(dataset.name, "run/kent-00001", tuple(waiting))).results


def told(result: LoadResult) -> dict[str, int]:
    found: dict[str, int] = {}
    for finding in result.findings:
        found[finding["check"]] = found.get(finding["check"], 0) + finding["count"]
    return found


@pytest.mark.parametrize(
    ("dataset", "rows", "expected"),
    [
        (CRIMES, [crime(A), crime(B)], {}),
        (CRIMES, [crime(""), crime(""), crime("")], {"identical_without_id": 2}),
        # Every row that carries a repeated ID is counted: to none of them can an outcome be given.
        (CRIMES, [crime(A), crime(A)], {"exact_duplicate": 1, "crime_id_repeated": 2}),
        (CRIMES, [crime(A), crime(A, Crime_type="Drugs"), crime(B)], {"crime_id_repeated": 2}),
        (CRIMES, [crime(A), crime(A), crime(A, Context="x")], {"exact_duplicate": 1, "crime_id_repeated": 3}),
        (
            CRIMES,
            [crime(""), *[crime(A), crime(B)] * 2],
            {"exact_duplicate": 2, "crime_id_repeated": 4, "stands_twice": 2},
        ),
        (CRIMES, [crime(A), crime(A), crime(A), crime(B)], {"exact_duplicate": 2, "crime_id_repeated": 3}),
        (CRIMES, [crime(A, Reported_by="Essex Police"), crime(B, Reported_by="KENT POLICE")], {"other_force": 1}),
        (CRIMES, [crime(A, Reported_by="Somebody"), crime(B, Reported_by="")], {}),
        (CRIMES, [crime(A, Longitude="51.25", Latitude="0.52"), crime(B, Latitude="0")], {"outside_uk": 2}),
        (CRIMES, [crime(A, Longitude="-0,1"), crime(B)], {"bad_coordinate": 1, "unlocated": 1}),
        (CRIMES, [crime("NA", Context="NULL"), crime("", Context="x")], {"word_for_blank": 2}),
        (CRIMES, [crime(A, Longitude="", Latitude="", Location="No Location")], {"unlocated": 1}),
        (CRIMES, [crime(A, LSOA_code="", LSOA_name="")], {"no_lsoa": 1}),
        (CRIMES, [crime(A, Location="On or near ")], {"no_street_name": 1}),
        (CRIMES, [crime(A, Crime_type="Piracy"), crime(B, Last_outcome_category="Keelhauled")], {"unknown_value": 2}),
        (CRIMES, [crime(A, Month="2024-05")], {"out_of_month": 1}),
        # Both rows give the crime that outcome: the finding counts what is to be held against its crimes.
        (OUTCOMES, [outcome(A), outcome(A)], {"exact_duplicate": 1, "outcome_repeated": 2}),
        (OUTCOMES, [outcome(A), outcome(A, Location="On or near B Street")], {"outcome_repeated": 2}),
        (OUTCOMES, [outcome(""), outcome("")], {"identical_without_id": 1}),
        # Several outcomes of one crime are its history, no repetition.
        (OUTCOMES, [outcome(A), outcome(A, Outcome_type="Suspect charged")], {}),
        (STOPS, [stop()] * 60, {"exact_duplicate": 59, "stands_twice": 59}),
        (STOPS, [*[stop()] * 3, stop(Gender="")], {"exact_duplicate": 2}),
        (STOPS, [stop(Outcome_linked_to_object_of_search="1.0")], {"flag_in_other_form": 1}),
        (STOPS, [stop(), stop(Gender="")], {}),
        # Whether a stop is of another month follows from its file's clock, which is decided later.
        (STOPS, [stop("2024-05-31T22:59:59+00:00")], {}),
        (STOPS, [stop("")], {}),
        (STOPS, [stop(Latitude="", Longitude="")], {"unlocated": 1}),
        (STOPS, [stop(Object_of_search="Moonbeams", Gender="Yes")], {"unknown_value": 2}),
        # Words of another era than June 2024: known, and not to be expected any more.
        (OUTCOMES, [outcome(A), outcome(B, Outcome_type="Offender fined")], {"outside_era": 1}),
        (
            CRIMES,
            [crime(A, Last_outcome_category="Offender sent to prison"), crime(B, Crime_type="Violent crime")],
            {"outside_era": 2},
        ),
        (
            STOPS,
            [stop(Outcome="Suspect arrested"), stop(**{"Self-defined_ethnicity": "White - British (W1)"})],
            {"outside_era": 2},
        ),
    ],
)  # fmt: skip
def test_findings_of_rows(dataset: Dataset, rows: list[list[str]], expected: dict[str, int], tmp_path: Path) -> None:
    (result,) = staged(tmp_path, dataset, data(dataset, *rows))
    assert told(result) == expected
    assert (result.rows_read, result.rows_loaded) == (len(rows), len(rows))


@pytest.mark.parametrize(
    ("dataset", "month", "row", "told_of"),
    [
        (OUTCOMES, "2019-05", outcome(A, Month="2019-05", Outcome_type="Offender fined"), {}),
        (OUTCOMES, "2019-06", outcome(A, Month="2019-06", Outcome_type="Offender fined"), {"outside_era": 1}),
        (CRIMES, "2011-12", crime(A, Month="2011-12", Crime_type="Drugs"), {}),
        (CRIMES, "2011-11", crime(A, Month="2011-11", Crime_type="Drugs"), {"outside_era": 1}),  # it has an ID
        (CRIMES, "2011-08", crime("", Month="2011-08", Crime_type="Drugs"), {"outside_era": 1}),
        (STOPS, "2017-12", stop("2017-12-10T10:00:00+00:00"), {"outside_era": 1}),
        (STOPS, "2018-01", stop("2018-01-10T10:00:00+00:00"), {}),
    ],
)
def test_an_era_ends_with_the_month_of_the_file(
    dataset: Dataset, month: str, row: list[str], told_of: dict[str, int], tmp_path: Path
) -> None:
    (result,) = staged(tmp_path, dataset, data(dataset, row), months=[Month.parse(month)])
    assert told(result) == told_of


def test_eras_are_those_of_each_file_of_a_task(tmp_path: Path) -> None:
    """Of files that are read together only those of later months are told of, with their own lines."""
    months = [Month.parse(text) for text in ("2019-04", "2019-05", "2019-06")]
    rows = [
        outcome(n * 64, Month=str(month), Outcome_type="Offender fined") for n, month in zip("abc", months, strict=True)
    ]
    results = staged(tmp_path, OUTCOMES, *(data(OUTCOMES, row) for row in rows), months=months)
    assert [told(result) for result in results] == [{}, {}, {"outside_era": 1}]
    (found,) = results[2].findings
    assert (found["field"], found["examples"]) == ("Outcome type", [{"line": 2, "value": "Offender fined"}])


def test_findings_name_their_own_files_lines_and_values(tmp_path: Path) -> None:
    """Examples of one file must not be those of the next one in the same task."""
    first = data(CRIMES, crime(A), crime(B, Crime_type="Piracy"))
    second = data(CRIMES, *[crime(f"{n:064x}", Crime_type="Arson at sea") for n in range(5)])
    results = staged(tmp_path, CRIMES, first, second)
    (one,), (other,) = (result.findings for result in results)
    assert one["examples"] == [{"line": 3, "value": "Piracy"}]
    assert other["count"] == 5
    assert other["examples"] == [{"line": line, "value": "Arson at sea"} for line in (2, 3, 4)]


def test_repeated_ids_are_counted_beside_the_rows_that_bear_them(tmp_path: Path) -> None:
    """Of each file by itself: two IDs on five rows of the first, one on two of the second; blank IDs are none."""
    first = data(CRIMES, *[crime(A)] * 3, crime(B), crime(B, Crime_type="Drugs"), crime("c" * 64), crime(""), crime(""))
    results = staged(tmp_path, CRIMES, first, data(CRIMES, crime(A), crime(A), crime(B)), data(CRIMES, crime(A)))
    repeated = [[f for f in result.findings if f["check"] == "crime_id_repeated"] for result in results]
    assert [[(f["count"], f["ids"]) for f in its] for its in repeated] == [[(5, 2)], [(2, 1)], []]


def test_crimes_with_repeated_outcomes_are_counted_beside_their_rows(tmp_path: Path) -> None:
    """A crime with two outcomes that each stand twice is one crime on four rows."""
    fined = outcome(A, Outcome_type="Offender fined")
    rows = [outcome(A), outcome(A), fined, fined, outcome(B), outcome(B), outcome("c" * 64), outcome(""), outcome("")]
    (result,) = staged(tmp_path, OUTCOMES, data(OUTCOMES, *rows))
    (repeated,) = [f for f in result.findings if f["check"] == "outcome_repeated"]
    assert (repeated["count"], repeated["ids"]) == (6, 2)


def test_identical_rows_of_two_files_are_no_duplicates(tmp_path: Path) -> None:
    results = staged(tmp_path, CRIMES, data(CRIMES, crime(A)), data(CRIMES, crime(A)))
    assert [told(result) for result in results] == [{}, {}]


def test_no_findings_without_rows() -> None:
    extracted, _ = extract([data(CRIMES)], CRIMES)
    nothing = np.empty(0, np.uint64)
    rows = Rows(
        CRIMES, "kent", extracted, 1, nothing, np.empty(0, bool), nothing, np.empty(0, bool), np.array([MONTH.index])
    )
    assert findings(rows, WordHashes()) == [[]]


# -- points ------------------------------------------------------------------------------------------------------


def keys_of(*rows: list[str]) -> list[int]:
    extracted, _ = extract([data(CRIMES, *rows)], CRIMES)
    keys, _ = PointWriter(WordHashes()).keys(extracted.table)
    return keys.tolist()


def test_a_point_has_one_key_in_every_file_and_process() -> None:
    """Stored in every lake: a change of this number is a change of format."""
    assert keys_of(crime(A), crime(B)) == [KEY, KEY]
    assert keys_of(crime(A), crime(B, Location="x"))[0] == KEY


@pytest.mark.parametrize(
    "cells",
    [
        {"Longitude": "0.520001"}, {"Latitude": "51.250001"}, {"Location": "On or near B Street"},
        {"LSOA_code": "E01024001"}, {"LSOA_name": "Maidstone 001B"}, {"Longitude": ""}, {"Latitude": ""},
        {"Longitude": "51.25", "Latitude": "0.52"}, {"LSOA_code": "Maidstone 001A", "LSOA_name": "E01024000"},
        {"Location": ""}, {"LSOA_code": "", "LSOA_name": ""},
    ],
)  # fmt: skip
def test_points_that_differ_in_anything_published_are_two(cells: dict[str, str]) -> None:
    one, other = keys_of(crime(A), crime(A, **cells))
    assert one != other


@pytest.mark.parametrize("cells", [{"Longitude": "0.520"}, {"Latitude": "51.2500"}, {"Crime_type": "Drugs"}])
def test_the_same_point_written_otherwise_is_one(cells: dict[str, str]) -> None:
    """Oddity 9: outcomes drop the trailing zeros of coordinates."""
    one, other = keys_of(crime(A), crime(A, **cells))
    assert one == other


def test_points_are_written_once_and_marked_only_when_they_are_on_disk() -> None:
    extracted, _ = extract([data(CRIMES, crime(A), crime(B), crime(A, Location="x"))], CRIMES)
    points = PointWriter(WordHashes())
    keys, located = points.keys(extracted.table)
    assert located.all()
    table, fresh = points.new_points(extracted.table, keys)
    assert table.num_rows == 2
    assert sorted(table.column("location").to_pylist()) == ["On or near A Street", "x"]
    assert points.new_points(extracted.table, keys)[0].num_rows == 2
    points.mark_written(fresh)
    assert points.new_points(extracted.table, keys)[0].num_rows == 0


def test_mixing_depends_on_the_order_of_columns() -> None:
    one, other = np.array([1], np.uint64), np.array([2], np.uint64)
    zero = np.zeros(1, np.uint64)
    assert mix(mix(zero, one), other) != mix(mix(zero, other), one)


def test_two_points_with_one_key_stop_the_build(tmp_path: Path) -> None:
    """One in ten million: then nothing may be published, for records could not be told apart."""
    from bluelamp.archive.progress import Silent
    from bluelamp.domain.selection import Selection
    from bluelamp.sources.police_uk.archive import open_source
    from bluelamp.storage.files import sha256_of
    from bluelamp.storage.ledger.ledger import LakeFile

    path = tmp_path / "2024-06-kent-street.csv"
    path.write_bytes(data(CRIMES, crime(A)))
    archive = open_archive(read_settings({"home": tmp_path / "home", "processes": 1}, {})[0])
    with open_source(str(path)) as source:
        archive.receive(source, release=None, selection=Selection(), progress=Silent())
    archive.finish(Silent())
    (original,) = [file for file in archive.ledger.lake_files() if "point" in file.path]
    other = archive.lake.root / original.path.replace("kent", "twin-of-kent")
    duckdb.execute(
        f"COPY (SELECT * REPLACE ('Elsewhere' AS location) FROM read_parquet('{archive.lake.path(original)}')) "
        f"TO '{other}' (FORMAT parquet)"
    )
    name = str(other.relative_to(archive.lake.root))
    known = LakeFile(name, original.table, 1, other.stat().st_size, sha256_of(other))
    archive.ledger.record_results([], [known])
    with pytest.raises(StorageError, match="share one key"):
        archive.publish(Silent(), from_nothing=True)
    assert archive.warehouse.current() is not None, "the version before it still answers"
