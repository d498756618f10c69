"""What a release changed, from small releases of known content: what each lone file is, what is never said of it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bluelamp.archive.diff import DiffSummary, FileDiff, comparable, diff
from bluelamp.archive.diff_records import DifferenceReader, RecordFilter
from bluelamp.archive.diff_sides import side_of
from bluelamp.archive.diff_words import sentences
from bluelamp.archive.shape import canonical_header
from bluelamp.archive.workflow import Archive
from bluelamp.domain.dataset import BY_NAME, CRIMES
from bluelamp.domain.force import FORCES
from bluelamp.domain.month import Month, month_range
from bluelamp.domain.release import ForceMonth
from bluelamp.domain.selection import Selection
from bluelamp.errors import UsageError
from bluelamp.storage.ledger.entries import ListedFile, Receipt
from tests.lib.archive.archives import SILENT, archive_in, load

OLD, NEW = Month.parse("2023-05"), Month.parse("2023-06")
SOME = [force.slug for force in FORCES][:32]  # as many publishers as make a release whole
Rows = list[tuple[str, str]]  # (crime ID or nothing, last outcome)
Files = dict[tuple[str, str], Rows]
A, B, C = "a" * 64, "b" * 64, "c" * 64


def street(month: str, rows: Rows) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for crime, outcome in rows:
        kind = "Burglary" if crime else "Anti-social behaviour"
        place = ["0.5", "51.2", "On or near A Street", "", ""]
        writer.writerow([crime, month, "Kent Police", "Kent Police", *place, kind, outcome, ""])
    return canonical_header(CRIMES) + out.getvalue().encode()


def release(folder: Path, name: Month, files: Files, raw: Mapping[tuple[str, str], bytes] | None = None) -> Path:
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w") as target:
        for (force, month), rows in files.items():
            content = (raw or {}).get((force, month), street(month, rows))
            target.writestr(f"{month}/{month}-{force}-street.csv", content)
    return path


def whole(first: Month, last: Month, forces: list[str] = SOME) -> Files:
    """Every force with one crime in each month."""
    return {(force, str(month)): [(A, "Under investigation")] for force in forces for month in month_range(first, last)}


def changed(archive: Archive, old: Month = OLD, new: Month = NEW) -> tuple[dict[tuple[str, str], FileDiff], list[str]]:
    summary = DiffSummary()
    found = list(diff(archive.ledger, archive.vault, old, new, Selection(), SILENT, summary))
    told = [one.text for one in sentences(found, summary, old, new)]
    return {(one.unit.force, str(one.unit.month)): one for one in found}, told


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    return archive_in(tmp_path / "home")  # type: ignore[return-value]


def test_whole_releases_show_what_was_withdrawn_and_what_came_late(archive: Archive, tmp_path: Path) -> None:
    before, after = whole(OLD - 3, OLD), whole(OLD - 2, NEW)
    late, gone = ("kent", "2023-04"), ("essex", "2023-05")
    del before[late], after[gone]
    load(archive, release(tmp_path, OLD, before), release(tmp_path, NEW, after))
    found, told = changed(archive)
    assert (found[late].kind, found[gone].kind) == ("published late", "withdrawn")
    others = {one: d.kind for one, d in found.items() if one not in (late, gone)}
    assert {month for (_, month), kind in others.items() if kind == "new month"} == {"2023-06"}
    assert {month for (_, month), kind in others.items() if kind == "left the window"} == {"2023-02"}
    assert len(others) == 64
    assert told[0] == (
        "Essex's file of street crime of May 2023 (1 crime) was withdrawn: June 2023 spans the month and has no such "
        "file."
    )
    assert told[1].startswith("Kent's file of street crime of April 2023 (1 crime) was published late: ")
    assert told[2] == "No crime's outcome changed: 94 force-months were compared."
    assert told[3] == "32 crimes are new: June 2023, the month after the older release (32 force-months)."


def test_a_part_of_a_release_shows_nothing_of_what_it_lacks(archive: Archive, tmp_path: Path) -> None:
    """Kent alone was cut from the newer release, under the release's name: nobody else's files were withdrawn."""
    load(archive, release(tmp_path, OLD, whole(OLD - 1, OLD)), release(tmp_path, NEW, whole(NEW - 1, NEW, ["kent"])))
    found, told = changed(archive)
    kinds = {one: d.kind for one, d in found.items()}
    assert kinds.pop(("kent", "2023-06")) == "new month"
    assert set(kinds.values()) == {"not held of the newer"}
    assert not any("withdrawn" in text or "left" in text for text in told)
    assert told[-1].endswith(
        "are held of the release of May 2023 and not of that of June 2023: nothing can be said of them."
    )


def test_an_older_part_does_not_make_files_late(archive: Archive, tmp_path: Path) -> None:
    load(archive, release(tmp_path, OLD, whole(OLD, OLD, ["kent"])), release(tmp_path, NEW, whole(OLD, NEW)))
    found, _ = changed(archive)
    assert {d.kind for (_, month), d in found.items() if month == "2023-05"} == {"not held of the older"}
    assert {d.kind for (_, month), d in found.items() if month == "2023-06"} == {"new month"}


def test_what_a_selection_left_out_is_not_held_and_not_withdrawn(archive: Archive, tmp_path: Path) -> None:
    load(archive, release(tmp_path, OLD, whole(OLD - 1, OLD)))
    load(archive, release(tmp_path, NEW, whole(NEW - 1, NEW)), selection=Selection(forces=frozenset({"kent"})))
    found, _ = changed(archive)
    left_out = found["essex", "2023-05"]
    assert (left_out.kind, left_out.note) == ("not held of the newer", "a selection left it out of 2023-06")
    assert ("essex", "2023-06") not in found  # held of neither
    assert found["kent", "2023-06"].kind == "new month"


def test_what_was_only_re_ordered_says_so_and_does_not_count_as_changed(archive: Archive, tmp_path: Path) -> None:
    rows: Rows = [(A, "Under investigation"), (B, "Local resolution"), ("", "")]
    load(archive, release(tmp_path, OLD, {("kent", "2023-05"): rows}))
    load(archive, release(tmp_path, NEW, {("kent", "2023-05"): rows[::-1]}))
    found, told = changed(archive)
    assert (found["kent", "2023-05"].kind, found["kent", "2023-05"].note) == ("same rows", "in another order")
    assert told == [
        "No crime's outcome changed: 1 force-month was compared.",
        "1 file of Kent of street crime has the same rows, in another order.",
    ]


def test_what_cannot_be_read_does_not_keep_the_rest_from_being_compared(archive: Archive, tmp_path: Path) -> None:
    files: Files = {
        ("kent", "2023-05"): [(A, "Under investigation")],
        ("essex", "2023-05"): [(B, "Under investigation")],
    }
    load(archive, release(tmp_path, OLD, files))
    files["essex", "2023-05"] = [(B, "Local resolution")]
    load(archive, release(tmp_path, NEW, files, {("kent", "2023-05"): b"nonsense"}))
    found, told = changed(archive)
    assert found["kent", "2023-05"].kind == "not comparable"
    assert told[0] == "1 of Essex's 1 crime of May 2023 has another outcome now."
    assert told[-1] == "1 file of Kent of street crime could not be compared: one of the two cannot be read."


def test_bytes_that_the_vault_has_lost_are_told_of_their_file_alone(archive: Archive, tmp_path: Path) -> None:
    load(archive, release(tmp_path, OLD, {("kent", "2023-05"): [(A, "Under investigation")]}))
    load(archive, release(tmp_path, NEW, {("kent", "2023-05"): [(A, "Local resolution")]}))
    for pack in (archive.home / "vault").rglob("*"):
        if pack.is_file():
            pack.unlink()
    found, told = changed(archive)
    assert found["kent", "2023-05"].kind == "not comparable"
    assert "could not be compared" in told[-1]


def test_one_release_alone_cannot_be_compared(archive: Archive, tmp_path: Path) -> None:
    load(archive, release(tmp_path, OLD, whole(OLD, OLD, ["kent"])))
    assert comparable(archive.ledger) == [OLD]
    with pytest.raises(UsageError, match=r"2023-06 is not held\. Held: 2023-05\."):
        changed(archive)


def test_what_the_api_answered_is_no_release(archive: Archive, tmp_path: Path) -> None:
    """Its tables are made here: beside a release's files they would differ in every row."""
    load(archive, release(tmp_path, OLD, {("kent", "2023-05"): [(A, "")]}))
    for month in (OLD, NEW, NEW + 1):
        receipt = Receipt(month, "https://data.test/api/", "api", "", (), Selection(), "2026-01-01T00:00:00Z", "")
        unit = ForceMonth("crimes", "kent", month)
        archive.ledger.record_receipt(receipt, [ListedFile(unit, "API", "", 1, 1, 0, 1, "loaded")])
    assert comparable(archive.ledger) == [OLD]
    with pytest.raises(UsageError, match=r"2023-06 is not held"):
        changed(archive)
    assert side_of(archive.ledger, NEW).files == {}


