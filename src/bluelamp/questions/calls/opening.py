"""Opens the calls of a home for questions: the table of days, the lake, and what their feeds are. Used by the
command line, by `bluelamp.ask` and by the web server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bluelamp.questions.calls.sound import is_small, sound_days
from bluelamp.questions.calls.version import CallsVersion, FeedWords, connect
from bluelamp.sources.feeds.agency import Agency, read_agencies
from bluelamp.storage.calls.days import CallsDay, CallsDays
from bluelamp.storage.calls.lake import CallsLake
from bluelamp.storage.relational.database import open_database

if TYPE_CHECKING:
    import duckdb

    from bluelamp.settings import Settings


class CallsHome:
    """The calls of one home. Safe for threads; creates nothing where nothing is kept. Raises SettingsError for an
    agency's file that is not right."""

    def __init__(self, settings: Settings) -> None:
        self._engine = open_database(settings.live_database_url if has_live(settings) else "sqlite:///:memory:")
        self._days = CallsDays(self._engine)
        self.lake = CallsLake(settings.home / "lake", settings.vault_url)
        self.feeds = {name: words_of(agency) for name, agency in read_agencies(settings.home / "feeds").items()}

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
        self._engine.dispose()


def has_live(settings: Settings) -> bool:
    """Whether a live half is kept at all; what only looks must not make one."""
    url = settings.live_database_url
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()


@contextmanager
def open_calls(settings: Settings) -> Iterator[CallsVersion]:
    """The calls in the lake as they are now. Raises NothingHeld before the first day."""
    home = CallsHome(settings)
    try:
        days = home.sound(home.days())
        connection = home.connect(days, memory_mb=settings.memory_mb, threads=settings.worker_count)
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
