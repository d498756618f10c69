"""Eleven months of a real feed, 21,031 snapshots, through guard and diff; what comes out is held against the lists
themselves. Needs the real files, and skips where they are absent."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from pathlib import Path

from bluelamp.domain.guard import Stated
from bluelamp.domain.moment import moment_of, parse_moment
from bluelamp.sources.feeds.agency import read_agency
from bluelamp.sources.feeds.reading import read
from tests.lib.live.feed_in_memory import MemoryFeed
from tests.lib.live.home import answer

_TOML = """
title = "San Mateo fire"
platform = "json"
url = "https://example.org/"
zone = "America/Los_Angeles"
interval_seconds = 1200
fresh_minutes = 90
licence = "not to be passed on"
attribution = "San Mateo County"

[fields]
incident_number = "id"
nature = "category"
division = "summary"
location = "location"
units = { column = "units", separator = " " }

[time]
date = "date"
time = "time"
time_formats = ["%I:%M:%S %p", "%m/%d/%Y %I:%M:%S %p"]

[point]
latitude = "latitude"
longitude = "longitude"
"""


def test_eleven_months_of_a_real_feed(shared_data: Path) -> None:
    agency = read_agency(_TOML, "san-mateo-fire", "san-mateo-fire.toml", "test")
    feed = MemoryFeed(agency.rules)
    listed: list[frozenset[str]] = []
    reasons: Counter[str] = Counter()
    with gzip.open(shared_data / "feeds" / "san-mateo-fire-2022-04_2023-03.jsonl.gz") as file:
        for line in file:
            snapshot = json.loads(line)
            ids = frozenset(row["id"] for row in snapshot["data"])
            body = json.dumps(snapshot["data"]).encode()
            at = moment_of(parse_moment(snapshot["fetched_at"]))
            stated = Stated(at, 200, body=hashlib.sha256(body).hexdigest())
            step = feed._take(stated, lambda body=body, at=at: read(agency, answer(body), parse_moment(at)))
            listed.append(ids)
            reasons.update(step.result.reasons)
            ended = {step.calls[one["call"]]["incident_number"] for one in step.changes if one["kind"] == "closed"}
            assert not ended & ids, "a call that is listed does not end"
            assert len(listed) == 1 or not ended & listed[-2], "nor one that was listed a moment ago"
    kinds = Counter(feed.kinds())
    ever = frozenset().union(*listed)
    assert len(listed) == 21_031
    assert set(feed.verdicts) <= {"good", "suspicious", "unchanged"}
    assert kinds["opened"] == len(ever), "one call for each number that was ever listed"
    assert {call["incident_number"] for call in (*feed.ended.values(), *feed.state.calls.values())} == ever
    assert kinds["closed"] - kinds["reopened"] == len(feed.ended)
    assert kinds["reopened"] <= 20
    # The history holds only snapshots that differ from the one before: no empty one is ever said twice.
    assert reasons["empty"] > 400
    assert not any("empty" in one for one in reasons if one.startswith("confirmed"))
    assert sum(count for one, count in reasons.items() if one.startswith("column_gone")) == 0
