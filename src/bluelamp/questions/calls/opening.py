"""Opens the calls of a home for questions: the table of days, the lake, and what their feeds are. Used by the
command line, by `bluelamp.ask` and by the web server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bluelamp.questions.calls.version import CallsVersion, FeedWords, open_version
from bluelamp.sources.feeds.agency import Agency, read_agencies
from bluelamp.storage.calls_days import CallsDay, CallsDays
from bluelamp.storage.calls_lake import CallsLake
from bluelamp.storage.database import open_database

if TYPE_CHECKING:
    from bluelamp.settings import Settings


class CallsHome:
    """The calls of one home. Safe for threads; creates nothing where nothing is kept. Raises SettingsError for an
    agency's file that is not right."""

    def __init__(self, settings: Settings) -> None:
        url = settings.live_database_url
        if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
            url = "sqlite:///:memory:"
        self._engine = open_database(url)
        self._days = CallsDays(self._engine)
        self._lake = CallsLake(settings.home / "lake", settings.vault_url)
        self._feeds = {name: words_of(agency) for name, agency in read_agencies(settings.home / "feeds").items()}

    def stamp(self) -> object:
        """Something that changes whenever a day does."""
        return self._days.stamp()

    def days(self) -> list[CallsDay]:
        return self._days.all()

    def open(self, days: list[CallsDay], *, memory_mb: int = 500, threads: int = 2) -> CallsVersion:
        """A version of these days. Raises NothingHeld where there is none."""
        return open_version(days, self._lake, self._feeds, memory_mb=memory_mb, threads=threads)

    def close(self) -> None:
        self._engine.dispose()


@contextmanager
def open_calls(settings: Settings) -> Iterator[CallsVersion]:
    """The calls in the lake as they are now. Raises NothingHeld before the first day."""
    home = CallsHome(settings)
    try:
        version = home.open(home.days(), memory_mb=settings.memory_mb, threads=settings.worker_count)
        try:
            yield version
        finally:
            version.connection.close()
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
