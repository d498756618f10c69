"""The real ONS files, where they are at hand: read, kept, and turned into areas. Skipped where they are absent."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import shapely

from bluelamp.domain.area import NI_DISTRICTS, town_of
from bluelamp.domain.force import FORCES
from bluelamp.sources.reference import FolderRead, read_folder
from bluelamp.storage.reference.boundaries import OutsideDistance, PointLocator, metres_outside
from bluelamp.storage.reference.store import ReferenceStore, authority_table, force_table, lsoa_table
from bluelamp.storage.warehouse.report_places import FAR_FROM_LSOA_M

_ROOT = Path(__file__).parents[3]
GEOGRAPHY = Path(os.environ.get("BLUELAMP_SHARED_DATA", _ROOT.parent / "shared" / "data")) / "geography"

pytestmark = pytest.mark.skipif(
    not GEOGRAPHY.is_dir(), reason=f"no real reference files in {GEOGRAPHY} (set BLUELAMP_SHARED_DATA)"
)

PLACES = {
    # name: (longitude, latitude, authority, force)
    "Leeds station": (-1.5477, 53.7950, "Leeds", "west-yorkshire"),
    "St Paul's": (-0.0984, 51.5138, "City of London", "city-of-london"),
    "Trafalgar Square": (-0.1281, 51.5080, "Westminster", "metropolitan"),
    "Bristol, Broadmead": (-2.5879, 51.4587, "Bristol, City of", "avon-and-somerset"),
    "Cardiff Castle": (-3.1811, 51.4826, "Cardiff", "south-wales"),
    "Truro cathedral": (-5.0511, 50.2641, "Cornwall", "devon-and-cornwall"),
    "Newcastle station": (-1.6178, 54.9683, "Newcastle upon Tyne", "northumbria"),
    "Belfast city hall": (-5.9301, 54.5964, "Belfast", "northern-ireland"),
    "Edinburgh castle": (-3.2003, 55.9486, "City of Edinburgh", None),
    "Dublin": (-6.2603, 53.3498, None, None),
}


@pytest.fixture(scope="module")
def folder() -> FolderRead:
    return read_folder(GEOGRAPHY, date(2026, 3, 1))


@pytest.fixture(scope="module")
def store(folder: FolderRead, tmp_path_factory: pytest.TempPathFactory) -> ReferenceStore:
    kept = ReferenceStore(tmp_path_factory.mktemp("home"))
    for table in folder.tables:
        kept.save(table)
    return kept


@pytest.fixture(scope="module")
def lsoas(store: ReferenceStore) -> pa.Table:
    return lsoa_table(store)


@pytest.fixture(scope="module")
def authorities(store: ReferenceStore) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = authority_table(store).to_pylist()
    return rows


@pytest.fixture(scope="module")
def forces(store: ReferenceStore) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = force_table(store).to_pylist()
    return rows


def points() -> tuple[np.ndarray, np.ndarray]:
    return np.array([place[0] for place in PLACES.values()]), np.array([place[1] for place in PLACES.values()])


def test_every_file_is_recognised(folder: FolderRead, store: ReferenceStore) -> None:
    assert {table.kind: (table.rows, table.vintage) for table in folder.tables} == {
        "lsoa_2011_to_2021": (35_796, "2022"),
        "lsoa_2021_to_ward": (35_672, "2024"),
        "authority_to_police": (332, "2024"),
        "residents": (35_672, ""),
        "lsoa_boundaries": (35_672, "2021"),
        "police_boundaries": (43, "2023"),
        "authority_boundaries": (361, "2024"),
        "ni_boundaries": (11, ""),
    }
    assert folder.unrecognised == ()
    assert all(issue.kept for table in folder.tables for issue in table.issues)
    assert {table.kind: table.footnote_rows for table in folder.tables if table.footnote_rows} == {"residents": 7}
    assert store.missing() == []


def test_every_lsoa_maps(lsoas: pa.Table) -> None:
    assert lsoas.num_rows == 33_647 + 1_106 + 2_025
    vintages = {row["values"]: row["counts"] for row in pc.value_counts(lsoas["vintage"]).to_pylist()}
    assert vintages == {"both": 33_647, "2011": 1_106, "2021": 2_025}
    ambiguous = lsoas.filter(lsoas["ambiguous"])
    assert ambiguous["code"].to_pylist() == ["E01008187", "E01023508", "E01023964", "E01027506"]
    assert lsoas["lad_code"].null_count == 4, "only the four that lie in two authorities"
    changed = lsoas.filter(pc.not_equal(lsoas["change"], "U"))
    assert "both" not in changed["vintage"].to_pylist(), "a code that changed is never used for two areas"
    first = lsoas.filter(pc.equal(lsoas["name"], "City of London 001A")).to_pylist()
    assert [(row["code"], row["lad_code"], row["vintage"]) for row in first] == [("E01000001", "E09000001", "both")]


def test_residents_add_up(lsoas: pa.Table, authorities: list[dict[str, Any]]) -> None:
    # Census 2021, usual residents of England and Wales: 59.6 million (cells are perturbed, so not to the last one).
    assert pc.sum(lsoas["residents"]).as_py() == 59_597_601
    assert sum(row["residents"] or 0 for row in authorities) == 59_597_601
    people = {row["name"]: row["residents"] for row in authorities}
    assert people["Birmingham"] == pytest.approx(1_144_900, rel=0.001)
    assert people["City of London"] == pytest.approx(8_600, rel=0.02)
    assert people["Aberdeen City"] is None


def test_town_of_every_lsoa_name(lsoas: pa.Table) -> None:
    names = set(lsoas["name_2011"].to_pylist() + lsoas["name_2021"].to_pylist()) - {None}
    towns = {name: town_of(name) for name in names}
    assert len(names) > 36_000
    assert all(f"{town} {name[-4:]}" == name for name, town in towns.items())
    held = set(towns.values())
    assert {
        "Stoke-on-Trent",
        "King's Lynn and West Norfolk",
        "St. Helens",
        "Bournemouth, Christchurch and Poole",
        "Bristol",
        "Mendip",
        "Newcastle upon Tyne",
        "Rhondda Cynon Taf",
    } & held == {
        "Stoke-on-Trent",
        "King's Lynn and West Norfolk",
        "St. Helens",
        "Bournemouth, Christchurch and Poole",
        "Mendip",
        "Newcastle upon Tyne",
        "Rhondda Cynon Taf",
        "Bristol",
    }
    assert not any(town[-1].isdigit() for town in held if town)


def test_every_authority_has_its_force(authorities: list[dict[str, Any]], forces: list[dict[str, Any]]) -> None:
    assert len(authorities) == 361
    assert {row["code"][0] for row in authorities if row["force"] is None} == {"S"}
    assert sum(row["force"] == "northern-ireland" for row in authorities) == 11
    territorial = {force.slug for force in FORCES} - {"btp"}
    assert {row["force"] for row in authorities} - {None} == territorial
    assert [row["force"] for row in forces] == sorted(territorial)
    assert all(row["wkb"] and row["min_lon"] < row["centroid_lon"] < row["max_lon"] for row in authorities + forces)
    assert {row["code"]: row["name"] for row in authorities if row["code"][0] == "N"} == NI_DISTRICTS


def test_places(authorities: list[dict[str, Any]], forces: list[dict[str, Any]]) -> None:
    found = PointLocator([row["wkb"] for row in authorities]).locate(*points())
    assert [authorities[index]["name"] if index >= 0 else None for index in found] == [p[2] for p in PLACES.values()]
    found = PointLocator([row["wkb"] for row in forces]).locate(*points())
    assert [forces[index]["force"] if index >= 0 else None for index in found] == [p[3] for p in PLACES.values()]


def test_the_middle_of_every_lsoa_is_in_its_authority(
    store: ReferenceStore, lsoas: pa.Table, authorities: list[dict[str, Any]]
) -> None:
    table = store.table("lsoa_boundaries")
    inner = shapely.point_on_surface(shapely.from_wkb(table["wkb"].to_pylist()))  # type: ignore[index]
    lon, lat = shapely.get_x(inner), shapely.get_y(inner)
    own = PointLocator(table["wkb"].to_pylist()).locate(lon, lat)  # type: ignore[index]
    found = PointLocator([row["wkb"] for row in authorities]).locate(lon, lat)
    assert (own == np.arange(len(own))).mean() > 0.999
    stated = dict(zip(lsoas["code"].to_pylist(), lsoas["lad_code"].to_pylist(), strict=True))
    same = [
        index >= 0 and authorities[index]["code"] == stated[code]
        for index, code in zip(found.tolist(), table["code"].to_pylist(), strict=True)  # type: ignore[index]
    ]
    # The boundaries here are generalised to some hundreds of metres, so a few lie across a border.
    assert np.mean(same) > 0.97


def test_200_000_points_in_real_authorities(authorities: list[dict[str, Any]]) -> None:
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(-5.5, 1.5, 200_000), rng.uniform(50, 55.5, 200_000)
    locator = PointLocator([row["wkb"] for row in authorities])
    found = locator.locate(lon, lat)
    assert 0.5 < (found >= 0).mean() < 0.7


def test_good_points_lie_near_their_lsoa_and_often_not_in_it(store: ReferenceStore, shared_data: Path) -> None:
    """The crimes of Gwent, 2020-01 to 2021-11: of 8,137 points whose LSOA has an outline 986 lie outside it, and six by
    more than the 200 m from which on a finding is made."""
    table = store.table("lsoa_boundaries")
    assert table is not None
    place = {code: at for at, code in enumerate(table["code"].to_pylist())}
    points: set[tuple[str, str, str]] = set()
    with zipfile.ZipFile(shared_data / "police-uk" / "2021-11.zip") as archive:
        for name in archive.namelist():
            if name.endswith("-gwent-street.csv"):
                rows = csv.DictReader(io.StringIO(archive.read(name).decode()))
                points |= {(row["Longitude"], row["Latitude"], row["LSOA code"]) for row in rows if row["Longitude"]}
    known = [point for point in sorted(points) if point[2] in place]
    lon, lat = (np.array([float(point[at]) for point in known]) for at in (0, 1))
    own = np.array([place[code] for _, _, code in known])
    metres = metres_outside(lon, lat, own, table["wkb"].to_pylist())
    assert (len(known), (metres > 0).sum(), (metres > FAR_FROM_LSOA_M).sum()) == (8_137, 986, 6)


def test_distance_outside_a_force(forces: list[dict[str, Any]]) -> None:
    place = {row["force"]: index for index, row in enumerate(forces)}
    outside = OutsideDistance([row["wkb"] for row in forces])
    lon, lat = points()
    km = outside.km(lon, lat, place["avon-and-somerset"])
    by_name = dict(zip(PLACES, km, strict=True))
    assert by_name["Bristol, Broadmead"] == 0
    assert by_name["Cardiff Castle"] == pytest.approx(13, abs=6)
    assert by_name["Leeds station"] == pytest.approx(240, abs=20)
    assert by_name["Edinburgh castle"] > 400
