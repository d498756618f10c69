"""What the city itself reports of its calls when they are over: their number, and where they truly were. Used by the
demo, so that places are scored and calls linked to their report, as in a real city a day later.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bluelamp.bootstrap import open_resolver
from bluelamp.places.resolver import Resolver
from bluelamp.places.scoring import Official, measure
from bluelamp.settings import read_settings
from bluelamp.synthetic.chance import key
from bluelamp.synthetic.city.agency import FEED
from bluelamp.synthetic.city.model import SyntheticCity
from bluelamp.synthetic.city.server import CityServer
from bluelamp.worker import Worker

_LOG = structlog.get_logger("bluelamp.city")
_NUMBERED = 0.88  # the share of a real city's reports that name their call
_SAMPLE = 150  # calls of a day that places are scored with
_EVERY = 20.0  # seconds
_LOOKS = 45  # from one measurement to the next
_BEFORE = timedelta(hours=1)  # so far back a city that begins to report reports first


def reports(city: SyntheticCity, first: datetime, last: datetime) -> list[Official]:
    """The reports of the calls that ended after `first` and up to `last` (aware), in order of their numbers. Those that
    do not name their call are left out: nothing could be done with them."""
    begin, end = first.timestamp(), last.timestamp()
    over = {one.number: one for one in city.incidents(first, last) if begin < one.closed <= end}
    return [
        Official(one.spot.lat, one.spot.lon, number, None, None, {})
        for number, one in sorted(over.items())
        if random.Random(key(city.seed, "report", number)).random() < _NUMBERED
    ]


def report_past(home: Path, city: SyntheticCity, until: datetime, days: int) -> int:
    """Have a home's places of past days scored, each day at the noon after it; how many calls were reported. Raises
    StorageError."""
    count = 0
    with _resolver(home) as resolver:
        today = until.astimezone(city.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        for ago in range(days, 0, -1):
            day = today - timedelta(days=ago)
            found = reports(city, day, day + timedelta(days=1))
            _take(resolver, found, min(day + timedelta(hours=36), until).astimezone(UTC))
            count += len(found)
    return count


@contextmanager
def reporting(home: Path, server: CityServer) -> Iterator[None]:
    """While the city is served, its reports follow a little after its calls are over."""
    worker = Worker(
        "city-reports", _Reporter(home, server).report, log=_LOG, complaint="the city's reports are not kept",
        after_error=_EVERY, first=_EVERY,
    )  # fmt: skip
    worker.start()
    try:
        yield
    finally:
        worker.stop(_EVERY)


class _Reporter:
    """Keeps the reports of a served city as they come, and scores its places now and then."""

    def __init__(self, home: Path, server: CityServer) -> None:
        self._home, self._server = home, server
        self._since = self._scored = server.now() - _BEFORE
        self._look = 0

    def report(self) -> float:
        """One look; how long to rest after it, in seconds."""
        self._look, until = self._look + 1, self._server.now()
        city = self._server.publisher.city
        with _resolver(self._home) as resolver:
            told = [(one.number or "", one.lat, one.lon) for one in reports(city, self._since, until)]
            resolver.places.officials.keep(FEED, told, datetime.now(UTC))
            if self._look % _LOOKS == 0:
                _take(resolver, reports(city, self._scored, until), datetime.now(UTC))
                self._scored = until
        self._since = until
        return _EVERY


def _take(resolver: Resolver, found: list[Official], now: datetime) -> None:
    """Remember all reports, and score some of them."""
    some = random.Random(key("reports", len(found))).sample(found, min(len(found), _SAMPLE))
    measure(resolver, found, now, some)


def _resolver(home: Path) -> AbstractContextManager[Resolver]:
    settings, _ = read_settings({"home": home})
    return open_resolver(settings, FEED, offline=True, bulk=True)
