"""From bytes to rows: bad rows parted from good ones, with line and reason; nothing lost and nothing guessed."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bluelamp.archive.columns import column
from bluelamp.archive.extract import FileVerdict, extract
from bluelamp.archive.respell import stands_for_blank
from bluelamp.archive.shape import canonical_header
from bluelamp.archive.sieve import Issue
from bluelamp.domain.dataset import CRIMES, DATASETS, OUTCOMES, STOPS, Dataset
from bluelamp.domain.vocabulary import BOOLEAN

ID = "0123456789abcdef" * 4
CRIME = [
    ID, "2024-01", "Kent Police", "Kent Police", "0.521", "51.25", "On or near A Street", "E01024000",
    "Maidstone 001A", "Burglary", "Under investigation", "",
]  # fmt: skip
STOP = [
    "Person search", "2024-01-01T10:00:00+00:00", "False", "", "51.25", "0.521", "Male", "18-24",
    "Other ethnic group - Not stated", "White", "Misuse of Drugs Act 1971 (section 23)", "Controlled drugs", "Arrest",
    "True", "False",
]  # fmt: skip
SOUND = {"crimes": CRIME, "outcomes": [*CRIME[:9], "Local resolution"], "stops": STOP}
BOM = b"\xef\xbb\xbf"


def line(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue().encode()


def changed(dataset: Dataset, **cells: str) -> bytes:
    row = list(SOUND[dataset.name])
    for name, cell in cells.items():
        row[dataset.columns.index(name.replace("_", " "))] = cell
    return line(row)


def file(dataset: Dataset, *lines: bytes) -> bytes:
    return canonical_header(dataset) + b"".join(lines)


def read(data: bytes, dataset: Dataset = CRIMES) -> tuple[list[tuple[int, tuple[Any, ...]]], FileVerdict]:
    """[(line, cells)] and the verdict."""
    extracted, (verdict,) = extract([data], dataset)
    cells = [column(extracted.table, name).to_pylist() for name in dataset.columns]
    return list(zip(extracted.line.tolist(), zip(*cells, strict=True), strict=True)), verdict


def issue(verdict: FileVerdict) -> Issue:
    (only,) = verdict.issues
    return only


GOOD = line(CRIME)


@pytest.mark.parametrize("prefix", [b"", BOM], ids=["fast path", "careful path"])
@pytest.mark.parametrize(
    ("dataset", "bad", "field", "reason"),
    [
        (CRIMES, line(CRIME[:7]), "", "has 7 fields instead of 12"),
        (CRIMES, line([*CRIME, "", ""]), "", "has 14 fields instead of 12"),
        (CRIMES, changed(CRIMES, Month="2020-13"), "Month", "not a month"),
        (CRIMES, changed(CRIMES, Month=""), "Month", "not a month"),
        (CRIMES, changed(CRIMES, Month="٢٠٢٤-01"), "Month", "not a month"),
        (CRIMES, changed(CRIMES, Crime_ID="0123-not-an-id"), "Crime ID", "hexadecimal"),
        (CRIMES, changed(CRIMES, Crime_ID=ID[:-1]), "Crime ID", "hexadecimal"),
        (CRIMES, changed(CRIMES, Crime_ID=ID[:-1] + "g"), "Crime ID", "hexadecimal"),
        (CRIMES, changed(CRIMES, Location="On or\0near"), "Location", "NUL"),
        (CRIMES, GOOD.replace(b"On or near", b'"On or near'), "", "never closed"),
        (OUTCOMES, changed(OUTCOMES, Month="January"), "Month", "not a month"),
        (STOPS, changed(STOPS, Date="not a date"), "Date", "date and time"),
        (STOPS, changed(STOPS, Date="2024-01-01T10:00:00"), "Date", "date and time"),
        (STOPS, changed(STOPS, Date="2024-02-30T10:00:00+00:00"), "Date", "date and time"),
        (STOPS, changed(STOPS, Date="2020-13-01T00:00:00+00:00"), "Date", "date and time"),
        (STOPS, changed(STOPS, Date="2024-01-01T10:00:00+05:60"), "Date", "date and time"),
    ],
)
def test_a_row_that_does_not_fit_is_an_issue_by_either_path(
    prefix: bytes, dataset: Dataset, bad: bytes, field: str, reason: str
) -> None:
    good = line(SOUND[dataset.name])
    rows, verdict = read(prefix + file(dataset, good, good, bad, good), dataset)
    found = issue(verdict)
    assert (found.line, found.field) == (4, field)
    assert reason in found.reason
    assert [number for number, _ in rows] == [2, 3, 5]
    assert (verdict.rows_read, verdict.rows, verdict.broken) == (4, 3, "")


@pytest.mark.parametrize("prefix", [b"", BOM], ids=["fast path", "careful path"])
@pytest.mark.parametrize(
    ("dataset", "column_name", "cell", "value"),
    [
        (CRIMES, "Location", 'A "quoted" street', 'A "quoted" street'),
        (CRIMES, "Location", "Over\ntwo lines", "Over\ntwo lines"),
        (CRIMES, "Location", "On or near ", "On or near "),
        (CRIMES, "Location", "On or near Clôs Hanratté", "On or near Clôs Hanratté"),
        (CRIMES, "LSOA name", "Bournemouth, Christchurch and Poole 036E", "Bournemouth, Christchurch and Poole 036E"),
        (CRIMES, "Context", "", ""),
        (CRIMES, "Longitude", "", None),
        (CRIMES, "Latitude", "51.63131", 51.63131),
        (CRIMES, "Latitude", "51.631310", 51.63131),
        (CRIMES, "Longitude", "-0", 0.0),
        (CRIMES, "Crime ID", "", ""),
    ],
)
def test_a_sound_cell_comes_out_as_published(
    prefix: bytes, dataset: Dataset, column_name: str, cell: str, value: object
) -> None:
    data = prefix + file(dataset, GOOD, changed(dataset, **{column_name.replace(" ", "_"): cell}), GOOD)
    rows, verdict = read(data, dataset)
    assert verdict.issues == []
    assert len(rows) == 3
    assert rows[1][1][dataset.columns.index(column_name)] == value


def test_a_quote_that_is_never_closed_costs_its_own_row_only() -> None:
    rows, verdict = read(file(CRIMES, *[GOOD] * 3, GOOD.replace(b",On", b',"On'), *[GOOD] * 40))
    assert issue(verdict).line == 5
    assert len(rows) == 43


def test_a_record_over_several_lines_counts_from_its_first() -> None:
    over = changed(CRIMES, Location="one\ntwo\nthree")
    rows, verdict = read(file(CRIMES, GOOD, over, GOOD, line(CRIME[:3])))
    assert [number for number, _ in rows] == [2, 3, 6]
    assert issue(verdict).line == 7


def test_empty_lines_are_no_rows() -> None:
    rows, verdict = read(file(CRIMES, GOOD, b"\n", b"\n", GOOD))
    assert [number for number, _ in rows] == [2, 5]
    assert (verdict.rows_read, verdict.issues) == (2, [])


@pytest.mark.parametrize("dataset", DATASETS, ids=str)
def test_a_last_row_without_its_line_end_is_whole_or_the_file_was_cut(dataset: Dataset) -> None:
    good = line(SOUND[dataset.name])
    rows, verdict = read(file(dataset, good, good)[:-1], dataset)
    assert (len(rows), verdict.broken, verdict.issues) == (2, "", [])
    for cut in (2, 20, len(good) // 2, len(good) - 3):
        if dataset == CRIMES and good[: cut + 1].count(b",") == 11:
            continue
        rows, verdict = read(file(dataset, good, good[:cut]), dataset)
        assert "cut off" in verdict.broken, cut
        assert rows == []


def test_a_file_cut_inside_a_word_is_known_by_its_vocabulary() -> None:
    data = file(OUTCOMES, line(SOUND["outcomes"]), line(SOUND["outcomes"]))
    assert "cut off" in read(data[: -len("ution\n")], OUTCOMES)[1].broken


def test_a_file_of_which_nothing_fits_is_no_published_zero() -> None:
    rows, verdict = read(file(CRIMES, *[changed(CRIMES, Month="01/2024")] * 5))
    assert rows == []
    assert "no row that fits" in verdict.broken
    _, verdict = read(file(CRIMES))
    assert (verdict.broken, verdict.rows_read) == ("", 0)


def test_one_broken_file_does_not_hinder_the_others() -> None:
    sound = file(CRIMES, GOOD, GOOD)
    files = [sound, b"", BOM + sound, sound[:-30], sound.replace(b"\n", b"\r\n"), file(CRIMES, GOOD, line(["x"]))]
    extracted, verdicts = extract(files, CRIMES)
    assert [bool(verdict.broken) for verdict in verdicts] == [False, True, False, True, False, False]
    assert [(verdict.rows, len(verdict.issues)) for verdict in verdicts if not verdict.broken] == [
        (2, 0), (2, 0), (2, 0), (1, 1),
    ]  # fmt: skip
    assert extracted.owner.tolist() == [0, 0, 2, 2, 4, 4, 5]
    assert extracted.line.tolist() == [2, 3, 2, 3, 2, 3, 2]


@pytest.mark.parametrize(
    "altered",
    [
        lambda data: BOM + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b"\n", b"\r"),
        lambda data: data[:-1],
        lambda data: data + b"\n\n",
    ],
    ids=["bom", "crlf", "cr", "no last line end", "trailing blank lines"],
)
def test_every_readable_form_gives_the_same_rows(altered: Any) -> None:
    data = file(CRIMES, GOOD, changed(CRIMES, Location="a, b"), changed(CRIMES, Longitude="", Latitude=""), GOOD)
    assert read(altered(data))[0] == read(data)[0]


# -- tables by chance --------------------------------------------------------------------------------------------

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12)
_DEGREES = st.one_of(st.just(""), st.floats(-89, 89).map(lambda value: f"{value:.6f}"), st.integers(-89, 89).map(str))
_IDS = st.one_of(st.just(""), st.binary(min_size=32, max_size=32).map(bytes.hex))
_MONTHS = st.sampled_from(["2010-12", "2024-01", "2024-02"])
_WORDS = st.one_of(_TEXT, st.sampled_from(["Burglary", "NULL", "nan", "#N/A", "true", "=1+1", 'say "so"', "a,b", "\n"]))
_TIMES = st.one_of(
    st.just(""),
    st.datetimes().map(lambda moment: f"{moment.isoformat(timespec='seconds')}+00:00"),
    st.datetimes().map(lambda moment: f"{moment.isoformat(timespec='microseconds')}Z"),
)
_KINDS = {"Longitude": _DEGREES, "Latitude": _DEGREES, "Crime ID": _IDS, "Month": _MONTHS, "Date": _TIMES}


def _rows(dataset: Dataset) -> st.SearchStrategy[list[tuple[str, ...]]]:
    return st.lists(st.tuples(*(_KINDS.get(name, _WORDS) for name in dataset.columns)), max_size=6)


@settings(max_examples=60)
@given(st.data(), st.sampled_from(DATASETS))
def test_every_cell_of_a_sound_table_comes_back_by_both_paths(data: st.DataObject, dataset: Dataset) -> None:
    rows = data.draw(_rows(dataset))
    text = file(dataset, *(line(list(row)) for row in rows))
    fast, verdict = read(text, dataset)
    careful, careful_verdict = read(BOM + text, dataset)
    assert (verdict.issues, careful_verdict.issues, verdict.broken) == ([], [], "")
    assert fast == careful
    assert len(fast) == len(rows)
    for (_, found), row in zip(fast, rows, strict=True):
        for name, cell, value in zip(dataset.columns, row, found, strict=True):
            if stands_for_blank(cell):
                assert value == ""
            elif name in ("Longitude", "Latitude"):
                assert value == (float(cell) if cell else None)
            elif name == "Date":
                assert (value is None) == (cell == "")
                assert value is None or value.isoformat(timespec="seconds")[:19] == cell[:19]
            elif dataset.vocabularies.get(name) is BOOLEAN and value in BOOLEAN:
                assert value[0] in "TF"
            else:
                assert value == cell


_STRANGE = st.one_of(
    _WORDS,
    st.text(max_size=8),
    st.sampled_from(["1e1", " 1.5", "+1.5", "1.", ".5", "0x1p3", "-0.0",
        "NaN", "null", "2024-01", "٣", "1.00000000000000001"]),
    st.sampled_from(["2024-01-01 10:00:00Z", "2024-01-01T10Z", "2024-01-01T10:00Z", "2024-01-01T10:00:00.Z"]),
    st.sampled_from([" ", "\t", " 1.5\t", "\xa01.5", "1_0", "１.5", "inf", "-Infinity", "1e400", "1e-400", "-1e1"]),
    st.sampled_from(["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00Z"]),
    st.sampled_from(["2024-02-29T10:00:00Z", "2023-02-29T10:00:00+00:00", " 2024-01-01T10:00:00Z ", "\t"]),
    st.sampled_from(["2024-01-01T10:00:00+0100", "2024-01-01T24:00:00Z", ID.upper(), ID, "a" * 63]),
)  # fmt: skip


@settings(max_examples=150)
@given(st.data(), st.sampled_from(DATASETS))
@example(data=None, dataset=CRIMES)
def test_both_paths_part_good_rows_from_bad_ones_alike(data: st.DataObject | None, dataset: Dataset) -> None:
    """Whether a row counts must not depend on what else is wrong with the file that it stands in."""
    if data is None:
        rows = [["a\0b" if name == "Location" else cell for name, cell in zip(CRIMES.columns, CRIME, strict=True)]]
    else:
        rows = []
        for _ in range(data.draw(st.integers(1, 4))):
            row = list(SOUND[dataset.name])
            for _ in range(data.draw(st.integers(0, 2))):
                row[data.draw(st.integers(0, len(row) - 1))] = data.draw(_STRANGE)
            rows.append(row[: data.draw(st.sampled_from([len(row), len(row), len(row) - 1]))])
    good = line(SOUND[dataset.name])
    # Mostly good rows: a file of which too little fits is broken, whichever rows those are.
    text = file(dataset, *[good] * 5, *(line(row).replace(b"\r", b"") for row in rows), good)
    fast, verdict = read(text, dataset)
    careful, careful_verdict = read(BOM + text, dataset)
    assert fast == careful
    assert verdict.issues == careful_verdict.issues
    assert list(verdict.mends.findings()) == list(careful_verdict.mends.findings())
    assert (verdict.broken, careful_verdict.broken) == ("", "")
    assert verdict.rows_read == verdict.rows + len(verdict.issues)
    assert {number for number, _ in fast}.isdisjoint(one.line for one in verdict.issues)
