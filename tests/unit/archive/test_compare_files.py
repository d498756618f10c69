"""What a release changed, row by row, whatever the order of lines; a record is known by what it says."""

from __future__ import annotations

import csv
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.archive.diff import FileDiff, compare_files
from bluelamp.archive.diff_rows import differences
from bluelamp.archive.diff_sides import CHANGED, NOT_COMPARABLE, SAME_ROWS
from bluelamp.archive.shape import canonical_header
from bluelamp.domain.dataset import CRIMES, STOPS
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth

UNIT = ForceMonth("crimes", "kent", Month.parse("2024-01"))
A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def row(crime_id: str = A, outcome: str = "Under investigation", place: str = "On or near A Street") -> list[str]:
    kind = "Burglary" if crime_id else "Anti-social behaviour"
    return [
        crime_id, "2024-01", "Kent Police", "Kent Police", "0.52", "51.25", place, "E01024000", "Maidstone 001A", kind,
        outcome if crime_id else "", "",
    ]  # fmt: skip


def data(*rows: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return canonical_header(CRIMES) + out.getvalue().encode()


def compared(old: list[list[str]], new: list[list[str]]) -> FileDiff:
    return compare_files(UNIT, CRIMES, data(*old), data(*new))


def told(found: FileDiff) -> tuple[int, int, int, dict[str, int]]:
    return found.added, found.removed, found.changed, dict(found.columns)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([row(A), row(B)], [row(B), row(A)], (0, 0, 0, {})),
        ([row(A)], [row(A, "Local resolution")], (0, 0, 1, {"Last outcome category": 1})),
        ([row(A)], [row(A), row(B)], (1, 0, 0, {})),
        ([row(A), row(B)], [row(B)], (0, 1, 0, {})),
        # Blank-ID rows have nothing but their cells: copies are counted one by one.
        ([row("")] * 3, [row("")] * 2, (0, 1, 0, {})),
        ([row("")] * 2, [row("")] * 5, (3, 0, 0, {})),
        ([row("")], [row("", place="Elsewhere")], (0, 0, 1, {"Location": 1})),
        # An ID on both sides is one record, however much of it changed.
        (
            [row(A)],
            [row(A, "Local resolution", "Elsewhere")],
            (0, 0, 1, {"Last outcome category": 1, "Location": 1}),
        ),
        # Two records that swap their places keep their own names: neither becomes the other.
        (
            [row(A, place="X"), row(B, place="Y")],
            [row(A, place="Y"), row(B, place="X")],
            (0, 0, 2, {"Location": 2}),
        ),
        # A record that differs in its ID alone is told as such, where neither ID stands on both sides.
        ([row(A)], [row(C)], (0, 0, 1, {"Crime ID": 1})),
        # A repeated row is a row.
        ([row(A)], [row(A), row(A)], (1, 0, 0, {})),
        ([row(A), row(A)], [row(A), row(A, "Local resolution")], (0, 0, 1, {"Last outcome category": 1})),
        # Quoted cells compare by what they say.
        ([row(A, place='a, "b"')], [row(A, place='a, "b"')], (0, 0, 0, {})),
        ([row(A, place="a, b")], [row(A, place="a, c")], (0, 0, 1, {"Location": 1})),
        ([row(A, place="a\nb")], [row(B), row(A, place="a\nb")], (1, 0, 0, {})),
        ([], [row(A)], (1, 0, 0, {})),
        ([], [], (0, 0, 0, {})),
        # Rows that do not fit are compared as they stand, and never taken for a record.
        ([row(A)[:11]], [row(A)], (1, 1, 0, {})),
        ([row(A), ["x", "y"]], [row(A)], (0, 1, 0, {})),
        ([row(A), ["x", "y"]], [["x", "y"], row(A)], (0, 0, 0, {})),
    ],
)  # fmt: skip
def test_what_changed(old: list[list[str]], new: list[list[str]], expected: tuple[object, ...]) -> None:
    assert told(compared(old, new)) == expected


def test_values_are_compared_as_published() -> None:
    """51.250 is the same number and not the same text."""
    other = row(A)
    other[5] = "51.250"
    assert told(compared([row(A)], [other])) == (0, 0, 1, {"Latitude": 1})


@pytest.mark.parametrize("altered", ["crlf", "bom", "blank lines", "columns"])
def test_the_form_of_a_file_is_no_change(altered: str) -> None:
    rows = [row(A), row(""), row(B, place="a, b")]
    plain = data(*rows)
    order = [*range(1, 12), 0]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[cells[at] for at in order] for cells in [CRIMES.columns, *rows]])
    other = {
        "crlf": plain.replace(b"\n", b"\r\n"),
        "bom": b"\xef\xbb\xbf" + plain,
        "blank lines": plain + b"\n\n",
        "columns": out.getvalue().encode(),
    }[altered]
    found = compare_files(UNIT, CRIMES, plain, other)
    assert (found.kind, *told(found)) == (SAME_ROWS, 0, 0, 0, {})
    assert (found.rows_old, found.rows_new) == (3, 3)
    assert found.note == "written in another form"


