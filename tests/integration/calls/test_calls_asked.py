"""Questions about calls: every figure is a brute-force count of what the snapshots showed, and says what was
watched."""

from __future__ import annotations

import csv
import io
import json
import shutil
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pyarrow.parquet as pq
import pytest

import bluelamp
from bluelamp.cli import main
from bluelamp.errors import NothingHeld, UsageError
from tests.lib.calls.city import DALLAS, FEBRUARY, FEED, City, Incident, days_of, incidents, lake_rows, make_home
from tests.lib.web.process_server import Server

pytestmark = pytest.mark.process

_DAYS = (date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 10))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Three days around the night when Dallas's clocks go forward."""
    its = City(make_home(tmp_path_factory.mktemp("asked") / "home"), ZoneInfo(DALLAS))
    first, *_, last = days_of(its.zone, *_DAYS)
    its.poll(incidents(7, first, 60, 260), first, last + timedelta(hours=1))
    assert its.compact(last + timedelta(hours=23)) == [str(day) for day in _DAYS[:3]]
    return its


@pytest.fixture(scope="module")
def expected(made: City) -> list[dict[str, Any]]:
    return made.expected()


def ask(made: City, **words: Any) -> bluelamp.Answer:
    return bluelamp.ask("calls", home=made.settings.home, **words)


_BY: dict[str, Callable[[dict[str, Any]], Any]] = {
    "hour": lambda row: row["hour"],
    "weekday": lambda row: row["weekday"],
    "date": lambda row: str(row["day"]),
    "month": lambda row: str(row["day"])[:7],
    "nature": lambda row: row["nature"],
    "first_nature": lambda row: row["first_nature"],
    "beat": lambda row: row["beat"] or "not recorded",
    "division": lambda row: "Central",
    "feed": lambda row: FEED,
    "units": lambda row: len(row["units"]),
    "opening_seen": lambda row: row["opened_after"] is not None,
}


@pytest.mark.parametrize("by", sorted(_BY))
def test_counts_and_medians_are_those_of_the_snapshots(made: City, expected: list[dict[str, Any]], by: str) -> None:
    answer = ask(made, by=by, measure=["calls", "units_sent", "median_minutes_open", "with_minutes_open"])
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in expected:
        groups.setdefault(_BY[by](row), []).append(row)
    assert {row[by] for row in answer.rows} == set(groups)
    for row in answer.rows:
        rows = groups[row[by]]
        known = [one["minutes_open"] for one in rows if one["minutes_open"] is not None]
        assert row["calls"] == len(rows)
        assert row["units_sent"] == sum(len(one["units"]) for one in rows)
        assert row["with_minutes_open"] == len(known)
        assert row["median_minutes_open"] == (pytest.approx(statistics.median(known), abs=0.051) if known else None)


def test_two_fields_and_filters(made: City, expected: list[dict[str, Any]]) -> None:
    answer = ask(made, by=["beat", "hour"], where={"nature": "07 - Minor Accident", "beat!": ["111", ""]})
    wanted = Counter(
        (row["beat"], row["hour"])
        for row in expected
        if row["nature"] == "07 - Minor Accident" and row["beat"] not in ("111", None)
    )
    assert Counter({(row["beat"], row["hour"]): row["calls"] for row in answer.rows}) == wanted


def test_a_word_of_any_case_and_the_nearest_of_a_wrong_one(made: City) -> None:
    assert ask(made, where=["nature=07 - MINOR accident"]).rows == ask(made, where=["nature=07 - Minor Accident"]).rows
    with pytest.raises(UsageError, match="07 - Minor Accident"):
        ask(made, where=["nature=07 - Minor Acident"])
    with pytest.raises(UsageError, match="force"):
        ask(made, force="kent")
    with pytest.raises(UsageError, match="no part of any release"):
        ask(made, as_of="2026-03")


def test_least_middle_and_most_are_in_order(made: City) -> None:
    names = [f"{which}median_minutes_open" for which in ("least_", "", "most_")]
    names += [f"{which}median_minutes_on_scene" for which in ("least_", "", "most_")]
    (row,) = ask(made, measure=names).rows
    assert row[names[0]] < row[names[1]] < row[names[2]]
    assert row[names[3]] < row[names[4]] < row[names[5]]


def test_whole_days_are_complete_and_a_part_of_a_month_is_no_month(made: City) -> None:
    answer = ask(made, by="date")
    assert answer.coverage.is_complete
    assert (answer.coverage.expected, answer.coverage.held) == (3, 3)
    assert answer.coverage.words() == "Complete: watched all the time, 3 days, 2026-03-07 to 2026-03-09."
    assert not any("part" in one for one in answer.caveats)
    part = [one for one in ask(made, by="month").caveats if "2026-03" in one]
    minutes = 3 * 1440 - 60
    assert part == [
        f"Watched only in part: 2026-03 ({minutes / (31 * 1440 - 60):.1%}). These figures are too low to be compared."
    ]
    # One day picked out of a month is all that was asked for.
    assert not any("part" in one for one in ask(made, by="month", where=["date=2026-03-08"]).caveats)


