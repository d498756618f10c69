"""What is no value costs that value, not its row: a crime without a readable longitude is a crime. By either path."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.archive.columns import column
from bluelamp.archive.extract import FileVerdict, extract
from bluelamp.archive.judge import Judge, Mends
from bluelamp.archive.reader import Extracted, parse_sieved
from bluelamp.archive.shape import canonical_header
from bluelamp.domain.dataset import CRIMES, DATASETS, STOPS, Dataset

ID = "0123456789abcdef" * 4
PLACE = ["Kent Police", "Kent Police", "0.521", "51.25", "On or near A Street", "E01024000", "Maidstone 001A"]
SOUND = {
    "crimes": [ID, "2024-01", *PLACE, "Burglary", "Under investigation", ""],
    "outcomes": [ID, "2024-01", *PLACE, "Local resolution"],
    "stops": [
        "Person search", "2024-01-01T10:00:00+00:00", "False", "", "51.25", "0.521", "Male", "18-24",
        "Other ethnic group - Not stated", "White", "Misuse of Drugs Act 1971 (section 23)", "Controlled drugs",
        "Arrest", "True", "False",
    ],
}  # fmt: skip
BOM = b"\xef\xbb\xbf"
paths = pytest.mark.parametrize("prefix", [b"", BOM], ids=["fast path", "careful path"])


def row(dataset: Dataset, column_name: str = "", cell: bytes = b"") -> bytes:
    cells = [text.encode() for text in SOUND[dataset.name]]
    if column_name:
        cells[dataset.columns.index(column_name)] = b'"' + cell + b'"'
    return b",".join(cells) + b"\n"


def read(data: bytes, dataset: Dataset) -> tuple[Extracted, FileVerdict]:
    extracted, (verdict,) = extract([data], dataset)
    return extracted, verdict


def told(extracted: Extracted, verdict: FileVerdict) -> dict[tuple[str, str], int]:
    mended = {(one["check"], one["field"]): one["count"] for one in verdict.mends.findings()}
    return mended | {(one.check, one.field): int(one.rows.sum()) for one in extracted.respelt}


@paths
@pytest.mark.parametrize(
    "cell",
    ["abc", "91", "-180.5", "Infinity", "-inf", "1e400", "٥١.٥", "０.1", "51,25", "1,07813", "0x10", "1_0", "\xa01.0",
     "-0.1°", "1.2.3", "--1", "1e", "north"],
)  # fmt: skip
@pytest.mark.parametrize(("dataset", "name"), [(CRIMES, "Longitude"), (CRIMES, "Latitude"), (STOPS, "Latitude")])
def test_a_bad_coordinate_makes_a_record_unlocated_never_uncounted(
    prefix: bytes, dataset: Dataset, name: str, cell: str
) -> None:
    """Not a refused row: only its place is not known."""
    if (name, cell) in {("Longitude", "91"), ("Longitude", "51,25")}:
        cell = "191"
    data = prefix + canonical_header(dataset) + row(dataset) * 2 + row(dataset, name, cell.encode())
    extracted, verdict = read(data, dataset)
    assert (verdict.rows, verdict.issues, verdict.broken) == (3, [], "")
    assert column(extracted.table, name).to_pylist()[2] is None
    assert told(extracted, verdict) == {("bad_coordinate", name): 1}
    (finding,) = verdict.mends.findings()
    assert finding["examples"] == [{"line": 4, "value": cell}]


@paths
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (" -0.1 ", -0.1), ("\t0.5", 0.5), ("+0.1", 0.1), ("-1e-1", -0.1), ("1.", 1.0), (".5", 0.5), ("1e-400", 0.0),
        (" ", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("beside", ["", "abc"], ids=["alone", "beside a misfit"])
def test_a_number_in_another_form_is_its_value(prefix: bytes, cell: str, value: float | None, beside: str) -> None:
    """Whatever else stands in the file: a padded number beside a word once ended the whole load."""
    rows = row(CRIMES) + row(CRIMES, "Longitude", cell.encode()) + (row(CRIMES, "Longitude", b"abc") if beside else b"")
    extracted, verdict = read(prefix + canonical_header(CRIMES) + rows, CRIMES)
    assert (verdict.broken, verdict.issues) == ("", [])
    assert column(extracted.table, "Longitude").to_pylist()[1] == value


@paths
@pytest.mark.parametrize("word", ["NA", "NaN", "nan", "NULL", "null", "None", "#N/A", "N/A", "n/a", "<NA>", r"\N"])
def test_words_for_nothing_are_blanks_in_every_column(prefix: bytes, word: str) -> None:
    for dataset in DATASETS:
        for name in dataset.columns:
            if name == "Month":
                continue
            data = prefix + canonical_header(dataset) + row(dataset) * 2 + row(dataset, name, word.encode())
            extracted, verdict = read(data, dataset)
            assert (verdict.rows, verdict.issues, verdict.broken) == (3, [], ""), name
            assert column(extracted.table, name).to_pylist()[2] in ("", None)
            assert told(extracted, verdict) == {("word_for_blank", name): 1}


@paths
def test_a_month_that_is_a_word_for_nothing_is_still_no_month(prefix: bytes) -> None:
    data = prefix + canonical_header(CRIMES) + row(CRIMES) * 2 + row(CRIMES, "Month", b"NA")
    assert read(data, CRIMES)[1].issues[0].field == "Month"


@paths
@pytest.mark.parametrize(("yes", "no"), [("1.0", "0.0"), ("1", "0"), ("TRUE", "FALSE"), ("true", "false"), ("T", "F")])
def test_flags_of_other_programs_are_read_as_flags(prefix: bytes, yes: str, no: str) -> None:
    names = ("Outcome linked to object of search", "Removal of more than just outer clothing")
    rows = row(STOPS) + row(STOPS, names[0], yes.encode()) + row(STOPS, names[1], no.encode())
    extracted, verdict = read(prefix + canonical_header(STOPS) + rows, STOPS)
    assert column(extracted.table, names[0]).to_pylist() == ["True"] * 3
    assert column(extracted.table, names[1]).to_pylist() == ["False"] * 3
    assert told(extracted, verdict) == {("flag_in_other_form", name): 1 for name in names}


@paths
def test_only_flags_are_read_as_flags(prefix: bytes) -> None:
    data = prefix + canonical_header(CRIMES) + row(CRIMES, "Context", b"1.0") + row(CRIMES, "Location", b"Yes")
    extracted, verdict = read(data, CRIMES)
    assert (column(extracted.table, "Context").to_pylist()[0], told(extracted, verdict)) == ("1.0", {})


@paths
def test_another_character_set_costs_no_row(prefix: bytes) -> None:
    data = prefix + canonical_header(CRIMES) + row(CRIMES) + row(CRIMES, "Location", "Clôs Hanratté".encode("cp1252"))
    extracted, verdict = read(data, CRIMES)
    assert column(extracted.table, "Location").to_pylist()[1] == "Clôs Hanratté"
    assert (verdict.rows, told(extracted, verdict)) == (2, {("other_character_set", "Location"): 1})


_CELLS = st.one_of(
    st.text(max_size=10),
    st.text("0123456789+-.eE \t_xXnaifNTZ:,/\xa0０１٣", max_size=12),
    st.floats().map(repr),
    st.floats(-200, 200).map(lambda value: f" {value:+.7e}\t"),
    st.integers().map(str),
    st.datetimes().map(str),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    st.binary(max_size=6).map(lambda some: some.decode("utf-8", "surrogateescape")),
    st.sampled_from(["", ID, ID.upper(), "2024-01", "2024-1", "NA", "nan", "-0", "1e400", "0x10"]),
    st.sampled_from(["2024-02-30T10:00:00Z", "2024-02-29T10:00Z", "0001-01-01T00:00+01"]),
)  # fmt: skip


@settings(max_examples=300)
@given(st.data(), st.sampled_from(DATASETS))
def test_whatever_the_judge_lets_through_the_typed_reading_takes(data: Any, dataset: Dataset) -> None:
    """One file must never end a load because two checks of it disagree."""
    judge, out = Judge(dataset, Mends()), io.StringIO()
    writer, fitting = csv.writer(out, lineterminator="\n"), 0
    for line in range(2, data.draw(st.integers(3, 6))):
        cells = list(SOUND[dataset.name])
        for _ in range(data.draw(st.integers(1, 4))):
            # Rows are cut at carriage returns: no cell that reaches a judge has one.
            cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(_CELLS).replace("\r", "")
        if judge(line, cells) is None:
            writer.writerow(cells)
            fitting += 1
    table = parse_sieved(out.getvalue().encode("utf-8"), dataset)
    assert table.num_rows == fitting
