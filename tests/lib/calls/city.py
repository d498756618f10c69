"""An invented city's calls, the snapshots that show them, and what must be found in the lake: counted from the
snapshots alone, by sums that share nothing with the program's."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bluelamp.bootstrap import open_history, open_live
from bluelamp.domain.call import Place
from bluelamp.domain.moment import moment_of
from bluelamp.history.upkeep import History
from bluelamp.settings import Settings, read_settings
from bluelamp.sources.feeds.agency import shipped
from bluelamp.storage.relational.database import LIVE_FILE
from tests.lib.live.home import answer
from tests.lib.migrated import write_migrated

FEED = "city"
DALLAS = "America/Chicago"
FEBRUARY = (date(2026, 2, 11), date(2026, 2, 12), date(2026, 2, 13))
STEP = 10  # minutes between snapshots
_STEP = timedelta(minutes=STEP)
NATURES = ("40 - Other", "6X - Major Dist (Violence)", "07 - Minor Accident", "=41/20 - Robbery")


def make_home(folder: Path, zone: str = "America/Chicago", feed: str = FEED, **values: Any) -> Settings:
    """A home with a feed of Dallas's form that is asked every ten minutes."""
    feeds = folder / "feeds"
    feeds.mkdir(parents=True, exist_ok=True)
    if not values.get("database"):
        write_migrated(folder / LIVE_FILE)
    text = shipped()["dallas-tx"].replace("America/Chicago", zone)
    text = text.replace("interval_seconds = 120", f"interval_seconds = {STEP * 60}").replace(
        "Dallas Police", "City Police"
    )
    (feeds / f"{feed}.toml").write_text(text, encoding="utf-8")
    return read_settings({"home": folder, **values}, {})[0]


@dataclass(slots=True)
class Incident:
    """A call as it really was: from one time to another, with units that each have a time of their own."""

    number: str
    begin: datetime
    end: datetime
    nature: str
    later_nature: str
    beat: str | None
    units: list[tuple[str, datetime, datetime]]

    def rows(self, at: datetime) -> list[dict[str, str]]:
        """What the feed shows of it."""
        if not self.begin <= at < self.end:
            return []
        common = {
            "incident_number": self.number,
            "nature_of_call": self.nature if at - self.begin < timedelta(minutes=25) else self.later_nature,
            "location": f"{self.number[-3:]} Elm St",
            "status": "At Scene",
            "division": "Central",
            "priority": "2",
            **({"beat": self.beat} if self.beat else {}),
        }
        there = [name for name, first, last in self.units if first <= at < last]
        # A call is listed as long as it is open, by whichever unit is there.
        return [{**common, "unit_number": name} for name in there or [self.units[0][0]]]


def incidents(seed: int, first: datetime, hours: float, many: int) -> list[Incident]:
    """Calls at random."""
    chance = random.Random(seed)
    found = []
    for number in range(many):
        begin = first + timedelta(minutes=chance.uniform(0, hours * 60))
        end = begin + timedelta(minutes=chance.expovariate(1 / 55) + 12)
        nature = chance.choice(NATURES)
        units = [(f"U{number}-0", begin, end)]
        for more in range(chance.choice((0, 0, 1, 2))):
            joined = begin + (end - begin) * chance.uniform(0, 0.6)
            units.append((f"U{number}-{more + 1}", joined, joined + (end - joined) * chance.uniform(0.3, 1)))
        later = nature if chance.random() < 0.8 else chance.choice(NATURES)
        beat = None if chance.random() < 0.1 else str(chance.randint(110, 119))
        found.append(Incident(f"26-{number:07d}", begin, end, nature, later, beat, units))
    return found + _watch(first, int(hours))


def _watch(first: datetime, hours: int) -> list[Incident]:
    """One call after another, so that no snapshot in between is empty or lacks a column: it would be doubted."""
    found = []
    for hour in range(hours):
        begin = first + timedelta(minutes=60 * hour - 5)
        units = [(f"W{hour}", begin, begin + timedelta(minutes=73))]
        found.append(Incident(f"27-{hour:07d}", *units[0][1:], NATURES[0], NATURES[0], "100", units))
    return found


