"""The reference store: what is kept, what is current, what is missing; and the three tables on top of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from bluelamp.domain.area import REFERENCE_KINDS
from bluelamp.errors import Damaged, StorageError
from bluelamp.storage.reference.store import ReferenceStore, authority_table, force_table, lsoa_table


@dataclass(frozen=True)
class Table:
    """A `Received` as a source would hand it over."""

    kind: str
    table: pa.Table
    source: str = "https://example.org/x.csv"
    read_on: date = date(2026, 3, 1)
    licence: str = "OGL"
    vintage: str = "2024"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(repr(self.table.to_pylist()).encode()).hexdigest()


def rows(kind: str, names: str, *values: tuple[Any, ...]) -> Table:
    return Table(kind, pa.Table.from_pylist([dict(zip(names.split(), value, strict=True)) for value in values]))


def shapes(kind: str, *areas: tuple[str, str, Any]) -> Table:
    columns = "code name min_lon min_lat max_lon max_lat wkb"
    return rows(kind, columns, *((code, name, *box.bounds, shapely.to_wkb(box)) for code, name, box in areas))


# U: 001. S: 002 → 102 and 103, in two wards of one authority. M: 003 and 004 → 104. X: 005 → 105 in A and 106 in B.
OLD = rows(
    "lsoa_2011_to_2021",
    "lsoa11_code lsoa11_name lsoa21_code lsoa21_name change lad_code lad_name",
    ("E01000001", "Aton 001A", "E01000001", "Aton 001A", "U", "E07000001", "Aton"),
    ("E01000002", "Aton 001B", "E01000102", "Aton 001C", "S", "E07000001", "Aton"),
    ("E01000002", "Aton 001B", "E01000103", "Aton 001D", "S", "E07000001", "Aton"),
    ("E01000003", "Mendip 001A", "E01000104", "Beton 002A", "M", "E07000002", "Mendip"),
    ("E01000004", "Mendip 001B", "E01000104", "Beton 002A", "M", "E07000002", "Mendip"),
    ("E01000005", "Aton 001E", "E01000105", "Aton 001F", "X", "E07000001", "Aton"),
    ("E01000005", "Aton 001E", "E01000106", "Beton 002B", "X", "E06000002", "Beton"),
)
WARDS = rows(
    "lsoa_2021_to_ward",
    "lsoa21_code lsoa21_name ward_code ward_name lad_code lad_name",
    ("E01000001", "Aton 001A", "E05000001", "North", "E07000001", "Aton"),
    ("E01000102", "Aton 001C", "E05000001", "North", "E07000001", "Aton"),
    ("E01000103", "Aton 001D", "E05000002", "South", "E07000001", "Aton"),
    ("E01000104", "Beton 002A", "E05000003", "All", "E06000002", "Beton"),
    ("E01000105", "Aton 001F", "E05000002", "South", "E07000001", "Aton"),
    ("E01000106", "Beton 002B", "E05000003", "All", "E06000002", "Beton"),
)
PEOPLE = rows(
    "residents",
    "lsoa21_code lsoa21_name residents",
    *(
        (code, "x", number)
        for code, number in zip(WARDS.table["lsoa21_code"].to_pylist(), (1, 2, 4, 8, 16, 32), strict=True)
    ),
)
POLICE = rows(
    "authority_to_police",
    "lad_code lad_name csp_code csp_name police_area_code police_area_name",
    ("E07000001", "Aton", "E22000001", "A one", "E23000034", "London, City of"),
    ("E07000001", "Aton", "E22000002", "A two", "E23000034", "London, City of"),
    ("E06000002", "Beton", "E22000003", "B", "E23000035", "Devon & Cornwall"),
)
AUTHORITIES = shapes(
    "authority_boundaries",
    ("E07000001", "Aton", shapely.box(-1, 51, 0, 52)),
    ("S12000033", "Aberdeen City", shapely.box(-3, 57, -2, 58)),
)
DISTRICTS = shapes(
    "ni_boundaries",
    ("N09000003", "Belfast", shapely.box(-6, 54, -5.9, 54.5)),
    ("N09000011", "East Coast", shapely.box(-5.9, 54, -5.8, 54.5)),
)
FORCES = shapes("police_boundaries", ("E23000034", "London, City of", shapely.box(-1, 51, 0, 52)))


def store(home: Path, *tables: Table) -> ReferenceStore:
    kept = ReferenceStore(home)
    for table in tables:
        kept.save(table)
    return kept


def by_code(table: pa.Table) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in table.to_pylist()}


def test_nothing_held(tmp_path: Path) -> None:
    empty = ReferenceStore(tmp_path / "none")
    assert empty.current("residents") is None
    assert empty.table("residents") is None
    assert empty.held() == {}
    assert len(empty.missing()) == len(REFERENCE_KINDS)
    assert "Without residents: there are no rates per 1,000 residents." in empty.missing()
    assert empty.version() == ReferenceStore(tmp_path).version()
    for table in (lsoa_table(empty), authority_table(empty), force_table(empty)):
        assert table.num_rows == 0
        assert len(table.schema) > 5
    assert not (tmp_path / "none").exists()


def test_saved_with_its_provenance(tmp_path: Path) -> None:
    path = ReferenceStore(tmp_path).save(PEOPLE)
    again = ReferenceStore(tmp_path)
    assert path == again.current("residents")
    assert path.parent == tmp_path / "lake" / "ref_ons__residents"
    assert path.stem == hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    told = pq.read_schema(path).metadata
    assert told[b"bluelamp.source"] == b"https://example.org/x.csv"
    assert told[b"bluelamp.read_on"] == b"2026-03-01"
    assert told[b"bluelamp.licence"] == b"OGL"
    assert told[b"bluelamp.sha256"].decode() == PEOPLE.sha256 == again.held()["residents"].sha256
    assert again.held()["residents"].rows == 6
    assert again.table("residents").to_pylist() == PEOPLE.table.to_pylist()  # type: ignore[union-attr]
    assert [one for one in tmp_path.rglob("*") if "partial" in one.name] == []


def test_the_version_follows_the_sources(tmp_path: Path) -> None:
    kept = store(tmp_path, PEOPLE)
    first = kept.version()
    path = kept.current("residents")
    kept.save(Table("residents", PEOPLE.table, read_on=date(2026, 4, 1)))
    assert kept.version() == first, "the same bytes on another day are the same version"
    kept.save(Table("residents", PEOPLE.table.slice(1)))
    assert kept.version() != first
    assert kept.current("residents") != path
    assert path is not None
    assert path.is_file(), "earlier files stay"
    kept.save(PEOPLE)
    assert (kept.version(), kept.current("residents")) == (first, path)


def test_what_is_kept_is_checked(tmp_path: Path) -> None:
    kept = store(tmp_path, PEOPLE)
    path = kept.current("residents")
    assert path is not None
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(Damaged, match="is not what was kept"):
        kept.table("residents")
    path.unlink()
    assert kept.current("residents") is None
    assert any("residents" in sentence for sentence in kept.missing())


@pytest.mark.parametrize("text", ["{", "[]", '{"residents": 1}', '{"residents": {"file": "x"}}'])
def test_a_broken_manifest(tmp_path: Path, text: str) -> None:
    kept = store(tmp_path, PEOPLE)
    (tmp_path / "lake" / "ref_ons__manifest.json").write_text(text)
    with pytest.raises(Damaged, match="cannot be understood"):
        kept.version()


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no kind"):
        ReferenceStore(tmp_path).save(Table("../parishes", PEOPLE.table))
    assert list(tmp_path.iterdir()) == []


def test_a_crash_before_the_manifest_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = store(tmp_path, PEOPLE)
    before = kept.version(), kept.current("residents")
    monkeypatch.setattr(json, "dumps", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        kept.save(Table("residents", PEOPLE.table.slice(1)))
    monkeypatch.undo()
    assert (kept.version(), kept.current("residents")) == before
    assert kept.table("residents").num_rows == 6  # type: ignore[union-attr]


def test_lsoas(tmp_path: Path) -> None:
    table = by_code(lsoa_table(store(tmp_path, OLD, WARDS, PEOPLE)))
    facts = {
        code: (row["vintage"], row["change"], row["lad_name"], row["ward_name"], row["ambiguous"], row["residents"])
        for code, row in table.items()
    }
    assert facts == {
        "E01000001": ("both", "U", "Aton", "North", False, 1),
        "E01000002": ("2011", "S", "Aton", None, False, None),
        "E01000003": ("2011", "M", "Beton", "All", False, None),
        "E01000004": ("2011", "M", "Beton", "All", False, None),
        "E01000005": ("2011", "X", None, None, True, None),
        "E01000102": ("2021", "S", "Aton", "North", False, 2),
        "E01000103": ("2021", "S", "Aton", "South", False, 4),
        "E01000104": ("2021", "M", "Beton", "All", False, 8),
        "E01000105": ("2021", "X", "Aton", "South", False, 16),
        "E01000106": ("2021", "X", "Beton", "All", False, 32),
    }
    assert table["E01000002"]["codes_2021"] == ["E01000102", "E01000103"]
    assert table["E01000001"]["codes_2021"] == ["E01000001"]
    assert (table["E01000003"]["name"], table["E01000003"]["name_2021"]) == ("Mendip 001A", None)
    assert sum(row["residents"] or 0 for row in table.values()) == 63


def test_lsoas_with_files_missing(tmp_path: Path) -> None:
    only_wards = by_code(lsoa_table(store(tmp_path / "a", WARDS)))
    assert {row["vintage"] for row in only_wards.values()} == {None}
    assert {row["residents"] for row in only_wards.values()} == {None}
    assert only_wards["E01000001"]["lad_name"] == "Aton"
    only_old = by_code(lsoa_table(store(tmp_path / "b", OLD)))
    assert len(only_old) == 10
    assert {row["lad_code"] for row in only_old.values()} == {None}, "the authority of 2022 is no substitute"
    assert not any(row["ambiguous"] for row in only_old.values())


def test_a_code_of_which_a_part_cannot_be_placed_is_not_placed(tmp_path: Path) -> None:
    part = Table("lsoa_2021_to_ward", WARDS.table.filter(pa.compute.not_equal(WARDS.table["lsoa21_code"], "E01000103")))
    table = by_code(lsoa_table(store(tmp_path, OLD, part)))
    assert table["E01000002"]["lad_code"] is None
    assert table["E01000102"]["lad_code"] == "E07000001"


def test_authorities(tmp_path: Path) -> None:
    table = by_code(authority_table(store(tmp_path, WARDS, PEOPLE, POLICE, AUTHORITIES, DISTRICTS)))
    assert {code: (row["name"], row["force"], row["residents"]) for code, row in table.items()} == {
        "E06000002": ("Beton", "devon-and-cornwall", 40),
        "E07000001": ("Aton", "city-of-london", 23),
        "N09000003": ("Belfast", "northern-ireland", None),
        "N09000011": ("Ards and North Down", "northern-ireland", None),
        "S12000033": ("Aberdeen City", None, None),
    }
    aton = table["E07000001"]
    assert (aton["centroid_lon"], aton["centroid_lat"]) == pytest.approx((-0.5, 51.5))
    assert (aton["min_lon"], aton["min_lat"], aton["max_lon"], aton["max_lat"]) == (-1, 51, 0, 52)
    assert shapely.from_wkb(aton["wkb"]).area == 1
    assert table["E06000002"]["wkb"] is None
    assert (aton["police_area_code"], aton["police_area_name"]) == ("E23000034", "London, City of")


def test_authorities_with_files_missing(tmp_path: Path) -> None:
    table = by_code(authority_table(store(tmp_path, AUTHORITIES)))
    assert {row["force"] for row in table.values()} == {None}
    assert len(table) == 2


def test_an_authority_under_two_forces_gets_none(tmp_path: Path) -> None:
    two = POLICE.table.to_pylist()
    two[1] |= {"police_area_code": "E23000035", "police_area_name": "Devon & Cornwall"}
    table = by_code(authority_table(store(tmp_path, Table("authority_to_police", pa.Table.from_pylist(two)))))
    assert table["E07000001"]["force"] is None
    assert table["E06000002"]["force"] == "devon-and-cornwall"


def test_forces(tmp_path: Path) -> None:
    kept = store(tmp_path, FORCES, DISTRICTS)
    table = force_table(kept).to_pylist()
    assert [(row["force"], row["area_code"]) for row in table] == [
        ("city-of-london", "E23000034"),
        ("northern-ireland", None),
    ]
    assert shapely.from_wkb(table[1]["wkb"]).equals(shapely.box(-6, 54, -5.8, 54.5))
    assert table[1]["max_lon"] == -5.8


def test_districts_within_the_authority_boundaries_are_not_missing(tmp_path: Path) -> None:
    both = shapes("authority_boundaries", ("N09000003", "Belfast", shapely.box(-6, 54, -5, 55)))
    assert not any("ni_boundaries" in sentence for sentence in store(tmp_path / "a", both).missing())
    assert any("ni_boundaries" in sentence for sentence in store(tmp_path / "b", AUTHORITIES).missing())
    # They are the ones that count, where both are held.
    table = by_code(authority_table(store(tmp_path / "a", DISTRICTS)))
    assert table["N09000003"]["max_lon"] == -5