def test_weekdays_that_were_watched_for_unlike_times_say_so(tmp_path: Path) -> None:
    its = City(make_home(tmp_path / "home"), ZoneInfo(DALLAS))
    first, second, third = days_of(its.zone, *FEBRUARY)
    its.poll([], first, third, lambda at: first + timedelta(hours=6) < at < second)
    its.compact(third + timedelta(days=2))
    told = " ".join(ask(its, by="weekday").caveats)
    assert "Wednesday (25.0%)" in told
    assert "days watched: Wednesday 0.2, Thursday 1.0" in told


def test_gaps_are_told_and_never_zeros(tmp_path: Path) -> None:
    its = City(make_home(tmp_path / "home"), ZoneInfo(DALLAS))
    first, second, third, fourth = days_of(its.zone, *FEBRUARY, date(2026, 2, 14))

    def away(at: Any) -> bool:
        return bool(first + timedelta(hours=8) < at < first + timedelta(hours=14) or second <= at < third)

    its.poll(incidents(3, first, 30, 40), first, fourth, away)
    its.compact(fourth + timedelta(hours=23))
    answer = ask(its, by="hour")
    assert not answer.coverage.is_complete
    assert (answer.coverage.expected, answer.coverage.held) == (3, 2)
    words = [gap.words() for gap in answer.coverage.gaps]
    assert words == [
        "City Police was watched 74.3% of the time on 2026-02-11",
        "City Police was not watched on 2026-02-12",
    ]
    assert "of the time, 3 days, 2026-02-11 to 2026-02-13: 1 watched in part, 1 not watched." in answer.coverage.words()
    told = " ".join(answer.caveats)
    assert "08:00 (33.3%)" in told
    only = ask(its, by="hour", where=["date=2026-02-11"])
    assert "Not watched at all: 08:00, 09:00, 10:00, 11:00, 12:00, 13:00. No figure there is no zero." in " ".join(
        only.caveats
    )
    assert not {row["hour"] for row in only.rows} & set(range(9, 14))
    assert ask(its, where=["date=2026-02-13"]).coverage.is_complete
    assert ask(its, where=["hour=20", "date=2026-02-11"]).coverage.is_complete, "that hour was watched"


def test_a_day_that_is_not_closed_is_no_part_of_an_answer_and_is_told(tmp_path: Path) -> None:
    its = City(make_home(tmp_path / "home"), ZoneInfo(DALLAS))
    first, second, third = days_of(its.zone, *FEBRUARY)
    stays = Incident(
        "26-1", second, third + timedelta(days=30), "A", "A", None, [("S", second, third + timedelta(days=30))]
    )
    its.poll([*incidents(3, first, 20, 10), stays], first, third + timedelta(hours=30))
    with its.history() as history:
        history.compact([FEED], [FEBRUARY[0], FEBRUARY[2]], force=True, now=third + timedelta(days=2))
    answer = ask(its)
    assert [gap.words() for gap in answer.coverage.gaps] == [
        "City Police: 2026-02-12 is not closed yet, and none of its calls is counted"
    ]


def test_neither_half_needs_the_other(tmp_path: Path, made: City) -> None:
    assert not (made.settings.home / "warehouse").exists()
    assert not (made.settings.home / "ledger.sqlite").exists()
    with pytest.raises(NothingHeld, match="No closed day"):
        bluelamp.ask("calls", home=tmp_path / "none")
    with pytest.raises(NothingHeld, match="Nothing is loaded"):
        bluelamp.ask("crimes", home=made.settings.home)
    assert not (tmp_path / "none").exists(), "who only asks makes nothing"


def test_the_version_names_what_was_counted(made: City, tmp_path: Path) -> None:
    answer = ask(made, by="hour")
    assert len(answer.data_version) == 12
    assert answer.data_version in answer.citation()
    assert "data.police.uk" not in answer.citation()
    assert "City Police" in answer.citation()
    assert ask(made).data_version == answer.data_version
    other = City(make_home(tmp_path / "home"), made.zone)
    first, *_, last = days_of(other.zone, *_DAYS)
    other.poll(incidents(7, first, 60, 259), first, last + timedelta(hours=1))
    other.compact(last + timedelta(hours=23))
    assert ask(other).data_version != answer.data_version


