"""Fetches a reference file from its publisher into a spool folder. Called by the step that takes them in.

The ONS portal answers a table in pages. They are asked for one after another, counted against the number the
portal states, and put together into one CSV or GeoJSON: a table that is cut short is refused, never kept.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from bluelamp.errors import SourceChanged, SourceError, SourceRefused, UsageError
from bluelamp.sources.reference.catalogue import REFERENCE_FILES, ReferenceFile


class BytesClient(Protocol):
    """What fetches. Raises the SourceErrors of `bluelamp.errors` for whatever goes wrong on the way."""

    def get_bytes(self, url: str, *, max_bytes: int) -> bytes:
        """The body at an address. Raises SourceRefused where it is longer than `max_bytes`."""
        ...


def download(kind: str, url: str | None, spool_folder: Path, client: BytesClient) -> Path:
    """Fetch a kind of REFERENCE_FILES and return where it lies now; None as `url` means the publisher's own.

    An address whose path ends in `/query` is a table of an ArcGIS portal and is paged; any other is fetched as it
    is. The file is whole or not there. Raises UsageError for a kind that is unknown or has no address, SourceError
    for what the publisher does. Read the file with `read_file(path, …, source=url, expect=kind)`.
    """
    wanted = REFERENCE_FILES.get(kind)
    if wanted is None:
        raise UsageError(f"“{kind}” is no kind of reference file.", f"Known are {', '.join(REFERENCE_FILES)}.")
    address = url or wanted.url
    if not address:
        raise UsageError(f"There is no public address for {wanted.words}.", "Give one, or give the file itself.")
    if urlsplit(address).path.rstrip("/").endswith("/query"):
        features = _all_pages(address, wanted, client)
        ending, data = ("geojson", _as_geojson(features)) if wanted.shapes else ("csv", _as_csv(address, features))
    else:
        ending, data = "download", client.get_bytes(address, max_bytes=wanted.max_bytes)
    return _spooled(spool_folder / f"{kind}.{ending}", data)


def _spooled(target: Path, data: bytes) -> Path:
    # Sources may not use storage's helper; a spool need not survive a power cut, only never be half a file.
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _all_pages(address: str, file: ReferenceFile, client: BytesClient) -> list[dict[str, Any]]:
    """Every feature of the portal's table, exactly as many as it says it has, none twice."""
    count = _answer(address, {"where": "1=1", "returnCountOnly": "true", "f": "json"}, 2**20, client).get("count")
    if not isinstance(count, int) or count < 1:
        raise SourceError(f"{address} does not say how many rows it has.", "Check the address.")
    features: list[dict[str, Any]] = []
    for page in _pages(address, file, count, client):
        features += page
    # The portal's own row number is among the columns, so two equal rows are one row that came on two pages.
    states = (feature.get("properties") or feature.get("attributes") for feature in features)
    distinct = {json.dumps(state, sort_keys=True) for state in states}
    if len(features) != count or len(distinct) != count:
        raise SourceChanged(
            f"{address} states {count:,} rows and gave {len(features):,} ({len(distinct):,} different ones).",
            "It may have been replaced meanwhile: try again.",
        )
    return features


def _pages(address: str, file: ReferenceFile, count: int, client: BytesClient) -> Iterator[list[dict[str, Any]]]:
    asked = {"where": "1=1", "outFields": "*", "outSR": "4326", "resultRecordCount": str(file.page_rows)}
    if file.shapes:
        # Five decimals are about a metre, far finer than generalised boundaries are.
        asked |= {"f": "geojson", "returnGeometry": "true", "geometryPrecision": "5"}
    else:
        asked |= {"f": "json", "returnGeometry": "false"}
    got = size = 0
    while got < count:
        body = asked | {"resultOffset": str(got)}
        answer = _answer(address, body, file.max_bytes - size, client)
        page = answer.get("features")
        # The portal may give fewer rows than asked for, never none while some are left.
        if not isinstance(page, list) or not page:
            raise SourceError(f"{address} gave nothing after row {got:,} of {count:,}.", "Try again later.")
        size += answer["_bytes"]
        got += len(page)
        yield page


def _answer(address: str, parameters: dict[str, str], max_bytes: int, client: BytesClient) -> dict[str, Any]:
    joint = "&" if urlsplit(address).query else "?"
    data = client.get_bytes(f"{address}{joint}{urlencode(parameters)}", max_bytes=max(max_bytes, 1))
    try:
        answer = json.loads(data)
    except ValueError as problem:
        raise SourceError(f"{address} answers with something that is not JSON.", "Try again later.") from problem
    if not isinstance(answer, dict):
        raise SourceError(f"{address} answers with JSON of an unknown form.")
    # ArcGIS says no with status 200 and an error inside.
    if isinstance(error := answer.get("error"), dict):
        raise SourceRefused(f"{address} refuses: {error.get('message') or error.get('code')}.", "Check the address.")
    return answer | {"_bytes": len(data)}


def _as_geojson(features: list[dict[str, Any]]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def _as_csv(address: str, features: list[dict[str, Any]]) -> bytes:
    rows = [feature.get("attributes") for feature in features]
    heads = list(rows[0]) if isinstance(rows[0], dict) else []
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or list(row) != heads:
            raise SourceError(f"{address}, row {number:,}: its columns are not those of the first row.")
        writer.writerow(["" if value is None else value for value in row.values()])
    return out.getvalue().encode()
