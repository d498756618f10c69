"""Feeds of active calls for the tests of the live pages: each snapshot is taken in as the live flow takes it, a moment
ago, while a server of another process follows the log."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bluelamp.bootstrap import open_live
from bluelamp.domain.change import Change
from bluelamp.domain.moment import moment_of
from bluelamp.settings import read_settings
from bluelamp.sources.feeds.fetching import Part

MIDDLE = (33.6, -100.9)  # latitude, longitude: land in the middle of a continent
NATURES = ("Theft", "Major accident", "Loud music", "Injured person", "Robbery", "Alarm")
GROUPS = ("theft", "traffic", "disturbance", "medical", "violence", "alarm")

_TOML = """title = "{title}"
city = "Test City"
description = "Invented calls for tests."
platform = "json"
url = "https://example.org/{name}.json"
zone = "{zone}"
window = "active"
interval_seconds = 20
fresh_minutes = {fresh}
bounds = [-101.0, 33.5, -100.8, 33.7]
licence = "Invented"
attribution = "Invented by a test"
source_url = "https://example.org/"

[fields]
incident_number = "id"
nature = "nature"
priority = "priority"
division = "division"
beat = "beat"
block = "block"
location = "street"
status = "status"
unit = "unit"

[time]
moment = "reported"

[guard]
misses = 1
{point}
"""
_POINT = """
[point]
latitude = "lat"
longitude = "lon"
"""
_PRIORITIES = "".join(
    f'\n[[priorities]]\nmatch = "{rank}"\nlabel = "{label}"\nwords = "{label} of the tests."\nrank = {rank}\n'
    for rank, label in enumerate(("Emergency", "Prompt", "General", "Can wait"), 1)
)
_DICTIONARY = "".join(
    f'\n[[natures]]\nmatch = "{nature}"\nlabel = "{nature}"\nwords = "A {nature.lower()}."\ngroup = "{group}"\n'
    for nature, group in zip(NATURES, GROUPS, strict=True)
)


class LiveCity:
    """`rows` is the list of calls as it stands: change it and `show` it."""

    def __init__(
        self,
        home: Path,
        name: str = "test-city",
        *,
        zone: str = "America/Chicago",
        points: bool = True,
        fresh: float = 30,
        ago: float = 0,
    ) -> None:
        """`ago`: how long ago its first snapshot was, in minutes."""
        self.name, self.zone, self.points = name, zone, points
        folder = home / "feeds"
        folder.mkdir(parents=True, exist_ok=True)
        title, point = f"{name.title()} Police", _POINT if points else ""
        text = _TOML.format(title=title, name=name, zone=zone, fresh=fresh, point=point)
        (folder / f"{name}.toml").write_text(text + _PRIORITIES + _DICTIONARY, encoding="utf-8")
        self.flow = open_live(read_settings({"home": home, "allow_private_addresses": True}, {})[0])
        self.rows: list[dict[str, Any]] = []
        self._number = 0
        self._chance = random.Random(name)
        self._ago = timedelta(minutes=ago)
        self.show()

    def close(self) -> None:
        self.flow.close()

    def later(self, minutes: float) -> None:
        """So much time has gone by in the city."""
        self._ago -= timedelta(minutes=minutes)

    def show(self) -> list[Change]:
        """Take the list in as it stands; the changes that follow."""
        at = moment_of(datetime.now(UTC) - self._ago)
        body = json.dumps([{**row, "fetched": at} for row in self.rows]).encode()
        part = Part(f"https://example.org/{self.name}.json", 200, {}, body)
        return list(self.flow.take(self.name, (part,), at, "replayed").changes)

    def open(self, count: int = 1, **more: Any) -> list[Change]:
        """A snapshot with so many calls more."""
        self.rows += [self._row(**more) for _ in range(count)]
        return self.show()

    def end(self, *places: int) -> list[Change]:
        """A snapshot without these calls."""
        self.rows = [row for place, row in enumerate(self.rows) if place not in places]
        return self.show()

    def calls(self) -> list[dict[str, Any]]:
        """The calls that are open, as the log has them."""
        return [dict(call) for call in self.flow.log.current(self.name)[1]]

    def cursor(self) -> str:
        return self.flow.log.head(self.name).cursor

    def _row(self, **more: Any) -> dict[str, Any]:
        self._number += 1
        nth, chance = self._number, self._chance
        point = {
            "lat": round(MIDDLE[0] + chance.uniform(-0.07, 0.07), 5),
            "lon": round(MIDDLE[1] + chance.uniform(-0.07, 0.07), 5),
        }
        return {
            "id": f"26-{nth:06d}",
            "nature": NATURES[nth % len(NATURES)],
            "priority": str(nth % 4 + 1),
            "division": ("North", "South")[nth % 2],
            "beat": str(100 + nth % 7),
            "block": str(100 * (nth % 50 + 1)),
            "street": f"{('Elm', 'Oak', 'Ivy')[nth % 3]} St",
            "status": "At Scene",
            "unit": f"U{nth}",
            "reported": moment_of(datetime.now(UTC) - self._ago),
            **(point if self.points else {}),
            **more,
        }
