"""Others' tools read our files by their address, in parts: each tried for real, on a real server."""

from __future__ import annotations

import ctypes
import io
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from tests.lib.web.process_server import Server

RECORDS = "/api/v1/datasets/stops/records?where=force=kent&format="
QUESTION = "/api/v1/questions/crimes?by=month&format="


@pytest.fixture
def rows(client: httpx.Client) -> int:
    """How many rows the records have."""
    found: int = client.get("/api/v1/datasets/stops/records?where=force=kent&limit=1").json()["total"]
    assert found > 20
    return found


@pytest.fixture
def in_parts(server: Server) -> Callable[[], bool]:
    """Whether parts of files were given since the last look. The log comes a moment after the answers."""

    def count() -> int:
        return sum('"status": 206' in line for line in list(server.log))

    seen = count()

    def look() -> bool:
        nonlocal seen
        end = time.monotonic() + 10
        while (now := count()) == seen and time.monotonic() < end:
            time.sleep(0.05)
        before, seen = seen, now
        return seen > before

    return look


@pytest.fixture
def duck() -> Any:
    """DuckDB with its own extension for files of the web, which comes as a package: nothing is downloaded."""
    import duckdb
    import duckdb_extensions  # type: ignore[import-untyped]

    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    duckdb_extensions.import_extension("httpfs", con=connection)
    return connection


@pytest.mark.parametrize(("reader", "format_"), [("read_parquet", "parquet"), ("read_csv", "csv")])
def test_duckdb(duck: Any, server: Server, rows: int, in_parts: Callable[[], bool], reader: str, format_: str) -> None:
    address = server.url + RECORDS + format_
    assert duck.sql(f"SELECT count(*), count(DISTINCT id) FROM {reader}('{address}')").fetchall() == [(rows, rows)]
    assert duck.sql(f"SELECT DISTINCT \"Type\" FROM {reader}('{address}')").fetchall()
    if format_ == "parquet":
        assert in_parts()


def test_duckdb_reads_answers(duck: Any, server: Server, client: httpx.Client) -> None:
    told = client.get("/api/v1/questions/crimes").json()["rows"][0]["count"]
    for reader, format_ in (("read_parquet", "parquet"), ("read_csv", "csv")):
        address = server.url + QUESTION + format_
        assert duck.sql(f"SELECT sum(count) FROM {reader}('{address}')").fetchall() == [(told,)]
    address = f"{server.url}/api/v1/questions/crimes?by=month"
    assert duck.sql(f"SELECT dataset FROM read_json('{address}')").fetchall() == [("crimes",)]


def test_polars(server: Server, rows: int, in_parts: Callable[[], bool]) -> None:
    import polars

    address = server.url + RECORDS
    assert polars.scan_parquet(address + "parquet").select(polars.len()).collect().item() == rows
    assert in_parts()
    assert polars.read_parquet(address + "parquet").height == rows
    assert polars.read_csv(address + "csv").height == rows
    ages = polars.scan_csv(address + "csv").select("Age range").collect()
    assert "10-17" in ages["Age range"].to_list()
    assert polars.read_parquet(server.url + QUESTION + "parquet").height > 5


def test_pyarrow_through_fsspec(server: Server, rows: int, in_parts: Callable[[], bool]) -> None:
    import fsspec

    address = server.url + RECORDS + "parquet"
    with fsspec.open(address, block_size=1_024) as file:
        assert pq.ParquetFile(file).metadata.num_rows == rows
    assert in_parts()
    assert pq.read_table(address, filesystem=fsspec.filesystem("http")).num_rows == rows


def test_gdal(server: Server, rows: int) -> None:
    """Its packages come without a driver for Parquet: it reads the formats of places and of tables."""
    import pyogrio

    for address in (f"/vsicurl/{server.url}{RECORDS}geojson", f"CSV:/vsicurl/{server.url}{RECORDS}csv"):
        assert pyogrio.read_info(address)["features"] == rows
    meta, _, shapes, _ = pyogrio.raw.read(f"/vsicurl/{server.url}{RECORDS}geojson")
    assert meta["crs"] == "EPSG:4326"
    assert sum(shape is not None for shape in shapes) > 0
    assert len(shapes) == rows


def test_gdal_reads_parts_of_parquet(server: Server, rows: int, in_parts: Callable[[], bool]) -> None:
    """Its /vsicurl/, which its Parquet driver reads through where it is built with one."""
    with _VsiFile(f"/vsicurl/{server.url}{RECORDS}parquet") as file:
        assert pq.ParquetFile(file).metadata.num_rows == rows
        assert pq.ParquetFile(file).read(columns=["Age range"]).num_rows == rows
    assert in_parts()


def test_pandas(server: Server, rows: int) -> None:
    import pandas

    address = server.url + RECORDS
    assert len(pandas.read_parquet(address + "parquet")) == rows
    assert len(pandas.read_csv(address + "csv")) == rows
    sheet = pandas.read_excel(address + "xlsx")
    assert str(sheet["Date (UK time)"].dtype).startswith("datetime64")
    assert "10-17" in set(sheet["Age range"])


class _VsiFile(io.RawIOBase):
    """A file as GDAL's virtual file system opens it, through the library that comes with pyogrio."""

    def __init__(self, address: str) -> None:
        super().__init__()
        import pyogrio

        (library,) = (Path(pyogrio.__file__).parent.parent / "pyogrio.libs").glob("libgdal*")
        self._gdal = ctypes.CDLL(str(library))
        for name, result, takes in (
            ("VSIFOpenL", ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_char_p)),
            ("VSIFSeekL", ctypes.c_int, (ctypes.c_void_p, ctypes.c_uint64, ctypes.c_int)),
            ("VSIFTellL", ctypes.c_uint64, (ctypes.c_void_p,)),
            ("VSIFReadL", ctypes.c_size_t, (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_void_p)),
            ("VSIFCloseL", ctypes.c_int, (ctypes.c_void_p,)),
        ):
            function = getattr(self._gdal, name)
            function.restype, function.argtypes = result, takes
        self._handle = self._gdal.VSIFOpenL(address.encode(), b"rb")
        assert self._handle, address

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._gdal.VSIFSeekL(self._handle, offset % (1 << 64), whence)
        return self.tell()

    def tell(self) -> int:
        return int(self._gdal.VSIFTellL(self._handle))

    def readinto(self, target: Any) -> int:
        buffer = (ctypes.c_char * len(target)).from_buffer(target)
        return int(self._gdal.VSIFReadL(buffer, 1, len(target), self._handle))

    def close(self) -> None:
        if not self.closed and self._handle:
            self._gdal.VSIFCloseL(self._handle)
        super().close()


# -- the lines of the documentation ------------------------------------------------------------------------------

_PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "use-the-api.md"
_LINES = dict(re.findall(r"^```(?:sql|python) (\w+)\n(.*?)^```$", _PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE))


def test_every_tool_has_its_lines() -> None:
    assert set(_LINES) == {"duckdb", "polars", "pandas", "pyarrow", "gdal"}


@pytest.mark.parametrize("tool", [tool for tool in _LINES if tool != "duckdb"])
def test_the_lines_in_python_run(server: Server, tool: str) -> None:
    exec(_LINES[tool].replace("ADDRESS", f"{server.url}/api/v1"), {})


def test_the_lines_in_sql_run(server: Server, duck: Any) -> None:
    """But for the one that fetches the extension: here it is a package."""
    _, *statements = _LINES["duckdb"].replace("ADDRESS", f"{server.url}/api/v1").strip().splitlines()
    assert len(statements) == 2
    for statement in statements:
        assert duck.sql(statement).fetchall()
