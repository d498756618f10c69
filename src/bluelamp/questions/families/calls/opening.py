"""Opens the calls of a home for questions: the table of days, the lake, and what their feeds are. Used by the
command line, by `bluelamp.ask` and by the web server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bluelamp.questions.families.calls.sound import is_small, sound_days
from bluelamp.questions.families.calls.version import CallsVersion, FeedWords, connect
from bluelamp.questions.model.stores import Stores

if TYPE_CHECKING:
    import duckdb

    from bluelamp.sources.feeds.agency import Agency
    from bluelamp.storage.calls.days import CallsDay


class CallsHome:
    """The calls of one home. Safe for threads; creates nothing where nothing is kept. Raises SettingsError for an
    agency's file that is not right."""

    def __init__(self, stores: Stores) -> None:
        self._days = stores.calls_days()
        self.lake = stores.calls_lake()
        self.feeds = {name: words_of(agency) for name, agency in stores.agencies().items()}

    def stamp(self) -> object:
        """Something that changes whenever a day does."""
        return self._days.stamp()

    def days(self) -> list[CallsDay]:
        """Every day, as it is written down."""
        return self._days.all()

    def sound(self, days: list[CallsDay], *, thorough: bool | None = None) -> list[CallsDay]:
        """The days, with those known whose file cannot be used. By default all bytes are read of what is small."""
        return sound_days(days, self.lake, thorough=is_small(days) if thorough is None else thorough)

    def connect(
        self, days: list[CallsDay], *, memory_mb: int, threads: int, file: str = ":memory:"
    ) -> duckdb.DuckDBPyConnection:
        """An engine for these days. Raises NothingHeld where there is none."""
        return connect(days, self.lake, memory_mb=memory_mb, threads=threads, file=file)

    def close(self) -> None:
        self._days.close()


@contextmanager
def open_calls(stores: Stores) -> Iterator[CallsVersion]:
    """The calls in the lake as they are now. Raises NothingHeld before the first day."""
    home = CallsHome(stores)
    try:
        days = home.sound(home.days())
        connection = home.connect(days, memory_mb=stores.memory_mb, threads=stores.threads)
        try:
            yield CallsVersion(connection, days, home.lake, home.feeds)
        finally:
            connection.close()
    finally:
        home.close()


def words_of(agency: Agency) -> FeedWords:
    """What must be said of a feed, from its configuration."""
    return FeedWords(
        agency.title,
        agency.description,
        agency.rules.window,
        agency.attribution,
        agency.licence,
        agency.privacy.suppress_natures,
        agency.privacy.mask_block,
    )