@dataclass(slots=True)
class City:
    """A home whose feed was polled from `first` to `last`; `looked` are the moments."""

    settings: Settings
    zone: ZoneInfo
    looked: list[datetime] = field(default_factory=list)
    shown: list[list[dict[str, str]]] = field(default_factory=list)

    def poll(
        self, calls: Sequence[Incident], first: datetime, last: datetime, away: Callable[[datetime], bool] | None = None
    ) -> None:
        """Take snapshots in; none while nobody looks (`away`)."""
        looks = [first + _STEP * number for number in range(int((last - first) / _STEP) + 1)]
        self.take({at: [row for call in calls for row in call.rows(at)] for at in looks if not (away and away(at))})

    def take(self, shown: Mapping[datetime, list[dict[str, str]]], *, taken: bool = True) -> None:
        """Take in what the feed showed at some moments, in order; without `taken` it is kept, and waits."""
        flow = open_live(self.settings)
        try:
            for at, rows in shown.items():
                self.looked.append(at)
                self.shown.append(rows)
                # A column of the publisher's own tells that it has looked again: else nothing would be new.
                told = [{**row, "refreshed": moment_of(at)} for row in rows]
                flow.keep(FEED, answer(told), moment_of(at), "polled")
            if taken:
                flow.take_waiting(FEED)
        finally:
            flow.close()

    @contextmanager
    def history(self) -> Iterator[History]:
        opened = open_history(self.settings)
        try:
            yield opened
        finally:
            opened.close()

    def compact(self, now: datetime) -> list[str]:
        """The days that are other than before."""
        with self.history() as history:
            return [day.day for day in history.compact_closed(now)]

    # -- what must come out --------------------------------------------------------------------------------------------

    def expected(self) -> list[dict[str, Any]]:
        """One row for each call that any snapshot shows, by the moment of its first."""
        numbers: dict[str, list[int]] = {}
        for place, rows in enumerate(self.shown):
            for number in sorted({row["incident_number"] for row in rows}):
                numbers.setdefault(number, []).append(place)
        found = [self._expected(number, places) for number, places in numbers.items()]
        return sorted(found, key=lambda row: (row["opened_by"], row["incident_number"]))

    def _expected(self, number: str, places: list[int]) -> dict[str, Any]:
        first, last = places[0], places[-1]
        listed = [[row for row in self.shown[place] if row["incident_number"] == number] for place in places]
        local = self.looked[first].astimezone(self.zone)
        return {
            "incident_number": number,
            "day": local.date(),
            "hour": local.hour,
            "weekday": local.isoweekday(),
            "first_nature": listed[0][0]["nature_of_call"],
            "nature": listed[-1][0]["nature_of_call"],
            "beat": listed[0][0].get("beat"),
            "opened_after": _naive(self.looked[first - 1]) if first else None,
            "opened_by": _naive(self.looked[first]),
            "closed_after": _naive(self.looked[last]),
            "closed_by": _naive(self.looked[last + 1]),
            "units": sorted({row["unit_number"] for rows in listed for row in rows}),
            "minutes_open": _middle(self.looked, first, last),
        }


def polled_city(
    home: Path, database: str = "", zone: str = DALLAS, days: tuple[date, ...] = FEBRUARY, many: int = 120
) -> City:
    """A city that was looked at for the days but the last, and long enough after them for every call to end."""
    made = City(make_home(home, zone, database=database), ZoneInfo(zone))
    first, *_, last = days_of(made.zone, *days)
    calls = incidents(5, first, (last - first).total_seconds() / 3600 - 10, many)
    made.poll(calls, first, last + timedelta(minutes=STEP))
    return made


def _middle(looked: list[datetime], first: int, last: int) -> float | None:
    if first == 0:
        return None
    least = looked[last] - looked[first]
    most = looked[last + 1] - looked[first - 1]
    return (least + most).total_seconds() / 120


def _naive(when: datetime) -> datetime:
    return when.astimezone(UTC).replace(tzinfo=None)


def days_of(zone: ZoneInfo, *days: date) -> list[datetime]:
    """The moments at which local days begin."""
    return [datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) for day in days]


def lake_rows(home: Path) -> list[dict[str, Any]]:
    """Every row of the lake as anybody's Parquet reader finds it."""
    import pyarrow.parquet as pq

    files = sorted((home / "lake" / "calls").glob("feed=*/day=*.parquet"))
    return [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]


def lake_rows_of_days(made: City) -> list[dict[str, object]]:
    """The rows of the files that the table names."""
    with made.history() as history:
        lake = history.stores.lake
        return [row for day in history.stores.days.all() if day.path for row in lake.rows(day.path)]


def lake_bytes(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((home / "lake" / "calls").glob("feed=*/*"))}


def about(path: Path) -> dict[str, Any]:
    """What a file says of itself."""
    import pyarrow.parquet as pq

    found: dict[str, Any] = json.loads(pq.ParquetFile(path).schema_arrow.metadata[b"bluelamp"])
    return found


# -- a city to be shown ------------------------------------------------------------------------------------------------

SHOWN_DAYS = (date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 10))
SHOWN_WEST, _SOUTH, _APART = -96.83, 32.74, 0.01


def shown_city(home: Path) -> City:
    """Three days around the night when Dallas's clocks go forward, of which the last, a Monday, was not watched from 3
    to 5; two calls of three have a point."""
    its = City(make_home(home), ZoneInfo("America/Chicago"))
    first, *_, last = days_of(its.zone, *SHOWN_DAYS)

    def away(at: datetime) -> bool:
        local = at.astimezone(its.zone)
        return local.day == 9 and 3 <= local.hour < 5

    its.poll(incidents(11, first, 60, 200), first, last + timedelta(hours=1), away)
    flow = open_live(its.settings)
    try:
        calls = flow.log.calls_opened_between(FEED, moment_of(first), moment_of(last))
        flow.place(FEED, {call["id"]: _place(at) for at, call in enumerate(calls) if at % 3})
    finally:
        flow.close()
    assert its.compact(last + timedelta(hours=23)) == [str(day) for day in SHOWN_DAYS[:3]]
    return its


def _place(at: int) -> Place:
    """Several calls at each of seven places."""
    return {
        "kind": "point", "lat": _SOUTH + _APART * (at % 7), "lon": SHOWN_WEST + _APART * (at % 7),
        "uncertainty_m": 60.0, "method": "gazetteer", "confidence": 0.9, "version": "1",
    }  # fmt: skip