# -- the records, one by one ---------------------------------------------------------------------------------------


def reader_of(archive: Archive) -> DifferenceReader:
    found, _ = changed(archive)
    files = [one.as_json() for one in found.values() if one.added or one.removed or one.changed]
    return DifferenceReader(
        archive.ledger, archive.vault, side_of(archive.ledger, OLD), side_of(archive.ledger, NEW), files
    )


@pytest.fixture
def revised(archive: Archive, tmp_path: Path) -> DifferenceReader:
    """Twenty forces: in each one outcome changed, one crime was added and one removed."""
    forces = SOME[:20]
    before: Files = {(force, "2023-05"): [(A, "Under investigation"), (B, "Local resolution")] for force in forces}
    after: Files = {(force, "2023-05"): [("", ""), ("", ""), (A, "Local resolution")] for force in forces}
    load(archive, release(tmp_path, OLD, before), release(tmp_path, NEW, after))
    return reader_of(archive)


def test_pages_of_records_follow_each_other_without_a_gap_whatever_their_length(revised: DifferenceReader) -> None:
    wanted = RecordFilter("crimes")
    whole_list = [(one.unit, one.what, one.pair) for one in revised.all(wanted)]
    assert len(whole_list) == revised.total(wanted) == 80
    for limit in (1, 7, 50, 500):
        found, after, pages = [], 0, 0
        while True:
            page, following = revised.page(wanted, after, limit)
            assert 0 < len(page) <= limit
            found += [(one.unit, one.what, one.pair) for one in page]
            pages += 1
            if following is None:
                break
            assert following > after
            after = following
        assert found == whole_list, limit
        assert pages > 1  # of twenty files, whatever is asked for: a page reads only some
    assert revised.page(wanted, 80, 10) == ([], None)
    assert revised.page(wanted, 10_000, 10) == ([], None)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (RecordFilter("crimes", "kent"), 0),  # not among the twenty
        (RecordFilter("crimes", SOME[3]), 4),
        (RecordFilter("crimes", what="added"), 40),
        (RecordFilter("crimes", what="removed"), 20),
        (RecordFilter("crimes", what="changed"), 20),
        (RecordFilter("crimes", about="outcome"), 20),
        (RecordFilter("crimes", about="Last outcome category"), 20),
        (RecordFilter("crimes", about="place"), 0),
        (RecordFilter("crimes", what="added", about="outcome"), 40),
        (RecordFilter("crimes", first=NEW), 0),
        (RecordFilter("crimes", last=OLD - 1), 0),
        (RecordFilter("stops"), 0),
    ],
)
def test_what_is_counted_is_what_is_listed(wanted: RecordFilter, expected: int, revised: DifferenceReader) -> None:
    assert revised.total(wanted) == len(list(revised.all(wanted))) == expected


def test_a_record_that_differs_has_both_values_and_its_line(revised: DifferenceReader) -> None:
    (one,) = revised.all(RecordFilter("crimes", SOME[0], what="changed"))
    assert one.unit == ForceMonth("crimes", SOME[0], OLD)
    assert one.pair.columns(BY_NAME["crimes"]) == ["Last outcome category"]
    assert one.pair.old is not None
    assert one.pair.new is not None
    assert (one.pair.old[10], one.pair.new[10], one.pair.line) == ("Under investigation", "Local resolution", 4)


def test_what_there_is_not_is_refused_with_what_there_is() -> None:
    with pytest.raises(UsageError, match=r"There are: Crime ID, Month, Reported by, Falls within, place, Crime type"):
        RecordFilter("crimes", about="Outcome").check()
    RecordFilter("stops", about="Outcome").check()