def test_the_command_says_all_of_it(
    made: City, expected: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str) -> str:
        assert main(["--home", str(made.settings.home), "ask", "calls", *words]) == 0
        return capsys.readouterr().out

    shown = run("--by", "hour")
    assert "Coverage: Complete: watched all the time" in shown
    assert "Calls that have a unit on the scene" in shown
    rows = list(csv.DictReader(io.StringIO(run("--by", "nature", "--format", "csv"))))
    assert sum(int(row["calls"]) for row in rows) == len(expected)
    # What a spreadsheet would take for a formula is text.
    assert {row["nature"] for row in rows} >= {"'=41/20 - Robbery"}
    found = json.loads(run("--by", "month", "--json"))
    assert found["incomplete_periods"][0]["held"] == 3 * 1440 - 60
    assert "median_minutes_on_scene" in run("--fields")


def test_a_damaged_file_is_a_gap_and_never_silently_fewer_calls(made: City, tmp_path: Path) -> None:
    """One lost day does not stop every question about calls: it is a gap, named with its reason. Fewer calls without a
    word would be wrong as ever."""
    home = tmp_path / "home"
    shutil.copytree(made.settings.home, home)
    path = sorted((home / "lake" / "calls").glob("feed=*/day=*.parquet"))[0]
    whole = path.read_bytes()
    for content in (whole[:-20], b"", None):
        path.unlink() if content is None else path.write_bytes(content)
        found = bluelamp.ask("calls", home=home)
        assert not found.coverage.is_complete
        assert any("lost or damaged" in gap.words() for gap in found.coverage.gaps)


# -- over HTTP ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(made: City) -> Iterator[httpx.Client]:
    (made.settings.home / "dashboards").mkdir()
    (made.settings.home / "dashboards" / "service.yaml").write_text(
        "title: Calls for service\ndataset: calls\nfilters: [nature, beat]\ncards:\n"
        "  - {name: total, kind: total, title: Calls, measure: calls, also: [closed_calls]}\n"
        "  - {name: months, kind: months, title: By month, measures: [calls]}\n"
        "  - {name: hours, kind: hours, title: By hour, measure: calls}\n"
        "  - {name: natures, kind: bars, title: Nature, measure: calls, by: nature}\n"
        "  - {name: units, kind: bars, title: Beat, measure: units_sent, by: beat}\n"
        "  - {name: share, kind: share, title: Reopened, measure: reopened_calls, of: [closed_calls]}\n",
        encoding="utf-8",
    )
    server = Server(made.settings.home)
    with httpx.Client(base_url=server.url, timeout=30) as its:
        yield its
    server.stop()


def test_the_api_answers_the_same_with_a_validator(client: httpx.Client, made: City) -> None:
    answer = ask(made, by=["nature", "hour"], measure=["calls", "median_minutes_open"])
    params = {"by": "nature,hour", "measure": "calls,median_minutes_open"}
    found = client.get("/api/v1/questions/calls", params=params)
    assert found.status_code == 200, found.text
    body = found.json()
    assert body["rows"] == answer.rows  # what each stands on among them
    assert body["data_version"] == body["version"]["name"] == answer.data_version
    assert body["coverage"]["words"] == answer.coverage.words()
    assert "ODC-By" in body["licence"]
    again = client.get("/api/v1/questions/calls", params=params, headers={"If-None-Match": found.headers["etag"]})
    assert again.status_code == 304
    assert client.get("/api/v1/questions/calls", params={**params, "version": answer.data_version}).json() == body
    assert client.get("/api/v1/questions/calls", params={"version": "0" * 12}).status_code == 410
    assert client.get("/api/v1/questions/calls", params={"as_of": "2026-03"}).status_code == 400
    assert client.get("/api/v1/tiles/calls/0/0/0.mvt").status_code == 200, "empty: no call has a point"
    assert client.get("/api/v1/questions/crimes").status_code == 503, "there is no archive here"


def test_what_may_be_asked_and_chosen(client: httpx.Client) -> None:
    names = [one["name"] for one in client.get("/api/v1/datasets").json()["datasets"]]
    assert names == ["crimes", "outcomes", "stops", "calls", "incidents"]
    options = client.get("/api/v1/datasets/calls/fields/nature/options", params={"q": "accident"}).json()
    assert [one["value"] for one in options["options"]] == ["07 - Minor Accident"]


