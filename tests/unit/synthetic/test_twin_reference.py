"""The twin's reference files: layouts of the ONS, and agreement with the rows."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import shapely

from bluelamp.domain.area import town_of
from bluelamp.synthetic.reference import (
    AUTHORITIES,
    FORCE_AREAS,
    LOOKUP_2011,
    LOOKUP_FORCES,
    LOOKUP_WARDS,
    RESIDENTS,
    write_reference,
)
from tests.lib.archive.twins import Twin

PLANTED = "On or near Planted Row"


@pytest.fixture(scope="module")
def folder(twin: Twin, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("reference")
    paths = write_reference(twin.truth.plan, made)
    assert sorted(paths) == sorted(made.iterdir())
    return made


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_layouts_are_those_of_the_ons(folder: Path) -> None:
    headers = {
        LOOKUP_2011: "LSOA11CD,LSOA11NM,LSOA21CD,LSOA21NM,CHGIND,LAD22CD,LAD22NM,LAD22NMW,ObjectId",
        LOOKUP_WARDS: "LSOA21CD,LSOA21NM,LSOA21NMW,WD24CD,WD24NM,WD24NMW,LAD24CD,LAD24NM,LAD24NMW,ObjectId",
        LOOKUP_FORCES: "ltla24_code,ltla24_name,csp24_code,csp24_name,pfa24_code,pfa24_name",
        RESIDENTS: "total,2021 super output area - lower layer,mnemonic",
    }
    for name, header in headers.items():
        body = (folder / name).read_bytes()
        marked = body.startswith(b"\xef\xbb\xbf")
        assert marked == name.startswith("lsoa")
        assert body.decode("utf-8-sig").split("\n")[0] == header
    assert (folder / RESIDENTS).read_text().split("\n")[-6:-3] == [",,", ",,", ",,"]


def test_lookups_agree_with_each_other(folder: Path) -> None:
    changes, wards, forces = (table(folder / name) for name in (LOOKUP_2011, LOOKUP_WARDS, LOOKUP_FORCES))
    residents = [row for row in table(folder / RESIDENTS) if row["mnemonic"]]
    new = {row["LSOA21CD"] for row in changes}
    assert new == {row["LSOA21CD"] for row in wards} == {row["mnemonic"] for row in residents}
    assert len(wards) == len(new)
    assert {row["CHGIND"] for row in changes} == set("USMX")
    assert {row["LAD24CD"] for row in wards} == {row["ltla24_code"] for row in forces}
    assert len({row["pfa24_code"] for row in forces}) == 43
    for code, name in (("LSOA11CD", "LSOA11NM"), ("LSOA21CD", "LSOA21NM")):
        pairs = {(row[code], row[name]) for row in changes}
        assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    assert all(row["LSOA11CD"] == row["LSOA21CD"] for row in changes if row["CHGIND"] == "U")
    mendip = [row for row in changes if row["LAD22NM"] == "Mendip"]
    assert mendip
    ward_of = {row["LSOA21CD"]: row["LAD24NM"] for row in wards}
    assert {ward_of[row["LSOA21CD"]] for row in mendip} == {"Somerset"}
    assert {town_of(row["LSOA21NM"]) for row in changes if row["LAD22NM"] == "Bristol, City of"} == {"Bristol"}


def test_every_snap_point_lies_in_its_local_authority(folder: Path, twin: Twin) -> None:
    features = json.loads((folder / AUTHORITIES).read_text())["features"]
    areas = {each["properties"]["ltla24_code"]: shapely.from_geojson(json.dumps(each["geometry"])) for each in features}
    assert len(areas) == len(features)
    home = {row["LSOA21CD"]: row["LAD24CD"] for row in table(folder / LOOKUP_WARDS)}
    home |= {row["LSOA11CD"]: home[row["LSOA21CD"]] for row in table(folder / LOOKUP_2011)}
    points: dict[str, set[tuple[float, float]]] = {}
    for file in list(twin.of("crimes"))[::5]:
        for row in twin.records(file):
            if row["LSOA code"]:
                place = (float(row["Longitude"]), float(row["Latitude"]))
                points.setdefault(home[row["LSOA code"]], set()).add(place)
    assert len(points) > 300
    for code, places in points.items():
        # A hair's breadth for the seven decimals of the boundary.
        area = shapely.buffer(areas[code], 1e-6)
        assert all(shapely.contains_xy(area, *zip(*places, strict=True)))


def test_local_authorities_tile_their_force(folder: Path) -> None:
    forces = json.loads((folder / FORCE_AREAS).read_text())["features"]
    shapes = {each["properties"]["PFA23CD"]: shapely.from_geojson(json.dumps(each["geometry"])) for each in forces}
    assert {each["properties"]["PFA23NM"] for each in forces} >= {"London, City of", "Devon & Cornwall", "Kent"}
    features = json.loads((folder / AUTHORITIES).read_text())["features"]
    areas = {each["properties"]["ltla24_code"]: shapely.from_geojson(json.dumps(each["geometry"])) for each in features}
    for row in table(folder / LOOKUP_FORCES):
        inside = shapely.intersection(areas[row["ltla24_code"]], shapes[row["pfa24_code"]])
        assert shapely.area(inside) > 0.999 * shapely.area(areas[row["ltla24_code"]])
