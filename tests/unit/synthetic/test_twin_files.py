"""Faults of whole files and files that are missing."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from bluelamp.domain.dataset import BY_NAME, DATASETS
from bluelamp.domain.month import month_range
from bluelamp.synthetic.coverage import has_remit
from bluelamp.synthetic.plan import UNUSABLE, VARIANTS
from tests.lib.archive.twins import PLAN, Twin


def test_every_expected_file_is_there_or_named_as_missing(twin: Twin) -> None:
    expected = {
        (dataset.name, force, str(month))
        for dataset in DATASETS
        for force in PLAN.forces
        for month in month_range(PLAN.release - (PLAN.months - 1), PLAN.release)
        if has_remit(force, dataset.name)
    }
    there = {(file.dataset, file.force, file.month) for file in twin.truth.files}
    missing = {(gap.dataset, gap.force, gap.month) for gap in twin.truth.missing}
    assert there | missing == expected
    assert not there & missing
    assert {gap.why for gap in twin.truth.missing} == {
        "missing_months", "stops_stopped", "street_gaps", "restated_coverage",
    }  # fmt: skip


def test_a_force_falls_silent_for_good(twin: Twin) -> None:
    gone = {gap.month for gap in twin.truth.missing if gap.why == "stops_stopped" and gap.force == "gwent"}
    assert gone == {str(month) for month in PLAN.window if str(month) >= "2022-10"}


def test_every_fault_of_a_file_is_planted(twin: Twin) -> None:
    assert {file.condition for file in twin.truth.files} == {"sound", *UNUSABLE, *VARIANTS}
    assert all(file.how for file in twin.truth.files if file.condition not in {"sound", "stuck_file", "thin_files"})
    assert len({file.also for file in twin.truth.files}) > 3


def test_only_damaged_members_fail_their_checksum(twin: Twin) -> None:
    for file in twin.truth.files:
        if file.condition == "damaged_member":
            with pytest.raises(zipfile.BadZipFile, match="CRC"):
                twin.body(file)
        elif file.condition != "sound":
            assert len(twin.body(file)) == file.size


def test_each_fault_looks_as_its_name_says(twin: Twin) -> None:
    checked = 0
    for file in twin.truth.files:
        if file.condition in {"sound", "damaged_member"}:
            continue
        columns = list(BY_NAME[file.dataset].columns)
        body = twin.body(file)
        for fault in filter(None, (file.condition, file.also)):
            _CHECKS[fault](columns, body, file.rows)
        checked += 1
    assert checked > 35


def _table(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8"), newline="")))


def _cut(columns: list[str], body: bytes, rows: int) -> None:
    assert not body.endswith(b"\n")
    assert len(_table(body)[-1]) < len(columns)
    assert len(_table(body)) == rows + 1


def _renamed(columns: list[str], body: bytes, rows: int) -> None:
    header = _table(body)[0]
    assert len(header) == len(columns)
    assert sum(one != other for one, other in zip(header, columns, strict=True)) == 1


def _missing(columns: list[str], body: bytes, rows: int) -> None:
    assert len(_table(body)[0]) == len(columns) - 1
    assert len(_table(body)) == rows + 1


def _headless(columns: list[str], body: bytes, rows: int) -> None:
    assert columns[0].encode() not in body
    assert len(_table(body)) == rows


def _noise(columns: list[str], body: bytes, rows: int) -> None:
    with pytest.raises(UnicodeDecodeError):
        body.decode()


def _empty(columns: list[str], body: bytes, rows: int) -> None:
    assert rows == 0
    assert body.decode() == ",".join(columns) + "\n"


def _reordered(columns: list[str], body: bytes, rows: int) -> None:
    assert _table(body)[0] != columns
    assert sorted(_table(body)[0]) == sorted(columns)


def _extra(columns: list[str], body: bytes, rows: int) -> None:
    assert _table(body)[0][:-1] == columns
    assert len(_table(body)) == rows + 1


def _crlf(columns: list[str], body: bytes, rows: int) -> None:
    assert body.count(b"\r\n") == body.count(b"\n") == rows + 1


def _bare_cr(columns: list[str], body: bytes, rows: int) -> None:
    assert b"\n" not in body
    assert body.count(b"\r") == rows + 1


def _bom(columns: list[str], body: bytes, rows: int) -> None:
    assert body.startswith(b"\xef\xbb\xbf" + columns[0].encode())


def _stuck(columns: list[str], body: bytes, rows: int) -> None:
    lines = body.splitlines()
    assert rows == 13 == len(lines) - 1
    assert len(set(lines[1:])) == 1


def _thin(columns: list[str], body: bytes, rows: int) -> None:
    assert len(_table(body)) == rows + 1


def _tiny(columns: list[str], body: bytes, rows: int) -> None:
    assert len(_table(body)) == rows + 1
    assert 0 < rows < 20


def _twice(columns: list[str], body: bytes, rows: int) -> None:
    lines = body.splitlines()[1:]
    assert len(lines) == rows
    assert lines[: rows // 2] == lines[rows // 2 :]


def _swollen(columns: list[str], body: bytes, rows: int) -> None:
    lines = body.splitlines()[1:]
    assert len(lines) == rows
    assert any(all(len(set(lines[n : n + times])) == 1 for n in range(0, rows, times)) for times in (2, 3))


def _of_two_forces(columns: list[str], body: bytes, rows: int) -> None:
    header, *table = _table(body)
    assert len(table) == rows
    if "Reported by" in header:
        assert len({row[header.index("Reported by")] for row in table if len(row) == len(header)}) == 2


def _of_two_months(columns: list[str], body: bytes, rows: int) -> None:
    header, *table = _table(body)
    assert len(table) == rows
    dates = [row[header.index("Month" if "Month" in header else "Date")][:7] for row in table if len(row) > 2]
    assert min(dates) != max(dates)


def _points(body: bytes) -> list[tuple[str, str]]:
    header, *table = _table(body)
    where = header.index("Longitude"), header.index("Latitude")
    return [(row[where[0]], row[where[1]]) for row in table if len(row) == len(header) and row[where[0]]]


def _swapped(columns: list[str], body: bytes, rows: int) -> None:
    points = _points(body)
    assert points
    assert all(float(x) > 49 and float(y) < 3 for x, y in points)


def _shifted(columns: list[str], body: bytes, rows: int) -> None:
    assert len(_table(body)) == rows + 1
    assert all(len(x.partition(".")[2]) == len(y.partition(".")[2]) == 6 for x, y in _points(body))


def _rounded(columns: list[str], body: bytes, rows: int) -> None:
    points = _points(body)
    assert points
    assert all(text.endswith("000") for pair in points for text in pair)


_CHECKS = {
    "tiny_files": _tiny,
    "stands_twice": _twice,
    "swollen_files": _swollen,
    "merged_forces": _of_two_forces,
    "merged_months": _of_two_months,
    "swapped_coordinates": _swapped,
    "shifted_coordinates": _shifted,
    "rounded_coordinates": _rounded,
    "cut_file": _cut,
    "renamed_column": _renamed,
    "missing_column": _missing,
    "no_header": _headless,
    "not_text": _noise,
    "empty_files": _empty,
    "reordered_columns": _reordered,
    "extra_column": _extra,
    "crlf": _crlf,
    "bare_cr": _bare_cr,
    "bom": _bom,
    "stuck_file": _stuck,
    "thin_files": _thin,
}
