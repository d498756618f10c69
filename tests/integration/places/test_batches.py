"""Many locations at once: the Census takes them as a form with a file of CSV; what it says is stored and found."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path

import pytest
import typer

from bluelamp.cli import places as commands
from bluelamp.cli.context import Context
from bluelamp.domain.location import parse_location
from bluelamp.domain.place import LocationQuery, query_of
from bluelamp.places.batch import ask_in_batches, can_batch
from bluelamp.sources.geocoders.calling import Provider
from bluelamp.sources.geocoders.census import Census
from bluelamp.sources.geocoders.geocoder import Query
from bluelamp.sources.geocoders.nominatim import Nominatim
from bluelamp.sources.http import HttpClient
from bluelamp.storage.places.store import PlaceStore
from tests.lib.loopback import Loopback, Reply, Request
from tests.lib.places.ground import Clock, at, desk_on, keep_scores_in

BATCH, SINGLE = "/geocoder/locations/addressbatch", "/geocoder/locations/onelineaddress"
NOTHING = json.dumps({"result": {"addressMatches": []}}).encode()


def form_of(request: Request) -> dict[str, bytes]:
    """The parts of a form as a server reads them, by name."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = message_from_bytes(head + request.body)
    assert message.is_multipart()
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)  # type: ignore[misc, union-attr]
        for part in message.get_payload()
    }


def census_batch(request: Request, *, skip: str = "") -> Reply:
    """Knows every address but those of odd streets; in another order than it was asked."""
    form = form_of(request)
    assert form["benchmark"] == b"Public_AR_Current"
    rows = list(csv.reader(io.StringIO(form["addressFile"].decode())))
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for id_, street, city, state, _ in reversed(rows):
        number, name = street.split(" ", 1)
        lat, lon = at(1, east=5.0 * int(name.split()[1]))
        if id_ == skip:
            continue
        if int(name.split()[1]) % 2:
            writer.writerow([id_, f"{street}, {city}, {state}, ", "No_Match"])
        else:
            matched = f"{number} {name}, DALLAS, TX, 75204"
            writer.writerow([id_, street, "Match", "Exact", matched, f"{lon},{lat}", "1234", "L"])
    return Reply(body=out.getvalue().encode(), headers={"Content-Type": "text/csv"})


def locations(count: int) -> list[LocationQuery]:
    return [query_of(parse_location(f"1900 STREET {number} AVE"), {"beat": "1"}) for number in range(count)]


@pytest.fixture
def line(server: Loopback, client: HttpClient, lite: PlaceStore) -> Callable[..., Provider]:
    clock = Clock()

    def make(geocoder: object = None, daily: int | None = None) -> Provider:
        def spend(name: str, limit: int) -> bool:
            return lite.spend(name, limit, clock())

        found = geocoder or Census(server.url)
        return Provider(found, client, spend, daily=daily, sleep=lambda _: None)  # type: ignore[arg-type]

    return make


def test_a_batch_is_one_form_and_one_request(server: Loopback, line: Callable[..., Provider]) -> None:
    server.routes[BATCH] = census_batch
    queries = [Query(asked, "Dallas, Texas") for asked in locations(50)]
    said = line(daily=1).ask_batch(queries)
    assert [one.state for one in said] == ["found", "nothing"] * 25
    assert said[0].candidates[0].streets == ("STREET 0 AVE",)
    assert (said[48].candidates[0].lat, said[48].candidates[0].lon) == pytest.approx(at(1, east=240.0))
    (request,) = server.log
    assert request.method == "POST"
    first = form_of(request)["addressFile"].decode().splitlines()[0]
    assert first == "0,1949 STREET 0 AVE,Dallas,Texas,"


def test_what_a_batch_leaves_out_has_failed(server: Loopback, line: Callable[..., Provider]) -> None:
    server.routes[BATCH] = lambda request: census_batch(request, skip="3")
    said = line().ask_batch([Query(asked, "Dallas, Texas") for asked in locations(5)])
    assert [one.state for one in said] == ["found", "nothing", "found", "failed", "found"]


@pytest.mark.parametrize(
    "reply", [Reply(500), Reply(200, b"<html>busy</html>"), Reply(200, b'"99","x","No_Match"'), Reply(429)]
)
def test_a_batch_that_fails_fails_for_all(server: Loopback, line: Callable[..., Provider], reply: Reply) -> None:
    server.reply(BATCH, reply)
    said = line().ask_batch([Query(asked, "Dallas, Texas") for asked in locations(3)])
    assert {one.state for one in said} == {"failed"}
    assert len(server.log) == 1


def test_a_budget_that_is_used_up_holds(server: Loopback, line: Callable[..., Provider]) -> None:
    server.routes[BATCH] = census_batch
    one = line(daily=1)
    queries = [Query(asked, "Dallas, Texas") for asked in locations(3)]
    assert one.ask_batch(queries)[0].state == "found"
    assert {said.state for said in one.ask_batch(queries)} == {"held"}
    assert len(server.log) == 1


def test_answers_are_stored_and_nobody_is_asked_again(
    server: Loopback, line: Callable[..., Provider], lite: PlaceStore
) -> None:
    server.routes[BATCH] = census_batch
    server.reply(SINGLE, Reply(body=NOTHING))
    desk = desk_on(lite, [line()], None)
    some = locations(30)
    assert can_batch(desk)
    batched = ask_in_batches(desk, some + some)
    assert (batched.asked, batched.answered, batched.problems) == (30, 30, [])
    found = [desk.resolve(asked) for asked in some]
    assert [one["kind"] for one in found[:4]] == ["point", "area", "point", "area"]
    assert ask_in_batches(desk, some).asked == 0
    assert [request.path for request in server.log] == [BATCH], "one request in all"


def test_what_is_at_hand_and_few_are_not_asked_in_a_batch(
    server: Loopback, line: Callable[..., Provider], lite: PlaceStore
) -> None:
    server.routes[BATCH] = census_batch
    desk = desk_on(lite, [line()], None)
    assert ask_in_batches(desk, locations(20)).asked == 0
    assert not can_batch(desk_on(lite, [line(Nominatim(server.url))], None))
    assert server.log == []


def test_a_long_file_is_asked_in_one_request(
    server: Loopback, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.routes[BATCH] = census_batch
    for name, value in {"geocoders": "census", "census_url": server.url, "allow_private_addresses": "true"}.items():
        monkeypatch.setenv(f"BLUELAMP_{name.upper()}", value)
    file = tmp_path / "locations.jsonl"
    lines = [{"block": "1900", "location": f"STREET {number} AVE", "beat": "1"} for number in range(40)]
    file.write_text("".join(f"{json.dumps(one)}\n" for one in lines))
    here = Context()
    here.home = tmp_path / "home"
    keep_scores_in(here.home)
    command = typer.main.get_command(commands.app)
    command.main(["resolve", str(file), "--feed", "dallas-tx", "--json"], "places", standalone_mode=False, obj=here)
    found = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert [one["kind"] for one in found] == ["point", "area"] * 20
    assert {one["method"] for one in found[::2]} == {"census block"}
    assert [request.path for request in server.log] == [BATCH]
