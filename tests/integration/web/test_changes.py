"""What a release changed, over HTTP: sentences that lead to the records, the records themselves, and two releases that
cannot be compared."""

from __future__ import annotations

import csv
import io
import time
from typing import Any

import httpx
import pytest

from bluelamp.web.archive import change_schemas

CHANGES = "/api/v1/releases/2023-05/changes/2023-06"


def ready(client: httpx.Client, path: str, **params: Any) -> httpx.Response:
    """The answer, once it is worked out; until then each one says how far it is."""
    end = time.monotonic() + 120
    while True:
        answer = client.get(path, params=params)
        if answer.status_code != 202 or time.monotonic() > end:
            return answer
        working = change_schemas.WorkingModel.model_validate(answer.json())
        assert working.words.startswith("Comparing 2023-05 with 2023-06")
        assert answer.headers["retry-after"]
        time.sleep(0.5)


@pytest.fixture(scope="module")
def found(client: httpx.Client) -> dict[str, Any]:
    answer = ready(client, CHANGES)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    change_schemas.ChangesModel.model_validate(body)
    return body


def test_files_are_the_same_changed_or_of_one_release_and_new_months_are_not_changed(found: dict[str, Any]) -> None:
    assert found["compared"] > found["identical"] > 0
    assert any(one["changed"] for one in found["datasets"])
    for one in found["datasets"]:
        assert one["compared"] == one["identical"] + one["same_rows"] + one["files_changed"]
        parts = {part["kind"]: part for part in one["parts"]}
        assert (parts["new month"]["first"], parts["new month"]["last"]) == ("2023-06", "2023-06")
        assert parts["new month"]["rows_old"] is None
        assert sum(force["files"] for force in parts["new month"]["forces"]) == parts["new month"]["files"]
        assert parts["left the window"]["last"] < "2022-06"
        assert all(part["words"] == found["kinds"][kind] for kind, part in parts.items())
    assert all(
        one["changed"] == one["added"] == one["removed"] == 0 for one in found["files"] if one["kind"] != "changed"
    )


def test_the_largest_revision_stands_first(found: dict[str, Any]) -> None:
    first, *rest = found["headline"]
    assert first["what"] in ("changed", "added", "removed")
    single = [one for one in rest if one["first"] == one["last"] and one["what"] == first["what"]]
    assert all(one["number"] <= first["number"] for one in single[:2])
    assert f"{first['number']:,}" in first["text"]


def test_every_sentence_leads_to_as_many_records_as_it_says(client: httpx.Client, found: dict[str, Any]) -> None:
    linked = [one for one in found["headline"] if one["records"]]
    assert len(linked) >= 5
    for one in linked:
        answer = client.get(one["records"])
        assert answer.status_code == 200, (one["text"], answer.text)
        assert client.get(one["page"]).status_code == 200
        if one["what"] in ("changed", "added", "removed"):
            assert answer.json()["total"] == one["number"], one["text"]


def test_the_records_say_what_they_said_and_what_they_say(client: httpx.Client, found: dict[str, Any]) -> None:
    params = {"dataset": "crimes", "about": "outcome", "limit": 40}
    rows, after = [], 0
    while after is not None:
        body = ready(client, f"{CHANGES}/records", after=after, **params).json()
        change_schemas.ChangedRecordsModel.model_validate(body)
        rows += body["rows"]
        after = body["next"]
    crimes = next(one for one in found["datasets"] if one["dataset"] == "crimes")  # type: ignore[unreachable]
    assert len(rows) == body["total"] >= crimes["about"]["outcome"] > 100
    column = "Last outcome category"
    changed = [row for row in rows if row["what"] == "changed"]
    assert all(row["old"][column] != row["new"][column] and column in row["columns"] for row in changed)
    assert len({row["id"] for row in rows}) == len(rows)
    for row in changed[:3]:
        record = client.get(f"/api/v1/records/{row['id']}").json()
        now = {one["name"]: one["value"] or "" for one in record["published"]}
        assert (now[column], now["Crime ID"]) == (row["new"][column], row["new"]["Crime ID"])


def test_as_a_file_they_are_all_there_with_the_old_value_beside_the_new_one(client: httpx.Client) -> None:
    params = {"dataset": "crimes", "what": "changed", "about": "outcome"}
    total = ready(client, f"{CHANGES}/records", limit=1, **params).json()["total"]
    answer = client.get(f"{CHANGES}/records", params={**params, "format": "csv"})
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == total
    assert all(row["Last outcome category"] != row["Last outcome category (2023-05)"] for row in rows)
    assert any(row["Longitude"].startswith("-") for row in rows)  # a number west of Greenwich stays one


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/releases/2023-06/changes/2023-05", 400, "is newer than"),
        ("/releases/2023-06/changes/2023-06", 400, "the same release"),
        ("/releases/1999-01/changes/2023-06", 404, "is not held"),
        ("/releases/2023-05/changes/2023-06/records", 400, "dataset"),
        ("/releases/2023-05/changes/2023-06/records?dataset=calls", 400, "There is no dataset “calls” in a release"),
        ("/releases/2023-05/changes/2023-06/records?dataset=crimes&force=kennt", 400, "kent"),
        ("/releases/2023-05/changes/2023-06/records?dataset=crimes&about=Outcome", 400, "There are: Crime ID"),
        ("/releases/2023-05/changes/2023-06/records?dataset=crimes&limit=501", 400, "limit"),
        ("/releases/2023-05/changes/2023-06/records?dataset=crimes&what=moved", 400, "what"),
        ("/releases/2023-05/changes/2023-06/records?dataset=crimes&from=2023-13", 400, "from"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(
    path: str, status: int, words: str, client: httpx.Client
) -> None:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == status
    body = answer.json()
    assert words in f"{body['detail']} {body.get('hint', '')}"


def test_releases_say_whether_they_can_be_compared(client: httpx.Client) -> None:
    held = client.get("/api/v1/releases").json()["releases"]
    assert [(one["release"], one["comparable"]) for one in held] == [("2023-06", True), ("2023-05", True)]
