"""Past days of the city, taken in by the real flow as if somebody had polled it all the time: snapshots, changes,
places and closed days. So a demo that has just begun has calls of last week to show. Used by the demo.

The city of the past lives slowly, the demo's fast. At one moment the one gives way to the other, call by call, so that
the poller that goes on finds what it expects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from bluelamp.bootstrap import open_history, open_live
from bluelamp.domain.call import Call, Place
from bluelamp.domain.moment import moment_of, parse_moment
from bluelamp.live.capture import POLLED
from bluelamp.live.feed_flow import FeedFlow
from bluelamp.live.workflow import LiveFlow
from bluelamp.settings import Settings, read_settings
from bluelamp.synthetic.city.agency import FEED, PATH, agency_toml
from bluelamp.synthetic.city.chaos import parts_of
from bluelamp.synthetic.city.incidents import LONGEST, Incident
from bluelamp.synthetic.city.model import Pair, SyntheticCity
from bluelamp.synthetic.city.publisher import Publisher
from bluelamp.synthetic.city.reports import report_past
from bluelamp.synthetic.city.showing import build_places

DAYS = 10
EVERY = timedelta(minutes=6)
_SLOWLY = 0.5
_URL = f"http://127.0.0.1:9{PATH}"  # nobody is there: the demo writes the city's true address when it has one
_TOGETHER = 1_500  # calls that are placed at once: fewer than the locator's queue holds
_PATIENCE = 60.0  # seconds for these
_SNAPSHOTS = 120  # taken in at once
_AWAY = ((4, 3, 5), (7, 14, 15))  # days before today, from and to which local hour nobody looked: a gap to be shown


class GrownCity(SyntheticCity):
    """A city that lives slowly up to a moment (aware), and `tempo` times as fast as a common one from then on. Calls
    that are open at that moment go on as they would have."""

    def __init__(self, seed: int, since: datetime, *, tempo: float) -> None:
        super().__init__(seed, tempo=tempo)
        self.since = since
        self._before = SyntheticCity(seed, tempo=_SLOWLY)
        reach = timedelta(hours=LONGEST / _SLOWLY + 1)
        self._old = {one.number for one in self._before.incidents(since - reach, since) if _opened(one) < since}
        self._early = {one.number for one in super().incidents(since - reach, since) if _opened(one) < since}

    def snapshot(self, at: datetime) -> list[dict[str, str]]:
        if at < self.since:
            return self._before.snapshot(at)
        old = [row for row in self._before.snapshot(at) if row["incident_number"] in self._old]
        return old + [row for row in super().snapshot(at) if row["incident_number"] not in self._early]

    def listed(self, at: datetime) -> frozenset[Pair]:
        if at < self.since:
            return self._before.listed(at)
        old = {pair for pair in self._before.listed(at) if pair[0] in self._old}
        return frozenset(old | {pair for pair in super().listed(at) if pair[0] not in self._early})

    def incidents(self, first: datetime, last: datetime) -> list[Incident]:
        old = [one for one in self._before.incidents(first, last) if _opened(one) < self.since]
        if last < self.since:
            return old
        return old + [one for one in super().incidents(first, last) if _opened(one) >= self.since]


def _opened(incident: Incident) -> datetime:
    return datetime.fromtimestamp(incident.opened, UTC)


def grown_city(marker: Path, *, seed: int = 1, tempo: float = 1.0, now: datetime | None = None) -> GrownCity:
    """The city that a demo shows: fast since it was shown for the first time, which `marker` keeps: `now`, by this
    machine's clock unless another is given. Raises OSError."""
    if not marker.exists():
        marker.write_text(moment_of(now or datetime.now(UTC)) + "\n", encoding="utf-8")
    return GrownCity(seed, parse_moment(marker.read_text(encoding="utf-8").strip()), tempo=tempo)


def prepare(
    home: Path,
    marker: Path,
    *,
    tempo: float,
    interval: float,
    days: int,
    seed: int = 1,
    now: datetime | None = None,
) -> tuple[int, int]:
    """Give a home the city's streets and its past, in a process of its own; (streets, calls). See `write_history`."""
    streets = build_places(home, seed).counts["streets"]
    if not days:
        return streets, 0
    return streets, write_history(home, marker, seed=seed, tempo=tempo, interval=interval, days=days, now=now)


