"""`HEAD` wherever there is a `GET`: the same status and headers, no body (RFC 9110, 9.3.2)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.lib.web.described import operations
from tests.lib.web.process_server import Server

# Of the moment, or of the connection.
_OF_THE_MOMENT = {"date", "content-length", "transfer-encoding", "retry-after", "ratelimit"}
_PAGES = (
    "/",
    "/crime",
    "/data",
    "/records/stops",
    "/embed/crime/total",
    "/nowhere",
    "/lamp.svg",
    "/healthz",
    "/readyz",
)
_FORMATS = ("csv", "parquet", "geojson", "xlsx")
V1 = "/api/v1"


def _told(answer: httpx.Response) -> tuple[int, dict[str, str]]:
    return answer.status_code, {name: value for name, value in answer.headers.items() if name not in _OF_THE_MOMENT}


def _same(client: httpx.Client, address: str, **headers: str) -> httpx.Response:
    """The answer to HEAD, held against that to GET."""
    whole, bare = client.get(address, headers=headers), client.head(address, headers=headers)
    assert _told(bare) == _told(whole), address
    assert bare.content == b""
    if "content-length" in whole.headers and "content-length" in bare.headers:
        assert bare.headers["content-length"] == whole.headers["content-length"], address
    return bare


def test_every_get_of_the_description_has_its_head(client: httpx.Client, openapi: dict[str, Any]) -> None:
    asked = [one for one in operations(openapi) if one.method == "GET"]
    assert len(asked) > 35
    for one in asked:
        if "changes" not in one.path:  # its status is of the moment
            _same(client, one.address, **{"Accept-Encoding": "identity"})
            _same(client, one.address)


@pytest.mark.parametrize("page", _PAGES)
def test_pages_and_files_have_their_head(client: httpx.Client, page: str) -> None:
    _same(client, page)


@pytest.mark.parametrize("format_", _FORMATS)
def test_files_have_their_head(client: httpx.Client, format_: str) -> None:
    for path in ("/datasets/stops/records?where=force=kent&", "/questions/crimes?by=map_point&limit=50&"):
        bare = _same(client, f"{V1}{path}format={format_}", **{"Accept-Encoding": "identity"})
        assert bare.headers["etag"].startswith('"')
        assert int(bare.headers["content-length"]) > 0
        assert bare.headers["accept-ranges"] == "bytes"


def test_head_is_logged_as_head_with_its_route(client: httpx.Client, server: Server) -> None:
    client.head(f"{V1}/datasets/outcomes")
    client.get(f"{V1}/site")
    line = [line for line in server.log if '/datasets/outcomes"' in line and '"HEAD"' in line][-1]
    assert "/api/v1/datasets/{dataset}" in line
    assert '"bytes": 0' in line
