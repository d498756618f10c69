"""Reference files in their true layouts, small and made up: recognised by header, checked row by row."""

# ruff: noqa: E501 - the publisher's rows are as long as they are

from __future__ import annotations

import gzip
import hashlib
import json
import lzma
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely

from bluelamp.domain.area import REFERENCE_KINDS
from bluelamp.errors import BrokenArchive, NotFound, SourceError, SourceRefused
from bluelamp.sources.reference import REFERENCE_FILES, ReferenceTable, read_file, read_folder, schema_of, unpacking

DAY = date(2026, 3, 1)
BOM = b"\xef\xbb\xbf"

OLD_TO_NEW = """LSOA11CD,LSOA11NM,LSOA21CD,LSOA21NM,CHGIND,LAD22CD,LAD22NM,LAD22NMW,ObjectId
E01000001,City of London 001A,E01000001,City of London 001A,U,E09000001,City of London,,1
E01014392,Stoke-on-Trent 014B,E01014392,Stoke-on-Trent 014B,U,E06000021,Stoke-on-Trent,,2
E01026600,King's Lynn and West Norfolk 001A,E01026600,King's Lynn and West Norfolk 001A,U,E07000146,King's Lynn and West Norfolk,,3
E01006800,St. Helens 003C,E01006800,St. Helens 003C,U,E08000013,St. Helens,,4
E01015300,"Bournemouth, Christchurch and Poole 036E",E01015300,"Bournemouth, Christchurch and Poole 036E",U,E06000058,"Bournemouth, Christchurch and Poole",,5
W01001324,Merthyr Tydfil 003E,W01001324,Merthyr Tydfil 003E,U,W06000024,Merthyr Tydfil,Merthyr Tudful,6
"""
TO_WARD = """LSOA21CD,LSOA21NM,LSOA21NMW,WD24CD,WD24NM,WD24NMW,LAD24CD,LAD24NM,LAD24NMW,ObjectId
E01000001,City of London 001A,,E05009288,Aldersgate,,E09000001,City of London,,1
W01001324,Merthyr Tydfil 003E,Merthyr Tudful 003E,W05001626,Vaynor,Faenor,W06000024,Merthyr Tydfil,Merthyr Tudful,2
"""
TO_POLICE = """ltla24_code,ltla24_name,csp24_code,csp24_name,pfa24_code,pfa24_name
E09000001,City of London,E22000204,City of London,E23000034,"London, City of"
E06000058,"Bournemouth, Christchurch and Poole",E22000300,Bournemouth,E23000039,Dorset
E06000058,"Bournemouth, Christchurch and Poole",E22000301,Poole,E23000039,Dorset
"""
RESIDENTS = """total,2021 super output area - lower layer,mnemonic
1473,City of London 001A,E01000001
1944,Merthyr Tydfil 003E,W01001324
,,
,"In order to protect against disclosure of personal information, records",
,have been swapped between different geographic areas and counts perturbed,
,affected.,"""
NOMIS_HEAD = "date,geography,geography code,Residence type: Total; measures: Value,Residence type: Lives in a household"


