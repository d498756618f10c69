"""Published text leaves as it came; in a workbook dates are dates, booleans are booleans, ages stay text. Every cell of
every record that is exported, held against its line in the zip."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import openpyxl
import pyarrow.parquet as pq
import pytest

from bluelamp.domain.dataset import BY_NAME, Dataset
from bluelamp.questions.export import undo_spreadsheet_safe
from bluelamp.questions.records.texts import DEGREES

V1 = "/api/v1"
Rows = dict[str, dict[str, str]]


def _published(home: Path, dataset: Dataset) -> Rows:
    """id → cells, of the newest release's files; without those with planted faults of their form."""
    found: Rows = {}
    with zipfile.ZipFile(home.parent / "2023-06.zip") as archive:
        for name in archive.namelist():
            if not name.endswith(f"-{dataset.suffix}.csv"):
                continue
            stem = name.rpartition("/")[2].removesuffix(".csv")
            try:
                lines = csv.reader(io.StringIO(archive.read(name).decode(), newline=""))
                if tuple(next(lines)) == dataset.columns:
                    found |= {
                        f"{stem}-{lines.line_num}": dict(zip(dataset.columns, line, strict=True)) for line in lines
                    }
            except (zipfile.BadZipFile, UnicodeDecodeError, csv.Error, ValueError):
                continue
    return found


def _csv(client: httpx.Client, dataset: str, **params: str) -> list[dict[str, str]]:
    answer = client.get(f"{V1}/datasets/{dataset}/records", params={"format": "csv", **params})
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) is not None


@pytest.mark.parametrize("name", BY_NAME)
def test_every_cell_of_the_csv_is_the_published_text(client: httpx.Client, home: Path, name: str) -> None:
    """Dates with the fraction of the second that they came with or none, coordinates with the digits that they came
    with, blanks as blanks, spaces where they were. A coordinate that is none is blank: the record has no point."""
    published = _published(home, BY_NAME[name])
    rows = [row for row in _csv(client, name) if row["id"] in published]
    differing = [
        (row["id"], column, published[row["id"]][column], row[column])
        for row in rows
        for column in BY_NAME[name].columns
        if undo_spreadsheet_safe(row[column]) != published[row["id"]][column]
        and not (column in DEGREES and row[column] == "" and not _is_number(published[row["id"]][column]))
    ]
    assert len(rows) > 100
    assert differing == []
    if name != "outcomes":
        assert any(row["Longitude"].endswith("0") for row in rows)


def test_json_has_the_published_text_of_dates(client: httpx.Client) -> None:
    rows = client.get(f"{V1}/datasets/stops/records", params={"limit": 50}).json()["rows"]
    assert {len(row["Date"]) for row in rows} == {len("2021-06-02T10:03:00+00:00")}
    record = client.get(f"{V1}/records/{rows[0]['id']}").json()
    told = {one["name"]: one["value"] for one in record["published"]}
    (line,) = [row for row in _csv(client, "stops") if row["id"] == rows[0]["id"]]
    assert {name: value or "" for name, value in told.items()} == {name: line[name] for name in told}


# -- workbooks -------------------------------------------------------------------------------------------------------


def _sheet(client: httpx.Client, path: str, **params: Any) -> tuple[list[str], list[tuple[Any, ...]], dict[str, str]]:
    """(headings, rows of cells, what the second sheet says)."""
    book = openpyxl.load_workbook(io.BytesIO(client.get(V1 + path, params={"format": "xlsx", **params}).content))
    rows = list(book["Data"].rows)
    about = {str(name.value): str(text.value) for name, text in book["About"].rows}
    return [str(cell.value) for cell in rows[0]], rows[1:], about


