"""Files of incident reports that are not right, that change and that go; and a server that has nothing else."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import httpx
import pytest

from bluelamp.bootstrap import open_stores
from bluelamp.errors import NoSuchThing
from bluelamp.questions.answer import answer
from bluelamp.questions.families.incidents.source import IncidentsSource, left_out, read_files
from bluelamp.questions.model.lease_pool import LeasePool
from bluelamp.questions.model.stores import Stores
from bluelamp.questions.parsing import make_question
from bluelamp.settings import read_settings
from bluelamp.web.app import make_app
from tests.lib.families import write_incidents

HEAD = "incidentnum,date1,offincident"
WRONG = {
    "no-date": (f"{HEAD}\n1,03/01/2026,X\n", "line 2: date1 is a day"),
    "far-year": (f"{HEAD}\n1,0202-01-03,X\n", "line 2: date1 is a day from 1950 to 2099"),
    "no-column": ("incidentnum,date1\n1,2026-01-03\n", "the column “offincident” is missing"),
    "twice": (f"{HEAD},date1\n1,2026-01-03,X,2026-01-03\n", "the column “date1” stands in it twice"),
    "no-point": (f"{HEAD},latitude,longitude\n1,2026-01-03,X,nan,200\n", "is no latitude and longitude"),
    "no-row": (f"{HEAD}\n", "it has no row"),
    "short-row": (f"{HEAD}\n1,2026-01-03\n", "cannot be read"),
    "long-line": ("x" * 200_000 + "\n1\n", "cannot be read"),
    "other-line-ends": (f"{HEAD}\r1,2026-01-03,X\r", "cannot be read"),
    "empty": ("", "cannot be read"),
}


def stores_of(home: Path) -> Stores:
    return open_stores(read_settings({"home": home}, {})[0], memory_mb=200, threads=1)


def pool_of(home: Path) -> LeasePool[Any]:
    return LeasePool(IncidentsSource(stores_of(home), lambda _cursor, _light: nullcontext()))


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_not_right_is_left_out_with_a_sentence(tmp_path: Path, name: str) -> None:
    write_incidents(tmp_path)
    text, said = WRONG[name]
    (tmp_path / "incidents" / f"{name}.csv").write_text(text, encoding="utf-8")
    files, problems = read_files(stores_of(tmp_path))
    assert [one.city for one in files] == ["dallas-tx"]
    assert said in str(problems[0])
    assert f"incidents/{name}.csv" in str(problems[0])
    with pool_of(tmp_path).lease() as version:
        found = answer(version, make_question("incidents"))
    assert found.rows == [(400,)]
    assert left_out(problems)[0] in found.caveats
    assert "2026-01-03" not in " ".join(found.caveats), "nothing of what is in the file is told to everybody"


def test_what_is_no_file_of_a_city_is_passed_over(tmp_path: Path) -> None:
    write_incidents(tmp_path)
    folder = tmp_path / "incidents"
    (folder / "a-folder.csv").mkdir()
    (folder / "gone.csv").symlink_to(tmp_path / "nowhere")
    (folder / "Capital.csv").write_text("x", encoding="utf-8")
    files, problems = read_files(stores_of(tmp_path))
    assert ([one.city for one in files], problems) == (["dallas-tx"], [])


def test_rows_with_one_number_or_none_are_records_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "incidents").mkdir()
    rows = "7/2026,2026-01-03 23:00:00,A\n7/2026,2026-01-03,B\n,2026-01-02,C\n"
    (tmp_path / "incidents" / "city.csv").write_text(f"{HEAD}\n{rows}", encoding="utf-8")
    from bluelamp.questions.registry import family_named

    family, stores = family_named("incidents"), stores_of(tmp_path)
    with pool_of(tmp_path).lease() as version:
        names = family.records(version, make_question("incidents"), stores).page(-1, 10).names
        assert names == ["city-report-2", "city-report-3", "city-report-4"]
        found = [family.record(version, name, stores) for name in names]
    assert [one["file"]["line"] for one in found] == [2, 3, 4]
    assert [one["title"][0] for one in found] == ["A", "B", "C"]


def test_a_file_that_changes_is_read_again_and_one_that_goes_is_gone(tmp_path: Path) -> None:
    write_incidents(tmp_path)
    pool = pool_of(tmp_path)
    with pool.lease() as before:
        name = before.name
        write_incidents(tmp_path, seed=8)
        with pool.lease() as after:
            assert after.name != name
        assert answer(before, make_question("incidents")).rows == [(400,)], "who reads it reads on"
    (tmp_path / "incidents" / "dallas-tx.csv").unlink()
    for _ in range(2):
        with pytest.raises(NoSuchThing), pool.lease():
            pass
    write_incidents(tmp_path)
    with pool.lease() as again:
        assert again.name == name
    pool.close()


def test_a_city_is_found_in_any_case(tmp_path: Path) -> None:
    write_incidents(tmp_path)
    with pool_of(tmp_path).lease() as version:
        found = answer(version, make_question("incidents", where=["city=Dallas-TX"]))
    assert found.rows == [(400,)]
    assert found.coverage.is_complete


def test_a_server_that_holds_incident_reports_alone_serves_them(tmp_path: Path) -> None:
    write_incidents(tmp_path)
    transport = httpx.ASGITransport(make_app(read_settings({"home": tmp_path}, {})[0]))

    async def get(path: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get(path)

    async def answers() -> list[httpx.Response]:
        paths = ("site", "places?q=x", "questions/incidents?by=city", "datasets/incidents/records?limit=2")
        return [await get(f"/api/v1/{path}") for path in paths]

    site, places, question, records = asyncio.run(answers())
    assert [one.status_code for one in (site, places, question, records)] == [200] * 4
    held = {one["name"]: one["version"] for one in site.json()["families"]}
    assert (held["archive"], held["calls"]) == (None, None)
    assert held["incidents"]["name"] == question.json()["data_version"]
    record = records.json()["rows"][0]["id"]
    assert asyncio.run(get(f"/api/v1/records/{record}")).json()["id"] == record
    assert asyncio.run(get(f"/record/{record}")).status_code == 200
