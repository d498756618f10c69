"""The API is closed: what narrows a figure is done or refused. Every operation of the description is walked, so that a
new one is held to the same."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bluelamp.web.asgi.parameters import TRACKING
from tests.lib.web.described import Operation, operations

V1 = "/api/v1"


def _all(openapi: dict[str, Any]) -> list[Operation]:
    found = list(operations(openapi))
    assert len(found) > 40
    return found


def test_every_operation_refuses_a_parameter_that_it_does_not_declare(
    client: httpx.Client, openapi: dict[str, Any]
) -> None:
    for one in _all(openapi):
        answer = client.request(one.method, one.asked("nonsense=1"))
        assert answer.status_code == 400, f"{one}: {answer.status_code}"
        assert answer.headers["content-type"] == "application/problem+json", one
        assert "“nonsense” is no parameter of this address" in answer.json()["detail"], one


def test_every_operation_refuses_a_single_value_given_twice(client: httpx.Client, openapi: dict[str, Any]) -> None:
    for one in _all(openapi):
        for name in one.single:
            address = one.address.partition("?")[0]
            answer = client.request(one.method, f"{address}?{name}=a&{name}=b")
            assert answer.status_code == 400, f"{one} {name}: {answer.status_code}"
            assert f"“{name}” is given 2 times" in answer.json()["detail"], one


def test_what_trackers_append_changes_neither_answer_nor_validator(
    client: httpx.Client, openapi: dict[str, Any]
) -> None:
    appended = "&".join(f"{name.replace('*', 'source')}=x" for name in TRACKING)
    for one in _all(openapi):
        if one.method != "GET" or one.path.endswith("/events"):
            continue
        plain, tracked = client.get(one.address), client.get(one.asked(appended))
        assert (tracked.status_code, tracked.headers.get("etag")) == (plain.status_code, plain.headers.get("etag")), one
        if "etag" in plain.headers:
            assert tracked.content == plain.content, one


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/questions/crimes?measure=count&force=kent", "Instead of force=kent write where=force=kent."),
        ("/questions/crimes?measures=count", "write measure=count."),
        ("/questions/crimes?Measure=count", "write measure=count."),
        ("/questions/crimes?group=month", "write by=month."),
        ("/questions/crimes?by[]=month", "write by=month."),
        ("/questions/crimes?filter=force=kent", "write where=force=kent."),
        ("/questions/crimes?where[force]=kent", "write where=force=kent."),
        ("/questions/crimes?force!=kent", "write where=force!=kent."),
        ("/questions/crimes?force.not=kent", "write where=force!=kent."),
        ("/questions/crimes?crime-type=Vehicle%20crime", "write where=crime_type=Vehicle%20crime."),
        ("/questions/crimes?category=Burglary", "write where=crime_type=Burglary."),
        ("/questions/crimes?date=2023-02", "Instead of date=2023-02 write from=2023-02&to=2023-02."),
        ("/questions/crimes?month=2023-02", "write from=2023-02&to=2023-02."),
        ("/questions/stops?date=2023-02-11", "write where=date=2023-02-11."),
        ("/questions/crimes?form=2021-01", "write from=2021-01."),
        ("/questions/crimes?until=2021-01", "write to=2021-01."),
        ("/questions/crimes?sort=-count", "write order=-count."),
        ("/questions/crimes?bbox=-3.3,51,-3,51.3", "Nothing here is asked by a point, a radius or a polygon"),
        ("/questions/crimes?poly=52,0:52,1", "where=local_authority=NAME narrows to an area."),
        ("/datasets/stops/records?force=kent&limit=1", "write where=force=kent."),
        ("/datasets/stops/records?page=2", "write after=2."),
        ("/dashboards/crime/answers?force=kent&cards=total", "write where=force=kent."),
        ("/tiles/crimes/0/0/0.mvt?force=kent", "write where=force=kent."),
        ("/feeds/dallas-tx/calls?priorty=1", "write priority=1."),
        ("/feeds/dallas-tx/follow.atom?prio=1", "write priority=1."),
        ("/feeds/dallas-tx/events?where=division=North", "write division=North."),
        ("/places?query=north", "write q=north."),
        ("/site?lang=en", "It takes none."),
        ("/coverage?force=kent", "There are: version."),
    ],
)
def test_the_nearest_right_form_is_told(client: httpx.Client, path: str, words: str) -> None:
    answer = client.get(V1 + path)
    assert answer.status_code == 400, answer.text
    assert words in answer.json()["hint"]


def test_all_that_is_wrong_is_named_at_once(client: httpx.Client) -> None:
    told = client.get(f"{V1}/questions/crimes?measure=count&date=2023-02&lat=51.5&lng=-0.12").json()
    assert told["detail"] == "“date”, “lat” and “lng” are no parameters of this address."
    assert told["hint"] == (
        "Instead of date=2023-02 write from=2023-02&to=2023-02. Nothing here is asked by a point, a radius or a "
        "polygon; where=local_authority=NAME narrows to an area."
    )


def test_lists_by_commas_are_told_where_one_is_repeated(client: httpx.Client) -> None:
    told = client.get(f"{V1}/questions/crimes?by=month&by=force").json()
    assert told["hint"] == "Write by=month,force."


def test_the_description_says_that_it_is_closed(openapi: dict[str, Any]) -> None:
    for name in TRACKING:
        assert f"`{name}`" in openapi["info"]["description"]
    for path, methods in openapi["paths"].items():
        for operation in methods.values():
            assert "400" in operation["responses"], path