def test_stops_in_a_workbook(client: httpx.Client) -> None:
    headings, rows, about = _sheet(client, "/datasets/stops/records", where="force=kent")
    texts = {row["id"]: row for row in _csv(client, "stops", where="force=kent")}
    assert headings[:4] == ["id", "Type", "Date (UK time)", "Date as published"]
    assert "“Date (UK time)” is on the clocks of Europe/London" in about["times"]
    at = {name: place for place, name in enumerate(headings)}
    ages, linked = set(), set()
    for row in rows:
        line = texts[row[0].value]
        local, exact = row[at["Date (UK time)"]], row[at["Date as published"]]
        assert exact.value == line["Date"]
        assert local.is_date
        assert local.number_format == "yyyy-mm-dd hh:mm:ss"
        moment = datetime.fromisoformat(line["Date"]).astimezone(ZoneInfo("Europe/London"))
        assert local.value == moment.replace(tzinfo=None)
        ages.add(row[at["Age range"]].value)
        linked.add(row[at["Outcome linked to object of search"]].value)
        longitude = row[at["Longitude"]]
        if longitude.value is not None:
            assert longitude.number_format == "0.000000"
            assert f"{longitude.value:.6f}" == line["Longitude"]
    assert "10-17" in ages
    assert linked == {True, False, None}


def test_months_and_flags_of_an_answer_in_a_workbook(client: httpx.Client) -> None:
    headings, rows, _ = _sheet(client, "/questions/stops", by="month,outcome_linked,time_known,age_range")
    assert headings[:4] == ["month", "outcome_linked", "time_known", "age_range"]
    assert all(row[0].is_date and row[0].number_format == "yyyy-mm" and row[0].value.day == 1 for row in rows)
    assert {row[1].value for row in rows} == {True, False, "not recorded"}
    assert {row[2].value for row in rows} <= {True, False}
    assert "10-17" in {row[3].value for row in rows}


def test_the_same_workbook_has_the_same_bytes(client: httpx.Client) -> None:
    """Nothing of the moment at which it was made is in it: a part read later belongs to the part read before."""
    from bluelamp.questions.records.files import as_xlsx

    table = pq.read_table(io.BytesIO(client.get(f"{V1}/questions/crimes?by=month&format=parquet").content))
    one, other = (b"".join(as_xlsx([table], table.column_names, table.num_rows, {"a": "b"})) for _ in range(2))
    assert one == other


# -- nothing found ---------------------------------------------------------------------------------------------------


def _parquet(client: httpx.Client, path: str, **params: str) -> Any:
    return pq.read_table(io.BytesIO(client.get(V1 + path, params={**params, "format": "parquet"}).content))


@pytest.mark.parametrize("name", BY_NAME)
def test_a_file_without_rows_is_a_file_with_its_columns(client: httpx.Client, name: str) -> None:
    path, none = f"/datasets/{name}/records", {"from": "2030-01"}
    full, empty = _parquet(client, path, where="force=kent"), _parquet(client, path, **none)
    assert empty.num_rows == 0
    assert empty.schema.equals(full.schema)
    assert json.loads(empty.schema.metadata[b"bluelamp"])["citation"]
    text = client.get(V1 + path, params={**none, "format": "csv"}).text
    assert text.splitlines() == [",".join(full.column_names)]
    found = client.get(V1 + path, params={**none, "format": "geojson"}).json()
    assert (found["type"], found["features"]) == ("FeatureCollection", [])
    headings, rows, about = _sheet(client, path, **none)
    assert headings[0] == "id"
    assert rows == []
    assert about["coverage"]


def test_an_answer_without_a_known_figure_has_the_types_of_one_with_figures(client: httpx.Client) -> None:
    asked = {"by": "town,map_point", "measure": "count,median_months_to_outcome", "where": "force=kent"}
    full = _parquet(client, "/questions/crimes", **asked, order="-median_months_to_outcome", limit="20")
    empty = _parquet(client, "/questions/crimes", **asked, **{"from": "2030-01"})
    assert empty.column("count").null_count == empty.num_rows
    types = {field.name: field.type for field in full.schema}
    assert {"count", "median_months_to_outcome", "held", "expected", "state"} <= set(empty.column_names)
    assert all(field.type == types[field.name] for field in empty.schema if field.name in types)
