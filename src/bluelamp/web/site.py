"""Everything that the server's routes share, made once at start: settings, versions, dashboards, kept answers."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp import bootstrap
from bluelamp.questions.dashboards import DashboardSpec, read_dashboards
from bluelamp.questions.families.archive.datasets import ARCHIVE
from bluelamp.questions.families.calls.datasets import CALLS_FAMILY
from bluelamp.questions.model.lease_pool import LeasePool
from bluelamp.questions.model.stores import Stores
from bluelamp.questions.registry import families
from bluelamp.settings import Settings
from bluelamp.statistics.activity_cache import LineMemory
from bluelamp.statistics.summary import FeedStates
from bluelamp.web.asgi.client_address import Visitors
from bluelamp.web.live_site import LiveSite
from bluelamp.web.streams.stream_counters import StreamCounters
from bluelamp.web.work.answer_cache import Answers
from bluelamp.web.work.effort import Effort
from bluelamp.web.work.file_cache import KeptFiles
from bluelamp.web.work.lanes import Lanes

if TYPE_CHECKING:
    from bluelamp.archive.workflow import Archive
    from bluelamp.questions.families.archive.source import ServedArchive
    from bluelamp.questions.families.calls.source import ServedCalls

# Of the engine of each data version.
_THREADS = 2
LICENCE_URL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


@dataclass(slots=True)
class Site:
    """`pools` has the data versions of each family by its name. `fingerprint` changes with the dashboards and the
    settings that answers depend on."""

    settings: Settings
    effort: Effort
    stores: Stores
    pools: Mapping[str, LeasePool[Any]]
    dashboards: dict[str, DashboardSpec]
    answers: Answers
    fingerprint: str
    live: LiveSite
    kept: KeptFiles
    lanes: Lanes
    visitors: Visitors
    lines: LineMemory = field(default_factory=LineMemory)
    feed_states: FeedStates = field(default_factory=FeedStates)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _archive: Archive | None = None

    @property
    def archive_versions(self) -> LeasePool[ServedArchive]:
        return self.pools[ARCHIVE.name]

    @property
    def calls_versions(self) -> LeasePool[ServedCalls]:
        return self.pools[CALLS_FAMILY.name]

    @property
    def cache(self) -> Path:
        """Where things that take long to make are kept; all of it can be made anew."""
        return self.settings.home / "cache" / "web"

    @property
    def archive(self) -> Archive:
        """The ledger and the vault, for reading; opened when they are first asked for."""
        with self._lock:
            if self._archive is None:
                self._archive = bootstrap.open_archive(self.settings, looking=True)
            return self._archive


def open_site(settings: Settings, counters: StreamCounters) -> Site:
    """`counters` counts what streams come to. Raises SettingsError that names file and line for a dashboard that is not
    right."""
    effort = Effort(settings.queries_at_once, settings.query_seconds)
    stores = bootstrap.open_stores(settings, memory_mb=settings.serve_memory_mb, threads=_THREADS)
    dashboards = read_dashboards(settings.home / "dashboards")
    told = [one.model_dump_json() for one in dashboards.values()] + [settings.notice]
    return Site(
        settings,
        effort,
        stores,
        {one.info.name: LeasePool(one.source(stores, effort.limited)) for one in families()},
        dashboards,
        Answers(),
        hashlib.sha256("\n".join(told).encode()).hexdigest()[:12],
        LiveSite(settings, counters),
        KeptFiles(settings.home / "cache" / "web" / "files", settings.kept_files_mb << 20),
        Lanes(settings.files_at_once),
        Visitors(settings.proxies),
    )
