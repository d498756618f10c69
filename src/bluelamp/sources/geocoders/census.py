"""The geocoder of the United States Census Bureau: free, without a key, address ranges of TIGER, and crossings.

GET /geocoder/locations/onelineaddress?address=…&benchmark=Public_AR_Current&format=json
→ {"result": {"addressMatches": [{"coordinates": {"x", "y"}, "matchedAddress", "addressComponents": {…}}]}}

POST /geocoder/locations/addressbatch, a form of parts: `benchmark`, and the file `addressFile` of lines
"id","street","city","state","zip", at most 10,000
→ lines "id","address asked","Match","Exact","address matched","lon,lat","line","side"; "No_Match" or "Tie" end there
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from bluelamp.domain.place import Candidate
from bluelamp.sources.geocoders.geocoder import (
    Query,
    Request,
    Terms,
    address,
    candidate,
    json_of,
    number_and_streets,
    objects,
    unreadable,
)

TERMS = Terms(
    name="census",
    group="tiger",
    title="The Census geocoder",
    per_second=2.0,
    daily=10_000,
    timeout_seconds=20.0,
    storable=True,
    licence="public domain; answers may be kept",
    attribution="U.S. Census Bureau",
)
_BENCHMARK = "Public_AR_Current"
_ADDRESS_METRES, _CROSSING_METRES = 100.0, 75.0
_BATCH_PATH = "/geocoder/locations/addressbatch"
BATCH_LINES = 10_000


@dataclass(frozen=True, slots=True)
class Census:
    base: str = "https://geocoding.geo.census.gov"
    terms: Terms = TERMS

    def request(self, query: Query) -> Request | None:
        if query.asked.kind not in ("block", "intersection"):
            return None
        line = query.line(query.middle)
        parameters = {"address": line, "benchmark": _BENCHMARK, "format": "json"}
        return Request(address(self.base, "/geocoder/locations/onelineaddress", parameters))

    def read(self, query: Query, body: bytes) -> tuple[Candidate, ...]:
        result = json_of(self.terms, body, dict).get("result")
        if not isinstance(result, dict):
            raise unreadable(self.terms)
        return tuple(self._one(query, match) for match in objects(self.terms, result.get("addressMatches")))

    def _one(self, query: Query, match: Mapping[str, object]) -> Candidate:
        at = match.get("coordinates")
        if not isinstance(at, dict):
            raise unreadable(self.terms)
        return self._candidate(query, str(match.get("matchedAddress") or ""), at.get("y"), at.get("x"))

    def _candidate(self, query: Query, label: str, lat: object, lon: object) -> Candidate:
        number, streets = number_and_streets(label)
        crossing = len(streets) > 1
        return candidate(
            self.terms,
            query,
            lat,
            lon,
            "intersection" if crossing else "block",
            _CROSSING_METRES if crossing else _ADDRESS_METRES,
            streets,
            number=None if crossing else number,
            label=label,
        )

    @property
    def batch_size(self) -> int:
        return BATCH_LINES

    def batch(self, queries: Sequence[Query]) -> Request:
        """All of these in one request."""
        border = uuid4().hex
        parts = (
            f'--{border}\r\nContent-Disposition: form-data; name="benchmark"\r\n\r\n{_BENCHMARK}\r\n',
            f'--{border}\r\nContent-Disposition: form-data; name="addressFile"; filename="addresses.csv"\r\n',
            "Content-Type: text/csv; charset=utf-8\r\n\r\n",
        )
        content = "".join(parts).encode() + self.batch_lines(queries) + f"\r\n--{border}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={border}", "Accept": "text/csv, text/plain"}
        return Request(f"{self.base.rstrip('/')}{_BATCH_PATH}", headers, content)

    def batch_lines(self, queries: Sequence[Query]) -> bytes:
        """The file of a batch: a line for each question that can be asked so, named by its place in the list."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        for place, query in enumerate(queries[:BATCH_LINES]):
            if query.asked.kind in ("block", "intersection"):
                city, _, state = query.city.partition(", ")
                street = query.line(query.middle).removesuffix(f", {query.city}")
                writer.writerow([place, street, city, state, ""])
        return text.getvalue().encode()

    def read_batch(self, queries: Sequence[Query], body: bytes) -> dict[int, tuple[Candidate, ...]]:
        """What a batch's answer says of each question, by its place in the list."""
        try:
            rows = list(csv.reader(io.StringIO(body.decode())))
        except (UnicodeDecodeError, csv.Error):
            raise unreadable(self.terms) from None
        found: dict[int, tuple[Candidate, ...]] = {}
        for row in filter(None, rows):
            if len(row) < 3 or not row[0].isdecimal() or int(row[0]) >= len(queries):
                raise unreadable(self.terms)
            place, query = int(row[0]), queries[int(row[0])]
            found[place] = ()
            if row[2] == "Match" and len(row) > 5:
                lon, _, lat = row[5].partition(",")
                found[place] = (self._candidate(query, row[4], lat, lon),)
        return found
