"""A feed in figures over HTTP: the line of calls at once, and the statistics; in the shapes that are described."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from city_feed import FEED, CityFeed
from pydantic import BaseModel
from thread_server import ThreadServer, until

from bluelamp.web.feed_statistics_schemas import ActivityModel

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


def fits(model: type[BaseModel], answer: httpx.Response) -> Any:
    """The answer, which is of the described shape: nothing more, nothing less."""
    assert answer.status_code == 200, answer.text
    model.model_validate(answer.json())
    return answer.json()


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