def write_history(
    home: Path,
    marker: Path,
    *,
    seed: int = 1,
    tempo: float = 1.0,
    interval: float = 120.0,
    days: int = DAYS,
    now: datetime | None = None,
) -> int:
    """Give a home the days of the city before it was fast (see `grown_city`), unless it has polled the city already;
    how many calls there are. The feed's file is written as for a city polled every `interval` seconds. All of it is
    done by the city's own clock, which ends at the moment that it became fast. Raises OSError, StorageError."""
    settings = _settings(home, interval)
    flow = open_live(settings)
    try:
        if flow.snapshots.newest(FEED) is not None:
            return 0
        city = grown_city(marker, seed=seed, tempo=tempo, now=now)
        flow.now = lambda: city.since
        moments = _moments(city.since, days)
        _take_in(flow, city, moments)
        calls = flow.log.calls_opened_between(FEED, moment_of(moments[0]), moment_of(city.since))
        _place(flow, calls)
    finally:
        flow.close()
    history = open_history(settings)
    try:
        history.compact([FEED], now=city.since)
    finally:
        history.close()
    report_past(home, city, city.since, days)
    return len(calls)


def _settings(home: Path, interval: float) -> Settings:
    folder = home / "feeds"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{FEED}.toml").write_text(agency_toml(_URL, interval=interval), encoding="utf-8")
    return read_settings({"home": home, "allow_private_addresses": True}, {})[0]


def _moments(now: datetime, days: int) -> list[datetime]:
    """When the city was looked at: from the beginning of a local day on."""
    zone = ZoneInfo("America/Chicago")
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0)
    first = today - timedelta(days=days)
    found = [now - EVERY * number for number in range(int((now - first) / EVERY) + 1)]
    away = [(today - timedelta(days=ago), begin, end) for ago, begin, end in _AWAY]
    found += [first] if found[-1] > first else []
    return [at for at in reversed(found) if not any(_is_in(at.astimezone(zone), *one) for one in away)]


def _is_in(at: datetime, day: datetime, begin: int, end: int) -> bool:
    return at.date() == day.date() and begin <= at.hour < end


def _take_in(flow: LiveFlow, city: SyntheticCity, moments: Sequence[datetime]) -> None:
    publisher = Publisher(city, moments[0], every=timedelta(seconds=1))
    lease = flow.leases.acquire(FEED)
    assert lease is not None, "nobody else polls the feed"
    try:
        feed = FeedFlow(flow.agency(FEED), lease, flow.writer, flow.snapshots)
        for some in _by(moments, _SNAPSHOTS):
            for at in some:
                parts, problem = parts_of(publisher.at((), round((at - moments[0]) / publisher.every)))
                flow.keep(FEED, parts, moment_of(at), POLLED, problem)
            feed.take_waiting(moment_of(some[-1]))
            flow.leases.renew(lease)
    finally:
        flow.leases.release(lease)


def _place(flow: LiveFlow, calls: Sequence[Call]) -> None:
    """Place the calls as the poller would have done while they were open."""
    if flow.locator is None:
        return
    found: dict[str, Place] = {}

    def located(_feed: str, call: str, place: Place) -> None:
        found[call] = place

    locator = flow.locator([flow.agency(FEED)], located)
    locator.start()
    try:
        for some in _by(calls, _TOGETHER):
            for call in some:
                locator.submit(FEED, _open(call))
            locator.drain(_PATIENCE)
    finally:
        locator.stop()
    for names in _by(found, _TOGETHER):
        flow.place(FEED, {name: found[name] for name in names})


Item = TypeVar("Item")


def _by(items: Iterable[Item], number: int) -> Iterator[list[Item]]:
    """The items, some at a time."""
    left = iter(items)
    while some := list(islice(left, number)):
        yield some


def _open(call: Call) -> Call:
    """The call as it was before it ended: only open ones are placed."""
    return {**call, "ended": None}