def test_every_call_is_on_some_page_once(client: httpx.Client, made: City, expected: list[dict[str, Any]]) -> None:
    seen: list[str] = []
    after = ""
    while True:
        page = client.get("/api/v1/datasets/calls/records", params={"limit": 37, "after": after}).json()
        assert page["total"] == len(expected)
        seen += [row["incident_number"] for row in page["rows"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert sorted(seen) == sorted(row["incident_number"] for row in expected)
    narrowed = client.get(
        "/api/v1/datasets/calls/records", params={"where": ["nature=40 - Other", "date=2026-03-08"]}
    ).json()
    wanted = [row for row in expected if row["nature"] == "40 - Other" and str(row["day"]) == "2026-03-08"]
    assert narrowed["total"] == len(wanted) == len(narrowed["rows"]) > 10
    assert narrowed["rows"][0]["opened_by"] == f"{wanted[0]['opened_by']:%Y-%m-%dT%H:%M:%SZ}"


def test_files_hold_every_call(
    client: httpx.Client, made: City, expected: list[dict[str, Any]], tmp_path: Path
) -> None:
    def file(format_: str) -> bytes:
        found = client.get("/api/v1/datasets/calls/records", params={"format": format_})
        assert found.status_code == 200, found.text
        assert found.headers["bluelamp-records"] == str(len(expected))
        return found.content

    rows = list(csv.DictReader(io.StringIO(file("csv").decode())))
    units = {row["incident_number"]: row["units"] for row in expected}
    assert {row["incident_number"]: row["units"].split(", ") for row in rows} == units
    assert len(rows) == len(expected)
    assert [row["opened_by"] for row in rows] == [f"{row['opened_by']:%Y-%m-%dT%H:%M:%SZ}" for row in expected]
    (tmp_path / "x.parquet").write_bytes(file("parquet"))
    table = pq.ParquetFile(tmp_path / "x.parquet").read()
    assert dict(zip(*(table.column(name).to_pylist() for name in ("incident_number", "units")), strict=True)) == units
    assert str(table.schema.field("opened_by").type) == "timestamp[ms, tz=UTC]"
    features = json.loads(file("geojson"))["features"]
    assert len(features) == len(expected)
    assert all(one["geometry"] is None for one in features), "this feed has no points"
    assert len(file("xlsx")) > 5_000


def test_one_call_with_all_that_is_known(client: httpx.Client, made: City) -> None:
    row = lake_rows(made.settings.home)[10]
    found = client.get(f"/api/v1/records/{FEED}-{row['call']}")
    assert found.status_code == 200, found.text
    body = found.json()
    assert body["dataset"] == "calls"
    assert {"name": "incident_number", "value": row["incident_number"]} in body["published"]
    assert body["file"]["member"].startswith(f"calls/feed={FEED}/day=")
    assert client.get(f"/api/v1/records/{FEED}-{'0' * 16}").status_code == 404


def test_a_dashboard_of_calls_agrees_with_itself(client: httpx.Client, expected: list[dict[str, Any]]) -> None:
    found = client.get("/api/v1/dashboards/service/answers")
    assert found.status_code == 200, found.text
    cards = found.json()["cards"]
    assert all(card.get("error") is None for card in cards.values()), cards
    assert cards["total"]["value"] == len(expected)
    assert sum(cards["hours"]["hours"]) == len(expected)
    assert sum(row["count"] for row in cards["natures"]["rows"]) == len(expected)
    assert cards["months"]["values"] == [[len(expected)]]
    assert cards["months"]["complete"] == [False]
    assert cards["months"]["missing"] == ["watched 9.6% of the time"]
    assert "City Police" in cards["total"]["cite"]
    narrowed = client.get("/api/v1/dashboards/service/answers", params={"where": "nature=40 - Other"}).json()["cards"]
    assert narrowed["total"]["value"] == sum(row["nature"] == "40 - Other" for row in expected)
    gone = client.get("/api/v1/dashboards/service/answers", params={"where": "nature=nobody has this"}).json()
    assert gone["cards"]["total"]["value"] == 0
    assert gone["unknown"]


def test_a_new_day_is_there_within_seconds(made: City, tmp_path: Path) -> None:
    its = City(make_home(tmp_path / "home"), ZoneInfo(DALLAS))
    first, _, third = days_of(its.zone, *FEBRUARY)
    server = Server(tmp_path / "home")
    with httpx.Client(base_url=server.url, timeout=30) as asking:
        assert asking.get("/api/v1/questions/calls").status_code == 404
        its.poll(incidents(3, first, 30, 40), first, third)
        counts = []
        for day in FEBRUARY[:2]:
            with its.history() as history:
                history.compact([FEED], [day], force=True, now=third)
            time.sleep(1.2)
            body = asking.get("/api/v1/questions/calls").json()
            counts.append((body["rows"][0]["calls"], body["data_version"]))
        assert counts[0][0] < counts[1][0] == len(its.expected())
        pinned = asking.get("/api/v1/questions/calls", params={"version": counts[0][1]}).json()
        assert pinned["rows"][0]["calls"] == counts[0][0], "who began with it may end with it"
    server.stop()
