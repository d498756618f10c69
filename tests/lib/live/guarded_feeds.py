"""Two feeds that keep much from view, with canaries: what no door may tell. Everything that a feed can say is planted
here once, in the form in which it would leak."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bluelamp.bootstrap import open_live_half
from bluelamp.domain.moment import moment_of
from bluelamp.live.feed_flow import FeedFlow
from bluelamp.live.workflow import LiveFlow
from bluelamp.places.placing import Placing
from bluelamp.settings import Settings, read_settings
from bluelamp.sources.feeds.fetching import Part
from bluelamp.storage.live.log_writer import Step
from bluelamp.storage.places.store import PlaceStore
from tests.lib.loopback import Loopback, Reply
from tests.lib.places.geocoder_forms import FORMS, Found
from tests.lib.places.ground import keep_scores

GUARDED, HIDDEN = "guarded", "hidden"
# The house, the flat, and words of calls that nobody may hear of.
HOUSE, FLAT = "48617", "73915"
SECRETS = ("QUIETUS", "HUSHED LN", "26-7770001", "EARLYBIRD", "26-7770002")
TEXTS = (HOUSE, FLAT, *SECRETS)
LISTED, MOVED, GEOCODED, UNHEARD = (
    (32.801237, -96.794561),
    (32.801349, -96.794683),
    (32.818773, -96.783459),
    (32.834561, -96.771239),
)
POINTS = (LISTED, MOVED, GEOCODED, UNHEARD)

_TOML = """
title = "{title}"
platform = "json"
url = "https://example.org/calls.json"
zone = "UTC"
interval_seconds = 600
city = "Dallas, Texas"
check_fields = ["beat"]
licence = "Open"
attribution = "City of {title}"

[rows]
path = "calls"

[fields]
incident_number = "no"
nature = "what"
beat = "beat"
location = "where"
units = {{ column = "units", separator = "," }}

[point]
latitude = "lat"
longitude = "lon"

[privacy]
mask_block = true
suppress_natures = ["*unspeakable*"]
delay_minutes = {delay}
{privacy}
"""
_PRIVACY = {
    GUARDED: 'point_decimals = 7\njitter_m = 120\nfinest = "block"',
    HIDDEN: 'finest = "area"',
}


def make_home(folder: Path, geocoder: str, delay: int = 10, **values: Any) -> Settings:
    """A home with the two feeds, that asks a geocoder at this address. `delay` is in minutes."""
    (folder / "feeds").mkdir(parents=True)
    for name, privacy in _PRIVACY.items():
        text = _TOML.format(title=name.title(), delay=delay, privacy=privacy)
        (folder / "feeds" / f"{name}.toml").write_text(text, encoding="utf-8")
    stated = {"home": folder, "geocoders": "census", "census_url": geocoder, "allow_private_addresses": True}
    return read_settings({**stated, **values}, {})[0]


def census(server: Loopback) -> None:
    """Have the geocoder find one street, at one exact place."""
    form, found = FORMS["census"], [Found(*GEOCODED, number=48650, street="North Harrow Avenue")]
    server.routes[form.path] = lambda request: Reply(
        200, form.body(*(found if "HARROW" in request.path.upper() else []))
    )


def row(number: str, where: str, point: tuple[float, float] | None = None, **more: Any) -> dict[str, Any]:
    lat, lon = point or (None, None)
    told = {"no": number, "what": "40 - Other", "beat": "114", "where": where, "units": "A1", "lat": lat, "lon": lon}
    return {**told, **more}


AT_HOUSE = f"{HOUSE} S ALDER RD APT {FLAT}"
QUIET = row("26-0000001", "100 QUIET ST")
SUPPRESSED = row("26-7770001", "900 HUSHED LN", UNHEARD, what="41 - QUIETUS UNSPEAKABLE")
EARLY = row("26-7770002", "200 OAK ST", UNHEARD, what="EARLYBIRD")


class Feeds:
    """Both feeds, polled three days ago, two days ago and just now; their calls are placed. `steps` are those of now.

    One snapshot waits, because the delay has not passed yet: `EARLY` is in it.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.half = open_live_half(settings)
        self.flow: LiveFlow = self.half.flow
        self.now = datetime.now(UTC)
        self.day = (self.now - timedelta(days=3)).replace(hour=12, minute=0)
        for feed in (GUARDED, HIDDEN):
            keep_scores(PlaceStore(self.flow.log._engine), feed)
            self._poll(feed)

    def close(self) -> None:
        self.flow.close()

    def _poll(self, feed: str) -> None:
        then, later = self.day, self.day + timedelta(days=1)
        house, block = row("26-0000002", AT_HOUSE, LISTED), row("26-0000003", f"{HOUSE} N HARROW AVE")
        self.show(feed, then, [QUIET, house, block, SUPPRESSED])
        self.show(feed, then + timedelta(minutes=10), [QUIET, {**house, "lat": MOVED[0], "lon": MOVED[1]}, block])
        for minutes in (0, 10):
            self.show(feed, later + timedelta(minutes=minutes), [row("26-0000004", "200 QUIET ST")])
        today = [
            row("26-0000005", AT_HOUSE, LISTED),
            row("26-0000006", f"{HOUSE} N Harrow Ave"),
            row("26-0000007", f"In front of {HOUSE} N Harrow Ave"),
            SUPPRESSED,
        ]
        steps = [
            self.show(feed, self.now - timedelta(minutes=40), today),
            self.show(feed, self.now - timedelta(minutes=30), [{**one, "units": "A1,A2"} for one in today]),
        ]
        self._place(feed, steps)
        self.flow.keep(feed, _parts([*today, EARLY]), moment_of(self.now + timedelta(minutes=5)), "polled")

    def show(self, feed: str, at: datetime, rows: Sequence[dict[str, Any]]) -> Step:
        return self.flow.take(feed, _parts(rows, at), moment_of(at), "replayed")

    def _place(self, feed: str, steps: Sequence[Step]) -> None:
        """Place the open calls as the poller would, and let the delay pass for their places."""
        agency, make = self.flow.agency(feed), self.flow.locator
        assert make is not None
        placing = Placing(lambda located: make([agency], located), self.flow.place)
        for step in steps:
            placing.on_step(feed, step)
        placing.start()
        assert placing.locator.drain(20)
        placing.stop(10)
        lease = self.flow.leases.acquire(feed)
        assert lease is not None
        later = moment_of(self.now + timedelta(minutes=11))
        FeedFlow(agency, lease, self.flow.writer, self.flow.snapshots).take_waiting(later)
        self.flow.leases.release(lease)


def _parts(rows: Sequence[dict[str, Any]], at: datetime | None = None) -> list[Part]:
    body = json.dumps({"calls": list(rows), "at": str(at)}).encode()
    return [Part("https://example.org/calls.json", 200, {}, body)]


def leaks(content: bytes) -> list[str]:
    """The canaries in what a door told."""
    text = content.decode("utf-8", "replace")
    numbers = {float(number) for number in re.findall(r"-?\d{1,3}\.\d{4,}", text)}

    def is_told(degrees: float) -> bool:
        return any(abs(number - degrees) < 2e-5 for number in numbers) or struct.pack("<d", degrees) in content

    words = [canary for canary in TEXTS if re.search(rf"(?<![\w.]){canary}(?![0-9.])", text, re.IGNORECASE)]
    return words + [str(degrees) for point in POINTS for degrees in point if is_told(degrees)]


def everything_said(value: Any) -> Iterator[Any]:
    """Every dictionary inside an answer."""
    if isinstance(value, dict):
        yield value
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from everything_said(below)
