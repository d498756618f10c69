"""What the flow promises whatever is loaded when: nothing twice, nothing lost, and the same answer by every way."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely

from bluelamp.archive import model as modelling
from bluelamp.archive.diff import DiffSummary, FileDiff, diff
from bluelamp.archive.diff_sides import (
    ADDED_FILE,
    CHANGED,
    LEFT,
    NEW_MONTH,
    NOT_COMPARABLE,
    REMOVED_FILE,
    SAME_ROWS,
)
from bluelamp.archive.doctor import check_up
from bluelamp.archive.load import load as load_waiting
from bluelamp.archive.load import unreferenced
from bluelamp.archive.workflow import Archive
from bluelamp.domain.force import FORCES
from bluelamp.domain.month import Month
from bluelamp.domain.selection import Selection
from bluelamp.errors import UsageError
from bluelamp.sources.police_uk.archive import open_source
from bluelamp.synthetic.archive import FileTruth
from bluelamp.synthetic.plan import UNUSABLE
from tests.lib.archive.archives import (
    NEWER,
    OLDER,
    SILENT,
    TELLING,
    Known,
    Twin,
    Unit,
    archive_in,
    ask,
    contents,
    coverage,
    figures,
    findings,
    held_rows,
    ledger_state,
    load,
    query,
    take_reference,
)


def unit(file: FileTruth) -> Unit:
    return file.dataset, file.force, file.month


# -- again, and in another order ---------------------------------------------------------------------------------


def test_loading_a_release_again_changes_nothing(twin: Twin, forward: Known) -> None:
    before, version = ledger_state(forward.archive), forward.archive.warehouse.current()
    loaded, published = load(forward.archive, twin.zip(NEWER))
    assert (loaded.files, published) == (0, None)
    assert ledger_state(forward.archive) == before
    assert forward.archive.warehouse.current() == version


def test_an_unpacked_release_is_known_from_its_zip(twin: Twin, forward: Known, tmp_path: Path) -> None:
    folder = tmp_path / NEWER
    with zipfile.ZipFile(twin.zip(NEWER)) as archive:
        for name in archive.namelist():
            if "-kent-" in name or "-cumbria-" in name:
                archive.extract(name, folder)
    before = ledger_state(forward.archive)
    loaded, published = load(forward.archive, folder, release=NEWER)
    assert (loaded.files, published) == (0, None)
    assert ledger_state(forward.archive) == before


def test_the_next_release_loads_only_what_changed(twin: Twin, forward: Known) -> None:
    """Sound files that the directory says are the same are not read again; broken ones are tried anew."""
    older = {unit(f): (f.crc32, f.size) for f in twin.truths[OLDER].files if f.condition not in UNUSABLE}
    same = {unit(f) for f in twin.truths[NEWER].files if older.get(unit(f)) == (f.crc32, f.size)}
    files = [f for f in forward.archive.ledger.files_of() if str(f.release) == NEWER]
    unchanged = {(f.unit.dataset, f.unit.force, str(f.unit.month)) for f in files if f.state == "unchanged"}
    assert unchanged == same
    assert 1_000 < len(unchanged) < len(files)
    assert {f.vault_key for f in files if f.state == "unchanged"} == {""}


def test_the_older_release_loaded_late_gives_the_same_answers(forward: Known, backward: Known) -> None:
    one, other = (contents(known.archive, file_ids=False) for known in (forward, backward))
    # A damaged copy of a file that was held already is known by its directory entry; where it comes first it is
    # quarantined, and the older copy answers under its own release. Nothing else may differ.
    by_release = {"included_file", "mart_coverage__force_month"}
    assert {table: rows for table, rows in one.items() if table not in by_release} == {
        table: rows for table, rows in other.items() if table not in by_release
    }
    states = [{u: (state, rows) for u, (state, _, rows) in coverage(k.archive).items()} for k in (forward, backward)]
    assert states[0] == states[1]
    # A month of a force with many crimes has a dozen rows.
    assert one["stg_police_uk__street_crime"][0] > 29_000


def test_loading_late_does_not_lose_the_newer_answers(twin: Twin, backward: Known) -> None:
    """Force-months that the newer release holds say the same before and after the older one came."""
    now = coverage(backward.archive)
    held = {one: cell for one, cell in backward.first_coverage.items() if cell[0] == "held"}
    assert {one: now[one] for one in held} == held
    assert backward.archive.ledger.releases() == [Month.parse(OLDER), Month.parse(NEWER)]


# -- what was known ----------------------------------------------------------------------------------------------


def test_as_of_the_older_release_says_exactly_what_was_said_before_the_newer_came(forward: Known) -> None:
    version = forward.archive.as_of(Month.parse(OLDER), SILENT)
    assert coverage(forward.archive, version) == forward.first_coverage
    assert findings(forward.archive, version) == forward.first_findings
    assert contents(forward.archive, version) == forward.first_contents
    assert figures(forward.archive, "crimes", version, by=["town", "month"]) == forward.first_answers["by_town"]
    assert contents(forward.archive) != forward.first_contents
    assert forward.archive.as_of(Month.parse(OLDER), SILENT) == version, "built once, then kept"


def test_as_of_works_where_the_older_release_came_late(twin: Twin, forward: Known, backward: Known) -> None:
    version = backward.archive.as_of(Month.parse(OLDER), SILENT)
    there = coverage(backward.archive, version)
    # Damaged then, and held in the meantime from the newer release, whose directory entry is the same.
    mended = {one for one, cell in there.items() if forward.first_coverage[one] != cell}
    damaged = {unit(f) for f in twin.truths[OLDER].files if f.condition == "damaged_member"}
    assert mended <= damaged
    assert held_rows(backward.archive, version) == held_rows(
        forward.archive, forward.archive.as_of(Month.parse(OLDER), SILENT)
    ) | {one: there[one][2] for one in mended}


# -- incremental, from nothing, and rebuilt ----------------------------------------------------------------------


def one_force_changed(twin: Twin, folder: Path) -> Path:
    """A later release of Kent alone: its newest month lost a row, and a word that was never seen came up."""
    path = folder / "2023-07.zip"
    with zipfile.ZipFile(twin.zip(NEWER)) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if "-kent-" in name:
                text = source.read(name)
                if name.endswith("2023-06-kent-street.csv"):
                    lines = text.splitlines(keepends=True)
                    text = b"".join(lines[:-1]).replace(b"Burglary", b"Burglary of a moated grange", 1)
                target.writestr(name, text)
    return path


def test_an_incremental_build_equals_one_from_nothing(
    twin: Twin, forward: Known, copy_of: Callable[[Archive], Archive], tmp_path: Path
) -> None:
    archive = copy_of(forward.archive)
    base = archive.warehouse.current()
    before = figures(archive, "crimes", by=["force"])
    with_kent = one_force_changed(twin, tmp_path)
    with open_source(str(with_kent)) as source:
        archive.receive(source, release=None, selection=Selection(), progress=SILENT)
    _, published = archive.finish(SILENT)
    assert published is not None
    assert base is not None
    assert published.fingerprint != base.fingerprint
    after = figures(archive, "crimes", by=["force"])
    assert {force for force in before if before[force] != after[force]} == {"kent"}
    assert after["kent"] == before["kent"] - 1
    incremental = contents(archive)
    again = archive.publish(SILENT, from_nothing=True)
    assert again is not None
    assert again.fingerprint == published.fingerprint
    assert contents(archive) == incremental
    assert figures(archive, "crimes", by=["crime_type"])["Burglary of a moated grange"] == 1
    assert set(incremental) == set(TELLING)


def test_only_the_changed_force_is_made_anew(
    twin: Twin, forward: Known, copy_of: Callable[[Archive], Archive], tmp_path: Path
) -> None:
    archive = copy_of(forward.archive)
    with open_source(str(one_force_changed(twin, tmp_path))) as source:
        archive.receive(source, release=None, selection=Selection(), progress=SILENT)
    load_waiting(archive.ledger, archive.vault, archive.lake, run="a-run", processes=1, progress=SILENT)
    want = modelling.target_version(archive.ledger, archive.reference)
    plan, base = modelling.plan(
        want, archive.ledger, archive.lake, archive.reference, archive.warehouse, built_at="2026-01-01T00:00:00Z"
    )
    assert base is not None
    assert plan.affected == {"kent"}


def test_a_rebuild_from_the_vault_gives_the_same_fingerprint_and_answers(
    forward: Known, copy_of: Callable[[Archive], Archive]
) -> None:
    archive = copy_of(forward.archive)
    before, version = contents(archive), archive.warehouse.current()
    said = findings(archive)
    lake_bytes = sum(path.stat().st_size for path in archive.lake.root.rglob("*.parquet"))
    again = archive.rebuild(SILENT)
    assert version is not None
    assert again is not None
    assert again.fingerprint == version.fingerprint
    assert findings(archive) == said
    assert contents(archive) == before
    assert unreferenced(archive.lake, archive.ledger.lake_files()) == []
    after = sum(path.stat().st_size for path in archive.lake.root.rglob("*.parquet"))
    assert after < 1.2 * lake_bytes, "what lay there before is gone"
    assert all(check.ok for check in check_up(archive, SILENT))


def test_a_lost_lake_and_warehouse_come_back_from_the_vault(
    forward: Known, copy_of: Callable[[Archive], Archive]
) -> None:
    archive = copy_of(forward.archive)
    before = contents(archive)
    shutil.rmtree(archive.home / "lake" / "stg_police_uk__street_crime")
    shutil.rmtree(archive.home / "lake" / "stg_police_uk__point")
    shutil.rmtree(archive.home / "warehouse")
    assert not all(check.ok for check in check_up(archive, SILENT))
    assert archive.rebuild(SILENT) is not None
    assert contents(archive) == before


def test_several_processes_give_what_one_gives(twin: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bluelamp.archive.load._WORTH_WORKERS", 1)
    monkeypatch.setattr("bluelamp.archive.load._TASK_BYTES", 100_000)
    some = Selection(forces=frozenset({"kent", "cumbria", "dyfed-powys", "avon-and-somerset"}))
    archives = [archive_in(tmp_path / str(processes), processes=processes) for processes in (1, 2)]
    for archive in archives:
        load(archive, twin.zip(NEWER), selection=some)
    one, several = archives
    assert contents(one, file_ids=False) == contents(several, file_ids=False)
    assert findings(one) == findings(several)
    assert contents(one)["stg_police_uk__street_crime"][0] > 1_000


# -- what is broken, and what is left out ------------------------------------------------------------------------


def test_a_sound_copy_replaces_a_damaged_one_in_the_same_command(twin: Twin, forward: Known, tmp_path: Path) -> None:
    """As `bluelamp archive load OLD NEW` does it: both are received before the first is published."""
    archive = archive_in(tmp_path)
    damaged = [f for f in twin.truths[OLDER].files if f.condition == "damaged_member"]
    some = Selection(forces=frozenset(f.force for f in damaged))
    load(archive, twin.zip(OLDER), twin.zip(NEWER), selection=some)
    there = coverage(forward.archive)
    found = {one: cell for one, cell in coverage(archive).items() if one[1] in some.forces}
    assert found == {one: there[one] for one in found}
    assert any(found[unit(f)][0] == "held" for f in damaged)


def test_a_broken_file_that_the_next_release_repeats_is_quarantined_in_both(tmp_path: Path) -> None:
    """Received together, the second is taken for a repetition of the first, before anybody has read it."""
    broken = "2024-01/2024-01-kent-street.csv", b"Crime ID,Month\nnonsense"
    sound = "2024-01/2024-01-essex-street.csv", _street(["2024-01"])
    paths = []
    for release in ("2024-01", "2024-02"):
        paths.append(tmp_path / f"{release}.zip")
        with zipfile.ZipFile(paths[-1], "w") as target:
            for name, text in (broken, sound):
                target.writestr(name, text)
    archive = archive_in(tmp_path / "home")
    load(archive, *paths)
    found = coverage(archive)
    assert found["crimes", "kent", "2024-01"][:2] == ("quarantined", "2024-02")
    assert found["crimes", "essex", "2024-01"] == ("held", "2024-02", 1)
    mended = tmp_path / "mended" / "2024-02.zip"
    mended.parent.mkdir()
    with zipfile.ZipFile(mended, "w") as target:
        target.writestr(broken[0], _street(["2024-01", "2024-01"]))
    load(archive, mended)
    assert coverage(archive)["crimes", "kent", "2024-01"] == ("held", "2024-02", 2)


def _street(months: list[str]) -> str:
    header = (
        "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
        "Last outcome category,Context\n"
    )
    return header + "".join(
        f"{hashlib.sha256(str(n).encode()).hexdigest()},{month},Kent Police,Kent Police,0.5,51.2,On or near A Street,"
        "E01024000,Maidstone 001A,Burglary,Under investigation,\n"
        for n, month in enumerate(months)
    )


def test_a_selection_is_the_scope_and_can_be_widened(twin: Twin, tmp_path: Path) -> None:
    """What was not chosen is not expected; what a second choice makes part of the scope was not fetched."""
    archive = archive_in(tmp_path)
    load(archive, twin.zip(NEWER), selection=Selection(forces=frozenset({"kent"}), datasets=frozenset({"crimes"})))
    found = coverage(archive)
    assert found["crimes", "kent", "2023-01"][0] == "held"
    assert found["outcomes", "kent", "2023-01"][0] == "out of scope"
    assert found["crimes", "essex", "2023-01"][0] == "out of scope"
    assert found["outcomes", "northern-ireland", "2023-01"][0] == "not published"
    load(archive, twin.zip(NEWER), selection=Selection(forces=frozenset({"essex"}), first=Month.parse("2023-01")))
    found = coverage(archive)
    assert found["crimes", "essex", "2023-01"][0] == "held"
    assert found["crimes", "essex", "2022-12"][0] == "not fetched"
    assert found["crimes", "kent", "2023-01"][0] == "held"
    assert found["outcomes", "kent", "2023-01"][0] == "out of scope"
    # The release lacks months of Manchester's: not chosen, they are nobody's silence.
    assert {state for one, (state, _, _) in found.items() if one[1] == "greater-manchester"} == {"out of scope"}
    load(archive, twin.zip(NEWER))
    assert coverage(archive)["crimes", "essex", "2022-12"][0] == "held"
    assert "missing" in {state for one, (state, _, _) in coverage(archive).items() if one[1] == "greater-manchester"}


def test_a_custom_download_of_some_forces_makes_nobody_look_silent(twin: Twin, tmp_path: Path) -> None:
    with zipfile.ZipFile(twin.zip(NEWER)) as source, zipfile.ZipFile(tmp_path / "download.zip", "w") as target:
        for name in source.namelist():
            if "-kent-street" in name:
                target.writestr(name, source.read(name))
    archive = archive_in(tmp_path / "home")
    load(archive, tmp_path / "download.zip")
    states = Counter(state for state, _, _ in coverage(archive).values())
    assert set(states) == {"held", "out of scope", "not published"}
    assert states["held"] == 18


THIRTY = sorted(force.slug for force in FORCES if force.slug != "kent")[:30]


@pytest.fixture
def thirty_forces(tmp_path: Path) -> Path:
    """A folder as whoever ticks one dataset and all forces gets it; no name of a release."""
    folder = tmp_path / "download"
    folder.mkdir()
    for slug in THIRTY:
        (folder / f"2025-01-{slug}-street.csv").write_text(_street(["2025-01"]), encoding="utf-8")
    return folder


def test_thirty_forces_of_one_dataset_are_a_part(thirty_forces: Path, tmp_path: Path) -> None:
    """Their number proves nothing of the force that is not among them."""
    archive = archive_in(tmp_path / "home")
    load(archive, thirty_forces)
    states = {one: state for one, (state, _, _) in coverage(archive).items()}
    assert {states["crimes", slug, "2025-01"] for slug in THIRTY} == {"held"}
    assert {state for one, state in states.items() if one[1] == "kent"} == {"out of scope"}


def test_what_a_person_says_of_it_counts_though_no_file_is_new(thirty_forces: Path, tmp_path: Path) -> None:
    """Whole once that is said; a part again when that is said. Said twice, nothing changes."""
    archive = archive_in(tmp_path / "home")

    def kent(**said: Any) -> tuple[str, bool]:
        _, version = load(archive, thirty_forces, **said)
        return coverage(archive)["crimes", "kent", "2025-01"][0], version is not None

    assert kent() == ("out of scope", True)
    assert kent() == ("out of scope", False)
    assert kent(release="2025-01") == ("missing", True)
    received = archive.ledger.receipts()
    assert kent(release="2025-01") == ("missing", False)
    assert archive.ledger.receipts() == received
    assert kent(release="2025-01", whole=False) == ("out of scope", True)
    assert kent(whole=True) == ("missing", True)


def test_names_of_impossible_months_are_ignored_and_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "2024-01.zip", "w") as target:
        for name in ("0000-01/0000-01-kent-street.csv", "9999-12/9999-12-kent-street.csv", "2024-13-kent-street.csv"):
            target.writestr(name, _street([]))
        target.writestr("2024-01/2024-01-kent-street.csv", _street(["2024-01"]))
    archive = archive_in(tmp_path / "home")
    load(archive, tmp_path / "2024-01.zip")
    (receipt,) = archive.ledger.receipts()
    assert len(receipt["ignored"]) == 3
    assert {one[2] for one in coverage(archive)} == {"2024-01"}


def test_a_version_published_after_a_crash_does_not_tell_of_waiting_files_as_missing(
    twin: Twin, tmp_path: Path
) -> None:
    """Killed between receiving and loading, the next command that publishes anything loads them first."""
    archive = archive_in(tmp_path)
    selection = Selection(forces=frozenset({"kent"}))
    load(archive, twin.zip(OLDER), selection=selection)
    with open_source(str(twin.zip(NEWER))) as source:
        archive.receive(source, release=None, selection=selection, progress=SILENT)
    assert archive.unfinished() > 0
    take_reference(archive, twin.reference)
    assert archive.unfinished() == 0
    assert coverage(archive)["crimes", "kent", "2023-06"][0] == "held"


# -- the diff of the two releases --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def changes(forward: Known) -> tuple[dict[Unit, FileDiff], DiffSummary]:
    summary = DiffSummary()
    archive = forward.archive
    found = diff(archive.ledger, archive.vault, Month.parse(OLDER), Month.parse(NEWER), Selection(), SILENT, summary)
    return {(one.unit.dataset, one.unit.force, str(one.unit.month)): one for one in found}, summary


def pairs(twin: Twin) -> Iterator[tuple[Unit, FileTruth | None, FileTruth | None]]:
    older, newer = ({unit(f): f for f in twin.truths[release].files} for release in (OLDER, NEWER))
    for one in sorted(older | newer):
        yield one, older.get(one), newer.get(one)


def test_the_diff_tells_what_a_file_is_that_only_one_release_has(
    twin: Twin, changes: tuple[dict[Unit, FileDiff], DiffSummary]
) -> None:
    """Both releases are whole: a file that one lacks is a month that is new, one that left the window, one that the
    publisher withdrew or published late; and never a change of rows."""
    found, _ = changes
    window = {str(month) for month in twin.truths[NEWER].plan.window}
    expected = {}
    for one, old, new in pairs(twin):
        if old is None:
            expected[one] = NEW_MONTH if one[2] > OLDER else ADDED_FILE
        elif new is None:
            expected[one] = REMOVED_FILE if one[2] in window else LEFT
    assert {one: d.kind for one, d in found.items() if d.kind not in (CHANGED, SAME_ROWS, NOT_COMPARABLE)} == expected
    assert {NEW_MONTH, LEFT} <= set(expected.values())
    assert all(not (d.added or d.removed or d.changed) for one, d in found.items() if one in expected)
    (restated,) = twin.truths[NEWER].restated
    assert expected[restated.dataset, restated.force, restated.month] == (
        REMOVED_FILE if restated.why == "withdrawn" else ADDED_FILE
    )


def test_the_diff_counts_what_a_plain_comparison_counts(
    twin: Twin, changes: tuple[dict[Unit, FileDiff], DiffSummary]
) -> None:
    found, summary = changes
    archives = {release: zipfile.ZipFile(twin.zip(release)) for release in (OLDER, NEWER)}
    compared = columns = 0
    for one, old, new in pairs(twin):
        if old is None or new is None or {old.condition, new.condition} & set(UNUSABLE):
            continue
        compared += 1
        before, after = (_bag(archives[release].read(file.member)) for release, file in ((OLDER, old), (NEWER, new)))
        gone, come = (before - after).total(), (after - before).total()
        change = found.get(one)
        if change is None:
            assert (gone, come) == (0, 0), one
            continue
        assert change.kind == (CHANGED if gone or come else SAME_ROWS)
        assert (change.removed + change.changed, change.added + change.changed) == (gone, come), one
        columns += sum(change.columns.values())
    for archive in archives.values():
        archive.close()
    assert compared > 2_000
    assert columns > 100
    assert summary.compared.total() >= compared
    differing = sum(d.kind in (CHANGED, SAME_ROWS) for d in found.values())
    assert summary.identical.total() == summary.compared.total() - differing


def _bag(data: bytes) -> Counter[tuple[tuple[str, str], ...]]:
    """The rows of a file whatever the order of its lines and columns, without columns that nobody knows."""
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    names = next(rows)
    bag: Counter[tuple[tuple[str, str], ...]] = Counter()
    for row in rows:
        cells = [(name, cell) for name, cell in zip(names, row, strict=False) if name != "Neighbourhood"]
        if len(row) != len(names):
            cells.append(("cells", str(len(row))))
        bag[tuple(sorted(cells))] += 1
    return bag


def test_the_diff_says_last_outcome_where_that_is_what_changed(
    twin: Twin, changes: tuple[dict[Unit, FileDiff], DiffSummary]
) -> None:
    """Markup is planted on other crimes in each release, so files with it also change in places."""
    found, _ = changes
    sound = {
        one
        for one, old, new in pairs(twin)
        if one[0] == "crimes" and old and new and {old.condition, new.condition} == {"sound"}
        if "markup_cells" not in old.labels | new.labels
    }
    crimes = [found[one] for one in sound if one in found]
    columns = sum((d.columns for d in crimes), Counter())
    share = columns["Last outcome category"] / sum(d.changed for d in crimes)
    print(f"rows changed in `Last outcome category`: {share:.4%} of {sum(d.changed for d in crimes)}")
    assert sum(d.changed for d in crimes) > 500
    assert share > 0.99


def test_the_diff_does_not_compare_what_cannot_be_read(
    twin: Twin, changes: tuple[dict[Unit, FileDiff], DiffSummary]
) -> None:
    found, _ = changes
    untold = {one for one, d in found.items() if d.kind == NOT_COMPARABLE}
    broken = {
        one
        for one, old, new in pairs(twin)
        if old and new and {old.condition, new.condition} & set(UNUSABLE)
        if (old.crc32, old.size) != (new.crc32, new.size)
    }
    assert broken <= untold
    assert all("quarantined" in found[one].note for one in untold)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2019-01", NEWER, "2019-01 is not held"),
        (NEWER, NEWER, "the same release"),
        (NEWER, OLDER, f"Name the older one first: {OLDER} {NEWER}"),
    ],
)
def test_releases_that_cannot_be_compared_are_refused(old: str, new: str, words: str, forward: Known) -> None:
    archive = forward.archive
    releases = Month.parse(old), Month.parse(new)
    with pytest.raises(UsageError, match=words):
        list(diff(archive.ledger, archive.vault, *releases, Selection(), SILENT, DiffSummary()))


# -- stops and areas ---------------------------------------------------------------------------------------------


def test_stops_get_the_authority_that_holds_their_point(twin: Twin, forward: Known) -> None:
    shapes = json.loads((twin.reference / "local-authorities-2024.geojson").read_text(encoding="utf-8"))["features"]
    areas = {s["properties"]["ltla24_name"]: shapely.from_geojson(json.dumps(s["geometry"])) for s in shapes}
    rows = query(
        forward.archive,
        """
        SELECT DISTINCT point.longitude, point.latitude, area.name, town
        FROM stg_police_uk__stop_and_search AS stop JOIN dim_point AS point USING (point_id)
        JOIN dim_area AS area ON area.area_id = stop.area_id JOIN dim_town AS town ON town.town_id = stop.town_id
        WHERE stop.located ORDER BY hash(point_id) LIMIT 400
        """,
    )
    wrong = []
    for longitude, latitude, name, town in rows:
        holding = {area for area, shape in areas.items() if shape.covers(shapely.Point(longitude, latitude))}
        if (name not in holding and (name or holding)) or bool(name) != bool(town):
            wrong.append((longitude, latitude, name, town, holding))
    assert wrong == []
    assert sum(bool(name) for *_, name, _ in rows) > 300
    located = figures(forward.archive, "stops", by=["local_authority"], where=["located=true"])
    unmapped = located.get("not recorded", 0) / sum(count for count in located.values() if count is not None)
    print(f"stops with a map point and no authority: {unmapped:.4%}")
    assert unmapped < 0.05


def test_the_three_facts_of_a_place_stay_three(forward: Known) -> None:
    """Who reported it, whose area it falls within, and where its point lies."""
    found = ask(forward.archive, "crimes", by=["force", "reported_by", "falls_within", "local_authority"], limit=5)
    assert [column.name for column in found.columns] == [
        "force", "reported_by", "falls_within", "local_authority", "count",
    ]  # fmt: skip
    assert len(found.rows) == 5
    rows = query(
        forward.archive,
        """
        SELECT count(*) FROM stg_police_uk__street_crime AS crime JOIN dim_area AS area USING (area_id)
        WHERE area.force_id IS NOT NULL AND area.force_id <> crime.force_id
        """,
    )
    assert rows[0][0] > 0, "points over the border keep both their publisher and their own area"
