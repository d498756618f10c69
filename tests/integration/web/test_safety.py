"""What a hostile visitor tries: injections in every name and value, paths, markup, headers, cost."""

from __future__ import annotations

import csv
import io
import random
from typing import Any
from urllib.parse import quote

import httpx
import openpyxl
import pytest

from tests.lib.web.process_server import Server

V1 = "/api/v1"
INJECTIONS = [
    "'", "''", '"', "`", "';--", "' OR '1'='1", "1) OR (1=1", "') OR ('a'='a", "'; DROP TABLE dim_force; --",
    "'; ATTACH '/tmp/x.db'; --", "UNION SELECT slug FROM dim_force", "' UNION SELECT 1,2,3--", "$f0", "$1", "?", "%",
    "%27", "_", "\\", "\\'", "{}", "${7*7}", "{{7*7}}", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    "read_csv('/etc/passwd')", "read_text('/etc/passwd')", "pragma_database_list()", "sleep(5)", "pg_sleep(5)",
    "count(*)", "*", "1;SELECT 1", "r.month", "dim_force.slug", "🙂", "a" * 2_000, "\t", "../../etc/passwd",
    "=cmd|' /C calc'!A0", "null",
]  # fmt: skip
SQL_WORDS = ("SELECT ", "PARSER", "BINDER", "CATALOG ERROR", "SYNTAX ERROR", "DUCKDB", "TRACEBACK", "LIST_CONTAINS")


def places(value: str) -> list[str]:
    """Every door that a value may come in by."""
    one = quote(value, safe="")
    return [
        f"/questions/crimes?by={one}",
        f"/questions/crimes?measure={one}",
        f"/questions/crimes?order={one}",
        f"/questions/crimes?where={one}",
        f"/questions/crimes?where={one}=x",
        f"/questions/crimes?where=town={one}",
        f"/questions/crimes?where=crime_type!={one}",
        f"/questions/crimes?where=located={one}",
        f"/questions/crimes?where=year={one}",
        f"/questions/crimes?where=map_point={one}",
        f"/questions/crimes?where=origin={one}",
        f"/questions/stops?where=date={one}",
        f"/questions/crimes?from={one}",
        f"/questions/crimes?as_of={one}",
        f"/questions/crimes?version={one}",
        f"/questions/crimes?format={one}",
        f"/questions/crimes?limit={one}",
        f"/questions/{one}",
        f"/dashboards/{one}",
        f"/dashboards/crime/answers?where=force={one}",
        f"/dashboards/crime/answers?where={one}",
        f"/dashboards/stops/answers?where=object={one}",
        f"/datasets/{one}/records",
        f"/datasets/crimes/records?after={one}",
        f"/datasets/crimes/records?where=lsoa={one}",
        f"/datasets/crimes/fields/{one}/options",
        f"/datasets/crimes/fields/town/options?q={one}",
        f"/records/{one}",
        f"/areas/force/{one}",
        f"/areas/{one}/kent",
        f"/places?q={one}",
        f"/quality?dataset={one}",
        f"/quality?force={one}",
        f"/tiles/crimes/5/15/10.mvt?where=crime_type={one}",
        f"/tiles/{one}/5/15/10.mvt",
        f"/releases/{one}/changes/2023-06",
    ]


@pytest.mark.parametrize("value", INJECTIONS, ids=range(len(INJECTIONS)))
def test_no_value_and_no_name_is_ever_sql(client: httpx.Client, value: str) -> None:
    whole = client.get(f"{V1}/questions/crimes").json()["rows"]
    for path in places(value):
        answer = client.get(V1 + path)
        assert answer.status_code < 500, (path, answer.text)
        if answer.headers["content-type"].startswith(("application/json", "application/problem+json")):
            text = answer.text
            for part in (value, *value.split(",")):  # names are separated by commas, and a message quotes the wrong one
                text = text.replace(part.strip() or value, "")
            text = text.upper()
            assert not [word for word in SQL_WORDS if word in text], (path, answer.text[:400])
    assert client.get(f"{V1}/questions/crimes").json()["rows"] == whole


def test_parameters_that_nobody_knows_are_refused(client: httpx.Client) -> None:
    """Passing them over would give the figure of the whole country to whoever meant to narrow it."""
    for query in ("by=month&sql=SELECT%201", "by=month&where%5B%5D=x", "by=month&__proto__=1", "by=month&%00=1", "=1"):
        answer = client.get(f"{V1}/questions/crimes?{query}")
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), query


