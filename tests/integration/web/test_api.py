"""The API as its users meet it: shapes, caching, errors, files, limits."""

from __future__ import annotations

import io
import json
import threading
from typing import Any

import httpx
import openpyxl
import pyarrow.parquet as pq
import pytest

from bluelamp.web import schemas
from bluelamp.web.questions.card_schemas import DashboardAnswersModel
from tests.lib.web.process_server import Server

V1 = "/api/v1"
SHAPES: list[tuple[str, type[Any]]] = [
    ("/site", schemas.SiteModel),
    ("/places?q=north", schemas.PlacesModel),
    ("/dashboards", schemas.DashboardsModel),
    ("/dashboards/crime", schemas.DashboardModel),
    ("/dashboards/crime/answers", DashboardAnswersModel),
    ("/dashboards/outcomes/answers?where=force=kent", DashboardAnswersModel),
    ("/dashboards/stops/answers?from=2022-10&to=2022-12", DashboardAnswersModel),
    ("/dashboards/area/answers?where=force=kent", DashboardAnswersModel),
    ("/dashboards/bikes/answers", DashboardAnswersModel),
    ("/datasets", schemas.DatasetsModel),
    ("/datasets/stops", schemas.DatasetModel),
    ("/datasets/crimes/fields/town/options?q=a&limit=5", schemas.OptionsModel),
    ("/questions/crimes?by=month,crime_type", schemas.AnswerModel),
    ("/questions/crimes?measure=recorded_crime_rate&by=local_authority", schemas.AnswerModel),
    ("/datasets/outcomes/records?limit=3", schemas.RecordsModel),
    ("/areas/force/kent", schemas.AreaModel),
    ("/coverage", schemas.CoverageModel),
    ("/quality", schemas.QualityModel),
    ("/releases", schemas.ReleasesModel),
]


@pytest.mark.parametrize(("path", "model"), SHAPES)
def test_answers_have_the_shape_that_is_described(client: httpx.Client, path: str, model: type[Any]) -> None:
    answer = client.get(V1 + path)
    assert answer.status_code == 200, answer.text
    model.model_validate(answer.json())


