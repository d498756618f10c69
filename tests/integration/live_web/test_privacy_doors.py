"""Privacy by configuration, through every door: what a feed keeps from view is told by none of them. Doors are counted:
a route or a command that is not looked at here fails the test."""

from __future__ import annotations

import io
import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import click
import httpx
import pyarrow.parquet as pq
import pytest
import structlog
import typer

from bluelamp.cli import main
from bluelamp.cli.app import app as commands
from bluelamp.domain.moment import moment_of
from tests.lib.live.guarded_feeds import (
    FLAT,
    GUARDED,
    HIDDEN,
    HOUSE,
    POINTS,
    TEXTS,
    Feeds,
    census,
    everything_said,
    leaks,
    make_home,
)
from tests.lib.live.home import engine_of, everything
from tests.lib.loopback import Loopback
from tests.lib.web.listeners import Listener
from tests.lib.web.thread_server import ThreadServer, until

Listen = Callable[..., Listener]


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Feeds]:
    server = Loopback()
    census(server)
    with structlog.testing.capture_logs() as logs:
        made = Feeds(make_home(tmp_path_factory.mktemp("guarded") / "home", server.url))
    made.logs = logs  # type: ignore[attr-defined]
    assert main(["--home", str(made.settings.home), "--quiet", "live", "compact"]) == 0
    yield made
    made.close()
    server.close()


@dataclass
class Doors:
    """A server on the two feeds, and a client that knocks."""

    server: ThreadServer
    client: httpx.Client

    @property
    def url(self) -> str:
        return self.server.url

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)


@pytest.fixture(scope="module")
def doors(feeds: Feeds) -> Iterator[Doors]:
    opened = ThreadServer(feeds.settings.model_copy(update={"log_requests": True}))
    for feed in (GUARDED, HIDDEN):
        seq = feeds.flow.log.head(feed).seq
        until(lambda feed=feed, seq=seq: feed in opened.hub.boards and opened.hub.boards[feed].ring.head == seq)  # type: ignore[misc]
    with httpx.Client(base_url=opened.url, timeout=30) as client:
        yield Doors(opened, client)
    opened.stop()


# -- what there is to tell: without it nothing below would mean anything -----------------------------------------------


def test_what_is_to_be_kept_from_view_was_received(feeds: Feeds) -> None:
    received = b"".join(
        body.body
        for feed in (GUARDED, HIDDEN)
        for entry in feeds.flow.snapshots.all(feed)
        for body in feeds.flow.snapshots.bodies(entry)
    )
    assert set(leaks(received)) == {*TEXTS, *(str(degrees) for point in POINTS for degrees in point)}


def test_and_the_calls_are_there_masked_and_moved(feeds: Feeds) -> None:
    _, calls = feeds.flow.log.current(GUARDED)
    places = {call["location"]: call["place"] or {} for call in calls}
    found = {text: (place.get("kind"), place.get("method")) for text, place in places.items()}
    assert found == {
        "486XX S ALDER RD APT XX": ("point", "feed"),
        "486XX N Harrow Ave": ("point", "census block"),
        # The grammar reads the address behind the words, so it is found as well, and moved like any other.
        "In front of 486XX N Harrow Ave": ("point", "census block"),
    }
    assert all((place["uncertainty_m"] or 0) >= 270 for place in places.values() if place["kind"] == "point")
    _, hidden = feeds.flow.log.current(HIDDEN)
    assert {(call["place"] or {}).get("area") for call in hidden} == {"beat 114"}


def test_what_is_not_in_the_event_log_cannot_leave_by_any_door(feeds: Feeds) -> None:
    tables = everything(engine_of(feeds.flow))
    tables["keyframe"] = [(seq, zlib.decompress(calls)) for seq, calls in tables["keyframe"]]
    # Streams, webhooks and newsreaders send what stands here; so do pages and files.
    assert leaks(repr(tables).encode()) == []


# -- the web -----------------------------------------------------------------------------------------------------------


