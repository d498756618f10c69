"""Downloads, against a portal that runs on 127.0.0.1 and answers as ArcGIS does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bluelamp.errors import SourceChanged, SourceError, SourceRefused, UsageError
from bluelamp.sources.reference import REFERENCE_FILES, download, read_file
from tests.lib.loopback import Loopback, Reply, Request

DAY = date(2026, 3, 1)


class Portal:
    """A table of an ArcGIS portal. `limit` is the most rows it gives at once, `stated` the number it says it has."""

    def __init__(self, rows: list[dict[str, Any]], shapes: bool = False) -> None:
        self.rows, self.shapes = rows, shapes
        self.limit, self.stated = 3, len(rows)
        self.asked: list[dict[str, str]] = []
        self.override: bytes | None = None

    def answer(self, asked: dict[str, str]) -> bytes:
        self.asked.append(asked)
        if self.override is not None:
            return self.override
        if asked.get("returnCountOnly") == "true":
            return json.dumps({"count": self.stated}).encode()
        start, size = int(asked["resultOffset"]), min(int(asked["resultRecordCount"]), self.limit)
        page = self.rows[start : start + size]
        if asked["f"] == "geojson":
            ring = [[-1.5, 53.5], [-1.4, 53.5], [-1.4, 53.6], [-1.5, 53.5]]
            shape = {"type": "Polygon", "coordinates": [ring]}
            features = [{"type": "Feature", "properties": row, "geometry": shape} for row in page]
            return json.dumps({"type": "FeatureCollection", "features": features}).encode()
        return json.dumps({"features": [{"attributes": row} for row in page], "exceededTransferLimit": True}).encode()


class Client:
    def get_bytes(self, url: str, *, max_bytes: int) -> bytes:
        body = httpx.get(url, trust_env=False).raise_for_status().content
        if len(body) > max_bytes:
            raise SourceRefused(f"{url} is longer than {max_bytes:,} bytes.")
        return body


def ward(number: int) -> dict[str, Any]:
    return {
        "LSOA21CD": f"E01{number:06d}",
        "LSOA21NM": "Bournemouth, Christchurch and Poole 036E",
        "LSOA21NMW": None,
        "WD24CD": "E05009288",
        "WD24NM": 'The "Hundred"',
        "LAD24CD": "E06000058",
        "LAD24NM": "Bournemouth, Christchurch and Poole",
        "ObjectId": number,
    }


@pytest.fixture
def portal() -> Portal:
    return Portal([ward(number) for number in range(1, 9)])


@pytest.fixture
def base(portal: Portal) -> Iterator[str]:
    def answer(request: Request) -> Reply:
        query = parse_qs(urlsplit(request.path).query)
        return Reply(200, portal.answer({key: values[0] for key, values in query.items()}))

    server = Loopback(answer)
    yield server.url
    server.close()


def test_pages_become_one_csv(tmp_path: Path, portal: Portal, base: str) -> None:
    url = f"{base}/rest/services/X/FeatureServer/0/query"
    path = download("lsoa_2021_to_ward", url, tmp_path / "spool", Client())
    (table,) = read_file(path, DAY, source=url, expect="lsoa_2021_to_ward")
    assert table.source == url
    assert table.table["lsoa21_code"].to_pylist() == [row["LSOA21CD"] for row in portal.rows]
    assert table.table["ward_name"][0].as_py() == 'The "Hundred"'
    assert [asked.get("resultOffset") for asked in portal.asked] == [None, "0", "3", "6"]
    assert [one.name for one in (tmp_path / "spool").iterdir()] == ["lsoa_2021_to_ward.csv"]


def test_boundaries_are_paged_as_geojson(tmp_path: Path, portal: Portal, base: str) -> None:
    portal.rows = [{"FID": n, "PFA23CD": f"E230000{n:02d}", "PFA23NM": f"Area {n}"} for n in range(1, 9)]
    path = download("police_boundaries", f"{base}/query?token=x", tmp_path, Client())
    (table,) = read_file(path, DAY, expect="police_boundaries")
    assert table.rows == 8
    assert portal.asked[1]["outSR"] == "4326"
    assert portal.asked[1]["resultRecordCount"] == str(REFERENCE_FILES["police_boundaries"].page_rows)
    assert all(asked["token"] == "x" for asked in portal.asked)


def test_any_other_address_is_fetched_as_it_is(tmp_path: Path, portal: Portal, base: str) -> None:
    portal.override = b"total,2021 super output area - lower layer,mnemonic\n1473,City of London 001A,E01000001\n"
    path = download("residents", f"{base}/ts001.zip", tmp_path, Client())
    assert path.read_bytes() == portal.override
    assert read_file(path, DAY)[0].kind == "residents"


def test_a_cut_table_is_refused(tmp_path: Path, portal: Portal, base: str) -> None:
    portal.stated = 9
    with pytest.raises(SourceError, match="gave nothing after row 8 of 9"):
        download("lsoa_2021_to_ward", f"{base}/query", tmp_path, Client())
    portal.stated = 8
    portal.rows[7] = portal.rows[0]
    with pytest.raises(SourceChanged, match=r"states 8 rows and gave 8 \(7 different ones\)"):
        download("lsoa_2021_to_ward", f"{base}/query", tmp_path, Client())
    portal.stated = 7
    with pytest.raises(SourceChanged, match="states 7 rows and gave 8"):
        download("lsoa_2021_to_ward", f"{base}/query", tmp_path, Client())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("body", "error", "says"),
    [
        (b'{"error":{"code":400,"message":"Invalid URL","details":[]}}', SourceRefused, "refuses: Invalid URL"),
        (b"<html>busy</html>", SourceError, "not JSON"),
        (b"[]", SourceError, "unknown form"),
        (b"{}", SourceError, "does not say how many rows"),
    ],
)
def test_what_the_portal_says_wrong(
    tmp_path: Path, portal: Portal, base: str, body: bytes, error: type[SourceError], says: str
) -> None:
    portal.override = body
    with pytest.raises(error, match=says):
        download("lsoa_2021_to_ward", f"{base}/query", tmp_path, Client())


def test_the_size_is_bounded(tmp_path: Path, portal: Portal, base: str) -> None:
    portal.override = b"x" * (2**20 + 1)
    with pytest.raises(SourceRefused, match="longer than"):
        download("lsoa_2021_to_ward", f"{base}/query", tmp_path, Client())


def test_what_cannot_be_downloaded(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no kind of reference file\. Known are"):
        download("parishes", None, tmp_path, Client())
    with pytest.raises(UsageError, match="no public address"):
        download("ni_boundaries", None, tmp_path, Client())
