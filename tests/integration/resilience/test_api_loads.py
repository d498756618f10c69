"""`archive sync` against a loopback stand-in for data.police.uk: the archive by parts, over bad lines, and the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lib.archive.zip_forge import Entry, forge
from tests.lib.loopback import Loopback, Reply, Request, file_route
from tests.lib.resilience.command import Commands, Ended
from tests.lib.resilience.homes import facts, litter, rows_of
from tests.lib.resilience.hostile import stops
from tests.lib.resilience.releases import Releases
from tests.lib.rows import figures

STOPS_OF = {("kent", "2023-05"): 4, ("kent", "2023-06"): 3, ("btp", "2023-06"): 0}


class Publisher:
    """data.police.uk with two releases and the stops of two forces."""

    def __init__(self, server: Loopback, releases: Releases) -> None:
        self.server = server
        self.serve("2023-05", releases.old)
        self.serve("2023-06", releases.new)
        server.reply("/data/archive/latest.zip", Reply(302, b"", {"Location": "/data/archive/2023-06.zip"}))
        server.routes["/api/crime-last-updated"] = lambda _: _json({"date": "2023-06-01"})
        server.routes["/api/crimes-street-dates"] = lambda _: _json(
            [{"date": "2023-06", "stop-and-search": ["kent", "btp"]}, {"date": "2023-05", "stop-and-search": ["kent"]}]
        )
        server.routes["/api/stops-force"] = self.stops
        server.routes["/api/crimes-street/all-crime"] = self.crimes
        server.routes["/api/crime-categories"] = lambda _: _json([{"url": "burglary", "name": "Burglary"}])

    def serve(self, month: str, path: Path, **how: object) -> None:
        self.server.routes[f"/data/archive/{month}.zip"] = file_route(path.read_bytes(), etag=f'"{month}"', **how)  # type: ignore[arg-type]

    def stops(self, request: Request) -> Reply:
        asked = dict(pair.split("=") for pair in request.path.partition("?")[2].split("&"))
        return _json(
            [_stop(number, asked["date"]) for number in range(STOPS_OF.get((asked["force"], asked["date"]), 0))]
        )

    def crimes(self, request: Request) -> Reply:
        asked = dict(pair.split("=") for pair in request.path.partition("?")[2].split("&"))
        return _json([_crime(number, asked["date"]) for number in range(6)])

    @property
    def environment(self) -> dict[str, str]:
        return {"BLUELAMP_POLICE_UK_URL": self.server.url, "BLUELAMP_ALLOW_PRIVATE_ADDRESSES": "true"}


def _json(value: object) -> Reply:
    return Reply(200, json.dumps(value).encode(), {"Content-Type": "application/json"})


_PLACE = {"latitude": "51.274000", "longitude": "1.075000", "street": {"id": 1, "name": "On or near High Street"}}


def _stop(number: int, month: str) -> dict[str, object]:
    return {
        "age_range": "18-24", "outcome": "Arrest", "involved_person": True, "self_defined_ethnicity": None,
        "gender": "Male", "legislation": "Misuse of Drugs Act 1971 (section 23)",
        "outcome_linked_to_object_of_search": True, "datetime": f"{month}-12T{number:02d}:15:00+00:00",
        "removal_of_more_than_outer_clothing": False, "outcome_object": {"id": "bu-arrest", "name": "Arrest"},
        "location": _PLACE, "operation": None, "officer_defined_ethnicity": "White", "type": "Person search",
        "operation_name": None, "object_of_search": "Controlled drugs",
    }  # fmt: skip


def _crime(number: int, month: str) -> dict[str, object]:
    return {
        "category": "burglary", "location_type": "Force", "location": _PLACE, "context": "", "outcome_status": None,
        "persistent_id": f"{number:064x}", "id": number, "location_subtype": "", "month": month,
    }  # fmt: skip


@pytest.fixture
def publisher(releases: Releases) -> Iterator[Publisher]:
    server = Loopback()
    yield Publisher(server, releases)
    server.close()


def _sync(bluelamp: Commands, home: Path, publisher: Publisher, *more: str) -> Ended:
    ended = bluelamp(home, "archive", "sync", *more, environment=publisher.environment, timeout=60)
    return ended.assert_civil()


def test_one_release_then_the_latest(
    bluelamp: Commands, publisher: Publisher, releases: Releases, tmp_path: Path
) -> None:
    """What comes by parts gives the same answers as the files, and the next release costs what changed."""
    home = tmp_path / "home"
    assert _sync(bluelamp, home, publisher, "--release", "2023-05").code in (0, 3)
    assert facts(home) == facts(releases.home_old)
    assert _sync(bluelamp, home, publisher).code in (0, 3)
    assert facts(home) == facts(releases.home_new)
    assert litter(home) == []
    before = len(publisher.server.log)
    again = _sync(bluelamp, home, publisher, "--json")
    assert (again.code, again.lines()[0]["changed"]) == (0, False)
    broken = bluelamp(home, "archive", "files", "--state", "quarantined", "--json").lines()
    # Two questions where it is, one for its directory; and the broken ones are looked at again: they may be mended.
    assert len(publisher.server.log) - before <= 3 + len(broken)


def test_one_force(bluelamp: Commands, publisher: Publisher, tmp_path: Path) -> None:
    """The others are out of the scope, which is what was chosen: nobody says that they are missing."""
    home = tmp_path / "home"
    assert _sync(bluelamp, home, publisher, "--force", "kent", "--dataset", "crimes").code in (0, 3)
    states = {
        (line["dataset"], line["force"]): line["state"]
        for line in bluelamp(home, "archive", "coverage", "--from", "2023-06", "--json").lines()
    }
    assert states["crimes", "kent"] in ("held", "quarantined")
    assert states["crimes", "cumbria"] == states["outcomes", "kent"] == "out of scope"


def test_a_line_that_breaks(bluelamp: Commands, publisher: Publisher, releases: Releases, tmp_path: Path) -> None:
    """Answers are cut half way: the rest is fetched, and nothing twice."""

    def cut(request: Request, reply: Reply) -> Reply:
        if request.number == 2 and len(reply.body) > 2_000:
            reply.cut_after = len(reply.body) // 2
        return reply

    publisher.serve("2023-06", releases.new, fault=cut)
    publisher.serve("2023-05", releases.old, fault=cut)
    home = tmp_path / "home"
    for month in ("2023-05", "2023-06"):
        assert _sync(bluelamp, home, publisher, "--release", month).code in (0, 3)
    assert facts(home) == facts(releases.home_new)


def test_killed_between_two_parts(bluelamp: Commands, publisher: Publisher, releases: Releases, tmp_path: Path) -> None:
    """A fetch is kept part by part: what has not come yet is not held, which is not the same as missing."""
    home = tmp_path / "home"
    running = bluelamp.start(
        home, "archive", "sync", "--release", "2023-05", environment=publisher.environment, fault=_DIES_AT_THE_THIRD
    )
    assert running.wait().code == 9
    assert bluelamp(home, "archive", "load").assert_civil().code in (0, 3)
    some = facts(home)
    missing = {
        (line["dataset"], line["force"], line["month"])
        for line in bluelamp(home, "archive", "coverage", "--state", "missing", "--json").lines()
    }
    assert not missing
    assert 0 < some["included_file"] < facts(releases.home_old)["included_file"]
    assert _sync(bluelamp, home, publisher, "--release", "2023-05").code in (0, 3)
    found, whole = facts(home), facts(releases.home_old)
    for name in ("version", "mart_coverage__force_month", "stg_police_uk__street_crime", "findings"):
        assert found[name] == whole[name]
    assert litter(home) == []


_DIES_AT_THE_THIRD = """
import itertools, os
import bluelamp.archive.fetch as fetch
from bluelamp.storage.vault.vault import Vault
fetch._REMOTE_PACK_BYTES = 30_000
kept, calls = Vault.keep, itertools.count(1)
def keep(*arguments):
    if next(calls) == 3:
        os._exit(9)
    return kept(*arguments)