def _routes(feeds: Feeds, feed: str) -> dict[str, list[str]]:
    """Every route of the API's description with the addresses that are tried. A route that tells nothing of calls is
    tried as well, as it comes."""
    base, asked = f"/api/v1/feeds/{feed}", "/api/v1/questions/calls?measure=calls"
    log = feeds.flow.log
    ids = sorted({one.change["call"] for one in log.changes(log.head(feed), 0, 1_000)})
    long_ago, now = moment_of(feeds.day - timedelta(hours=1)), moment_of(feeds.now + timedelta(hours=1))
    whole = f"from={long_ago}&to={now}"
    at = [moment_of(feeds.day + timedelta(minutes=5)), moment_of(feeds.now - timedelta(minutes=35))]
    formats = ("json", "csv", "geojson", "parquet")
    return {
        "/api/v1/feeds": ["/api/v1/feeds"],
        "/api/v1/feeds/{feed}": [base],
        "/api/v1/feeds/{feed}/calls": [f"{base}/calls?format={one}" for one in formats],
        "/api/v1/feeds/{feed}/calls/{call}": [f"{base}/calls/{id_}" for id_ in ids],
        "/api/v1/feeds/{feed}/calls/{call}/place": [f"{base}/calls/{id_}/place" for id_ in ids],
        "/api/v1/feeds/{feed}/health": [f"{base}/health"],
        "/api/v1/feeds/{feed}/snapshots": [f"{base}/snapshots?limit=1000"],
        "/api/v1/feeds/{feed}/history": [
            *(f"{base}/history?at={moment}&format={one}" for moment in at for one in formats),
            *(f"{base}/history?{whole}&format={one}" for one in formats),
            f"{base}/history?{whole}&changes=true&places=true",
        ],
        "/api/v1/feeds/{feed}/activity": [f"{base}/activity?{whole}&step=3600"],
        "/api/v1/feeds/{feed}/statistics": [f"{base}/statistics"],
        "/api/v1/feeds/{feed}/follow.atom": [f"{base}/follow.atom"],
        "/api/v1/feeds/{feed}/follow.json": [f"{base}/follow.json"],
        "/api/v1/datasets/{dataset}/records": [f"/api/v1/datasets/calls/records?format={one}" for one in formats],
        "/api/v1/records/{record_id}": [f"/api/v1/records/{feed}-{id_}" for id_ in ids],
        "/api/v1/questions/{dataset}": [
            *(f"{asked}&by={by}" for by in ("nature", "beat", "location", "block", "date")),
            *(f"{asked}&by=map_point&format={one}" for one in ("json", "csv", "geojson")),
        ],
        "/api/v1/tiles/{dataset}/{z}/{x}/{y}.mvt": [f"/api/v1/tiles/calls/{tile}.mvt" for tile in ("10/236/412",)],
        "/api/v1/datasets/{dataset}/fields/{field}/options": [
            f"/api/v1/datasets/calls/fields/{field}/options" for field in ("nature", "location", "block", "beat")
        ],
    }  # fmt: skip


# Routes of the archive, of names alone, or that are tried on their own below.
_EVENTS = "/api/v1/feeds/{feed}/events"
_OTHERS = {
    "/api/v1/site", "/api/v1/places", "/api/v1/dashboards", "/api/v1/dashboards/{name}",
    "/api/v1/dashboards/{name}/answers", "/api/v1/datasets", "/api/v1/datasets/{dataset}",
    "/api/v1/areas/{kind}.geojson", "/api/v1/areas/{kind}/{area_id}",
    "/api/v1/areas/{kind}/{feed}/{name}",
    "/api/v1/feeds/{feed}/areas",
    "/api/v1/feeds/{feed}/places",
    "/api/v1/hooks",
    "/api/v1/hooks/{hook}",
    "/api/v1/hooks/{hook}/dead",
    "/api/v1/hooks/{hook}/dead/retry",
    "/api/v1/hooks/{hook}/test",
    "/api/v1/feeds/{feed}/areas/ground",
    "/api/v1/feeds/{feed}/areas/{kind}", "/api/v1/coverage", "/api/v1/quality", "/api/v1/releases",
    "/api/v1/file-properties",
    "/api/v1/releases/{old}/changes/{new}",
    "/api/v1/releases/{old}/changes/{new}/records",
}  # fmt: skip
_FILLED = {
    "hook": "x",
    "name": "calls", "dataset": "calls", "kind": "beat", "feed": GUARDED, "area_id": "114", "record_id": "x",
    "old": "2024-01", "new": "2024-02",
}  # fmt: skip


def test_every_route_is_looked_at(feeds: Feeds, doors: Doors) -> None:
    described = set(doors.server.app.openapi()["paths"])
    looked_at = _routes(feeds, GUARDED).keys() | _OTHERS | {_EVENTS}
    assert described - looked_at == set(), "a new door: add it to _routes"
    assert looked_at - described == set()


