"""Dear files, begun many at once and dropped: everything else goes on being answered, and nothing is left behind."""

from __future__ import annotations

import io
import select
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import openpyxl
import psutil
import pytest

from tests.lib.web.process_server import Server

FILE = "/api/v1/datasets/crimes/records?format="
CHEAP = ("/healthz", "/readyz", "/", "/lamp.svg", "/api/v1/site", "/api/v1/dashboards/crime/answers?where=force=kent")


def begin(url: str, path: str) -> socket.socket:
    """A request of which no answer is read."""
    at = urlsplit(url)
    found = socket.create_connection((at.hostname or "", at.port or 0))
    found.sendall(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
    return found


def until(true: Callable[[], bool]) -> None:
    """Returns when it is true: the test's own time limit ends what never is."""
    while not true():
        pass


@pytest.mark.parametrize("format_", ["xlsx", "csv", "geojson"])
def test_a_hundred_files_begun_and_dropped_stop_nothing(server: Server, client: httpx.Client, format_: str) -> None:
    begun = [begin(server.url, FILE + format_) for _ in range(100)]
    for path in CHEAP:
        assert client.get(path).status_code == 200, path
    for one in begun:
        one.close()
    for path in CHEAP:
        assert client.get(path).status_code == 200, path
    me = psutil.Process(server.pid)
    until(lambda: not me.children())  # nobody writes for those who have gone
    until(lambda: client.get(FILE + format_).status_code == 200)


def test_beyond_the_limit_one_is_told_when_to_come_back(server: Server, client: httpx.Client) -> None:
    begun = [begin(server.url, FILE + "xlsx") for _ in range(20)]
    answered, _, _ = select.select(begun, [], [], 60)  # the first answer of all is a refusal
    status, *headers = answered[0].recv(4_000).decode().split("\r\n")
    assert status.split()[1] in ("429", "503")
    assert any(line.lower().startswith("retry-after: ") for line in headers)
    assert "content-type: application/problem+json" in headers
    for one in begun:
        one.close()
    until(lambda: client.get(FILE + "csv").status_code == 200)


def test_a_workbook_made_apart_holds_every_row(client: httpx.Client) -> None:
    answer = client.get(FILE + "xlsx")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True)
    rows = sum(1 for _ in book["Data"].iter_rows()) - 1
    assert rows == int(answer.headers["bluelamp-records"]) > 2_000
    assert book.sheetnames == ["Data", "About"]
