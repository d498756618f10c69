"""Which calls have appeared in their city's own reports, and where those say that they were. Written where places are
scored; read for the link from a call to its report. Safe for threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bluelamp.domain.matching import number_key
from bluelamp.domain.moment import moment_of
from bluelamp.storage.relational.reads import read
from bluelamp.storage.tables.places import PLACE_OFFICIAL

_PAGE = 500


@dataclass(frozen=True, slots=True)
class ReportedPlace:
    """Where a report says that its call was, and the moment that it was first seen here."""

    lat: float
    lon: float
    first_seen: str


class Officials:
    """The store of what cities report, on the ledger's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def keep(self, feed: str, reported: Iterable[tuple[str, float, float]], now: datetime) -> None:
        """Keep calls' numbers with their coordinates; one that was seen before has the newer coordinates, and was first
        seen when it was."""
        points: Mapping[str, tuple[float, float]] = {number_key(number): (lat, lon) for number, lat, lon in reported}
        rows = [
            {"feed": feed, "number_key": key, "lat": lat, "lon": lon, "first_seen": moment_of(now)}
            for key, (lat, lon) in sorted(points.items())
        ]
        with self._engine.begin() as connection:
            dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
            for start in range(0, len(rows), _PAGE):
                statement = dialect.insert(PLACE_OFFICIAL).values(rows[start : start + _PAGE])
                newer = {name: statement.excluded[name] for name in ("lat", "lon")}
                connection.execute(statement.on_conflict_do_update(index_elements=["feed", "number_key"], set_=newer))

    def of(self, feed: str, number: str) -> ReportedPlace | None:
        """What is reported of the call of a number; None where nothing was seen."""
        columns = PLACE_OFFICIAL.c
        mine = (columns.feed == feed) & (columns.number_key == number_key(number))
        query = sa.select(columns.lat, columns.lon, columns.first_seen).where(mine)
        row = read(self._engine, lambda connection: connection.execute(query).first())
        return None if row is None else ReportedPlace(*row)