@pytest.mark.parametrize("feed", [GUARDED, HIDDEN])
def test_no_route_tells_what_is_kept_from_view(feeds: Feeds, doors: Doors, feed: str) -> None:
    answered = []
    for route, paths in _routes(feeds, feed).items():
        for path in paths:
            answer = doors.get(path)
            assert answer.status_code != 500, path
            assert leaks(answer.content + repr(answer.headers).encode()) == [], path
            if answer.headers["content-type"].endswith("parquet"):
                assert leaks(repr(pq.read_table(io.BytesIO(answer.content)).to_pylist()).encode()) == [], path
            if answer.status_code == 200:
                answered.append(route)
    # Each of them has told something.
    assert _routes(feeds, feed).keys() - set(answered) == set()


def test_no_other_address_does(feeds: Feeds, doors: Doors) -> None:
    for route in sorted(_OTHERS):
        path = re.sub(r"\{(\w+)\}", lambda found: quote(_FILLED[found[1]]), route)
        assert leaks(doors.get(path).content) == [], path
    vault = [part["sha256"] for entry in feeds.flow.snapshots.recent(GUARDED, 3) for part in entry.parts]
    for path in (
        "/", "/metrics", "/healthz", "/readyz", "/live", f"/live/{GUARDED}", f"/embed/live/{GUARDED}",
        f"/live/{GUARDED}/health", "/api/v1/openapi.json", *(f"/vault/{name}" for name in vault),
        *(f"/api/v1/feeds/{GUARDED}/snapshots/{number}" for number in (1, 2, 3)),
    ):  # fmt: skip
        assert leaks(doors.get(path).content) == [], path
    handed = doors.client.post(f"{doors.url}/api/v1/feeds/{GUARDED}/snapshots", content=b'{"calls": []}')
    assert handed.status_code == 403
    assert leaks(handed.content) == []


@pytest.mark.parametrize("feed", [GUARDED, HIDDEN])
def test_no_stream_does(feeds: Feeds, doors: Doors, listen: Listen, feed: str) -> None:
    head = feeds.flow.log.head(feed)
    listener = listen(f"{doors.url}/api/v1/feeds/{feed}/events?cursor={head.epoch}:0")
    listener.wait(head.seq)
    told = json.dumps(listener.changes).encode()
    assert b"486XX" in told
    assert leaks(told) == []
    if feed == HIDDEN:
        assert all("lat" not in one for one in everything_said(listener.changes))


def test_where_there_are_to_be_no_points_nothing_has_one(feeds: Feeds, doors: Doors) -> None:
    for route, paths in _routes(feeds, HIDDEN).items():
        for path in paths if "{feed}" in route else ():
            answer = doors.get(path)
            if answer.headers["content-type"].startswith(("application/json", "application/geo+json")):
                said = list(everything_said(answer.json()))
                assert [one for one in said if one.get("lat") is not None or one.get("type") == "Point"] == [], path


def test_health_says_what_is_kept_from_view(feeds: Feeds, doors: Doors) -> None:
    told = doors.get(f"/api/v1/feeds/{GUARDED}/health").json()["privacy"]
    for words in (
        "32XX", "*unspeakable*", "10 minutes after", "moved by up to 120 metres", "finer than a block", "census",
        "shown to nobody",
    ):  # fmt: skip
        assert any(words in sentence for sentence in told), words
    assert "Calls are not shown as points" in " ".join(doors.get(f"/api/v1/feeds/{HIDDEN}/health").json()["privacy"])
    privacy = doors.get(f"/api/v1/feeds/{GUARDED}").json()["privacy"]
    assert (privacy["jitter_m"], privacy["finest"], privacy["point_decimals"]) == (120, "block", 7)


