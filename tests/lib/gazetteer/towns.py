"""A publisher of an invented city on the loopback address: layers and a data set that answer as the real ones do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

# The invented city, and the server on the loopback address, of other rooms' tests.
from tests.lib.gazetteer.grid import AVENUES, BOUNDS, STREETS, degrees
from tests.lib.loopback import Reply, Request

TOWN = """
title = "Testville"
bounds = [{bounds}]
feeds = ["test-police"]
[aliases]
"Q T M" = "I-735"
[inputs.addresses]
kind = "address"
platform = "arcgis"
url = "{url}/addresses/0/query"
page_rows = {page_rows}
licence = "public domain"
columns = {{ number = "HOUSENUMBER", street = "FULLSTREETNAME" }}
[inputs.beats]
kind = "area"
area = "beat"
platform = "arcgis"
url = "{url}/beats/8/query"
licence = "public domain"
columns = {{ name = "BEAT" }}
[inputs.incidents]
kind = "spot"
platform = "socrata"
url = "{url}/resource/incidents.json"
page_rows = {page_rows}
parameters = {{ "$select" = "incident_address,beat,geocoded_column" }}
licence = "ODC-By"
columns.text = "incident_address"
columns.beat = "beat"
columns.lat = "geocoded_column.latitude"
columns.lon = "geocoded_column.longitude"
"""


def town_text(url: str, page_rows: int = 50) -> str:
    return TOWN.format(url=url, page_rows=page_rows, bounds=", ".join(map(str, BOUNDS)))


class Layer:
    """A layer of ArcGIS. `limit` is the most rows that it gives at once, `stated` how many it says it has."""

    def __init__(self, rows: list[dict[str, Any]], limit: int = 2000) -> None:
        self.rows, self.limit, self.stated = rows, limit, len(rows)
        self.asked: list[dict[str, str]] = []
        self.spoil: Callable[[dict[str, str], Reply], Reply] = lambda _, reply: reply

    def __call__(self, request: Request) -> Reply:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
        self.asked.append(asked)
        return self.spoil(asked, self._answer(asked))

    def _answer(self, asked: dict[str, str]) -> Reply:
        if asked.get("returnCountOnly") == "true":
            return Reply(200, json.dumps({"count": self.stated}).encode())
        first = int(asked.get("resultOffset", "0"))
        rows = self.rows[first : first + min(int(asked["resultRecordCount"]), self.limit)]
        if asked.get("returnGeometry") == "false":
            rows = [{"attributes": row["attributes"]} for row in rows]
        answer = {"objectIdFieldName": "OBJECTID", "spatialReference": {"wkid": 4326}, "features": rows}
        return Reply(200, json.dumps(answer).encode())

    def pages(self) -> list[int]:
        """The offsets of the pages asked for."""
        return [int(one["resultOffset"]) for one in self.asked if "resultOffset" in one]


def address_rows() -> list[dict[str, Any]]:
    rows = []
    for at, street in enumerate(STREETS):
        rows += [_address(n, street.upper(), float(n), 200.0 * at) for n in range(100, 900, 20)]
    for at, avenue in enumerate(AVENUES):
        rows += [_address(n, avenue.upper(), 100.0 * at, float(n)) for n in range(0, 1000, 20)]
    return rows


def _address(number: int, street: str, x: float, y: float) -> dict[str, Any]:
    lat, lon = degrees(x, y)
    return {"attributes": {"HOUSENUMBER": str(number), "FULLSTREETNAME": street}, "geometry": {"x": lon, "y": lat}}


def beat_rows() -> list[dict[str, Any]]:
    """Beat 1 with a hole, in which beat 2 lies."""
    return [
        {
            "attributes": {"BEAT": "1"},
            "geometry": {"rings": [_ring(0, 0, 1000, 1000), _ring(400, 400, 600, 600)[::-1]]},
        },
        {"attributes": {"BEAT": "2"}, "geometry": {"rings": [_ring(400, 400, 600, 600)]}},
    ]


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    corners = [(west, south), (west, north), (east, north), (east, south), (west, south)]
    return [list(degrees(x, y)[::-1]) for x, y in corners]


class Dataset:
    """A data set of Socrata."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        self.asked: list[dict[str, str]] = []
        self.tokens: list[str | None] = []

    def __call__(self, request: Request) -> Reply:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
        self.asked.append(asked)
        self.tokens.append(request.headers.get("x-app-token"))
        if "count(*)" in asked.get("$select", ""):
            return Reply(200, json.dumps([{"rows": str(len(self.rows))}]).encode())
        first = int(asked["$offset"])
        return Reply(200, json.dumps(self.rows[first : first + int(asked["$limit"])]).encode())


def incident_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for n in range(100, 900, 100):
        lat, lon = degrees(float(n), 400.0)
        rows.append(
            {
                "incident_address": f"{n} CEDAR ST",
                "beat": "1",
                "geocoded_column": {"latitude": str(lat), "longitude": str(lon)},
            }
        )
    rows.append({"incident_address": "CEDAR ST & 15TH AVE"})  # null columns are left out
    return rows
