"""A feed in figures over HTTP: the line of calls at once, and the statistics; in the shapes that are described."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bluelamp.domain.moment import moment_of
from bluelamp.web.statistics.schemas import ActivityModel, StatisticsModel
from tests.lib.live.answered_feeds import fits
from tests.lib.live.city_feed import FEED, CityFeed, unit
from tests.lib.live.home import answer
from tests.lib.web.thread_server import ThreadServer, until

Serve = Callable[..., ThreadServer]


@pytest.fixture
def api(city: CityFeed, serve: Serve) -> Iterator[httpx.Client]:
    city.open(2, division="North", beat="1")
    city.open(1, division="South", beat="2")
    city.end(0)
    server = serve(city)
    seq = int(city.cursor.split(":")[1])
    until(lambda: server.hub.boards[FEED].ring.head == seq)
    with httpx.Client(base_url=server.api) as client:
        yield client


def test_the_line_of_calls_at_once(city: CityFeed, api: httpx.Client) -> None:
    span = {"from": "2026-02-11T05:00:00Z", "to": city.now, "step": "60"}
    found = fits(ActivityModel, api.get("/activity", params=span))
    assert (found["feed"], found["step_seconds"], found["to"]) == (FEED, 60, city.now)
    assert found["kept_from"] is None
    assert found["unwatched"] == [{"from": "2026-02-11T05:00:00.000Z", "to": "2026-02-11T06:02:00.000Z"}]
    known = [point for point in found["points"] if point["active"] is not None]
    for point in known:
        history = api.get("/history", params={"at": point["at"]}).json()
        assert point["active"] == history["shown"]
    assert known[-1]["at"] == city.now
    assert len({point["active"] for point in known}) > 2
    assert sum(point["opened"] or 0 for point in found["points"]) == 3
    assert found["licence"]


def test_the_line_through_a_filter(city: CityFeed, api: httpx.Client) -> None:
    span = {"from": "2026-02-11T06:00:00Z", "to": city.now, "division": "south"}
    found = fits(ActivityModel, api.get("/activity", params=span))
    assert found["points"][-1]["active"] == 1
    assert sum(point["opened"] or 0 for point in found["points"]) == 1
    assert api.get("/activity", params={**span, "bbox": "1,2,3,4"}).json()["points"][-1]["active"] == 0


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"from": "2026-02-12T00:00:00Z", "to": "2026-02-11T00:00:00Z"}, "lies after"),
        ({"from": "2026-02-11T00:00:00Z", "to": "2026-05-11T00:00:00Z"}, "at most 31 days"),
        ({"from": "2026-02-11T00:00:00Z", "to": "2026-02-12T00:00:00Z", "step": "10"}, "at most 1,000 points"),
        ({"from": "2026-02-11T00:00:00Z", "to": "2026-02-12T00:00:00Z", "step": "0"}, "step"),
        ({"from": "2026-02-11T00:00:00Z"}, "to"),
        ({"from": "yesterday", "to": "2026-02-12T00:00:00Z"}, "is not a moment"),
        ({"from": "0001-01-01T00:00:01Z", "to": "0001-01-02T00:00:00Z"}, ""),
        ({"from": "9999-12-31T00:00:00Z", "to": "9999-12-31T23:59:59Z"}, ""),
    ],
)
def test_what_cannot_be_asked_is_told_in_words(api: httpx.Client, asked: dict[str, str], words: str) -> None:
    answer = api.get("/activity", params=asked)
    if words:
        assert answer.status_code == 400
        assert words in answer.json()["detail"]
    else:  # the first and the last day of all: nobody watched
        assert all(point["active"] is None for point in fits(ActivityModel, answer)["points"])


def test_a_feed_that_there_is_not_has_no_figures(api: httpx.Client) -> None:
    span = {"from": "2026-02-11T05:00:00Z", "to": "2026-02-11T06:00:00Z"}
    assert httpx.get(str(api.base_url).replace("/city", "/nowhere") + "activity", params=span).status_code == 404


def test_a_feed_in_figures(city: CityFeed, api: httpx.Client) -> None:
    found = fits(StatisticsModel, api.get("/statistics"))
    assert (found["feed"], found["active"], found["units"]) == (FEED, 2, 2)
    assert found["seen_at"] == city.now
    # It was watched long ago: nothing can be said of the last hour.
    assert found["opened_last_hour"]["value"] is None
    assert found["opened_last_hour"]["watched_share"] == 0
    assert len(found["gaps_last_day"]) == 1
    assert found["usual_this_hour"] is None
    assert found["usual_words"].startswith("Not enough history yet")
    assert found["by"]["nature"] == [{"value": "40 - Other", "label": "Other", "count": 2}]
    assert {row["value"] for row in found["by"]["division"]} == {"North", "South"}
    assert [len(day) for day in found["week"]["hours"]] == [24] * 7
    assert found["polls"]["seen"] == 0
    assert found["attribution"]
    south = fits(StatisticsModel, api.get("/statistics", params={"division": "south"}))
    assert south["active"] == 1
    assert south["by"]["division"] == [{"value": "South", "label": None, "count": 1}]


def test_figures_of_a_live_feed_move_with_it(tmp_path: Path, serve: Serve) -> None:
    """Snapshots of the last minutes, by the machine's own clock."""
    city = CityFeed(tmp_path / "home")
    now = datetime.now(UTC)
    rows = [unit(number, f"U{number}", division="North", beat="1") for number in range(4)]
    for place in range(4):
        shown = [{**row, "fetched": str(place)} for row in rows[: place + 1]]
        city.flow.take(FEED, answer(shown), moment_of(now - timedelta(minutes=8 - 2 * place)), "replayed", "")
    server = serve(city)
    until(lambda: server.hub.boards[FEED].ring.head == int(city.cursor.split(":")[1]))
    found = fits(StatisticsModel, httpx.get(f"{server.api}/statistics"))
    assert found["active"] == 4
    # The first one stood in the first answer after nobody had watched for long: nobody knows when it was opened.
    assert found["opened_last_hour"]["value"] == 3
    assert 0.1 <= found["opened_last_hour"]["watched_share"] <= 0.2
    assert found["busiest_beats"] == [{"beat": "1", "opened_last_day": 3, "active": 4}]
    assert found["polls"]["seen"] == 4
    line = fits(
        ActivityModel,
        httpx.get(
            f"{server.api}/activity",
            params={"from": moment_of(now - timedelta(hours=1)), "to": moment_of(now), "step": "60"},
        ),
    )
    assert line["points"][-1]["active"] == 4
    assert sum(point["opened"] or 0 for point in line["points"]) == 3
    city.close()