def test_how_a_place_was_found_tells_no_more_than_the_place(feeds: Feeds, doors: Doors) -> None:
    _, calls = feeds.flow.log.current(GUARDED)
    told = {}
    for call in calls:
        found = doors.get(f"/api/v1/feeds/{GUARDED}/calls/{call['id']}/place").json()
        if found["kind"] != "point":
            continue
        told[found["method"]] = found
        assert found["candidates"]
        for one in found["candidates"]:
            assert (one["lat"], one["lon"], one["uncertainty_m"], one["metres_from_chosen"]) == (None,) * 4
            assert not re.search(r"\d m\b", " ".join(one["reasons"]))
        assert HOUSE not in found["asked"]["text"]
        assert FLAT not in found["asked"]["text"]
        assert "By the rules of this feed, the point is shown moved by up to 120 metres" in found["words"]
    assert told["feed"]["words"].startswith("The publisher's own list gives this point")
    assert told["census block"]["words"].startswith("Found by the Census geocoder, this block")
    assert [one["source"] for one in told["census block"]["candidates"] if one["chosen"]] == ["census"]


# -- the command line, the lake, the log -------------------------------------------------------------------------------

# What tells of calls, as it is called here; of `rebuild` and `replay` see below.
_COMMANDS = {
    "ask": [["ask", "calls", "--by", one, "--json"] for one in ("nature", "beat", "location", "map_point")],
    "feeds list": [["feeds", "list"], ["feeds", "list", "--json"]],
    "live status": [["live", "status"], ["live", "status", "--json"]],
    "live compact": [["live", "compact", "--json"]],
    "live rebuild": [["live", "rebuild", GUARDED, "--json"], ["live", "rebuild", HIDDEN]],
    "doctor": [["doctor"]],
    "config show": [["config", "show"]],
}
# The operator's own tools: they are given locations, or what was received, to see what would become of it. Their
# answers go to whoever has the installation's disk anyway.
_OPERATORS = {
    "hooks list",
    "hooks dead",
    "hooks retry",
    "hooks remove",
    "keys add",
    "keys list",
    "keys remove",
    "feeds check",
    "feeds add",
    "places fix",
    "places resolve",
    "places score",
    "backup",
}
# They begin what is tried as a door of its own, or know nothing of calls.
_ELSEWHERE = {
    "live run", "live replay", "serve", "demo", "synthetic archive", "synthetic city", "crime", "gazetteer build",
    "gazetteer find", "gazetteer status", "reference status", "reference sync", "archive coverage", "archive diff",
    "archive discard", "archive files", "archive forces", "archive load", "archive profile", "archive quality",
    "archive rebuild", "archive releases", "archive scope", "archive status", "archive sync",
}  # fmt: skip


def _names(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    below = getattr(command, "commands", None)
    if below is None:
        yield " ".join(path)
        return
    for name, one in below.items():
        yield from _names(one, (*path, name))


def test_every_command_is_looked_at() -> None:
    known = _COMMANDS.keys() | _OPERATORS | _ELSEWHERE
    assert set(_names(typer.main.get_command(commands))) - known == set(), "a new command: add it to _COMMANDS"  # type: ignore[arg-type]


def test_no_command_tells_what_is_kept_from_view(feeds: Feeds, capsys: pytest.CaptureFixture[str]) -> None:
    before = [one.body for one in feeds.flow.log.changes(feeds.flow.log.head(GUARDED), 0, 1_000)]
    for lines in _COMMANDS.values():
        for words in lines:
            code = main(["--home", str(feeds.settings.home), *words])
            out, err = capsys.readouterr()
            assert leaks((out + err).encode()) == [], words
            assert code == 0 or words == ["doctor"], (words, err)
    # What waits for the delay to pass is not told by a rebuild either.
    after = [one.body for one in feeds.flow.log.changes(feeds.flow.log.head(GUARDED), 0, 1_000)]
    assert after == before[: len(after)]
    assert len(after) > 5


def test_the_lake_does_not_either(feeds: Feeds) -> None:
    files = sorted((feeds.settings.home / "lake").rglob("*.parquet"))
    assert {GUARDED, HIDDEN} <= {part for file in files for part in _words(file)}
    for file in files:
        assert leaks(file.read_bytes()) == [], file
        assert leaks(repr(pq.read_table(file).to_pylist()).encode()) == [], file


def _words(file: Path) -> set[str]:
    return set(re.split(r"[^a-z0-9-]+", str(file)))


def test_the_logs_do_not_either(feeds: Feeds, doors: Doors) -> None:
    assert leaks(repr(feeds.logs).encode()) == []  # type: ignore[attr-defined]
    with structlog.testing.capture_logs() as logs:
        for paths in _routes(feeds, GUARDED).values():
            doors.get(paths[0])
    assert logs
    assert leaks(repr(logs).encode()) == []