Vault.keep = keep
"""


def test_a_server_without_parts(bluelamp: Commands, publisher: Publisher, releases: Releases, tmp_path: Path) -> None:
    """The whole is downloaded, read and removed."""
    publisher.serve("2023-05", releases.old, ranges=False)
    home = tmp_path / "home"
    assert _sync(bluelamp, home, publisher, "--release", "2023-05").code in (0, 3)
    assert facts(home) == facts(releases.home_old)
    assert litter(home) == []


def test_replaced_half_way(bluelamp: Commands, publisher: Publisher, releases: Releases, tmp_path: Path) -> None:
    """Parts of two files are never put together; run again, the new one is read."""
    old = file_route(releases.old.read_bytes(), etag='"old"')
    new = file_route(releases.new.read_bytes(), etag='"new"')
    publisher.server.routes["/data/archive/2023-06.zip"] = lambda request: (old if request.number < 2 else new)(request)
    home = tmp_path / "home"
    ended = _sync(bluelamp, home, publisher, "--release", "2023-06")
    assert ended.code == 1
    assert "replaced" in ended.sentence
    assert not (home / "warehouse" / "current.json").exists()
    assert _sync(bluelamp, home, publisher, "--release", "2023-06").code in (0, 3)
    assert rows_of(home, "cumbria", "2023-06") == rows_of(releases.home_new, "cumbria", "2023-06")


@pytest.mark.parametrize("month", ["2023-07", "1999-01"])
def test_no_such_release(month: str, bluelamp: Commands, publisher: Publisher, tmp_path: Path) -> None:
    ended = _sync(bluelamp, tmp_path / "home", publisher, "--release", month)
    assert ended.code == 1
    assert month in ended.sentence


def test_stops_from_the_api(bluelamp: Commands, publisher: Publisher, tmp_path: Path) -> None:
    """Asked by force and month; what is not published is told, and an empty answer is a published zero."""
    home = tmp_path / "home"
    which = ("--from-api", "--force", "kent", "--force", "btp", "--from", "2023-05", "--to", "2023-07")
    ended = _sync(bluelamp, home, publisher, *which)
    assert ended.code in (0, 3)
    assert "July 2023 is not published yet" in ended.err
    assert "btp has not published its stops of May 2023" in ended.err
    by_origin = bluelamp(home, "ask", "stops", "--by", "origin,force", "--json").lines()[0]["rows"]
    assert figures(by_origin) == [
        {"origin": "api", "force": "kent", "count": 7},
        {"origin": None, "force": "btp", "count": 0},
    ]
    states = {
        (line["force"], line["month"]): line["state"]
        for line in bluelamp(home, "archive", "coverage", "--dataset", "stops", "--json").lines()
    }
    assert (states["kent", "2023-05"], states["btp", "2023-06"]) == ("held", "empty")
    assert _sync(bluelamp, home, publisher, *which, "--json").lines()[0]["changed"] is False


def test_the_archive_of_the_same_release_takes_precedence(
    bluelamp: Commands, publisher: Publisher, tmp_path: Path
) -> None:
    """Whichever comes first."""
    archive = tmp_path / "2023-06.zip"
    archive.write_bytes(forge(Entry("2023-06/2023-06-kent-stop-and-search.csv", stops(11, "2023-06"))))
    which = ("--from-api", "--force", "kent", "--from", "2023-05", "--to", "2023-06")
    for order in ((True, False), (False, True)):
        home = tmp_path / f"home{order[0]}"
        for from_api in order:
            done = _sync(bluelamp, home, publisher, *which) if from_api else bluelamp(home, "archive", "load", archive)
            assert done.code in (0, 3), done.err
        rows = bluelamp(home, "ask", "stops", "--by", "origin,month", "--order", "month", "--json").lines()[0]["rows"]
        assert figures(rows) == [
            {"origin": "api", "month": "2023-05", "count": 4},
            {"origin": "archive", "month": "2023-06", "count": 11},
        ]


def test_crimes_near_a_point_are_in_no_figure_of_a_force(
    bluelamp: Commands, publisher: Publisher, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    which = ("--from-api", "--near", "51.274,1.075", "--from", "2023-06", "--to", "2023-06")
    assert _sync(bluelamp, home, publisher, *which).code in (0, 3)
    everything = bluelamp(home, "ask", "crimes", "--json").lines()[0]
    assert figures(everything["rows"]) == [{"count": None}]
    api = bluelamp(home, "ask", "crimes", "--where", "origin=api", "--json").lines()[0]
    assert figures(api["rows"]) == [{"count": 6}]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(404, b"no"), "404"),
        (Reply(400, b"no"), "does not accept"),
        (_json({"not": "a list"}), "stop"),
        (Reply(200, b"<html>busy</html>"), "answer"),
        (Reply(200, b"[" * 100_000), "answer"),
    ],
    ids=["404", "400", "another shape", "a web page", "deep JSON"],
)
def test_an_api_that_answers_nonsense(
    reply: Reply, words: str, bluelamp: Commands, publisher: Publisher, tmp_path: Path
) -> None:
    """One sentence, and nothing is recorded."""
    publisher.server.routes["/api/stops-force"] = lambda _: reply
    home = tmp_path / "home"
    ended = _sync(bluelamp, home, publisher, "--from-api", "--force", "kent", "--from", "2023-05", "--to", "2023-05")
    assert ended.code == 1
    assert words in ended.err
    assert bluelamp(home, "archive", "files", "--json").lines() == []