def test_a_file_that_was_only_re_ordered_says_so() -> None:
    found = compared([row(A), row(B), row("")], [row(""), row(B), row(A)])
    assert (found.kind, found.note) == (SAME_ROWS, "in another order")
    assert compared([row(A), row(B)], [row(B, "Local resolution"), row(A)]).kind == CHANGED


def test_what_a_revision_is_about_is_told_once_for_each_record() -> None:
    """A record that moves differs in several columns, and is one record with another place."""
    moved = row(A, place="Elsewhere")
    moved[4:6] = ["0.6", "51.3"]
    found = compared([row(A), row(B)], [moved, row(B, "Local resolution")])
    assert dict(found.columns) == {"Longitude": 1, "Latitude": 1, "Location": 1, "Last outcome category": 1}
    assert dict(found.about) == {"place": 1, "outcome": 1}


def test_records_that_differ_are_listed_as_both_files_have_them_with_their_line() -> None:
    old = [row(A), row(B), row("", place="Gone")]
    new = [row(C, place="New"), row(B, "Local resolution"), row(A), row("", place="a, b")]
    rows = differences(CRIMES, data(*old), data(*new))
    (outcome,) = [pair for pair in rows.changed if pair.columns(CRIMES) == ["Last outcome category"]]
    assert (outcome.old, outcome.new, outcome.line) == (tuple(old[1]), tuple(new[1]), 3)
    (moved,) = [pair for pair in rows.changed if pair is not outcome]
    assert (moved.old, moved.new, moved.line) == (tuple(old[2]), tuple(new[3]), 5)
    assert [(pair.new, pair.line) for pair in rows.added] == [(tuple(new[0]), 2)]
    assert rows.removed == []


def test_of_equal_rows_the_last_ones_were_added() -> None:
    rows = differences(CRIMES, data(row("")), data(row(""), row(A), row(""), row("")))
    assert [(pair.new and pair.new[0], pair.line) for pair in rows.added] == [(A, 3), ("", 4), ("", 5)]


def test_lines_are_those_of_the_file_also_where_lines_are_empty_or_a_row_spans_two() -> None:
    new = data(row(B, place="x\ny"), row(A, "Local resolution")).replace(b"\n" + A.encode(), b"\n\n" + A.encode())
    rows = differences(CRIMES, data(row(A), row(B, place="x\ny")), new)
    assert [pair.line for pair in rows.changed] == [5]
    assert new.split(b"\n")[4].startswith(A.encode())


def test_an_empty_line_and_a_huge_cell_do_no_harm() -> None:
    huge = row(A, place="x" * 200_000)
    found = compare_files(UNIT, CRIMES, data(row(B)).replace(b"\n", b"\n\n"), data(row(B), huge))
    assert told(found) == (1, 0, 0, {})


def test_a_file_that_cannot_be_read_is_not_compared() -> None:
    found = compare_files(UNIT, CRIMES, data(row(A)), b"nonsense")
    assert found.kind == NOT_COMPARABLE
    assert "no header" in found.note
    assert told(found) == (0, 0, 0, {})


def test_stops_have_no_id_and_are_paired_by_all_other_columns() -> None:
    head = canonical_header(STOPS)
    old = head + b"Person search,2024-01-01T10:00:00+00:00,False,,51,0.5,Male,18-24,,White,,,Arrest,True,False\n"
    found = compare_files(UNIT, STOPS, old, old.replace(b"Arrest", b"Caution (simple or conditional)"))
    assert told(found) == (0, 0, 1, {"Outcome": 1})


_ROWS = st.lists(
    st.builds(
        row,
        st.sampled_from([A, B, C, "", ""]),
        st.sampled_from(["Under investigation", "Local resolution", "Offender fined"]),
        st.sampled_from(["On or near ", "a, b", 'say "so"', "Clôs Hanratté"]),
    ),
    max_size=8,
)


@given(_ROWS, _ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters_and_the_counts_add_up(
    old: list[list[str]], new: list[list[str]], chance: random.Random
) -> None:
    found = compared(old, new)
    assert (found.rows_old, found.rows_new) == (len(old), len(new))
    assert len(new) - len(old) == found.added - found.removed
    assert found.changed <= sum(found.columns.values())
    shuffled = [chance.sample(rows, len(rows)) for rows in (old, new)]
    assert told(compared(*shuffled)) == told(found)
    assert told(compared(old, chance.sample(old, len(old)))) == (0, 0, 0, {})
    back = compared(new, old)
    assert (back.added, back.removed, back.changed) == (found.removed, found.added, found.changed)