def put(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def one(path: Path) -> ReferenceTable:
    (table,) = read_file(path, DAY)
    return table


def square(west: float, south: float, size: float = 0.1) -> list[list[list[float]]]:
    east, north = west + size, south + size
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def geojson(*areas: tuple[dict[str, Any], Any]) -> str:
    features = [{"type": "Feature", "properties": told, "geometry": shape} for told, shape in areas]
    return json.dumps({"type": "FeatureCollection", "features": features})


def polygon(*corner: float) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": square(*corner)}


LEEDS = {"LAD24CD": "E08000035", "LAD24NM": "Leeds"}


def test_the_catalogue_and_the_domain_name_the_same_kinds() -> None:
    assert set(REFERENCE_FILES) == set(REFERENCE_KINDS)
    for kind in REFERENCE_FILES.values():
        assert kind.words
        assert kind.licence
        assert kind.url == "" or kind.url.startswith("https://")
        assert set(kind.key) <= {column.name for column in kind.columns}


@pytest.mark.parametrize(
    ("text", "kind", "rows", "vintage"),
    [
        (OLD_TO_NEW, "lsoa_2011_to_2021", 6, "2022"),
        (TO_WARD, "lsoa_2021_to_ward", 2, "2024"),
        (TO_POLICE, "authority_to_police", 3, "2024"),
        (RESIDENTS, "residents", 2, ""),
    ],
)
@pytest.mark.parametrize("pack", ["plain", "bom", "gz", "xz", "zip", "crlf", "cr"])
def test_recognised_by_header_however_packed(
    tmp_path: Path, text: str, kind: str, rows: int, vintage: str, pack: str
) -> None:
    data = text.encode()
    path = tmp_path / "any name at all.bin"
    if pack == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("__MACOSX/x.csv", text)
            archive.writestr("../../read me.txt", "About this file")
            archive.writestr("a/b.txt", BOM + data)
    else:
        packed = {
            "plain": data,
            "bom": BOM + data,
            "gz": gzip.compress(BOM + data),
            "xz": lzma.compress(BOM + data),
            "crlf": text.replace("\n", "\r\n").encode(),
            "cr": text.replace("\n", "\r").encode(),
        }[pack]
        put(path, packed)
    table = one(path)
    assert (table.kind, table.rows, table.vintage, table.issues) == (kind, rows, vintage, ())
    assert table.table.schema == schema_of(REFERENCE_FILES[kind])
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (table.source, table.read_on) == (str(path), DAY)
    assert "Office for National Statistics" in table.licence
    assert table.footnote_rows == (4 if kind == "residents" else 0)


def test_odd_names_stay_whole(tmp_path: Path) -> None:
    table = one(put(tmp_path / "a", OLD_TO_NEW)).table
    assert "Bournemouth, Christchurch and Poole 036E" in table["lsoa11_name"].to_pylist()
    assert "King's Lynn and West Norfolk 001A" in table["lsoa21_name"].to_pylist()
    assert {"St. Helens", "Stoke-on-Trent"} <= set(table["lad_name"].to_pylist())


def test_the_zip_of_nomis_gives_its_lsoa_member_only(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z", "w") as archive:
        for level, name, code in (
            ("ctry", "England", "E92000001"),
            ("lsoa", "City of London 001A", "E01000001"),
            ("oa", "E00000001", "E00000001"),
        ):
            archive.writestr(f"census2021-ts001-{level}.csv", f"{NOMIS_HEAD}\n2021,{name},{code},1473,1470\n")
        archive.writestr("metadata/ts001.txt", "Usual residents")
    table = one(tmp_path / "z")
    assert table.table.to_pylist() == [
        {"lsoa21_code": "E01000001", "lsoa21_name": "City of London 001A", "residents": 1473}
    ]


def test_a_row_that_does_not_fit_is_an_issue_with_its_place(tmp_path: Path) -> None:
    bad = RESIDENTS.replace("1944,", "many,").replace(
        "1473,City", "12,Hartlepool 001A,E01011954,extra\n7,Leeds 001A,E0108\n5,,E01011955\n\n1473,City"
    )
    table = one(put(tmp_path / "a.csv", bad))
    assert table.rows == 1
    assert [(issue.row, issue.column, issue.value) for issue in table.issues] == [
        (2, "", "12,Hartlepool 001A,E01011954,extra"),
        (3, "mnemonic", "E0108"),
        (4, "2021 super output area - lower layer", ""),
        (7, "total", "many"),
    ]
    assert table.issues[1].sentence("a.csv") == "“a.csv”, row 3, column “mnemonic”: “E0108” is no LSOA 2021 code."


def test_a_footnote_in_the_middle_is_an_issue(tmp_path: Path) -> None:
    table = one(put(tmp_path / "a", RESIDENTS.replace("1944,", ",note,\n1944,")))
    assert (table.rows, len(table.issues), table.footnote_rows) == (2, 1, 4)


def test_a_file_of_which_much_does_not_fit_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"{n},Leeds 001A,{'E01' if n > 5 else 'E1'}{n:06d}\n" for n in range(100))
    path = put(tmp_path / "a.csv", "total,2021 super output area - lower layer,mnemonic\n" + rows)
    with pytest.raises(SourceError, match=r"“a.csv”, row 2, column “mnemonic”: “E1000000” is no .* 6 of 100 rows"):
        read_file(path, DAY)


def test_the_same_row_twice_is_an_issue_and_two_different_ones_refuse_the_file(tmp_path: Path) -> None:
    twice = RESIDENTS.replace("1944,", "1473,City of London 001A,E01000001\n1944,")
    table = one(put(tmp_path / "a.csv", twice))
    assert (table.rows, [issue.row for issue in table.issues]) == (2, [3])
    with pytest.raises(SourceError, match=r"row 3.*stood in row 2 already\. The two rows differ"):
        read_file(put(tmp_path / "b.csv", twice.replace("1473", "1474", 1)), DAY)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"a,b\n1,2\n", "is no reference file that is known"),
        (RESIDENTS.split("\n")[0].encode(), "has a header and no row"),
        (TO_WARD.replace("WD24CD", "WARD").encode(), "its row 1 lacks a column for ward code"),
        (TO_WARD.replace("LAD24CD", "LAD19CD").encode(), "lacks a column for local authority code"),
        (TO_WARD.replace("Aldersgate", "\xc2ldersgate").encode("latin-1"), "row 2: the text is not UTF-8"),
        (TO_WARD.replace(",Aldersgate", ',"Ald"ers').encode(), "cannot be read as CSV"),
        (b'{"type":"FeatureCollection","features":[{"ty', "the JSON breaks off"),
        (b'{"type":"FeatureCollection","features":[]}', "neither GeoJSON nor TopoJSON with areas"),
        (b'{"rows": []}', "is no reference file"),
        (geojson(({"id": "a", "LAD24CD": "b"}, None)).encode(), "its areas have LAD24CD, id"),
        (geojson((LEEDS, None)).encode(), "area|row 1, column “geometry”: the polygon of E08000035 cannot be read"),
        (geojson((LEEDS, {"type": "Point", "coordinates": [0, 51]})).encode(), "it is a Point"),
        (geojson((LEEDS, {"type": "Polygon", "coordinates": [[[0, 51], [1, 52]]]})).encode(), "four points"),
        (geojson((LEEDS, polygon(430000, 433000))).encode(), "E08000035 lies outside the United Kingdom.*degrees"),
        (geojson((LEEDS, polygon(53.8, -1.5))).encode(), "outside the United Kingdom"),
        (geojson((LEEDS, polygon(-1.5, 53)), (LEEDS, polygon(-1, 53))).encode(), "stood in area 1 already"),
        (geojson(({"LAD24CD": "E0800003", "LAD24NM": "Leeds"}, polygon(0, 51))).encode(), "no local authority code"),
        (b"\x1f\x8b\x08broken", "cannot be unpacked"),
        (lzma.compress(TO_WARD.encode())[:-20], "cannot be unpacked"),
        (b"PK\x03\x04 not a zip", "cannot be read as a zip"),
    ],
)
def test_a_bad_file_gives_one_clear_sentence(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        read_file(put(tmp_path / "given.dat", data), DAY)
    assert "given.dat" in caught.value.message
    assert "\n" not in str(caught.value)


def test_errors_of_the_tree(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_file(tmp_path / "none", DAY)
    with pytest.raises(NotFound):
        read_folder(tmp_path / "none", DAY)
    with pytest.raises(BrokenArchive):
        read_file(put(tmp_path / "a", b"PK\x05\x06"), DAY)
    with pytest.raises(SourceError, match="no file of the kind residents; it holds lsoa_2021_to_ward"):
        read_file(put(tmp_path / "b", TO_WARD), DAY, expect="residents")


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MAX_UNPACKED", 1000)
    path = put(tmp_path / "a.gz", gzip.compress(TO_WARD.encode() + b"x" * 100_000))
    with pytest.raises(SourceRefused, match="unpacks to more than"):
        read_file(path, DAY)


@pytest.mark.parametrize(
    ("told", "kind", "vintage"),
    [
        (LEEDS, "authority_boundaries", "2024"),
        ({"LAD23CD": "E08000035", "LAD23NM": "Leeds", "BNG_E": 1}, "authority_boundaries", "2023"),
        ({"ltla24_code": "E08000035", "ltla24_name": "Leeds"}, "authority_boundaries", "2024"),
        ({"lad25cd": "E08000035", "lad25nm": "Leeds"}, "authority_boundaries", "2025"),
        ({"PFA23CD": "E23000010", "PFA23NM": "West Yorkshire"}, "police_boundaries", "2023"),
        ({"lsoa21_code": "E01011354", "lsoa21_name": "Leeds 111B"}, "lsoa_boundaries", "2021"),
        ({"LSOA21CD": "E01011354", "LSOA21NM": "Leeds 111B", "FID": 3}, "lsoa_boundaries", "2021"),
        ({"LGDCode": "N09000003", "LGDNAME": "Belfast", "AREA": 1.5}, "ni_boundaries", ""),
    ],
)
def test_boundaries_are_recognised_by_their_properties(
    tmp_path: Path, told: dict[str, Any], kind: str, vintage: str
) -> None:
    both = {"type": "MultiPolygon", "coordinates": [square(-1.5, 53.5), square(-1.0, 53.5)]}
    table = one(put(tmp_path / "x.json", BOM + geojson((told, both)).encode()))
    (row,) = table.table.to_pylist()
    assert (table.kind, table.vintage) == (kind, vintage)
    assert (row["code"], row["name"]) == (next(v for v in told.values() if str(v)[1:].isdigit()), row["name"])
    assert [row[side] for side in ("min_lon", "min_lat", "max_lon", "max_lat")] == pytest.approx(
        [-1.5, 53.5, -0.9, 53.6]
    )
    assert shapely.from_wkb(row["wkb"]).area == pytest.approx(0.02)


def test_a_polygon_with_a_hole_and_heights(tmp_path: Path) -> None:
    outer, hole = square(-1.5, 53.5, 0.4)[0], square(-1.4, 53.6, 0.1)[0]
    shape = {"type": "Polygon", "coordinates": [[[*point, 12.0] for point in ring] for ring in (outer, hole)]}
    read = shapely.from_wkb(one(put(tmp_path / "x", geojson((LEEDS, shape)))).table["wkb"][0].as_py())
    assert read.area == pytest.approx(0.15)
    assert not read.has_z


def test_a_polygon_that_crosses_itself_is_mended_and_told(tmp_path: Path) -> None:
    bow = {"type": "Polygon", "coordinates": [[[-1, 53], [-0.9, 53.1], [-0.9, 53], [-1, 53.1], [-1, 53]]]}
    table = one(put(tmp_path / "x", geojson((LEEDS, bow))))
    assert table.rows == 1
    assert [(issue.row, issue.column, issue.kept) for issue in table.issues] == [(1, "geometry", True)]
    assert shapely.from_wkb(table.table["wkb"][0].as_py()).is_valid


def test_topojson_is_decoded(tmp_path: Path) -> None:
    # Two squares of 10 grid units side by side share arc 1; the second walks it backwards.
    topology = {
        "type": "Topology",
        "transform": {"scale": [0.01, 0.01], "translate": [-6.0, 54.5]},
        "arcs": [
            [[10, 10], [-10, 0], [0, -10], [10, 0]],
            [[10, 0], [0, 10]],
            [[10, 0], [10, 0], [0, 10], [-10, 0]],
        ],
        "objects": {
            "lgd": {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Polygon", "properties": {"LGDCode": "N09000003", "LGDNAME": "Belfast"}, "arcs": [[0, 1]]},
                    {
                        "type": "MultiPolygon",
                        "properties": {"LGDCode": "N09000011", "LGDNAME": "East Coast"},
                        "arcs": [[[2, -2]]],
                    },
                ],
            }
        },
    }
    table = one(put(tmp_path / "x", json.dumps(topology)))
    assert (table.kind, table.rows, table.issues) == ("ni_boundaries", 2, ())
    west, east = (shapely.from_wkb(wkb) for wkb in table.table["wkb"].to_pylist())
    assert west.equals(shapely.box(-6.0, 54.5, -5.9, 54.6))
    assert east.equals(shapely.box(-5.9, 54.5, -5.8, 54.6))
    topology["arcs"] = [[[0, 0]]]
    with pytest.raises(SourceError, match="row 1, column “geometry”"):
        read_file(put(tmp_path / "y", json.dumps(topology)), DAY)
    topology["arcs"] = "none"
    with pytest.raises(SourceError, match="TopoJSON whose arcs cannot be read"):
        read_file(put(tmp_path / "z", json.dumps(topology)), DAY)


def test_a_folder(tmp_path: Path) -> None:
    put(tmp_path / "1", TO_WARD)
    put(tmp_path / "2.csv", lzma.compress(RESIDENTS.encode()))
    put(tmp_path / "3.gz", gzip.compress(BOM + TO_WARD.encode()))
    put(tmp_path / "4.geojson", geojson((LEEDS, polygon(-1.5, 53.5))))
    put(tmp_path / "README.md", "# What this is")
    put(tmp_path / ".hidden", b"PK")
    (tmp_path / "deeper").mkdir()
    with zipfile.ZipFile(tmp_path / "2026-01.zip", "w") as archive:
        for number in range(unpacking.MAX_MEMBERS + 1):
            archive.writestr(f"{number}.csv", "Crime ID,Month\n")
    read = read_folder(tmp_path, DAY)
    # The two packings of one table count once.
    assert [table.kind for table in read.tables] == ["lsoa_2021_to_ward", "residents", "authority_boundaries"]
    assert read.tables[0].source == str(tmp_path / "1")
    assert read.unrecognised == (
        "“2026-01.zip” holds 201 files; a zip of reference files holds at most 200.",
        "“README.md” is no reference file that is known.",
    )


def test_a_folder_with_two_different_files_of_a_kind_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "a", TO_WARD)
    put(tmp_path / "b", TO_WARD.replace("Aldersgate", "Bassishaw"))
    with pytest.raises(SourceError, match="“a” and “b” are of the same kind and differ"):
        read_folder(tmp_path, DAY)


def test_an_empty_folder(tmp_path: Path) -> None:
    assert read_folder(tmp_path, DAY).tables == ()