def test_every_route_is_described_with_a_summary_and_words(openapi: dict[str, Any]) -> None:
    assert len(openapi["paths"]) >= 18
    for path, methods in openapi["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            assert operation["description"], path
            for parameter in operation.get("parameters", ()):
                assert parameter.get("description"), (path, parameter["name"])


# -- caching -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/site", "/dashboards/stops/answers", "/questions/crimes?by=force", "/coverage"])
def test_a_known_answer_is_not_sent_again(client: httpx.Client, path: str) -> None:
    first = client.get(V1 + path)
    etag = first.headers["etag"]
    assert etag.startswith('"')
    assert "public" in first.headers["cache-control"]
    again = client.get(V1 + path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(V1 + path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_same_question_in_other_words_has_the_same_validator(client: httpx.Client) -> None:
    one = client.get(f"{V1}/questions/crimes?by=month&where=force=kent&where=force=essex")
    other = client.get(f"{V1}/questions/crimes?where=force=Essex%20Police&where=force=kent&by=Month")
    assert one.headers["etag"] == other.headers["etag"]
    assert one.json()["question"] == other.json()["question"]
    different = client.get(f"{V1}/questions/crimes?by=month&where=force=kent")
    assert different.headers["etag"] != one.headers["etag"]


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_answers_are_packed_on_request(client: httpx.Client, encoding: str) -> None:
    answer = client.get(f"{V1}/datasets", headers={"Accept-Encoding": encoding})
    assert answer.headers["content-encoding"] == encoding
    assert "Accept-Encoding" in answer.headers["vary"]
    assert answer.json()["datasets"][0]["name"] == "crimes"


def test_a_pinned_version_is_kept_longer_and_an_unknown_one_is_gone(client: httpx.Client) -> None:
    name = client.get(f"{V1}/site").json()["version"]["name"]
    pinned = client.get(f"{V1}/questions/crimes", params={"version": name})
    assert pinned.headers["bluelamp-version"] == name
    assert "86400" in pinned.headers["cache-control"]
    gone = client.get(f"{V1}/questions/crimes", params={"version": "0" * 12})
    assert gone.status_code == 410
    assert "not kept" in gone.json()["detail"]


# -- errors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/dashboards/crme", 404, "Did you mean crime?"),
        ("/datasets/crmes", 404, "Did you mean crimes"),
        ("/datasets/crimes/fields/twon/options", 404, "Did you mean town?"),
        ("/questions/crimes?by=mnoth", 400, "Did you mean month?"),
        ("/questions/crimes?where=force=knet", 400, "Did you mean kent?"),
        ("/questions/crimes?where=town=Nowhere", 400, "No record has the town"),
        ("/questions/crimes?measure=recorded_crime_rate", 400, "Group by local_authority"),
        ("/questions/crimes?from=2023-13", 400, "from"),
        ("/questions/crimes?from=2023-02&to=2023-01", 400, "run backwards"),
        ("/questions/crimes?limit=1000000000", 400, "limit"),
        ("/questions/crimes?by=month,force,town,crime_type,last_outcome", 422, "at most 4 fields"),
        ("/questions/crimes?format=geojson", 422, "needs places"),
        ("/datasets/stops/records?where=crime_type=Burglary", 400, "cannot be filtered"),
        ("/dashboards/crime/answers?where=nonsense=1", 400, "no field"),
        ("/records/2023-01-kent-street-999999", 404, "no record at line"),
        ("/records/nonsense", 404, "names no record"),
        (f"/records/{'0' * 64}", 404, "No crime held has this ID"),
        ("/areas/force/atlantis", 404, "There is no force"),
        ("/areas/planet/mars", 400, "kind"),
        ("/tiles/crimes/2/4/0.mvt", 400, "There is no tile"),
        ("/tiles/crimes/40/0/0.mvt", 400, "z"),
        ("/releases/1999-01/changes/2023-06", 404, "is not held"),
        ("/nowhere", 404, "There is nothing at"),
    ],
)
def test_a_wrong_request_is_told_in_a_sentence(client: httpx.Client, path: str, status: int, words: str) -> None:
    answer = client.get(V1 + path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem = answer.json()
    schemas.ProblemModel.model_validate(problem)
    assert words in problem["detail"] + " " + problem.get("hint", "")
    assert problem["status"] == status


def test_only_reading_is_possible(client: httpx.Client) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = client.request(method, f"{V1}/site")
        assert answer.status_code == 405
        assert answer.headers["content-type"] == "application/problem+json"


def test_too_many_values_are_refused(client: httpx.Client) -> None:
    params = {"where": [f"town=T{number}" for number in range(300)]}
    answer = client.get(f"{V1}/dashboards/crime/answers", params=params)
    assert answer.status_code == 400


# -- files -------------------------------------------------------------------------------------------------------


def test_the_same_answer_as_csv_parquet_and_workbook(client: httpx.Client) -> None:
    """Each row says in every format what it stands on."""
    params = {"by": "crime_type,month", "where": "force=kent"}
    rows = client.get(f"{V1}/questions/crimes", params=params).json()["rows"]
    text = client.get(f"{V1}/questions/crimes", params={**params, "format": "csv"})
    assert text.text.splitlines()[0] == "crime_type,month,count,held,expected,state"
    assert len(text.text.splitlines()) == len(rows) + 1
    assert "attachment" in text.headers["content-disposition"]
    parquet = client.get(f"{V1}/questions/crimes", params={**params, "format": "parquet"})
    table = pq.read_table(io.BytesIO(parquet.content))
    assert table.to_pylist() == rows
    about = json.loads(table.schema.metadata[b"bluelamp"])
    assert "force-months" in about["coverage"]
    assert "Open Government Licence" in about["citation"]
    workbook = openpyxl.load_workbook(
        io.BytesIO(client.get(f"{V1}/questions/crimes", params={**params, "format": "xlsx"}).content)
    )
    cells = list(workbook["Data"].values)
    assert cells[0] == ("crime_type", "month", "count", "held", "expected", "state")
    # Months are dates in a workbook.
    assert [{**dict(zip(cells[0], row, strict=True)), "month": f"{row[1]:%Y-%m}"} for row in cells[1:]] == rows
    assert "Open Government Licence" in " ".join(str(cell) for row in workbook["About"].values for cell in row)


def test_records_page_by_page_are_all_records_once(client: httpx.Client) -> None:
    params: dict[str, Any] = {"where": "force=kent", "limit": 37}
    found: list[dict[str, Any]] = []
    while True:
        page = client.get(f"{V1}/datasets/crimes/records", params=params).json()
        found += page["rows"]
        if page["next"] is None:
            break
        params["after"] = page["next"]
    assert len(found) == page["total"]
    assert len({row["id"] for row in found}) == len(found)
    whole = client.get(f"{V1}/datasets/crimes/records", params={"where": "force=kent", "format": "parquet"})
    table = pq.read_table(io.BytesIO(whole.content))
    assert table.column("id").to_pylist() == [row["id"] for row in found]
    assert table.column("Crime ID").to_pylist() == [row["Crime ID"] for row in found]


def test_geojson_records_have_their_points(client: httpx.Client) -> None:
    params = {"where": ["force=kent", "crime_type=Burglary"], "format": "geojson"}
    found = client.get(f"{V1}/datasets/crimes/records", params=params).json()
    assert found["type"] == "FeatureCollection"
    assert found["features"]
    for feature in found["features"]:
        located = feature["geometry"] is not None
        assert located is (feature["properties"]["Location"] != "No Location")
    assert "coverage" in found["bluelamp"]


def test_a_record_says_all_that_is_known_of_it(client: httpx.Client) -> None:
    params = {"where": ["outcome_status=has an outcome"], "limit": 5}
    rows = client.get(f"{V1}/datasets/crimes/records", params=params).json()["rows"]  # type: ignore[arg-type]
    for row in rows:
        found = client.get(f"{V1}/records/{row['id']}").json()
        schemas.RecordModel.model_validate(found)
        published = {one["name"]: one["value"] for one in found["published"]}
        assert published["Crime ID"] == row["Crime ID"]
        assert found["outcomes"]
        by_id = client.get(f"{V1}/records/{row['Crime ID']}").json()
        assert by_id["id"] == row["id"]
        assert found["file"]["member"].endswith(f"{row['id'].rsplit('-', 1)[0]}.csv")


def test_the_published_line_stands_where_the_record_says(client: httpx.Client, home: Any) -> None:
    import zipfile

    rows = client.get(f"{V1}/datasets/stops/records", params={"limit": 20}).json()["rows"]
    with zipfile.ZipFile(home.parent / "2023-06.zip") as archive:
        held = set(archive.namelist())
        checked = 0
        for row in rows:
            record = client.get(f"{V1}/records/{row['id']}").json()
            if record["file"]["release"] != "2023-06" or record["file"]["member"] not in held:
                continue
            lines = archive.read(record["file"]["member"]).decode("utf-8", "replace").splitlines()
            assert (row["Object of search"] or "") in lines[record["file"]["line"] - 1]
            checked += 1
    assert checked


# -- at the same time --------------------------------------------------------------------------------------------


def test_the_same_question_at_once_is_answered_once(server: Server) -> None:
    """Twenty who ask the same heavy question at the same time get the same bytes."""
    path = f"{V1}/questions/crimes?by=lsoa,crime_type&measure=median_months_to_outcome"
    found: list[bytes] = []

    def ask() -> None:
        with httpx.Client(base_url=server.url, timeout=60) as client:
            found.append(client.get(path).content)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 20
    assert len(set(found)) == 1
