"""A feed of Dallas's form in a home of its own; each snapshot is taken in as the live flow takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bluelamp.bootstrap import open_live_half
from bluelamp.domain.change import Change
from bluelamp.storage.live.log_writer import Step
from tests.lib.live.home import FEED, answer, make_home, minute, unit

__all__ = ["FEED", "CityFeed", "unit"]


class CityFeed:
    """Snapshots are two minutes apart. `units` is the list as it stands; change it and `show` it."""

    def __init__(self, home: Path, database: str = "", **settings: Any) -> None:
        self.settings = make_home(home, database=database, **settings)
        self.half = open_live_half(self.settings)
        self.flow = self.half.flow
        self.units: list[dict[str, str]] = []
        self._minutes = 0.0
        self._calls = 0
        self.show()

    def close(self) -> None:
        self.flow.close()

    @property
    def cursor(self) -> str:
        return self.flow.log.head(FEED).cursor

    @property
    def epoch(self) -> str:
        return self.flow.log.head(FEED).epoch

    @property
    def now(self) -> str:
        """The moment of the last snapshot."""
        return minute(self._minutes)

    def show(self, *, problem: str = "") -> list[Change]:
        """Take the list in; the changes that follow."""
        self._minutes += 2
        # A column that nobody reads: no two answers are the same bytes, which would be no news at all.
        rows = [{**row, "fetched": self.now} for row in self.units]
        step: Step = self.flow.take(FEED, answer(rows), self.now, "replayed", problem)
        return list(step.changes)

    def open(self, count: int = 1, **more: str) -> list[Change]:
        """A snapshot with so many calls more: as many changes."""
        for _ in range(count):
            self._calls += 1
            self.units.append(unit(self._calls, f"U{self._calls}", **more))
        return self.show()

    def change(self, place: int, **fields: str) -> list[Change]:
        """A snapshot in which one row says otherwise."""
        self.units[place] = {**self.units[place], **fields}
        return self.show()

    def end(self, place: int) -> list[Change]:
        """Snapshots without a call, until it is closed."""
        del self.units[place]
        self.show()
        return self.show()