# -- paths and pages ---------------------------------------------------------------------------------------------

PATHS = [
    "/assets/../../../../etc/passwd", "/assets/..%2f..%2f..%2fetc%2fpasswd", "/..%2f..%2fetc/passwd", "//evil.example/",
    "/assets/%2e%2e/%2e%2e/app.py", "/%00", "/assets/%00.js", "/C:%5Cwindows", "/..\\..\\etc", "/.git/config", "/.env",
    "/assets/" + "a" * 5_000, "/" + "a" * 5_000 + ".js",
    "/assets/", "/static/index.html", "/bluelamp.toml", "/ledger.sqlite", "/api/v1/../../etc/passwd", "/~root",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out_of_the_pages(server: Server, path: str) -> None:
    with httpx.Client(base_url=server.url) as client:
        # Sent as it stands: the client must not tidy it up.
        answer = client.request("GET", httpx.URL(server.url).copy_with(raw_path=path.encode()))
    assert answer.status_code in (400, 404), answer.text[:200]
    assert b"root:" not in answer.content
    assert "location" not in answer.headers


def test_headers_that_browsers_keep_to(client: httpx.Client) -> None:
    for path in ("/", "/crime", "/nowhere", f"{V1}/site", f"{V1}/nowhere", "/openapi.json"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"]
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers
    embed = client.get("/embed/crime/by-month").headers
    assert "frame-ancestors *" in embed["content-security-policy"]
    assert "x-frame-options" not in embed


def test_only_public_data_may_be_read_from_other_pages(client: httpx.Client) -> None:
    origin = {"Origin": "https://evil.example"}
    assert client.get(f"{V1}/site", headers=origin).headers["access-control-allow-origin"] == "*"
    for path in ("/", "/healthz", "/metrics"):
        assert "access-control-allow-origin" not in client.get(path, headers=origin).headers
    assert "access-control-allow-credentials" not in client.get(f"{V1}/site", headers=origin).headers


def test_what_a_request_claims_of_itself_is_not_believed(client: httpx.Client) -> None:
    claims = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "127.0.0.1"}
    for path in ("/crime", f"{V1}/site", f"{V1}/nowhere", "/metrics"):
        answer = client.get(path, headers=claims)
        assert "evil.example" not in answer.text
        assert not [value for value in answer.headers.values() if "evil.example" in value]


def test_nothing_of_the_machine_is_told(client: httpx.Client, home: Any) -> None:
    for path in ("/site", "/releases", "/coverage", "/quality", "/questions/crimes", "/nowhere", "/records/x"):
        assert str(home) not in client.get(V1 + path).text
    assert str(home) not in client.get("/metrics").text


# -- files that spreadsheets open --------------------------------------------------------------------------------


def test_no_cell_of_a_csv_is_a_formula(client: httpx.Client) -> None:
    text = client.get(f"{V1}/datasets/crimes/records", params={"format": "csv"}).text
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            assert not cell.startswith(("=", "+", "@", "\t", "\r")), cell
            assert not cell.startswith("-") or float(cell) < 0, cell


def test_no_cell_of_a_workbook_is_a_formula(client: httpx.Client) -> None:
    answer = client.get(f"{V1}/datasets/stops/records", params={"format": "xlsx", "where": "force=kent"})
    for sheet in openpyxl.load_workbook(io.BytesIO(answer.content)):
        for row in sheet.iter_rows():
            assert not [cell for cell in row if cell.data_type == "f"]


# -- cost --------------------------------------------------------------------------------------------------------


def test_what_costs_too_much_is_refused_at_once(server: Server) -> None:
    """A URL of 64 KB, 500 filters, a body where none belongs: a clear answer below 500, and the server goes on."""
    chance = random.Random(1)
    with httpx.Client(base_url=server.url, timeout=20) as client:
        long = client.get(f"{V1}/questions/crimes?where=town={'a' * 60_000}")
        assert 400 <= long.status_code < 500
        many = client.get(f"{V1}/questions/crimes", params={"where": [f"town={chance.random()}" for _ in range(500)]})
        assert 400 <= many.status_code < 500
        body = client.request("GET", f"{V1}/site", content=b"x" * 1_000_000)
        assert body.status_code in (200, 400, 413)
        assert client.get("/healthz").status_code == 200
